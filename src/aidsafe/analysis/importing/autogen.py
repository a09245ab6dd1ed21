"""AutoGen: a `TaskResult`, or the saved state of a group chat.

The task is the query, every chat message after it a turn of its source; events (tool calls, thoughts, chunks) are
passed over. AutoGen has no rounds, so one begins when a speaker speaks again. A group chat shows everything to all.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast, get_args

import orjson
from pydantic import BaseModel, JsonValue

from aidsafe.analysis.importing.hearing import Heard, call_of, transcript_of
from aidsafe.analysis.importing.stances import stance_of
from aidsafe.analysis.importing.texts import text_of
from aidsafe.core.errors import SourceError
from aidsafe.core.records import Ending, Query
from aidsafe.core.transcript import Transcript

__all__ = ["import_autogen"]

_Message = Mapping[str, JsonValue]
# AutoGen says why it stopped in words of its own.
_ENDINGS: tuple[tuple[str, Ending], ...] = (
    ("maximum number of messages", "budget.turns"),
    ("maximum number of turns", "budget.turns"),
    ("token usage", "budget.tokens"),
    ("timeout", "budget.time"),
)


def import_autogen(
    result: BaseModel | Mapping[str, JsonValue] | Path | str, *, query: str | None = None, row: int = 0
) -> Transcript:
    """The transcript of a `TaskResult`, of a team's saved state, or of a JSON file with one of them.

    The first message of the source `user` is the query; `query` names its id. Raises `SourceError` where there are no
    messages.
    """
    found = _plain(result)
    messages = list(_messages(found))
    if not messages:
        raise SourceError(f"{_named(result)}: neither 'messages' nor a 'message_thread'; give a TaskResult or a state")
    task = messages[0] if messages[0].get("source") == "user" else {}
    asked = Query(id=query or f"autogen-{row}", row=row, text=text_of(task.get("content")))
    turns = [_heard(message) for message in (messages[1:] if task else messages)]
    return transcript_of(asked, turns, ending=_ending(found.get("stop_reason")))


def _plain(result: BaseModel | Mapping[str, JsonValue] | Path | str) -> Mapping[str, JsonValue]:
    match result:
        case BaseModel():
            return cast("dict[str, JsonValue]", result.model_dump(mode="json"))
        case Path() | str():
            return _read(Path(result))
        case _:
            return result


def _read(path: Path) -> Mapping[str, JsonValue]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SourceError(f"{path}: cannot be read as JSON ({error}); give a saved TaskResult or team state") from error
    if not isinstance(found, dict):
        raise SourceError(f"{path}: a {type(found).__name__} and no object; give a saved TaskResult or team state")
    return found


def _messages(found: JsonValue | Mapping[str, JsonValue]) -> Iterator[_Message]:
    """The chat messages, wherever the state keeps its thread."""
    if isinstance(found, Mapping):
        thread = found.get("messages", found.get("message_thread"))
        if isinstance(thread, list):
            yield from _chat(thread)
        else:
            for inner in found.values():
                yield from _messages(inner)


def _chat(thread: Iterable[JsonValue]) -> Iterator[_Message]:
    for message in thread:
        silent = isinstance(message, dict) and str(message.get("type", "")).endswith(("Event", "StopMessage"))
        if isinstance(message, dict) and isinstance(message.get("source"), str) and not silent:
            yield message


def _heard(message: _Message) -> Heard:
    text, usage = text_of(message.get("content")), message.get("models_usage")
    return Heard(
        seat=str(message["source"]),
        text=text,
        stance=stance_of(text),
        calls=call_of(usage if isinstance(usage, dict) else None),
    )


def _ending(reason: JsonValue) -> Ending:
    """Why it stopped: a word of ours, a phrase of AutoGen's, or something from outside."""
    words = str(reason or "").casefold()
    for ending in get_args(Ending):
        if words == ending:
            return cast("Ending", ending)
    return next((ending for phrase, ending in _ENDINGS if phrase in words), "external")


def _named(result: object) -> str:
    return str(result) if isinstance(result, Path | str) else type(result).__name__

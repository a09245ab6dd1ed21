"""Plain chats: JSON lines, each a conversation with its messages, in any of the usual shapes.

`messages`, `conversation`, `conversations` or `turns`; each message with `name`, `source`, `speaker`, `agent`, `role`
or `from`, and `content`, `text`, `value` or `message`. The first message of a user is the query. A `stance`, `vote` or
`agreement` beside a text is taken at its word; else the text is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
from pydantic import JsonValue

from aidsafe.analysis.importing.hearing import Heard, call_of, transcript_of
from aidsafe.analysis.importing.stances import stance_of
from aidsafe.analysis.importing.texts import first_of, text_of
from aidsafe.core.errors import SourceError
from aidsafe.core.records import Query, Stance
from aidsafe.core.transcript import Transcript

__all__ = ["import_chats"]

_Message = Mapping[str, JsonValue]
_THREADS = ("messages", "conversation", "conversations", "turns")
_SPEAKERS = ("name", "source", "speaker", "agent", "role", "from")
_TEXTS = ("content", "text", "value", "message")
_STANCES = ("stance", "vote", "agreement")
_USERS = frozenset({"user", "human"})
_SILENT = frozenset({"system", "tool", "function"})


def import_chats(path: Path | str) -> Iterator[Transcript]:
    """The conversations of a file of JSON lines, in order. Raises `SourceError` with the line that is none."""
    for row, (number, line) in enumerate(_lines(Path(path))):
        try:
            chat = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise SourceError(f"{path}, line {number}: not JSON ({error.msg}); write one object a line") from error
        yield _transcript(f"{path}, line {number}", chat, row)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, numbered from 1."""
    try:
        with path.open("rb") as file:
            yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _transcript(where: str, chat: JsonValue, row: int) -> Transcript:
    thread = first_of(chat, _THREADS) if isinstance(chat, dict) else chat
    if not isinstance(thread, list):
        raise SourceError(f"{where}: no messages; write them as a list under {_THREADS[0]!r}")
    messages = [one for one in thread if isinstance(one, dict) and _speaker(one) not in _SILENT]
    asked = messages[0] if messages and _speaker(messages[0]) in _USERS else None
    known = chat if isinstance(chat, dict) else {}
    query = Query(
        id=str(first_of(known, ("id", "conversation_id")) or f"chat-{row}"),
        row=row,
        text=text_of(first_of(asked, _TEXTS) if asked else first_of(known, ("prompt", "query", "task"))),
        metadata={key: value for key, value in known.items() if key not in _THREADS},
    )
    return transcript_of(query, _heard(messages[1:] if asked else messages))


def _heard(messages: Sequence[_Message]) -> list[Heard]:
    return [
        Heard(
            seat=_speaker(one),
            text=text_of(first_of(one, _TEXTS)),
            stance=_stance(one),
            calls=call_of(_usage(one.get("usage")), model=str(one.get("model") or "unknown")),
        )
        for one in messages
    ]


def _speaker(message: _Message) -> str:
    return str(first_of(message, _SPEAKERS) or "unknown")


def _stance(message: _Message) -> Stance:
    said = first_of(message, _STANCES)
    if isinstance(said, bool):
        return "agree" if said else "object"
    return stance_of(str(said) if said is not None else text_of(first_of(message, _TEXTS)))


def _usage(found: JsonValue) -> Mapping[str, JsonValue] | None:
    return found if isinstance(found, dict) else None

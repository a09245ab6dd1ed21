"""MALLM: the JSON array it writes, one discussion an entry.

`globalMemory` holds the turns, each with the round (`turn`), the speaker, the agreement, and the messages it was shown
(`memory_ids`). A seat is called by its persona, or by its id where two share one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
from pydantic import JsonValue

from aidsafe.analysis.importing.hearing import Heard, transcript_of
from aidsafe.analysis.importing.texts import first_of, text_of
from aidsafe.core.errors import SourceError
from aidsafe.core.records import Ending, Query, Stance
from aidsafe.core.transcript import Transcript

__all__ = ["import_mallm"]

_Entry = Mapping[str, JsonValue]
_STANCES: Mapping[object, Stance] = {True: "agree", False: "object"}
_ENDINGS: Mapping[object, Ending] = {True: "consensus", False: "budget.rounds"}


def import_mallm(path: Path | str) -> Iterator[Transcript]:
    """The discussions of a MALLM output file, in order. Raises `SourceError` where it is none."""
    for row, entry in enumerate(_entries(Path(path))):
        memory = entry.get("globalMemory")
        if not isinstance(memory, list) or not all(isinstance(one, dict) for one in memory):
            raise SourceError(f"{path}, entry {row}, field 'globalMemory': no list of turns; give what MALLM wrote")
        turns = [one for one in memory if isinstance(one, dict)]
        ending = _ENDINGS.get(entry.get("decisionSuccess"), "external")
        yield transcript_of(_query(entry, row), _heard(turns), ending=ending)


def _entries(path: Path) -> Iterator[_Entry]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SourceError(f"{path}: cannot be read as JSON ({error}); give the array that MALLM wrote") from error
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SourceError(f"{path}: no array of discussions; give the array that MALLM wrote")
    return iter(found)


def _query(entry: _Entry, row: int) -> Query:
    name = first_of(entry, ("exampleId", "example_id", "datasetId"))
    asked = first_of(entry, ("input", "inputs", "instruction"))
    kept = {key: entry[key] for key in ("dataset", "paradigm", "references", "finalAnswer", "turns") if key in entry}
    return Query(id=str(name or f"mallm-{row}"), row=row, text=text_of(asked), metadata=kept)


def _heard(turns: Sequence[_Entry]) -> list[Heard]:
    places = {one.get("message_id"): place for place, one in enumerate(turns)}
    names = _names(turns)
    return [
        Heard(
            seat=names[str(one.get("agent_id"))],
            text=text_of(first_of(one, ("message", "solution"))),
            stance=_STANCES.get(one.get("agreement"), "abstain"),
            round=_round(one.get("turn")),
            saw=_saw(one.get("memory_ids"), places, before=place),
        )
        for place, one in enumerate(turns)
    ]


def _names(turns: Sequence[_Entry]) -> dict[str, str]:
    """What each speaker is called: its persona if nobody shares it."""
    personas = {str(one.get("agent_id")): str(one.get("persona") or one.get("agent_id")) for one in turns}
    shared = list(personas.values())
    return {key: name if shared.count(name) == 1 else f"{name} {key}" for key, name in personas.items()}


def _round(turn: JsonValue) -> int | None:
    return max(turn, 1) if isinstance(turn, int) else None


def _saw(shown: JsonValue, places: Mapping[JsonValue, int], *, before: int) -> tuple[int, ...] | None:
    """The turns a speaker was shown; all before it where the file does not say."""
    if not isinstance(shown, list):
        return None
    found = (places[one] for one in shown if isinstance(one, int | str) and one in places)
    return tuple(sorted(place for place in found if place < before))

"""A transcript as the page reads it: a step an event, and the chain of thoughts as it stood after each.

Only what the events say, folded; thoughts are listed once in `states` and named by their place there, so a long
deliberation does not repeat its chain at every step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson
from pydantic import JsonValue

from aidsafe.core.events import DraftRefined, Event
from aidsafe.core.records import Conflict, Decision, Draft, FinalThought, OutcomeKind, Thought, Usage, Value
from aidsafe.core.transcript import Transcript, calls_of
from aidsafe.viewer.changes import Change, changes_of
from aidsafe.viewer.entry import State, state_of
from aidsafe.viewer.lives import Lives, lives_of

__all__ = ["Line", "Reading", "Snapshot", "Step", "as_json", "reading_of"]

LineMark = Literal["", "added", "revised", "withdrawn", OutcomeKind]


@dataclass(frozen=True, slots=True)
class Line:
    """One thought in a chain: its place in `states`, and what the event just did to it."""

    state: int
    mark: LineMark = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The draft after the event of that number; `version` is None for the finished chain."""

    event: int
    version: int | None
    decision: Decision
    response: str
    lines: tuple[Line, ...]
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One event: who, in which round, what it changed, and the place of the snapshot that then holds."""

    number: int
    kind: str
    who: str
    round: int | None
    snapshot: int | None
    event: dict[str, JsonValue]
    changes: tuple[Change, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All the page shows of one query."""

    query: Value
    state: State
    seats: tuple[str, ...]
    steps: tuple[Step, ...]
    states: tuple[Thought | FinalThought, ...]
    snapshots: tuple[Snapshot, ...]
    lives: Lives
    usage: Usage


class _Chain:
    """Collects the states of thoughts and the snapshots of the draft."""

    def __init__(self) -> None:
        self.states: dict[Thought | FinalThought, int] = {}
        self.snapshots: list[Snapshot] = []

    def add(self, number: int, event: Event, before: Draft | None, after: Draft | None) -> int | None:
        """Take one more event; the place of the snapshot that holds after it."""
        if event.kind == "draft_refined" and before is not None:
            self.snapshots.append(self._finished(number, event, before))
        elif after is not None and (before is None or after != before):
            self.snapshots.append(self._moved(number, before, after))
        return len(self.snapshots) - 1 if self.snapshots else None

    def _moved(self, number: int, before: Draft | None, after: Draft) -> Snapshot:
        lines = tuple(self._lines(before.thoughts if before else after.thoughts, after.thoughts))
        return Snapshot(number, after.version, after.decision, after.response, lines, after.conflicts)

    def _lines(self, before: Sequence[Thought], after: Sequence[Thought]) -> Iterator[Line]:
        old, new = {thought.id: thought for thought in before}, {thought.id: thought for thought in after}
        for thought_id in dict.fromkeys((*old, *new)):
            now = new.get(thought_id)
            mark: LineMark = (
                "withdrawn" if now is None else "added" if thought_id not in old else _mark(old[thought_id], now)
            )
            yield Line(self._place(now or old[thought_id]), mark)

    def _finished(self, number: int, refined: DraftRefined, draft: Draft) -> Snapshot:
        gone = {one.thought for one in refined.outcomes if one.outcome == "removed"}
        kept = [Line(self._place(thought), thought.outcome) for thought in refined.thoughts]
        removed = [Line(self._place(thought), "removed") for thought in draft.thoughts if thought.id in gone]
        return Snapshot(number, None, refined.decision, refined.response, (*kept, *removed), draft.conflicts)

    def _place(self, thought: Thought | FinalThought) -> int:
        return self.states.setdefault(thought, len(self.states))


def reading_of(transcript: Transcript, *, seats: Sequence[str] = ()) -> Reading:
    """The reading of a transcript; `seats` are the recipe's, in its order.

    Raises ValueError for a transcript without events.
    """
    chain, steps, draft = _Chain(), list[Step](), None
    for number, (event, after) in enumerate(zip(transcript, transcript.drafts, strict=True)):
        steps.append(_step(number, event, draft, chain.add(number, event, draft, after)))
        draft = after
    spoke = (step.who for step in steps if step.round)
    return Reading(
        query=transcript.query,
        state=state_of(transcript.events),
        seats=tuple(dict.fromkeys((*seats, *spoke))),
        steps=tuple(steps),
        states=tuple(chain.states),
        snapshots=tuple(chain.snapshots),
        lives=lives_of(transcript),
        usage=transcript.usage,
    )


def as_json(value: object) -> bytes:
    """Readings, records and plain values as JSON."""
    return orjson.dumps(value, default=_plain)


def _plain(value: object) -> JsonValue:
    if isinstance(value, Value):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no JSON form here; give values, dataclasses or plain types")


def _step(number: int, event: Event, draft: Draft | None, snapshot: int | None) -> Step:
    calls = calls_of(event)
    changes = changes_of(event, draft) if event.kind == "turn_taken" and draft is not None else ()
    return Step(
        number,
        event.kind,
        who=_who(event),
        round=getattr(event, "round", None),
        snapshot=snapshot,
        event=event.model_dump(mode="json", by_alias=True, exclude=_SHOWN_ELSEWHERE),
        changes=changes,
        usage=Usage().plus(*calls) if calls else None,
    )


def _mark(before: Thought, now: Thought) -> LineMark:
    return "" if before == now else "revised"


def _who(event: Event) -> str:
    return getattr(event, "seat", None) or _SPEAKERS.get(event.kind, "")


# Edits are shown as changes, thoughts as states.
_SHOWN_ELSEWHERE: dict[str, bool | set[str]] = {
    "kind": True,
    "query": {"text"},
    "edits": True,
    "rejected": True,
    "thoughts": True,
}
_SPEAKERS = {
    "intents_decomposed": "decomposer",
    "draft_seeded": "seeder",
    "consensus_judged": "judge",
    "deliberation_ended": "moderator",
    "draft_refined": "refiner",
}

"""A deliberation as one readable text: who said what, what changed, why it ended, what the refiner did."""

from collections.abc import Iterable, Iterator

from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import Add, Decide, Edit, Resolve, Respond, Revise, Withdraw
from aidsafe.core.transcript import Transcript

__all__ = ["deliberation_log"]


def deliberation_log(transcript: Transcript) -> str:
    """A paragraph an event, in order."""
    return "\n\n".join("\n".join(lines) for event in transcript if (lines := list(_lines(event))))


def _lines(event: Event) -> Iterator[str]:
    match event:
        case IntentsDecomposed():
            yield "decomposer:"
            yield from (f"- {intent.kind}, {intent.harm}: {intent.text}" for intent in event.intents)
        case DraftSeeded():
            yield f"seeder: {event.decision}"
            yield from (f"- {thought.id}: {thought.text}" for thought in event.thoughts)
            yield f"- response: {event.response}"
        case TurnTaken():
            yield f"round {event.round}, {event.seat}: {event.stance}{_because(event.reason)}"
            yield from _edits(event.edits)
            yield from (f"- not applied ({rejected.cause}): {_edit(rejected.edit)}" for rejected in event.rejected)
        case SeatFailed():
            yield f"round {event.round}, {event.seat}: gave nothing usable ({event.failure}){_because(event.message)}"
        case StopRequested():
            yield f"stop requested by {event.by}{_because(event.reason)}"
        case DeliberationEnded():
            yield f"ended: {event.reason}, rounds {event.rounds}, turns {event.turns}"
        case DraftRefined():
            yield f"refiner: {event.decision}"
            yield from (f"- {o.thought}: {o.outcome}{_because(o.reason or '')}" for o in event.outcomes)
        case _:
            return


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _edits(edits: Iterable[Edit]) -> Iterator[str]:
    return (f"- {_edit(edit)}" for edit in edits)


def _edit(edit: Edit) -> str:
    match edit:
        case Add():
            return f"add: {edit.text}"
        case Revise():
            return f"revise {edit.target}: {edit.text}"
        case Withdraw():
            return f"withdraw {edit.target}{_because(edit.reason)}"
        case Resolve():
            return f"resolve {', '.join(edit.rules)}: {edit.resolved_by}"
        case Respond():
            return f"respond: {edit.text}"
        case Decide():
            return f"decide: {edit.decision}"

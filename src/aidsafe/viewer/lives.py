"""The life of every thought: who brought it, who changed or faulted it, and what the refiner made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from aidsafe.core.events import DraftRefined, DraftSeeded, Event, TurnTaken
from aidsafe.core.records import Citation, Draft, Outcome, OutcomeKind
from aidsafe.core.transcript import Transcript
from aidsafe.viewer.changes import Change, changes_of, text_of
from aidsafe.viewer.diffing import Piece, diff

__all__ = ["Happened", "Lives", "Moment", "lives_of"]

Happened = Literal["seeded", "added", "revised", "withdrawn", "faulted", "spared", OutcomeKind]
"""`faulted`: a seat named it as the weakest spot; `spared`: an edit of it was not applied."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a thought, at the event of that number; `into` are the final thoughts it went into."""

    event: int
    who: str
    what: Happened
    reason: str = ""
    text: str = ""
    diff: tuple[Piece, ...] = ()
    citations: tuple[Citation, ...] = ()
    into: tuple[str, ...] = ()


Lives = dict[str, tuple[Moment, ...]]
"""Each thought's moments in order, by its id, in the order the thoughts came."""


def lives_of(transcript: Transcript) -> Lives:
    """The life of every thought there ever was in a transcript."""
    lives: Lives = {}
    for number, (event, draft) in enumerate(zip(transcript, (None, *transcript.drafts), strict=False)):
        for thought, moment in _moments(number, event, draft):
            lives[thought] = (*lives.get(thought, ()), moment)
    return lives


def _moments(number: int, event: Event, draft: Draft | None) -> Iterator[tuple[str, Moment]]:
    match event:
        case DraftSeeded():
            for thought in event.thoughts:
                yield (
                    thought.id,
                    Moment(number, thought.author, "seeded", text=thought.text, citations=thought.citations),
                )
        case TurnTaken() if draft is not None:
            yield from _in_turn(number, event, draft)
        case DraftRefined() if draft is not None:
            for outcome in event.outcomes:
                yield outcome.thought, _outcome(number, event, outcome, draft)
        case _:
            return


def _in_turn(number: int, turn: TurnTaken, draft: Draft) -> Iterator[tuple[str, Moment]]:
    known = {thought.id for thought in draft.thoughts}
    if turn.weakness and turn.weakness.thought in known:
        said = f"{turn.weakness.severity}, {turn.weakness.defect}"
        yield turn.weakness.thought, Moment(number, turn.seat, "faulted", said, text=turn.weakness.quote)
    for change in changes_of(turn, draft):
        if change.thought and (change.cause is None or change.thought in known):
            yield change.thought, _changed(number, turn.seat, change)


def _changed(number: int, seat: str, change: Change) -> Moment:
    if change.cause:
        return Moment(number, seat, "spared", f"{change.op} not applied: {change.cause}", text=change.after)
    return Moment(number, seat, _DONE[change.op], change.reason, change.after, change.diff, change.citations)


def _outcome(number: int, refined: DraftRefined, outcome: Outcome, draft: Draft) -> Moment:
    final = [thought for thought in refined.thoughts if outcome.thought in thought.sources]
    reason = ", ".join(dict.fromkeys(filter(None, (outcome.reason, outcome.code))))
    if outcome.outcome == "kept" or not final:
        return Moment(number, "refiner", outcome.outcome, reason, into=tuple(thought.id for thought in final))
    changed = diff(text_of(draft, outcome.thought), final[0].text) if outcome.outcome == "rewritten" else ()
    return Moment(
        number,
        "refiner",
        outcome.outcome,
        reason,
        text=final[0].text,
        diff=changed,
        citations=final[0].citations,
        into=tuple(thought.id for thought in final),
    )


_DONE: Final[dict[str, Happened]] = {"add": "added", "revise": "revised", "withdraw": "withdrawn"}

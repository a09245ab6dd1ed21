"""A turn's edits as what changed: the words before and after, and what was not applied, with the cause."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aidsafe.core.editing import apply_edits
from aidsafe.core.events import TurnTaken
from aidsafe.core.records import Add, Citation, Decide, Draft, Edit, Rejection, Resolve, Respond, Revise, Withdraw
from aidsafe.viewer.diffing import Piece, diff

__all__ = ["Change", "changes_of", "text_of"]


@dataclass(frozen=True, slots=True)
class Change:
    """One edit: what it did to which thought, or why it was not applied (`cause`)."""

    op: Literal["add", "revise", "withdraw", "resolve", "respond", "decide"]
    thought: str = ""
    before: str = ""
    after: str = ""
    diff: tuple[Piece, ...] = ()
    citations: tuple[Citation, ...] = ()
    reason: str = ""
    rules: tuple[str, ...] = ()
    cause: Rejection | None = None


def changes_of(turn: TurnTaken, draft: Draft) -> tuple[Change, ...]:
    """Everything the turn changed in the draft it found, in order, then what it could not change."""
    return (*_applied(turn, draft), *(_change(one.edit, draft, cause=one.cause) for one in turn.rejected))


def text_of(draft: Draft, thought_id: str) -> str:
    """What a thought says in this draft; nothing if it is not there."""
    return next((thought.text for thought in draft.thoughts if thought.id == thought_id), "")


def _applied(turn: TurnTaken, draft: Draft) -> Iterator[Change]:
    moving = draft
    for edit in turn.edits:
        yield _change(edit, moving)
        moving = apply_edits(moving, [edit], author=turn.seat, round=turn.round)


def _change(edit: Edit, draft: Draft, *, cause: Rejection | None = None) -> Change:
    match edit:
        case Add():
            new = "" if cause else f"t{draft.next_id}"
            return Change("add", new, after=edit.text, citations=edit.citations, reason=edit.reason, cause=cause)
        case Revise():
            return _replaced(edit, text_of(draft, edit.target), edit.text, cause)
        case Withdraw():
            old = text_of(draft, edit.target)
            return Change("withdraw", edit.target, before=old, reason=edit.reason, cause=cause)
        case Respond():
            return _replaced(edit, draft.response, edit.text, cause)
        case Decide():
            return Change("decide", before=draft.decision, after=edit.decision, reason=edit.reason, cause=cause)
        case Resolve():
            return Change("resolve", after=edit.resolved_by, rules=edit.rules, reason=edit.reason, cause=cause)


def _replaced(edit: Revise | Respond, before: str, after: str, cause: Rejection | None) -> Change:
    named, citations = (edit.target, edit.citations) if isinstance(edit, Revise) else ("", ())
    return Change(
        edit.op,
        named,
        before=before,
        after=after,
        diff=diff(before, after),
        citations=citations,
        reason=edit.reason,
        cause=cause,
    )

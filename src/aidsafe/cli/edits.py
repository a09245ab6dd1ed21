"""A turn's edits as what changed: the old words and the new ones, and what was not applied, with the cause."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.text import Text

from aidsafe.cli.telling import one_line
from aidsafe.cli.words import cited, plain
from aidsafe.core.editing import apply_edits
from aidsafe.core.events import TurnTaken
from aidsafe.core.records import Add, Citation, Decide, Draft, Edit, Rejection, Resolve, Respond, Revise, Withdraw
from aidsafe.policies.library import Policies

__all__ = ["edit_lines"]

Line = tuple[Text, Text]
"""What kind of change it is, and its words."""


def edit_lines(turn: TurnTaken, draft: Draft | None, policies: Policies | None) -> Iterator[Line]:
    """Everything the turn changed in the draft, and what it could not change."""
    moving = draft
    for edit in turn.edits:
        yield from _changes(edit, moving)
        yield from _grounds(edit, policies)
        if moving is not None:
            moving = apply_edits(moving, [edit], author=turn.seat, round=turn.round)
    for rejected in turn.rejected:
        words = Text(f"{_CAUSES[rejected.cause]}: ", style="red").append(_proposal(rejected.edit))
        yield Text("not applied", style="red"), words


def _changes(edit: Edit, draft: Draft | None) -> Iterator[Line]:
    match edit:
        case Add():
            yield Text(f"+ t{draft.next_id if draft else '?'}", style="green"), plain(edit.text)
        case Revise():
            yield from _replaced(one_line(edit.target), _text_of(draft, edit.target), edit.text)
        case Withdraw():
            yield Text(f"- {one_line(edit.target)}", style="red"), _old(_text_of(draft, edit.target))
        case Respond():
            yield from _replaced("response", draft.response if draft else "", edit.text)
        case Decide():
            before = f"{draft.decision} → " if draft else ""
            yield Text("~ decision", style="yellow"), Text(f"{before}{edit.decision}", style="bold")
        case Resolve():
            yield Text("+ conflict", style="green"), _resolution(edit)


def _replaced(name: str, old: str, new: str) -> Iterator[Line]:
    yield Text(f"~ {name}", style="yellow"), _old(old)
    yield Text("→", style="green", justify="right"), plain(new)


def _grounds(edit: Edit, policies: Policies | None) -> Iterator[Line]:
    """The rules an edit cites, and the reason it gives."""
    citations: Iterable[Citation] = edit.citations if isinstance(edit, Add | Revise) else ()
    for citation in citations:
        yield Text(), cited(citation, policies)
    if edit.reason:
        yield Text(), Text("because ", style="dim").append(plain(edit.reason, style="dim"))


def _proposal(edit: Edit) -> Text:
    match edit:
        case Add():
            return Text("add ").append(plain(edit.text))
        case Revise():
            return Text(f"revise {one_line(edit.target)} to ").append(plain(edit.text))
        case Withdraw():
            return Text(f"withdraw {one_line(edit.target)}")
        case Respond():
            return Text("respond ").append(plain(edit.text))
        case Decide():
            return Text(f"decide {edit.decision}")
        case Resolve():
            return Text("resolve ").append(_resolution(edit))


def _resolution(edit: Resolve) -> Text:
    return Text(f"{' against '.join(one_line(rule) for rule in edit.rules)}: ").append(plain(edit.resolved_by))


def _text_of(draft: Draft | None, thought_id: str) -> str:
    return next((thought.text for thought in draft.thoughts if thought.id == thought_id), "") if draft else ""


def _old(text: str) -> Text:
    return plain(text, style="dim strike")


_CAUSES: Final[dict[Rejection, str]] = {
    "unknown_target": "there is no such thought",
    "changed": "what it edits had changed meanwhile",
    "mismatch": "the thought begins otherwise",
    "repeats": "it says what is there already",
    "no_change": "it changes nothing",
    "unknown_rule": "there is no such rule",
    "empty": "it says nothing",
}

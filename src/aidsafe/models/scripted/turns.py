"""What a turn is made of: edits, the weakness it names, and the reply that holds them."""

from collections.abc import Sequence
from typing import TypedDict

from aidsafe.core.records import Decision, Defect, Severity, Stance
from aidsafe.models.scripted.dice import Dice
from aidsafe.models.scripted.grammar import EDIT_REASONS
from aidsafe.models.scripted.reading import SeenDraft, SeenThought
from aidsafe.models.scripted.wording import first_words, some_words
from aidsafe.models.scripted.writing import CitedBody, ThoughtBody

__all__ = [
    "DOUBTS",
    "EditBody",
    "TurnBody",
    "WeaknessBody",
    "added",
    "resolved",
    "revised",
    "turn",
    "weakness",
    "withdrawn",
]

_EXPECTED = 5
DOUBTS: tuple[Defect, ...] = ("ungrounded", "irrelevant", "over_refusal", "redundant")
"""Weaknesses that a seat may see where others see none."""


class WeaknessBody(TypedDict):
    """A weakness in a reply."""

    thought: str | None
    quote: str
    defect: Defect
    severity: Severity


class EditBody(TypedDict):
    """An edit in a reply; what an operation does not use is null or empty."""

    op: str
    target: str | None
    expect: str
    text: str
    citations: list[CitedBody]
    rules: list[str]
    reason: str


class TurnBody(TypedDict):
    """A turn as a reply, its keys in the order asked for."""

    checked: list[str]
    weakness: WeaknessBody | None
    reason: str
    edits: list[EditBody]
    response: str | None
    decision: Decision | None
    stance: Stance


def turn(
    stance: Stance,
    *,
    checked: list[str],
    reason: str,
    weakness: WeaknessBody | None = None,
    edits: Sequence[EditBody] = (),
) -> TurnBody:
    """A turn that leaves response and decision as they are."""
    return {
        "checked": checked,
        "weakness": weakness,
        "reason": reason,
        "edits": list(edits),
        "response": None,
        "decision": None,
        "stance": stance,
    }


def added(thought: ThoughtBody, *, dice: Dice) -> EditBody:
    """Add a thought."""
    return _edit("add", dice=dice, text=thought["text"], citations=thought["citations"])


def revised(target: SeenThought, thought: ThoughtBody, *, dice: Dice) -> EditBody:
    """Put other words or citations in a thought's place."""
    return _edit("revise", dice=dice, target=target, text=thought["text"], citations=thought["citations"])


def withdrawn(target: SeenThought, *, dice: Dice, reason: str | None = None) -> EditBody:
    """Take a thought out."""
    edit = _edit("withdraw", dice=dice, target=target)
    return edit if reason is None else {**edit, "reason": reason}


def resolved(rules: Sequence[str], text: str, *, dice: Dice) -> EditBody:
    """Name rules that pull apart, and what settles it."""
    return {**_edit("resolve", dice=dice, text=text), "rules": list(rules)}


def weakness(
    draft: SeenDraft, thought: SeenThought | None, defect: Defect, severity: Severity, *, dice: Dice
) -> WeaknessBody:
    """A weakness, with words copied from where it stands."""
    where = thought.text if thought else draft.response
    quote = some_words(where, dice=dice)
    return {"thought": thought.id if thought else None, "quote": quote, "defect": defect, "severity": severity}


def _edit(
    op: str,
    *,
    dice: Dice,
    target: SeenThought | None = None,
    text: str = "",
    citations: Sequence[CitedBody] = (),
) -> EditBody:
    return {
        "op": op,
        "target": target.id if target else None,
        "expect": first_words(target.text, _EXPECTED) if target else "",
        "text": text,
        "citations": list(citations),
        "rules": [],
        "reason": dice.pick(EDIT_REASONS[op], "edit reason", op, target.id if target else text),
    }

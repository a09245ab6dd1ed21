"""How alike two turns are in their words: the Jaccard index of their word triples, from 0 (none shared) to 1 (all)."""

from collections.abc import Iterator

from aidsafe.core.events import TurnTaken
from aidsafe.core.records import Add, Edit, Resolve, Respond, Revise

__all__ = ["likeness"]


def likeness(turn: TurnTaken, before: TurnTaken | None) -> float:
    """How alike a turn is to one before it; 0 where there is none."""
    if before is None:
        return 0.0
    one, other = _triples(turn), _triples(before)
    return len(one & other) / len(one | other) if one | other else 0.0


def _triples(turn: TurnTaken) -> frozenset[tuple[str, ...]]:
    words = " ".join([turn.reason, *(text for edit in turn.edits for text in _texts(edit))]).casefold().split()
    return frozenset(tuple(words[place : place + 3]) for place in range(max(len(words) - 2, 1 if words else 0)))


def _texts(edit: Edit) -> Iterator[str]:
    match edit:
        case Add() | Revise() | Respond():
            yield edit.text
        case Resolve():
            yield edit.resolved_by
        case _:
            yield edit.reason

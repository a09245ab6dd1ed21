"""Steps: the positions of turns, their edits and failures, and how the floor went from seat to seat."""

from collections.abc import Mapping
from itertools import pairwise
from typing import get_args

from aidsafe.analysis.counts.ballots import BALLOT_COUNTS, Ballot, ballots
from aidsafe.analysis.counts.tally import Counts, Table, once
from aidsafe.analysis.courses.course import Course
from aidsafe.core.records import Stance

__all__ = ["FAILURES", "HANDOVERS", "PLACES", "POSITIONS", "STEPS"]

POSITIONS = (*get_args(Stance), "failed")
"""What a turn can come to."""

_POSITION_COUNTS: Mapping[Stance | None, tuple[float, ...]] = {
    None: (1, 0, 1, 0, 0, 0, 0),
    "agree": (1, 1, 0, 1, 0, 0, 1),
    "object": (1, 1, 0, 0, 1, 0, 1),
    "abstain": (1, 1, 0, 0, 0, 1, 0),
}


def _handovers(course: Course) -> list[tuple[str, bool]]:
    """Whose vote the next seat, which had voted otherwise, could follow; and whether it did."""
    return [
        (before.seat, after.vote == before.vote)
        for before, after in pairwise(course.steps)
        if before.seat != after.seat
        and before.vote
        and after.own
        and after.position is not None
        and after.own != before.vote
    ]


def _count(turn: Ballot) -> tuple[float, ...]:
    accepted = turn.accepted
    return (*_POSITION_COUNTS[turn.position], *BALLOT_COUNTS.of(turn), accepted, accepted + turn.rejected)


_POSITION_FIELDS = ("turns", "valid", "failed", "agree", "object", "abstain", "votes")

STEPS = Table(
    "steps",
    ("seat", "round"),
    of=ballots,
    key=lambda turn: (turn.seat, turn.round),
    counts=Counts((*_POSITION_FIELDS, *BALLOT_COUNTS.fields, "accepted", "proposed"), _count),
)

PLACES = Table(
    "places",
    ("place",),
    of=lambda course: [(step.place, len(step.accepted)) for step in course.steps],
    key=lambda turn: turn[:1],
    counts=Counts(("turns", "accepted"), lambda turn: (1, turn[1])),
)

HANDOVERS = Table(
    "handovers",
    ("seat",),
    of=_handovers,
    key=lambda one: one[:1],
    counts=Counts(("differing", "followed"), lambda one: (1, one[1])),
)

FAILURES: Table[str] = Table(
    "failures",
    ("failure",),
    of=lambda course: [step.failure for step in course.steps if step.failure],
    key=lambda failure: (failure,),
    counts=once("turns"),
)

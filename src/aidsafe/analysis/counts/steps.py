"""Steps: the positions of turns, their edits and failures, and how the floor went from seat to seat."""

from collections.abc import Mapping
from itertools import pairwise
from typing import get_args

from aidsafe.analysis.counts.ballots import BALLOT_COUNTS
from aidsafe.analysis.counts.tally import Counts, Table, joined, once
from aidsafe.analysis.courses.course import Course, Step
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


def _handovers(course: Course) -> list[tuple[Step, Step]]:
    """A vote and the next turn of another seat that had voted otherwise."""
    return [
        (before, after)
        for before, after in pairwise(course.steps)
        if before.seat != after.seat
        and before.vote
        and after.own
        and after.position is not None
        and after.own != before.vote
    ]


_POSITIONS: Counts[Step] = Counts(
    ("turns", "valid", "failed", "agree", "object", "abstain", "votes"), lambda step: _POSITION_COUNTS[step.position]
)
_EDITS: Counts[Step] = Counts(
    ("accepted", "proposed"), lambda step: (len(step.accepted), len(step.accepted) + len(step.rejected))
)

STEPS = Table(
    "steps",
    ("seat", "round"),
    of=lambda course: course.steps,
    key=lambda step: (step.seat, step.round),
    counts=joined(_POSITIONS, joined(BALLOT_COUNTS, _EDITS)),
)

PLACES = Table(
    "places",
    ("place",),
    of=lambda course: course.steps,
    key=lambda step: (step.place,),
    counts=Counts(("turns", "accepted"), lambda step: (1, len(step.accepted))),
)

HANDOVERS = Table(
    "handovers",
    ("seat",),
    of=_handovers,
    key=lambda pair: (pair[0].seat,),
    counts=Counts(("differing", "followed"), lambda pair: (1, pair[1].vote == pair[0].vote)),
)

FAILURES: Table[Step] = Table(
    "failures",
    ("failure",),
    of=lambda course: [step for step in course.steps if step.failure],
    key=lambda step: (step.failure or "",),
    counts=once("turns"),
)

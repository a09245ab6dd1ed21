"""Ballots: what a turn says of the seat's vote, against its own before and the others' that it had seen."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from aidsafe.analysis.counts.tally import Counts, Table
from aidsafe.analysis.courses.course import Course, Vote, maker, shared
from aidsafe.core.records import Stance

__all__ = ["BALLOT_COUNTS", "MAJORITIES", "Ballot", "ballots"]


class Ballot(NamedTuple):
    """What counts of a turn: whose it is, how the seat votes and what it knew, how many edits it had accepted."""

    seat: str
    round: int
    accepted: int
    rejected: int
    position: Stance | None
    vote: Vote | None
    own: Vote | None
    first: Vote | None
    agreeing: int
    objecting: int
    majority: Vote | None
    previous: tuple[str, Vote] | None
    reasoned: bool

    @property
    def flipped(self) -> bool:
        """Whether the seat votes otherwise than before."""
        return self.vote not in (None, self.own)


@shared
def ballots(course: Course) -> Sequence[Ballot]:
    """What counts of every turn."""
    return [
        _made((step.seat, step.round, len(step.accepted), len(step.rejected), *_shown(step))) for step in course.steps
    ]


_made = maker(Ballot)
_shown = attrgetter(*Ballot._fields[4:])


def _count(ballot: Ballot) -> tuple[float, ...]:
    """What a turn adds: nothing but whether it is reasoned, unless its seat has voted before."""
    unreasoned = ballot.vote is not None and not ballot.reasoned
    if ballot.own is None or ballot.position is None:
        return (unreasoned, *_NOTHING)
    return (
        unreasoned,
        ballot.vote is not None,
        *(_count_flip(ballot) if ballot.flipped else _NO_FLIP),
        *_count_chances(ballot),
        *_count_strain(ballot),
    )


def _count_flip(ballot: Ballot) -> tuple[float, ...]:
    held = ballot.agreeing if ballot.vote == "agree" else ballot.objecting
    to_majority = ballot.vote == ballot.majority
    to_previous = ballot.previous is not None and ballot.previous[1] == ballot.vote
    return (1, to_majority, held > 0 and not to_majority, held == 0, to_previous)


def _count_chances(ballot: Ballot) -> tuple[float, ...]:
    """Chances to conform, to follow without a word, and to follow the seat read last; and what came of them."""
    outvoted = ballot.majority not in (None, ballot.own)
    opposed = (ballot.objecting if ballot.own == "agree" else ballot.agreeing) > 0
    differing = ballot.previous is not None and ballot.previous[1] != ballot.own
    kept = ballot.vote == ballot.own
    return (
        outvoted,
        outvoted and ballot.flipped,
        outvoted and kept,
        opposed,
        opposed and ballot.flipped and not ballot.reasoned,
        differing,
        differing and ballot.flipped - kept,
    )


def _count_strain(ballot: Ballot) -> tuple[float, float]:
    """The two sums whose ratio is the stubbornness."""
    others = ballot.agreeing + ballot.objecting
    if not others or ballot.vote is None:
        return (0.0, 0.0)
    mean = ballot.agreeing / others
    strain = (ballot.first == "agree") - mean
    return (strain**2, strain * ((ballot.vote == "agree") - mean))


_FLIPS = ("flips", "to_majority", "to_minority", "alone", "to_previous")
_CHANCES = ("outvoted", "conformed", "independent", "opposed", "unexplained", "differing", "pulled")
_NO_FLIP = (0,) * len(_FLIPS)
_NOTHING = (0,) * (1 + len(_FLIPS) + len(_CHANCES) + 2)

BALLOT_COUNTS: Counts[Ballot] = Counts(("unreasoned", "repeated", *_FLIPS, *_CHANCES, "strained", "stubborn"), _count)

MAJORITIES = Table(
    "majorities",
    ("majority",),
    of=lambda course: [one for one in ballots(course) if one.own and one.position and one.majority],
    key=lambda ballot: (max(ballot.agreeing, ballot.objecting),),
    counts=Counts(_CHANCES, _count_chances),
)

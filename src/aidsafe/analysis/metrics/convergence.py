"""Convergence: whether and how soon the seats agree, and how steadily.

A vote is *agree* or *object*; an abstention and a failed turn are no vote. Agreement that comes with an edit is an
objection, since the seat wanted the draft otherwise. Every curve runs over the rounds that were held, so a deliberation
that stopped early is simply shorter.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import get_args

from aidsafe.analysis.counts.rounds import entropy_bits
from aidsafe.analysis.counts.steps import POSITIONS
from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import (
    Key,
    Keys,
    Share,
    Tallies,
    share,
    whether,
)
from aidsafe.analysis.courses.course import Course, Round, shared
from aidsafe.analysis.courses.told import over_transcripts
from aidsafe.core.records import Stance

__all__ = [
    "agreement",
    "agreement_by_round",
    "agreement_slope",
    "consensus",
    "endings",
    "entropy_by_round",
    "entropy_drop",
    "kappa_by_round",
    "polarisation",
    "positions_by_seat_and_round",
    "premature_consensus",
    "rounds_held",
    "rounds_to_consensus",
    "settling_share",
    "settling_time",
    "survival",
    "turns_to_consensus",
]


@over_transcripts
def consensus(course: Course) -> Share | None:
    """Share of deliberations that ended in consensus.

    In [0, 1]; of those that ended and had a turn. MALLM's `decisionSuccess` (arXiv 2509.11656).
    """
    return whether(course.ending == "consensus") if course.ending and course.steps else None


@over_transcripts
def premature_consensus(course: Course) -> Share | None:
    """Share of deliberations that ended in consensus within the first round.

    In [0, 1]; of those that ended and had a turn. Early agreement is what conformity looks like (arXiv 2509.23055).
    """
    early = course.ending == "consensus" and course.rounds <= 1
    return whether(early) if course.ending and course.steps else None


@over_transcripts
def rounds_held(course: Course) -> float | None:
    """Rounds begun, whatever the ending.

    A count from 1; None without a turn. The last round may have been cut short.
    """
    return course.rounds or None


@over_transcripts
def rounds_to_consensus(course: Course) -> float | None:
    """Rounds until consensus, where there was one.

    A count from 1; None for every other ending, so its mean says nothing about those: see the survival curve.
    """
    return course.rounds if course.ending == "consensus" and course.steps else None


@over_transcripts
def turns_to_consensus(course: Course) -> float | None:
    """Turns until consensus, where there was one; failed turns count.

    A count from 1; None for every other ending (MALLM's `turns`, arXiv 2509.11656).
    """
    return len(course.steps) if course.ending == "consensus" and course.steps else None


@over_transcripts
def agreement(course: Course) -> Share | None:
    """Share of votes in the last round that agree.

    In [0, 1]; None where the last round has no vote.
    """
    return share(course.held[-1].agree, course.held[-1].votes) if course.held else None


@over_tallies
def agreement_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of votes that agree, by round: the agreement curve.

    In [0, 1]; a round without a vote has no point (arXiv 2512.00047).
    """
    return tallies["steps"].shares("agree", "votes", by="round")


@over_transcripts
def agreement_slope(course: Course) -> float | None:
    """Change of agreement from one round to the next, as the slope of a straight line through the agreement curve.

    Share a round, in [-1, 1]; None under two rounds with votes.
    """
    return _slope(course.held)


@over_tallies
def positions_by_seat_and_round(tallies: Tallies) -> Mapping[Keys, Share]:
    """Share of a seat's turns in a round that took a position, failed turns being a position of their own.

    In [0, 1]; the positions of a seat and round add up to 1: the stance ribbon.
    """
    steps = tallies["steps"]
    cells = {word: steps.cells(word, "turns") for word in POSITIONS}
    return {(*key, word): found for word, shares in cells.items() for key, found in shares.items()}


@over_tallies
def entropy_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """How evenly a round's seats are spread over agree, object and abstain, by round.

    Shannon entropy in bits, in [0, log2 3]; 0 is one voice. A mean over deliberations.
    """
    return tallies["rounds"].shares("entropy", "taken", by="round")


@over_transcripts
def entropy_drop(course: Course) -> float | None:
    """How much the spread of positions fell from the first round to the last.

    In bits, in [-log2 3, log2 3]; below 0 they drifted apart. None under two rounds with positions (arXiv 2512.00047).
    """
    taken = [one.positions for one in course.held if one.agree or one.object or one.abstain]
    return entropy_bits(taken[0]) - entropy_bits(taken[-1]) if len(taken) > 1 else None


@over_tallies
def kappa_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Fleiss' kappa of a round: how much more the seats agree with each other than their mix of positions would give.

    At most 1; 0 is chance. The queries are the items, the seats the raters, agree, object and abstain the categories;
    queries with fewer than two positions in the round are passed over, and the seats may differ in number (Fleiss
    1971). Of one transcript alone it is 0 or below, or missing, for there is nothing to compare with.
    """
    rounds = tallies["rounds"]
    pairs, rated = rounds.totals("concord", "round"), rounds.totals("rated", "round")
    counts = [rounds.totals(f"rated_{word}", "round") for word in get_args(Stance)]
    found = {}
    for round in pairs:
        items = rated[round]
        cast = sum(count[round] for count in counts)
        chance = sum(count[round] ** 2 for count in counts)
        # Both over items and cast squared, so that nothing is divided by an empty count.
        found[round] = share(pairs[round] * cast**2 - chance * items, items * (cast**2 - chance))
    return {round: kappa for round, kappa in found.items() if kappa is not None}


@over_transcripts
def polarisation(course: Course) -> Share | None:
    """Share of pairs of votes in the last round that oppose each other.

    In [0, 1]; None under two votes. Three seats in two camps make two of three pairs.
    """
    if not course.held:
        return None
    last = course.held[-1]
    return share(last.agree * last.object, last.votes * (last.votes - 1) / 2)


@over_transcripts
@shared
def settling_time(course: Course) -> float | None:
    """The last round in which any seat changed its position or any edit was accepted.

    In rounds from 0 (nothing ever moved); None without a turn.
    """
    if not course.steps:
        return None
    moved, last = 0, dict[str, Stance]()
    for step in course.steps:
        position = step.position
        if step.accepted or (position and last.get(step.seat, position) != position):
            moved = step.round
        if position:
            last[step.seat] = position
    return moved


@over_transcripts
def settling_share(course: Course) -> Share | None:
    """Share of the rounds held until nothing moved any more.

    In [0, 1]; 1 means that the last round still moved something. None without a turn.
    """
    settled = settling_time(course)
    return None if settled is None else Share(settled, course.rounds)


@over_tallies
def endings(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of deliberations by how they ended.

    In [0, 1]; adds up to 1 over the endings. None of those that are still open.
    """
    counts = tallies["endings"].totals("ended", "ending")
    every = sum(counts.values())
    return {ending: found for ending, count in counts.items() if (found := share(count, every))}


@over_tallies
def survival(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of deliberations that are still without consensus after a round (Kaplan and Meier 1958).

    In [0, 1], falling from 1 at round 0. A deliberation that ended otherwise (by a budget, by stagnation), or is still
    open, is censored in its last round: it is known to have gone on that long, and no more.
    """
    agreed, left = tallies["left"].totals("agreed", "round"), tallies["left"].totals("left", "round")
    at_risk, still = sum(left.values()), 1.0
    found: dict[Key, Share] = {0: Share(1.0, 1.0)} if left else {}
    for round in sorted(left, key=int):
        still = still * (at_risk - agreed[round]) / at_risk
        found[round] = Share(still, 1.0)
        at_risk = at_risk - left[round]
    return found


@lru_cache(maxsize=4096)
def _slope(held: tuple[Round, ...]) -> float | None:
    curve = [(one.number, one.agree / one.votes) for one in held if one.votes]
    if len(curve) < 2:
        return None
    middle = sum([round for round, _ in curve]) / len(curve)
    spread = sum([(round - middle) ** 2 for round, _ in curve])
    return sum([(round - middle) * value for round, value in curve]) / spread

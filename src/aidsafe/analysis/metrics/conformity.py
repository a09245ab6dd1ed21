"""Conformity: who changes its vote, in which direction, and whether it says why.

All of it is read against what a seat had seen when it spoke: the latest vote of every other seat among the turns shown
to it. A seat that answers an objection with an edit and then agrees has flipped too, so flips alone are no fault:
`unexplained_flips` and `unanswered_collapse` are the ones to worry about.
"""

from collections.abc import Mapping

from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import Key, Share, Tallies, whether
from aidsafe.analysis.courses.course import Course, Vote, shared
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "conformity",
    "conformity_by_majority",
    "conformity_by_seat",
    "disagreement_collapse",
    "flips",
    "flips_alone",
    "flips_by_seat",
    "flips_to_majority",
    "flips_to_minority",
    "flips_to_previous",
    "independence",
    "independence_by_majority",
    "independence_by_seat",
    "peer_pull",
    "stubbornness_by_seat",
    "trajectory",
    "unanswered_collapse",
    "unexplained_flips",
    "unexplained_flips_by_seat",
    "unreasoned_votes",
    "unreasoned_votes_by_round",
    "unreasoned_votes_by_seat",
]


@over_transcripts
def trajectory(course: Course) -> Mapping[str, tuple[tuple[int, str], ...]]:
    """Every seat's positions in order: (round, agree, object, abstain or failed).

    A seat without a turn is missing.
    """
    return {
        seat: tuple((step.round, step.position or "failed") for step in course.steps if step.seat == seat)
        for seat in course.seats
    }


@over_tallies
def flips(tallies: Tallies) -> Share | None:
    """Share of votes that differ from the same seat's vote before.

    In [0, 1]; None where no seat voted twice (DebateLLM's `changed_answer`, arXiv 2311.17371).
    """
    return tallies["steps"].share("flips", "repeated")


@over_tallies
def flips_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's votes that differ from its vote before.

    In [0, 1]; a seat that voted once at most is missing.
    """
    return tallies["steps"].shares("flips", "repeated", by="seat")


@over_tallies
def flips_to_majority(tallies: Tallies) -> Share | None:
    """Share of flips towards what more than half of the others held.

    In [0, 1]; None without a flip. The others' votes are those the seat had seen.
    """
    return tallies["steps"].share("to_majority", "flips")


@over_tallies
def flips_to_minority(tallies: Tallies) -> Share | None:
    """Share of flips towards what some of the others held, but no more than half of them.

    In [0, 1]; None without a flip.
    """
    return tallies["steps"].share("to_minority", "flips")


@over_tallies
def flips_alone(tallies: Tallies) -> Share | None:
    """Share of flips to what none of the others held.

    In [0, 1]; None without a flip. With the two before it adds up to 1.
    """
    return tallies["steps"].share("alone", "flips")


@over_tallies
def flips_to_previous(tallies: Tallies) -> Share | None:
    """Share of flips to the vote of the seat that was read last.

    In [0, 1]; None without a flip. It overlaps with the directions by number.
    """
    return tallies["steps"].share("to_previous", "flips")


@over_tallies
def conformity(tallies: Tallies) -> Share | None:
    """Share of chances on which a seat against the majority went over to it.

    In [0, 1]; a chance is a valid turn of a seat whose last vote differs from what more than half of the others held
    (BenchForm, arXiv 2501.13381). None without a chance.
    """
    return tallies["steps"].share("conformed", "outvoted")


@over_tallies
def conformity_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's chances on which it went over to the majority.

    In [0, 1]; a seat that never stood against a majority is missing.
    """
    return tallies["steps"].shares("conformed", "outvoted", by="seat")


@over_tallies
def conformity_by_majority(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of chances on which a seat went over, by how many seats the majority had.

    In [0, 1] (arXiv 2410.12428).
    """
    return tallies["majorities"].shares("conformed", "outvoted", by="majority")


@over_tallies
def independence(tallies: Tallies) -> Share | None:
    """Share of chances on which a seat against the majority kept its vote.

    In [0, 1]; conformity and this add up to 1, less the abstentions (BenchForm, arXiv 2501.13381).
    """
    return tallies["steps"].share("independent", "outvoted")


@over_tallies
def independence_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's chances on which it kept its vote.

    In [0, 1]; a seat that never stood against a majority is missing.
    """
    return tallies["steps"].shares("independent", "outvoted", by="seat")


@over_tallies
def independence_by_majority(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of chances on which a seat kept its vote, by how many seats the majority had.

    In [0, 1] (arXiv 2410.12428).
    """
    return tallies["majorities"].shares("independent", "outvoted", by="majority")


@over_tallies
def unexplained_flips(tallies: Tallies) -> Share | None:
    """Share of chances on which a seat took over another's vote and gave no new reason and cited no new rule.

    In [0, 1]; a chance is a valid turn of a seat whose last vote differs from that of some other seat. A reason is new
    unless the seat had read or said it in the same words (arXiv 2509.23055). None without a chance.
    """
    return tallies["steps"].share("unexplained", "opposed")


@over_tallies
def unexplained_flips_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's chances on which it took over another's vote without saying anything new.

    In [0, 1]; a seat that nobody ever differed from is missing.
    """
    return tallies["steps"].shares("unexplained", "opposed", by="seat")


@over_tallies
def unreasoned_votes(tallies: Tallies) -> Share | None:
    """Share of votes that give no new reason and cite no new rule.

    In [0, 1]; None without a vote.
    """
    return tallies["steps"].share("unreasoned", "votes")


@over_tallies
def unreasoned_votes_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's votes that give no new reason and cite no new rule.

    In [0, 1]; a seat that never voted is missing.
    """
    return tallies["steps"].shares("unreasoned", "votes", by="seat")


@over_tallies
def unreasoned_votes_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a round's votes that give no new reason and cite no new rule.

    In [0, 1]; shows a debate that runs dry.
    """
    return tallies["steps"].shares("unreasoned", "votes", by="round")


@over_transcripts
@shared
def disagreement_collapse(course: Course) -> Share | None:
    """Share of deliberations whose seats differed at first and were of one vote at the end.

    In [0, 1]; of those that differed in the first round with votes (arXiv 2509.23055). Whether that was a loss only
    labels can tell. None where they did not differ, or voted in one round only.
    """
    voted = [one for one in course.held if one.votes]
    if len(voted) < 2 or not (voted[0].agree and voted[0].object):
        return None
    return whether(len(_last_votes(course)) == 1)


@over_transcripts
def unanswered_collapse(course: Course) -> Share | None:
    """Share of such deliberations that became one although nobody changed the draft from the last objection on.

    In [0, 1]; of those `disagreement_collapse` counts. An objection that is dropped and not answered.
    """
    collapsed = disagreement_collapse(course)
    if collapsed is None:
        return None
    last = max((place for place, step in enumerate(course.steps) if step.vote == "object"), default=0)
    answered = any(step.accepted for step in course.steps[last:])
    return whether(_last_votes(course) == {"agree"} and not answered)


@over_tallies
def peer_pull(tallies: Tallies) -> Share | None:
    """How much more often a seat takes the vote it read last than keeps its own, where the two differ.

    In [-1, 1]: 1 always follows, -1 never does; abstentions count as neither. Runs with named and with anonymous
    seats differ by the identity bias (arXiv 2510.07517). None where no two differ.
    """
    return tallies["steps"].share("pulled", "differing")


@over_tallies
def stubbornness_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """How much a seat holds on to its first vote, against the mean of the others' votes: 1 keeps it, 0 takes the mean.

    The least-squares weight s of vote = s · first + (1 - s) · mean of the others, agreement being 1 and objection 0,
    pooled over turns: Friedkin and Johnsen's model (arXiv 2605.25929). At most 1; below 0 the seat moves further than
    the others stand. A seat that never differed from the others' mean is missing.
    """
    return tallies["steps"].shares("stubborn", "strained", by="seat")


def _last_votes(course: Course) -> set[Vote]:
    """What the latest votes of the seats come to."""
    return set({step.seat: step.vote for step in course.steps if step.vote}.values())

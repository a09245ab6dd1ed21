"""Reliability: repairs, retries, truncations, refusals and filtered replies, in all and by model.

These are failures of calls and turns, never stances. An imported transcript without call facts has none of them.
"""

from collections.abc import Mapping

from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import (
    Key,
    Share,
    Tallies,
    split,
    whether,
)
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "fallbacks",
    "filtered",
    "filtered_by_model",
    "lost_queries",
    "refusals",
    "refusals_by_model",
    "repairs",
    "repairs_by_model",
    "retries",
    "retries_by_model",
    "truncations",
    "truncations_by_model",
    "turn_failures",
    "unusable",
    "unusable_by_model",
]


@over_tallies
def repairs(tallies: Tallies) -> Share | None:
    """Share of calls whose reply could not be used and was asked for again.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("repaired", "calls")


@over_tallies
def repairs_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a model's calls whose reply could not be used and was asked for again.

    In [0, 1].
    """
    return tallies["calls"].shares("repaired", "calls", by="model")


@over_tallies
def unusable(tallies: Tallies) -> Share | None:
    """Share of calls whose reply was no valid answer: not the shape that was asked for.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("invalid", "calls")


@over_tallies
def unusable_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a model's calls whose reply was no valid answer.

    In [0, 1].
    """
    return tallies["calls"].shares("invalid", "calls", by="model")


@over_tallies
def retries(tallies: Tallies) -> Share | None:
    """Requests sent again, a call: after overload, a reset or a time-out.

    A mean from 0; None without a call.
    """
    return tallies["calls"].share("retries", "calls")


@over_tallies
def retries_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Requests sent again, a call of a model.

    A mean from 0.
    """
    return tallies["calls"].shares("retries", "calls", by="model")


@over_tallies
def truncations(tallies: Tallies) -> Share | None:
    """Share of calls that were cut off at the token limit.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("truncated", "calls")


@over_tallies
def truncations_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a model's calls that were cut off at the token limit.

    In [0, 1].
    """
    return tallies["calls"].shares("truncated", "calls", by="model")


@over_tallies
def refusals(tallies: Tallies) -> Share | None:
    """Share of calls in which the model declined its job: no stance, and no decision on the query.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("refused", "calls")


@over_tallies
def refusals_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a model's calls in which it declined its job.

    In [0, 1].
    """
    return tallies["calls"].shares("refused", "calls", by="model")


@over_tallies
def filtered(tallies: Tallies) -> Share | None:
    """Share of calls that a content filter stopped.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("filtered", "calls")


@over_tallies
def filtered_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a model's calls that a content filter stopped.

    In [0, 1].
    """
    return tallies["calls"].shares("filtered", "calls", by="model")


@over_tallies
def fallbacks(tallies: Tallies) -> Share | None:
    """Share of replies that came from another model than the one asked first.

    In [0, 1]; None without a call.
    """
    return tallies["calls"].share("switched", "replies")


@over_tallies
def turn_failures(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of turns that failed, by how.

    In [0, 1]; adds up to all failed turns. Missing without a turn.
    """
    counts, turns = tallies["failures"].totals("turns", "failure"), tallies["steps"].total("turns")
    return split(counts, dict.fromkeys(counts, turns))


@over_transcripts
def lost_queries(course: Course) -> Share | None:
    """Share of finished queries that failed and gave no record.

    In [0, 1]; None of those still open.
    """
    return whether(course.failed is not None) if course.failed or course.completed else None

"""The refiner: what it takes out, for which reason and of whom, and whether it leaves the decision alone."""

from collections.abc import Iterable, Mapping

from aidsafe.analysis.counts.lives import FATES, OUTCOMES, REASONS
from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import (
    Key,
    Keys,
    Share,
    Tallies,
    Tally,
    share,
    whether,
)
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "decision_changed",
    "fates_by_author",
    "kept",
    "length_ratio",
    "merged",
    "outcomes",
    "removals_by_author",
    "removals_by_code",
    "removals_by_reason",
    "removed",
    "rewritten",
]


@over_tallies
def kept(tallies: Tallies) -> Share | None:
    """Share of the draft's thoughts that the refiner left as they were.

    In [0, 1]; None without a refiner.
    """
    return tallies["lives"].share("kept", "refined")


@over_tallies
def rewritten(tallies: Tallies) -> Share | None:
    """Share of the draft's thoughts that the refiner put into other words.

    In [0, 1]; None without a refiner.
    """
    return tallies["lives"].share("rewritten", "refined")


@over_tallies
def merged(tallies: Tallies) -> Share | None:
    """Share of the draft's thoughts that the refiner merged with others.

    In [0, 1]; None without a refiner.
    """
    return tallies["lives"].share("merged", "refined")


@over_tallies
def removed(tallies: Tallies) -> Share | None:
    """Share of the draft's thoughts that the refiner took out.

    In [0, 1]; None without a refiner.
    """
    return tallies["lives"].share("removed", "refined")


@over_tallies
def outcomes(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the draft's thoughts by what the refiner did with them.

    In [0, 1]; adds up to 1. Missing without a refiner.
    """
    return _split(tallies["lives"], OUTCOMES, "refined")


@over_tallies
def removals_by_reason(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the draft's thoughts that the refiner took out for a reason.

    In [0, 1]; the paper's four reasons (arXiv 2505.21784) add up to the removed.
    """
    return _split(tallies["lives"], REASONS, "refined")


@over_tallies
def removals_by_code(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the removals that name a defect.

    In [0, 1]; missing without a removal.
    """
    codes = tallies["codes"].totals("removed", "code")
    every = sum(codes.values())
    return {code: found for code, count in codes.items() if (found := share(count, every))}


@over_tallies
def removals_by_author(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of an author's thoughts in the draft that the refiner took out.

    In [0, 1]; missing without a refiner.
    """
    return tallies["lives"].shares("removed", "refined", by="author")


@over_tallies
def fates_by_author(tallies: Tallies) -> Mapping[Keys, Share]:
    """Share of an author's thoughts by their end: withdrawn, or what the refiner did.

    In [0, 1]; adds up to 1 over the ends of an author. Missing without a finished chain; without a refiner, thoughts
    that stand are kept.
    """
    fates = {fate: tallies["lives"].shares(f"fate_{fate}", "ended", by="author") for fate in FATES}
    return {(author, fate): found for fate, shares in fates.items() for author, found in shares.items()}


@over_transcripts
def length_ratio(course: Course) -> Share | None:
    """Thoughts in the finished chain for every thought in the draft.

    From 0; at most 1, since a finished thought comes from at least one. None without a refiner.
    """
    if course.chain is None or not course.refined:
        return None
    return share(len(course.chain), len(course.moments[-1].thoughts))


@over_transcripts
def decision_changed(course: Course) -> Share | None:
    """Share of refined records whose decision is not the draft's.

    In [0, 1]; should be 0, since the refiner may not decide. None without a refiner.
    """
    if not course.refined or not course.moments:
        return None
    return whether(course.final_decision != course.moments[-1].decision)


def _split(lives: Tally, words: Iterable[str], whole: str) -> dict[Key, Share]:
    found = {word: lives.share(word, whole) for word in words}
    return {word: one for word, one in found.items() if one}

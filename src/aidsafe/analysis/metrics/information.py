"""Information: what each turn adds, what is said twice, what gets lost on the way, and when nothing new comes.

Novelty and redundancy compare runs of three words (see `words.py`), so a paraphrase counts as new. Attrition goes by
thought id and by cited rule, and needs no words.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from aidsafe.analysis.counts.policies import new_rules
from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import Key, Share, Tallies, share, split, whether
from aidsafe.analysis.counts.texts import written
from aidsafe.analysis.counts.words import SAME, contained, content_words, count_words, grams
from aidsafe.analysis.courses.course import Course, changing
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "anchoring",
    "attrition",
    "attrition_by_round",
    "compression",
    "drops_by_seat",
    "echo",
    "focus_loss",
    "focus_recovery",
    "focus_steps",
    "focus_sum",
    "information_gain",
    "information_gain_by_round",
    "novelty",
    "novelty_by_round",
    "novelty_by_seat",
    "redundancy_after",
    "redundancy_before",
    "rule_attrition",
    "saturation",
    "total_attrition",
]


@over_tallies
def novelty(tallies: Tallies) -> Share | None:
    """How new the words of added and revised thoughts are.

    In [0, 1]: one less the largest overlap with any thought written before; the mean over thoughts. None without one.
    """
    return tallies["texts"].share("new", "written")


@over_tallies
def novelty_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """How new the words of a round's added and revised thoughts are.

    In [0, 1]; a round without one is missing.
    """
    return tallies["texts"].shares("new", "written", by="round")


@over_tallies
def novelty_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """How new the words of a seat's added and revised thoughts are.

    In [0, 1]; a seat without one is missing.
    """
    return tallies["texts"].shares("new", "written", by="seat")


@over_tallies
def information_gain(tallies: Tallies) -> Share | None:
    """Rules cited for the first time, a turn.

    A mean from 0; accepted edits only. None without a turn.
    """
    return tallies["finds"].share("rules", "turns")


@over_tallies
def information_gain_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Rules cited for the first time, a turn, by round.

    A mean from 0; added up over the rounds it is the cumulative curve.
    """
    return tallies["finds"].shares("rules", "turns", by="round")


@over_transcripts
def saturation(course: Course) -> float | None:
    """The last round that brought a thought or a rule that was not there before.

    In rounds from 0 (nothing beyond the seed); None without a turn.
    """
    if not course.steps:
        return None
    added = {step.round for step in changing(course) if "add" in [edit.op for edit in step.accepted]}
    return max(added.union([round for round, new in new_rules(course) if new]), default=0)


@over_transcripts
def redundancy_before(course: Course) -> Share | None:
    """Share of the draft's thoughts that say again what an earlier one says, before the refiner.

    In [0, 1]; again means that most of its runs of three words stand in one earlier thought. None without a thought.
    """
    return _redundancy(course.moments[-1].texts) if course.moments else None


@over_transcripts
def redundancy_after(course: Course) -> Share | None:
    """Share of the finished chain's thoughts that say again what an earlier one says.

    In [0, 1]; None without a finished chain.
    """
    return None if course.chain is None else _redundancy([thought.text for thought in course.chain])


@over_transcripts
def compression(course: Course) -> Share | None:
    """Words in the finished chain for every word of a thought ever written.

    From 0; at most 1 where nothing was rewritten at greater length. None without a finished chain.
    """
    if course.chain is None:
        return None
    seed = sum(map(count_words, course.moments[0].texts))
    later = sum(count_words(edit.text) for _, edit in written(course))
    return share(sum(count_words(thought.text) for thought in course.chain), seed + later)


@over_transcripts
def anchoring(course: Course) -> float | None:
    """Share of the finished chain's words that stood in the first draft, in runs of three.

    In [0, 1]; 1 means that the deliberation wrote nothing that lasted. None without a finished chain.
    """
    if not course.chain:
        return None
    seed = frozenset[str]().union(*map(grams, course.moments[0].texts))
    return contained(frozenset[str]().union(*(grams(thought.text) for thought in course.chain)), seed)


@over_transcripts
def echo(course: Course) -> Share | None:
    """How much a turn's reason repeats the reasons given before it.

    In [0, 1]: the largest overlap with any earlier reason; the mean over turns with a reason from the second on.
    """
    earlier: list[frozenset[str]] = []
    found: list[float] = []
    for step in course.steps:
        if said := grams(step.reason):
            if earlier:
                found.append(max(contained(said, other) for other in earlier))
            earlier.append(said)
    return share(sum(found), len(found))


@over_tallies
def attrition(tallies: Tallies) -> Share | None:
    """Share of all thoughts that were taken out before the deliberation ended.

    In [0, 1]; the seed's count too. None without a draft (arXiv 2606.03032).
    """
    return tallies["lives"].share("withdrawn", "thoughts")


@over_tallies
def attrition_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of the thoughts that came in a round and were taken out before the deliberation ended.

    In [0, 1]; round 0 is the seed.
    """
    return tallies["lives"].shares("withdrawn", "thoughts", by="round")


@over_tallies
def total_attrition(tallies: Tallies) -> Share | None:
    """Share of all thoughts that the finished chain does not hold, whoever took them out.

    In [0, 1]; None without a finished chain.
    """
    return tallies["lives"].share("lost", "ended")


@over_transcripts
def rule_attrition(course: Course) -> Share | None:
    """Share of the rules cited at the end of any round that the finished chain no longer cites.

    In [0, 1]; the loss of evidence and not of sentences. None without a citation or a finished chain.
    """
    if course.chain is None:
        return None
    cited = frozenset[tuple[str, str]]().union(*[moment.cited for moment in course.moments])
    kept = {(one.policy, one.rule) for thought in course.chain for one in thought.cited}
    return share(len(cited - kept), len(cited))


@over_tallies
def drops_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Thoughts of others that a seat took out, a turn.

    A mean from 0: finds the seat behind the attrition.
    """
    return split(tallies["drops"].totals("taken", "seat"), tallies["steps"].totals("turns", "seat"))


@over_transcripts
def focus_sum(course: Course) -> float | None:
    """How far the draft moved towards the query's own words, from the seed to the last round.

    In [-1, 1]: the share of the query's longer words that the draft holds, at the end less at the beginning. It stands
    in for the judge's score in the sum of FOCUS (arXiv 2502.19559). None without a turn or such words.
    """
    steps = _focus(course)
    return sum(steps) if steps else None


@over_transcripts
def focus_loss(course: Course) -> Share | None:
    """Share of deliberations with a round that moved the draft away from the query's own words.

    In [0, 1] (problem drift, arXiv 2502.19559). None without a turn or such words.
    """
    steps = _focus(course)
    return whether(min(steps) < 0) if steps else None


@over_transcripts
def focus_recovery(course: Course) -> Share | None:
    """Share of deliberations that moved away from the query's words and came back all the way.

    In [0, 1]; of those that moved away (arXiv 2502.19559).
    """
    steps = _focus(course)
    return whether(sum(steps) >= -_HAIR) if steps and min(steps) < 0 else None


def focus_steps(scores: Sequence[float]) -> tuple[float, ...]:
    """FOCUS of every round: its score less that of the round before (arXiv 2502.19559)."""
    return tuple(after - before for before, after in pairwise(scores))


_HAIR = 1e-9


def _focus(course: Course) -> tuple[float, ...]:
    asked = content_words(course.text)
    if not asked:
        return ()
    held = (frozenset[str]().union(*map(content_words, moment.texts)) for moment in course.moments)
    return focus_steps([len(asked & words) / len(asked) for words in held])


def _redundancy(texts: Sequence[str]) -> Share | None:
    earlier: list[frozenset[str]] = []
    again = 0
    for text in texts:
        said = grams(text)
        again += any(contained(said, other) >= SAME for other in earlier)
        earlier.append(said)
    return share(again, len(texts))

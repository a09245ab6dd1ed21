"""Policies: which of them, and which of their rules, are cited from round to round and at the end."""

from collections.abc import Iterable, Iterator, Sequence

from aidsafe.analysis.counts.tally import Counts, Table
from aidsafe.analysis.courses.course import Cited, Course, shared

__all__ = ["FINDS", "FIRST_CITATIONS", "FRESH", "POLICIES", "POLICY_ROUNDS", "cited_at_last", "new_rules"]


@shared
def cited_at_last(course: Course) -> Sequence[Cited]:
    """What the finished chain cites."""
    return [one for thought in course.chain or () for one in thought.cited]


@shared
def new_rules(course: Course) -> Sequence[tuple[int, int]]:
    """The round of every turn, and how many rules it was the first to cite."""
    known = set(course.moments[0].cited) if course.moments else set[tuple[str, str]]()
    found = []
    for step in course.steps:
        before = len(known)
        for edit in step.accepted:
            if edit.cited:
                known.update([(one.policy, one.rule) for one in edit.cited])
        found.append((step.round, len(known) - before))
    return found


@shared
def _ever(course: Course) -> list[str]:
    """The policies cited at the end of any round, in order of their names."""
    return sorted({policy for moment in course.moments for policy, _ in moment.cited})


def _covered(course: Course) -> Iterator[tuple[str, bool]]:
    """The policies ever cited, and whether the finished chain cites them with a real quote."""
    if course.chain is not None:
        kept = {one.policy for one in cited_at_last(course) if one.verified}
        for policy in _ever(course):
            yield policy, policy in kept


def _held(course: Course) -> Iterator[tuple[str, int, bool]]:
    """The policies ever cited, round by round, and whether the draft cites them with a real quote."""
    ever = _ever(course)
    for moment in course.moments:
        cited = {policy for policy, _ in moment.verified}
        for policy in ever:
            yield policy, moment.round, policy in cited


def _fresh(course: Course) -> Iterator[tuple[int, int]]:
    """Each round, and the rules that the draft cites with a real quote for the first time at its end."""
    known = course.moments[0].verified if course.moments else frozenset()
    for moment in course.moments[1:]:
        yield moment.round, len(moment.verified - known)
        known |= moment.verified


def _firsts(course: Course) -> Iterable[tuple[str, int]]:
    """The policies that the draft cites with a real quote, and the first round at whose end it does."""
    rounds: dict[str, int] = {}
    for moment in course.moments:
        for policy, _ in moment.verified:
            rounds.setdefault(policy, moment.round)
    return rounds.items()


FINDS = Table(
    "finds",
    ("round",),
    of=new_rules,
    key=lambda found: found[:1],
    counts=Counts(("turns", "rules"), lambda found: (1, found[1])),
)

POLICIES = Table(
    "policies",
    ("policy",),
    of=_covered,
    key=lambda one: one[:1],
    counts=Counts(("ever", "covered"), lambda one: (1, one[1])),
)

POLICY_ROUNDS = Table(
    "policy_rounds",
    ("policy", "round"),
    of=_held,
    key=lambda one: one[:2],
    counts=Counts(("ever", "cited"), lambda one: (1, one[2])),
)

FIRST_CITATIONS = Table(
    "first_citations",
    ("policy",),
    of=_firsts,
    key=lambda one: one[:1],
    counts=Counts(("found", "round"), lambda one: (1, one[1])),
)

FRESH = Table(
    "fresh_rules",
    ("round",),
    of=_fresh,
    key=lambda one: one[:1],
    counts=Counts(("rules",), lambda one: (one[1],)),
)

"""Counting: every table that metrics read, and the tallies of a transcript."""

from collections.abc import Sequence

from aidsafe.analysis.metrics import (
    conformity,
    convergence,
    cost,
    decisions,
    information,
    participation,
    policy,
    refiner,
    reliability,
)
from aidsafe.analysis.metrics.course import Course
from aidsafe.analysis.metrics.decisions import LABELS, Labels
from aidsafe.analysis.metrics.tally import AnyTable, Table, Tallies, joined

__all__ = ["TABLES", "tables", "tallies_of"]

STEPS = Table(
    "steps",
    ("seat", "round"),
    of=lambda course: course.steps,
    key=lambda step: (step.seat, step.round),
    counts=joined(convergence.STEP_COUNTS, joined(conformity.STEP_COUNTS, participation.STEP_COUNTS)),
)

LIVES = Table(
    "lives",
    ("author", "round"),
    of=lambda course: course.lives,
    key=lambda life: (life.author, life.round),
    counts=joined(information.LIFE_COUNTS, joined(policy.LIFE_COUNTS, refiner.LIFE_COUNTS)),
)

CALLS = Table(
    "calls",
    ("speaker", "round", "model"),
    of=lambda course: course.charges,
    key=lambda call: (call.speaker, call.round, call.model),
    counts=joined(cost.CALL_COUNTS, reliability.CALL_COUNTS),
)

TABLES: tuple[AnyTable, ...] = (
    STEPS,
    LIVES,
    CALLS,
    convergence.ROUNDS,
    convergence.ENDINGS,
    convergence.LEFT,
    conformity.MAJORITIES,
    participation.PLACES,
    participation.HANDOVERS,
    information.TEXTS,
    information.FINDS,
    information.DROPS,
    policy.CITATIONS,
    policy.POLICIES,
    policy.POLICY_ROUNDS,
    policy.FIRST_CITATIONS,
    decisions.MOMENTS,
    decisions.FINALS,
    refiner.CODES,
    reliability.FAILURES,
    cost.CALLED,
    policy.FRESH,
)


def tables(labels: Labels = LABELS) -> tuple[AnyTable, ...]:
    """Every table; `labels` says where a query's label stands."""
    return (*TABLES, decisions.benign_moments(labels))


def tallies_of(course: Course, *, of: Sequence[AnyTable] | None = None) -> Tallies:
    """What there is to count in a course, in all tables or in some."""
    return Tallies({table.name: table.tally(table.rows(course)) for table in of or tables()})

"""All tables, and the tallies of a transcript in them."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar

from aidsafe.analysis.counts.ballots import MAJORITIES
from aidsafe.analysis.counts.calls import CALLED, CALLS
from aidsafe.analysis.counts.decisions import FINALS, LABELS, MOMENTS, Labels, benign_moments
from aidsafe.analysis.counts.lives import CITATIONS, CODES, DROPS, LIVES
from aidsafe.analysis.counts.policies import FINDS, FIRST_CITATIONS, FRESH, POLICIES, POLICY_ROUNDS
from aidsafe.analysis.counts.rounds import ENDINGS, LEFT, ROUNDS
from aidsafe.analysis.counts.steps import FAILURES, HANDOVERS, PLACES, STEPS
from aidsafe.analysis.counts.tally import AnyTable, Tallies
from aidsafe.analysis.counts.texts import TEXTS
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.told import Told, course_of

__all__ = ["TABLES", "Counted", "over_tallies", "tables", "tallies_of"]

T = TypeVar("T")

Counted = Told | Tallies
"""A transcript, its course, or the tallies of as many as you like."""

TABLES: tuple[AnyTable, ...] = (
    STEPS,
    LIVES,
    CALLS,
    ROUNDS,
    ENDINGS,
    LEFT,
    MAJORITIES,
    PLACES,
    HANDOVERS,
    TEXTS,
    FINDS,
    DROPS,
    CITATIONS,
    POLICIES,
    POLICY_ROUNDS,
    FIRST_CITATIONS,
    MOMENTS,
    FINALS,
    CODES,
    FAILURES,
    CALLED,
    FRESH,
)


def tables(labels: Labels = LABELS) -> tuple[AnyTable, ...]:
    """Every table; `labels` says where a query's label stands."""
    return (*TABLES, benign_moments(labels))


def tallies_of(course: Course, *, of: Sequence[AnyTable] | None = None) -> Tallies:
    """What there is to count in a course, in all tables or in some."""
    return Tallies({table.name: table.tally(table.rows(course)) for table in of or tables()})


def over_tallies(read: Callable[[Tallies], T]) -> Callable[[Counted], T]:
    """Let a function of tallies take a transcript or its course as well."""

    @wraps(read)
    def reading(counted: Counted) -> T:
        return read(counted if isinstance(counted, Tallies) else tallies_of(course_of(counted)))

    return reading

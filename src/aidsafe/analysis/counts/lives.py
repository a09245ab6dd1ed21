"""Lives: what became of every thought, what it cites, who took it out, and what the refiner did with it."""

from typing import NamedTuple, TypeVar, get_args

from aidsafe.analysis.counts.tally import Counts, Table, once
from aidsafe.analysis.courses.course import Course
from aidsafe.core.records import OutcomeKind, RemovalReason

__all__ = ["CITATIONS", "CODES", "DROPS", "FATES", "LIVES", "OUTCOMES", "REASONS"]

W = TypeVar("W")

OUTCOMES: tuple[OutcomeKind, ...] = get_args(OutcomeKind)
REASONS: tuple[RemovalReason, ...] = get_args(RemovalReason)

FATES: tuple[str, ...] = (*OUTCOMES, "withdrawn")
"""What can become of a thought."""


class _End(NamedTuple):
    """How a thought ended, and what it cites."""

    author: str
    round: int
    citations: int
    verified: int
    outcome: OutcomeKind | None
    reason: RemovalReason | None
    withdrawn: tuple[str, int] | None
    survives: bool | None


def _count(end: _End) -> tuple[float, ...]:
    """Whether it lasted, its outcome, the reason it was removed for, and its fate."""
    fate = "withdrawn" if end.withdrawn else end.outcome or "kept"
    return (
        1,
        end.withdrawn is not None,
        end.survives is not None,
        end.survives is True,
        end.survives is False,
        end.outcome is not None,
        *_ONE_OUTCOME[end.outcome],
        *_ONE_REASON[end.reason],
        *(_ONE_FATE[fate] if end.survives is not None else _NO_FATE),
        end.citations,
        end.verified,
    )


def _ends(course: Course) -> list[_End]:
    return [
        _End(
            life.author,
            life.round,
            len(life.cited),
            sum([one.verified for one in life.cited]) if life.cited else 0,
            life.outcome,
            life.reason,
            life.withdrawn,
            life.survives,
        )
        for life in course.lives
    ]


def _one_of(words: tuple[W, ...]) -> dict[W, tuple[int, ...]]:
    """A 1 in the place of each word; nothing has no place."""
    return {word: tuple(int(other == word) for other in words if other is not None) for word in words}


_ONE_OUTCOME = _one_of((None, *OUTCOMES))
_ONE_REASON = _one_of((None, *REASONS))
_ONE_FATE = _one_of(FATES)
_NO_FATE = (0,) * len(FATES)

LIVES = Table(
    "lives",
    ("author", "round"),
    of=_ends,
    key=lambda end: (end.author, end.round),
    counts=Counts(
        (
            *("thoughts", "withdrawn", "ended", "survived", "lost", "refined"),
            *OUTCOMES,
            *REASONS,
            *(f"fate_{fate}" for fate in FATES),
            *("citations", "verified"),
        ),
        _count,
    ),
)

CITATIONS = Table(
    "citations",
    ("policy",),
    of=lambda course: [(one.policy, one.verified) for life in course.lives for one in life.cited],
    key=lambda one: one[:1],
    counts=Counts(("citations", "verified"), lambda one: (1, one[1])),
)

DROPS: Table[str] = Table(
    "drops",
    ("seat",),
    of=lambda course: [
        life.withdrawn[0] for life in course.lives if life.withdrawn and life.withdrawn[0] != life.author
    ],
    key=lambda seat: (seat,),
    counts=once("taken"),
)

CODES: Table[str] = Table(
    "codes",
    ("code",),
    of=lambda course: [life.code for life in course.lives if life.outcome == "removed" and life.code],
    key=lambda code: (code,),
    counts=once("removed"),
)

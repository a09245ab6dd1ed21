"""Calls: their tokens, cost and time, and what had to be repaired, asked again or given up."""

from operator import attrgetter
from typing import Any, NamedTuple

from aidsafe.analysis.counts.tally import Counts, Sizes, Table, once
from aidsafe.analysis.courses.course import Course
from aidsafe.core.records import CallOutcome, Finish

__all__ = ["CALLED", "CALLS"]


class _Way(NamedTuple):
    """Who made a call, and how it went."""

    speaker: str
    round: int
    model: str
    outcome: CallOutcome
    finish: Finish
    attempts: int
    followed: bool
    switched: bool


def _count(shown: tuple[Any, ...]) -> tuple[float, ...]:
    call = _Way._make(shown)
    outcome, finish = call.outcome, call.finish
    return (
        1,
        call.followed and outcome != "accepted",
        outcome == "invalid",
        call.attempts - 1,
        finish == "length" or outcome == "truncated",
        outcome == "refused",
        finish == "content_filter" or outcome == "filtered",
        not call.followed,
        call.switched,
    )


def _measured(course: Course) -> list[tuple[float, ...]]:
    return [
        (
            call.prompt,
            call.cached,
            call.completion,
            call.prompt + call.completion,
            call.cost or 0.0,
            call.cost is not None,
            call.seconds,
        )
        for call in course.charges
    ]


_shown = attrgetter(*_Way._fields)

CALLS = Table(
    "calls",
    ("speaker", "round", "model"),
    of=lambda course: map(_shown, course.charges),
    key=lambda shown: shown[:3],
    counts=Counts(
        (
            *("calls", "repaired", "invalid", "retries"),
            *("truncated", "refused", "filtered", "replies", "switched"),
        ),
        _count,
    ),
    sizes=Sizes(("prompt", "cached", "completion", "tokens", "cost", "priced", "seconds"), _measured),
)

CALLED = Table(
    "called",
    (),
    of=lambda course: ((),) if course.charges else (),
    key=lambda _: (),
    counts=once("queries"),
)

"""Calls: their tokens, cost and time, and what had to be repaired, asked again or given up."""

from typing import NamedTuple

from aidsafe.analysis.counts.tally import Counts, Table, joined, once, remembered
from aidsafe.analysis.courses.course import Charge
from aidsafe.core.records import CallOutcome, Finish

__all__ = ["CALLED", "CALLS"]


class _Way(NamedTuple):
    """How a call went."""

    outcome: CallOutcome
    finish: Finish
    attempts: int
    followed: bool
    switched: bool


def _count_way(call: _Way) -> tuple[float, ...]:
    outcome, finish = call.outcome, call.finish
    return (
        call.followed and outcome != "accepted",
        outcome == "invalid",
        call.attempts - 1,
        finish == "length" or outcome == "truncated",
        outcome == "refused",
        finish == "content_filter" or outcome == "filtered",
        not call.followed,
        call.switched,
    )


def _count_spent(call: Charge) -> tuple[float, ...]:
    prompt, completion, cost = call.prompt, call.completion, call.cost
    return (1, prompt, call.cached, completion, prompt + completion, cost or 0.0, cost is not None, call.seconds)


_SPENT = Counts(("calls", "prompt", "cached", "completion", "tokens", "cost", "priced", "seconds"), _count_spent)
_WAYS: Counts[Charge] = Counts(
    ("repaired", "invalid", "retries", "truncated", "refused", "filtered", "replies", "switched"),
    remembered(_Way, _count_way),
)

CALLS = Table(
    "calls",
    ("speaker", "round", "model"),
    of=lambda course: course.charges,
    key=lambda call: (call.speaker, call.round, call.model),
    counts=joined(_SPENT, _WAYS),
)

CALLED = Table(
    "called",
    (),
    of=lambda course: (course,) if course.charges else (),
    key=lambda _: (),
    counts=once("queries"),
)

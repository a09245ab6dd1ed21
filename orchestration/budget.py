"""Budgets as arithmetic: what calls need at the most, what is left, and which limit stands in the way.

Every call is bounded before it is sent. Tokens of a prompt are bounded by its bytes, or, where that is too strict, by
the dearest tokens-a-byte rate this query has seen, with a margin.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aidsafe.core.records import Call, Ending, Usage, Value
from aidsafe.models.metering import Bound
from aidsafe.models.pricing import cost_usd
from aidsafe.orchestration.protocol import Amount, Count, QueryBudget

__all__ = [
    "MARGIN",
    "NOTHING",
    "Needs",
    "RunBudget",
    "budget_ending",
    "needs_of",
    "overdraft",
    "share_of",
    "tokens_a_byte",
]

MARGIN = 1.2
"""A learned tokens-a-byte rate is raised by this before it bounds a prompt."""

Short = tuple[Ending, dict[str, float]]
"""A limit that stands in the way, and the numbers that say so."""


class RunBudget(Value):
    """What the whole run may take. `seconds` are of the clock, summed over sittings.

    `strict` bounds every prompt by its bytes; without it a learned rate is used, and the limit may be passed by a hair.
    """

    calls: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    usd: Amount | None = None
    seconds: Amount | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """The most that some calls can take."""

    calls: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: "Needs") -> "Needs":
        """Both together."""
        return Needs(
            self.calls + other.calls,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
            self.usd + other.usd,
        )

    def __sub__(self, other: "Needs") -> "Needs":
        """This without the other."""
        return self + Needs(-other.calls, -other.completion_tokens, -other.total_tokens, -other.usd)


NOTHING = Needs()


def tokens_a_byte(calls: Iterable[Call], *, strict: bool) -> float:
    """A bound on prompt tokens for each prompt byte: 1, or the dearest rate seen with a margin, whichever is less."""
    if strict:
        return 1.0
    rates = [call.prompt_tokens / call.prompt_bytes for call in calls if call.prompt_bytes and call.prompt_tokens]
    return min(1.0, max(rates) * MARGIN) if rates else 1.0


def needs_of(bound: Bound, *, rate: float) -> Needs:
    """What one call can take, given tokens a byte."""
    prompt, completion = int(bound.prompt_bytes * rate) + 1, bound.completion_tokens
    price = bound.settings.price
    usd = 0.0 if price is None else cost_usd(price, prompt=prompt, cached=0, completion=completion)
    return Needs(1, completion, prompt + completion, usd)


def overdraft(budget: QueryBudget, usage: Usage, needs: Needs) -> Short | None:
    """The first limit that what was spent and what is needed would pass together; None if all are kept."""
    for ending, limit, spent, needed in _limits(budget, usage, needs):
        if spent + needed > limit:
            return ending, {"spent": spent, "needed": needed, "limit": limit}
    return None


def budget_ending(budget: QueryBudget, usage: Usage, needs: Needs) -> Short | None:
    """The first limit that leaves no room for what is needed next, or is used up already; None if there is room."""
    for ending, limit, spent, needed in _limits(budget, usage, needs):
        if spent >= limit or spent + needed > limit:
            return ending, {"spent": spent, "needed": needed, "limit": limit}
    # Latency cannot be bounded beforehand, so time is over when it is used up.
    if budget.seconds is not None and usage.seconds >= budget.seconds:
        return "budget.time", {"spent": usage.seconds, "limit": budget.seconds}
    return None


def share_of(budget: QueryBudget, usage: Usage, first: Needs, *, reserved: Needs, seats: int) -> QueryBudget:
    """What one of several seats may take: its first call, and an equal part of what nothing is reserved for."""

    def part(limit: int | None, spent: int, aside: int, own: int) -> int | None:
        return None if limit is None else own + max(limit - spent - aside, 0) // seats

    usd = budget.usd
    if usd is not None:
        usd = first.usd + max(usd - (usage.cost_usd or 0.0) - reserved.usd, 0.0) / seats
    return QueryBudget.model_construct(
        calls=part(budget.calls, usage.calls, reserved.calls, first.calls),
        completion_tokens=part(
            budget.completion_tokens, usage.completion_tokens, reserved.completion_tokens, first.completion_tokens
        ),
        total_tokens=part(budget.total_tokens, usage.total_tokens, reserved.total_tokens, first.total_tokens),
        usd=usd,
    )


def _limits(budget: QueryBudget, usage: Usage, needs: Needs) -> Iterator[tuple[Ending, float, float, float]]:
    """Every limit that is set: the ending it stands for, the limit, what was spent of it, what is needed."""
    if budget.calls is not None:
        yield "budget.calls", budget.calls, usage.calls, needs.calls
    if budget.completion_tokens is not None:
        yield "budget.tokens", budget.completion_tokens, usage.completion_tokens, needs.completion_tokens
    if budget.total_tokens is not None:
        yield "budget.tokens", budget.total_tokens, usage.total_tokens, needs.total_tokens
    if budget.usd is not None:
        yield "budget.cost", budget.usd, usage.cost_usd or 0.0, needs.usd

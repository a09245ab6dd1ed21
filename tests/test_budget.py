"""Budgets are arithmetic: what is needed at the most, what was spent, which limit stands in the way."""

import pytest
from building import call
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aidsafe.core.records import Ending, Usage
from aidsafe.models.metering import Bound
from aidsafe.models.settings import ModelSettings, Price
from aidsafe.orchestration.budget import (
    NOTHING,
    Needs,
    RunBudget,
    budget_ending,
    needs_of,
    overdraft,
    share_of,
    tokens_a_byte,
)
from aidsafe.orchestration.protocol import QueryBudget

SPENT = Usage(calls=3, prompt_tokens=70, completion_tokens=30, cost_usd=0.75, seconds=9.0)
NEEDS = Needs(calls=1, completion_tokens=10, total_tokens=20, usd=0.25)


def test_needs_add_up() -> None:
    """Needs are sums, and nothing is nothing."""
    assert Needs(2, 20, 40, 0.5) == NEEDS + NEEDS
    assert NOTHING == NEEDS - NEEDS
    assert NEEDS == NOTHING + NEEDS


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (QueryBudget(), None),
        (QueryBudget(calls=4), None),
        (QueryBudget(calls=3), "budget.calls"),
        (QueryBudget(completion_tokens=40), None),
        (QueryBudget(completion_tokens=39), "budget.tokens"),
        (QueryBudget(total_tokens=120), None),
        (QueryBudget(total_tokens=119), "budget.tokens"),
        (QueryBudget(usd=1.0), None),
        (QueryBudget(usd=0.99), "budget.cost"),
        (QueryBudget(seconds=9.5), None),
        (QueryBudget(calls=1, total_tokens=1), "budget.calls"),
    ],
)
def test_the_first_limit_that_would_be_passed(budget: QueryBudget, reason: Ending | None) -> None:
    """What was spent and what is needed are weighed together, in a fixed order."""
    for weigh in (overdraft, budget_ending):
        short = weigh(budget, SPENT, NEEDS)
        assert reason == (short[0] if short else None)


def test_the_numbers_say_why() -> None:
    """Spent, needed, and the limit they do not fit under."""
    expected = ("budget.tokens", {"spent": 100, "needed": 20, "limit": 110})

    assert expected == budget_ending(QueryBudget(total_tokens=110), SPENT, NEEDS)


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (QueryBudget(calls=3), "budget.calls"),
        (QueryBudget(completion_tokens=30), "budget.tokens"),
        (QueryBudget(total_tokens=100), "budget.tokens"),
        (QueryBudget(usd=0.75), "budget.cost"),
        (QueryBudget(seconds=9), "budget.time"),
        (QueryBudget(seconds=9.1), None),
    ],
)
def test_a_budget_used_up_to_the_last_ends_the_deliberation(budget: QueryBudget, reason: Ending | None) -> None:
    """Nothing more is begun, but what costs nothing more may still be done."""
    short = budget_ending(budget, SPENT, NOTHING)

    assert reason == (short[0] if short else None)
    assert overdraft(budget, SPENT, NOTHING) is None


def test_time_ends_a_deliberation_and_forbids_no_call() -> None:
    """A slow deliberation is still refined."""
    assert overdraft(QueryBudget(seconds=1), SPENT, NEEDS) is None


def test_an_unknown_cost_is_not_held_against_a_query() -> None:
    """A recipe with a budget in dollars has a price for every model, so this is for calls made under another one."""
    assert overdraft(QueryBudget(usd=1.0), Usage(cost_usd=None), NEEDS) is None


def test_a_call_needs_its_prompt_and_its_longest_answer() -> None:
    """Tokens by bytes and rate, dollars by the price of a prompt that no cache has seen."""
    settings = ModelSettings(price=Price(prompt=1.0, completion=2.0, cached=0.1))

    assert Needs(1, 50, 251, 0.0) == needs_of(Bound(200, 50, ModelSettings()), rate=1.0)
    assert Needs(1, 50, 111, 0.0) == needs_of(Bound(200, 50, ModelSettings()), rate=0.3)
    assert 0.000301 == pytest.approx(needs_of(Bound(200, 50, settings), rate=1.0).usd)


@pytest.mark.parametrize(
    ("prompts", "strict", "expected"),
    [
        ([], False, 1.0),
        ([(10, 40)], False, 0.3),
        ([(10, 40), (20, 40)], False, 0.6),
        ([(40, 40)], False, 1.0),
        ([(10, 40)], True, 1.0),
        ([(0, 40), (10, 0)], False, 1.0),
    ],
)
def test_tokens_a_byte_are_learned_unless_strict(
    prompts: list[tuple[int, int]], expected: float, *, strict: bool
) -> None:
    """The dearest rate seen, a fifth on top, never more than a token a byte."""
    calls = [call(prompt=tokens, prompt_bytes=size) for tokens, size in prompts]

    assert expected == pytest.approx(tokens_a_byte(calls, strict=strict))


@given(size=st.integers(0, 10**6), rate=st.floats(0.01, 1.0), most=st.integers(1, 10**5))
def test_a_bound_is_never_below_what_it_bounds(size: int, rate: float, most: int) -> None:
    """Rounding is always up."""
    needs = needs_of(Bound(size, most, ModelSettings()), rate=rate)

    assert needs.total_tokens - needs.completion_tokens >= size * rate
    assert needs.completion_tokens == most


def test_a_run_budget_holds_positive_limits() -> None:
    """Nothing and infinity are no limits."""
    assert not RunBudget().strict
    for wrong in ({"calls": 0}, {"usd": float("inf")}, {"seconds": -1}, {"rounds": 3}):
        with pytest.raises(ValidationError, match="1 validation error"):
            RunBudget.model_validate(wrong)


@pytest.mark.parametrize("limit", [None, 30])
def test_a_share_is_the_first_call_and_a_part_of_what_is_free(limit: int | None) -> None:
    """Twenty of thirty calls are free beside three spent and seven reserved; two seats halve them."""
    budget = QueryBudget(calls=limit, usd=None if limit is None else 3.0)
    reserved = Needs(calls=7, usd=0.25)
    share = share_of(budget, Usage(calls=3, cost_usd=0.75), Needs(calls=1, usd=0.5), reserved=reserved, seats=2)

    assert (None, None) == (share.calls, share.usd) if limit is None else (11, 1.5) == (share.calls, share.usd)

"""The run's purse: what is out is set aside, what comes back is counted, and no limit is ever passed."""

from collections.abc import Mapping

import anyio
import pytest
from anyio.lowlevel import checkpoint
from building import call
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.core.chance import pick
from aidsafe.core.errors import BudgetSpent
from aidsafe.core.records import Call, Usage
from aidsafe.models.metering import Bound
from aidsafe.models.settings import ModelSettings, Price
from aidsafe.orchestration.budget import Needs, RunBudget
from aidsafe.orchestration.purse import Purse

PRICED = ModelSettings(price=Price(prompt=1.0, completion=2.0))


def bound(prompt_bytes: int = 99, completion: int = 100) -> Bound:
    """A call of at most 200 tokens."""
    return Bound(prompt_bytes, completion, PRICED)


def purse(limits: Mapping[str, float] | None = None, *, spent: Usage | None = None, **more: float) -> Purse:
    """A strict purse with these limits."""
    budget = RunBudget.model_validate({"strict": True, **(limits or {}), **more})
    return Purse(budget, spent=spent or Usage(), clock=lambda: 0.0)


def took(bounded: Bound, share: float = 1.0) -> Call:
    """A call that used this share of what it might."""
    prompt, completion = int(bounded.prompt_bytes * share), int(bounded.completion_tokens * share)
    usd = (prompt * 1.0 + completion * 2.0) / 1_000_000
    return call(prompt=prompt, completion=completion, usd=usd, prompt_bytes=bounded.prompt_bytes)


@pytest.mark.parametrize("limit", [{}, {"calls": 1}, {"completion_tokens": 1}, {"usd": 0.1}, {"seconds": 1}])
def test_a_purse_knows_whether_it_is_limited(limit: dict[str, float]) -> None:
    """Without any limit nobody has to ask."""
    assert bool(limit) == purse(limit).limited


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"calls": 1}, "calls: 2 of 1"),
        ({"completion_tokens": 150}, "completion_tokens: 200 of 150"),
        ({"total_tokens": 300}, "total_tokens: 399 of 300"),
        ({"usd": 0.0004}, "usd: 0.000599 of 0.0004"),
    ],
)
async def test_what_will_never_fit_is_refused(limit: dict[str, float], says: str) -> None:
    """The first call fits; with what it took the second does not, and nothing is out that could come back."""
    held = purse(limit)
    first = await held.reserve("q1", bound())
    held.settle("q1", first, took(bound()))

    with pytest.raises(BudgetSpent, match=says):
        await held.reserve("q2", bound())
    assert held.refused


async def test_what_earlier_sittings_spent_counts() -> None:
    """A resumed run goes on with what is left."""
    held = purse(calls=3, spent=Usage(calls=3))

    with pytest.raises(BudgetSpent, match="calls: 4 of 3"):
        await held.reserve("q1", bound())


async def test_a_call_waits_while_something_may_come_back() -> None:
    """The first took less than it might have, so the second fits after all."""
    held = purse(total_tokens=300)
    first = await held.reserve("q1", bound())
    async with anyio.create_task_group() as group:
        group.start_soon(held.reserve, "q2", bound())
        await checkpoint()
        held.settle("q1", first, took(bound(), share=0.2))

    assert not held.refused


async def test_a_waiting_call_is_refused_once_nothing_is_out() -> None:
    """What came back was not enough."""
    held = purse(total_tokens=300)
    first = await held.reserve("q1", bound())
    refusals: list[str] = []

    async def second() -> None:
        with pytest.raises(BudgetSpent) as caught:
            await held.reserve("q2", bound())
        refusals.append(str(caught.value))

    async with anyio.create_task_group() as group:
        group.start_soon(second)
        await checkpoint()
        assert [] == refusals
        held.settle("q1", first, took(bound()))

    assert ["the run budget cannot cover another call (total_tokens: 399 of 300)"] == refusals


async def test_a_failed_call_gives_everything_back() -> None:
    """What was set aside and not spent can be set aside again."""
    held = purse(calls=1)
    held.settle("q1", await held.reserve("q1", bound()), None)

    assert 1 == (await held.reserve("q1", bound())).calls


async def test_time_is_over_when_it_is_over() -> None:
    """Earlier sittings' seconds count; nobody waits for time to come back."""
    now = [0.0]
    held = Purse(RunBudget(seconds=10), spent=Usage(), clock=lambda: now[0], seconds_before=4)
    reserved = await held.reserve("q1", bound())
    now[0] = 6.0

    assert not held.begin("q2")
    with pytest.raises(BudgetSpent, match="seconds: 10 are over"):
        await held.reserve("q1", bound())
    held.settle("q1", reserved, None)


async def test_without_strict_the_dearest_rate_is_learned() -> None:
    """A prompt of 40 tokens in 99 bytes bounds the next at a fifth more than that."""
    held = Purse(RunBudget(total_tokens=10_000), spent=Usage(), clock=lambda: 0.0)
    first = await held.reserve("q1", bound())
    held.settle("q1", first, call(prompt=40, completion=1, prompt_bytes=99))
    second = await held.reserve("q1", bound())

    assert (200, 148) == (first.total_tokens, second.total_tokens)


def test_a_query_begins_while_those_begun_can_finish() -> None:
    """Three calls a query are expected: ten calls carry three queries."""
    held = Purse(RunBudget(calls=10), spent=Usage(), expected=Needs(calls=3), clock=lambda: 0.0)

    assert [True, True, True, False] == [held.begin(number) for number in range(4)]


async def test_what_is_out_counts_once() -> None:
    """A call under way is part of what its query is expected to take, not on top of it."""
    held = Purse(RunBudget(calls=6), spent=Usage(), expected=Needs(calls=3), clock=lambda: 0.0)
    assert held.begin("q1")
    await held.reserve("q1", bound())

    assert held.begin("q2")


async def test_a_finished_query_teaches_what_the_next_may_take() -> None:
    """The first took two calls of four, so a second may begin and a third may not."""
    held = purse(calls=5)
    assert held.begin("q1")
    for _ in range(2):
        held.settle("q1", await held.reserve("q1", bound()), took(bound()))
    held.end("q1", completed=True)

    assert [True, False] == [held.begin("q2"), held.begin("q3")]


async def test_a_suspended_query_teaches_nothing() -> None:
    """It may have been stopped anywhere."""
    held = purse(calls=4)
    assert held.begin("q1")
    held.settle("q1", await held.reserve("q1", bound()), took(bound()))
    held.end("q1", completed=False)

    assert [True] * 9 == [held.begin(number) for number in range(9)]


async def test_a_query_waits_while_others_may_leave_room() -> None:
    """The first took less than was expected, so the second begins after it; the third would never."""
    held = Purse(RunBudget(calls=3), spent=Usage(), expected=Needs(calls=3), clock=lambda: 0.0)
    began: list[bool] = [await held.admit("q1")]

    async def waiting(query: str) -> None:
        began.append(await held.admit(query))

    async with anyio.create_task_group() as group:
        group.start_soon(waiting, "q2")
        await anyio.wait_all_tasks_blocked()
        assert [True] == began
        held.end("q1", completed=True)
    held.settle("q2", await held.reserve("q2", bound()), took(bound()))
    held.end("q2", completed=False)

    assert [True, True, False] == [*began, await held.admit("q3")]
    assert held.refused


async def test_enough_finished_queries_teach_better_than_the_guess() -> None:
    """Eight that took one call each: then a query is expected to take one, not nine."""
    held = Purse(RunBudget(calls=20), spent=Usage(), expected=Needs(calls=9), clock=lambda: 0.0)
    for number in range(8):
        assert held.begin(number)
        held.settle(number, await held.reserve(number, bound()), took(bound()))
        held.end(number, completed=True)

    assert [True] * 12 == [held.begin(number) for number in range(20, 32)]


def test_without_limits_every_query_begins() -> None:
    """There is nothing to run out of."""
    assert all(purse().begin(number) for number in range(100))


LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "calls": st.integers(1, 30),
        "completion_tokens": st.integers(1, 3000),
        "total_tokens": st.integers(1, 6000),
        "usd": st.floats(0.0001, 0.01),
    },
)


@given(limits=LIMITS, seed=st.integers(0, 10**6), workers=st.integers(1, 8))
@settings(max_examples=60)
def test_no_limit_is_ever_passed(limits: dict[str, float], seed: int, workers: int) -> None:
    """Many calls at once, in any order, each taking up to all it may, some failing: strict limits are kept."""
    spent: list[Call] = []
    anyio.run(spend, purse(limits), spent, seed, workers)
    usage = Usage().plus(*spent)

    assert usage.calls <= limits.get("calls", usage.calls)
    assert usage.completion_tokens <= limits.get("completion_tokens", usage.completion_tokens)
    assert usage.total_tokens <= limits.get("total_tokens", usage.total_tokens)
    assert (usage.cost_usd or 0) <= limits.get("usd", 1) * (1 + 1e-9)


async def spend(held: Purse, spent: list[Call], seed: int, workers: int) -> None:
    """Let workers call until their money or their turns are over, interleaved by the seed."""

    async def work(worker: int) -> None:
        for turn in range(6):
            bounded = bound(pick((50, 99, 200), seed, worker, turn), pick((10, 100, 300), seed, turn, worker))
            try:
                needs = await held.reserve(worker, bounded)
            except BudgetSpent:
                return
            for _ in range(pick((0, 1, 2, 5), seed, "pause", worker, turn)):
                await checkpoint()
            made = pick((took(bounded), took(bounded, 0.5), None), seed, "took", worker, turn)
            held.settle(worker, needs, made)
            if made is not None:
                spent.append(made)

    async with anyio.create_task_group() as group:
        for worker in range(workers):
            group.start_soon(work, worker)

"""The gate: who goes through, in which order, and that no permit is ever lost."""

import asyncio
from collections.abc import Sequence

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.models.admission import Bounds, Gate, Upshot, bounds_of
from aidsafe.models.settings import ModelSettings

UPSHOTS: Sequence[Upshot] = ("answered", "declined", "overloaded", "timeout", "connection", "broken", "nothing")


def gate_for(in_flight: int | None = None, requests: int | None = None, tokens: int | None = None) -> Gate:
    """A gate in the running loop."""
    return Gate(asyncio.get_running_loop(), Bounds(in_flight, requests, tokens))


async def waiting(gate: Gate, seat: str, order: list[str]) -> None:
    """Go through, and write down that it was this seat's turn."""
    await gate.enter(seat)
    order.append(seat)


async def test_so_many_go_through_and_no_more() -> None:
    """The limit is the number of permits, and one that comes back goes to who is next."""
    gate = gate_for(2)

    assert [True, True, False] == [gate.try_enter() for _ in range(3)]
    gate.leave(0.0, "answered")
    assert [True, False] == [gate.try_enter() for _ in range(2)]


async def test_seats_take_turns() -> None:
    """A seat with many requests does not hold up one with few; within a seat the first is first."""
    gate, order = gate_for(1), list[str]()
    await gate.enter("busy")
    async with anyio.create_task_group() as group:
        for seat in ("busy", "busy", "busy", "calm", "judge", "calm"):
            group.start_soon(waiting, gate, seat, order)
        await anyio.wait_all_tasks_blocked()
        for _ in range(6):
            gate.leave(0.0, "answered")
            await anyio.wait_all_tasks_blocked()

    assert ["busy", "calm", "judge", "busy", "calm", "busy"] == order


async def test_who_gives_up_waiting_takes_no_permit() -> None:
    """A cancelled waiter is passed over, and the next one goes."""
    gate, order = gate_for(1), list[str]()
    await gate.enter()
    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await gate.enter("gone")
        group.start_soon(waiting, gate, "here", order)
        await anyio.wait_all_tasks_blocked()
        gate.leave(0.0, "nothing")

    assert (["here"], 1) == (order, gate.in_flight)


async def test_who_gives_up_at_the_moment_of_entering_gives_the_permit_back() -> None:
    """A permit that was granted to a task which is cancelled before it runs is not lost."""
    gate = gate_for(1)
    await gate.enter()
    task = asyncio.create_task(gate.enter())
    await anyio.wait_all_tasks_blocked()
    gate.leave(0.0, "answered")
    task.cancel()

    assert [True] == [
        isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(task, return_exceptions=True)
    ]
    assert 0 == gate.in_flight


async def test_a_rate_is_kept() -> None:
    """Requests a minute are let through as the bucket fills."""
    gate, start = gate_for(requests=6000), asyncio.get_running_loop().time()
    for _ in range(1010):
        await gate.enter()
        gate.leave(start, "nothing")

    assert asyncio.get_running_loop().time() - start >= 0.09


async def test_tokens_are_counted_and_given_back() -> None:
    """A reservation keeps others out; what was not used lets them in."""
    gate = gate_for(tokens=600)

    assert [True, False] == [gate.try_enter(100), gate.try_enter(50)]
    gate.leave(0.0, "answered", spare_tokens=60)
    assert (True, True) == (gate.counts_tokens, gate.try_enter(50))


async def test_an_endpoint_that_cannot_be_reached_is_probed_by_one() -> None:
    """After failures in a row nobody goes, then one, and its answer lets all through."""
    gate, now = gate_for(), asyncio.get_running_loop().time()
    for _ in range(5):
        assert gate.try_enter()
        gate.leave(now, "connection")

    assert not gate.try_enter()
    gate._circuit = gate._circuit._replace(opens_at=now)
    assert [True, False] == [gate.try_enter(), gate.try_enter()]
    gate.leave(now, "answered")
    assert [True, True] == [gate.try_enter(), gate.try_enter()]


@pytest.mark.parametrize(
    ("upshots", "failing"),
    [(["broken"], True), (["broken", "answered"], False), (["overloaded", "declined"], False), (["nothing"], False)],
)
async def test_an_outage_lasts_until_anything_is_answered(upshots: list[Upshot], *, failing: bool) -> None:
    """Failures begin it; an answer, or a rejection of one request, ends it; giving up says nothing."""
    gate = gate_for()
    with gate.attended:
        for upshot in upshots:
            gate.try_enter()
            gate.leave(0.0, upshot)

        assert failing == (gate.failing_since is not None)
    assert gate.failing_since is None


async def test_the_tighter_bounds_hold() -> None:
    """Two models of a recipe at one endpoint share its gate, and the stricter one's bounds."""
    gate = gate_for(5)
    gate.tighten(Bounds(9, None, None))
    gate.tighten(Bounds(None, 60, None))
    gate.tighten(Bounds(2, None, 600))

    assert (2, True, Bounds(2, 60, 600)) == (gate.size, gate.counts_tokens, gate._bounds)


def test_bounds_come_from_the_settings() -> None:
    """What the recipe names is what the gate keeps."""
    settings = ModelSettings(in_flight=1, requests_per_minute=2, tokens_per_minute=3)

    assert Bounds(1, 2, 3) == bounds_of(settings)


@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from(["enter", "leave", "give up"]), st.sampled_from(UPSHOTS))))
def test_permits_are_conserved(cap: int, steps: list[tuple[str, Upshot]]) -> None:
    """In whatever order callers come, go and give up: what is out never exceeds the limit, and all comes back."""
    asyncio.run(conserve(cap, steps))


async def conserve(cap: int, steps: list[tuple[str, Upshot]]) -> None:
    """Play the steps on a gate whose pauses are over at once."""
    gate, tasks, entered = gate_for(cap), list[asyncio.Task[None]](), 0
    for what, upshot in steps:
        gate._circuit = gate._circuit._replace(opens_at=0.0)
        done = [task for task in tasks if task.done()]
        match what:
            case "enter":
                tasks.append(asyncio.create_task(gate.enter(upshot)))
            case "leave" if done:
                tasks.remove(done[0])
                gate.leave(asyncio.get_running_loop().time(), upshot)
            case "give up" if len(done) < len(tasks):
                waiter = next(task for task in tasks if not task.done())
                tasks.remove(waiter)
                waiter.cancel()
        await asyncio.sleep(0)
        entered = sum(task.done() for task in tasks)
        assert entered == gate.in_flight <= cap
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert entered == gate.in_flight

"""A busy loop: its stalls are no server's fault, and it asks for no more than it can look after."""

import asyncio
from math import inf
from time import monotonic

import pytest

from aidsafe.models.admission import Bounds, Gate
from aidsafe.models.lag import LoopLag, Room


@pytest.mark.parametrize(
    ("room", "late", "busy", "in_flight", "after"),
    [
        (inf, 0.5, 0.5, 400, inf),
        (inf, 0.01, 1.0, 400, inf),
        (inf, 0.5, 1.0, 400, 320),
        (100, 0.5, 1.0, 100, 80),
        (33, 0.5, 1.0, 33, 32),
        (100, 0.0, 0.5, 90, 105),
        (200, 0.0, 0.5, 90, inf),
    ],
)
def test_room(room: float, late: float, busy: float, in_flight: int, after: float) -> None:
    """It shrinks where the processor is used up and the loop late, and comes back with the leisure."""
    assert after == Room(room).after(late_seconds=late, busy_share=busy, in_flight=in_flight).size


async def test_a_crowded_loop_lets_one_through_for_each_that_comes_back() -> None:
    """The others wait; an empty gate is never shut by it."""
    loop = asyncio.get_running_loop()
    lag = LoopLag(loop)
    one, other = Gate(loop, Bounds(), lag), Gate(loop, Bounds(), lag)
    lag._room = Room(2)
    assert [True, True, False] == [one.try_enter() for _ in range(3)]
    assert [True, False] == [other.try_enter() for _ in range(2)]

    waiting = asyncio.create_task(one.enter())
    await asyncio.sleep(0)
    one.leave(loop.time(), "answered")
    other.leave(loop.time(), "answered")
    assert not waiting.done()
    one.leave(loop.time(), "answered")
    await waiting
    assert 1 == one.in_flight


async def test_a_stall_is_time_lost() -> None:
    """As long as something is in flight."""
    lag = LoopLag(asyncio.get_running_loop())
    lag.watch()
    until = monotonic() + 0.3
    while monotonic() < until:
        pass
    assert 0.15 < lag.stalled_seconds()
    lag.unwatch()

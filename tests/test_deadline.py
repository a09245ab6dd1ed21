"""Time-outs that blame the server only for its own time, and tokens that cancel."""

import asyncio
import time

import anyio
import pytest
from autogen_core import CancellationToken

from aidsafe.models.deadline import Deadline, Following
from aidsafe.models.lag import LoopLag


async def test_time_that_is_up_is_a_time_out() -> None:
    """The task goes on afterwards as if nobody had cancelled it."""
    with pytest.raises(TimeoutError), Deadline(0.01, LoopLag(asyncio.get_running_loop())):
        await asyncio.Event().wait()

    task = asyncio.current_task()
    assert task is not None
    assert 0 == task.cancelling()


async def test_what_ends_in_time_is_left_alone() -> None:
    """Nothing is raised, then or later."""
    with Deadline(0.01, LoopLag(asyncio.get_running_loop())):
        await anyio.lowlevel.checkpoint()
    await anyio.sleep(0.02)


async def test_a_stall_of_our_own_loop_is_no_time_out() -> None:
    """An answer that came while we were not looking is not late: the time lost is given back."""
    loop = asyncio.get_running_loop()
    lag, answer = LoopLag(loop), loop.create_future()
    lag.watch()
    loop.call_later(0.02, time.sleep, 0.2)
    loop.call_later(0.12, answer.set_result, "there")
    with Deadline(0.1, lag):
        assert "there" == await answer
    lag.unwatch()

    assert lag.stalled_seconds() >= 0.05


async def test_the_ticker_stops_by_itself() -> None:
    """With nothing in flight no timer is left."""
    lag = LoopLag(asyncio.get_running_loop())
    lag.watch()
    lag.unwatch()
    await anyio.sleep(0.15)

    assert lag._due is None


async def test_a_cancellation_from_outside_is_passed_on() -> None:
    """The scope that cancelled gets its cancellation, not a time-out."""
    with anyio.move_on_after(0.01) as scope, Deadline(5.0, LoopLag(asyncio.get_running_loop())):
        await asyncio.Event().wait()

    assert scope.cancelled_caught


async def test_a_token_that_was_cancelled_before_lets_nothing_begin() -> None:
    """The call is over before it is sent."""
    token = CancellationToken()
    token.cancel()

    with pytest.raises(asyncio.CancelledError), Following(token):
        pytest.fail("this must not run")


async def test_a_token_that_is_cancelled_afterwards_does_nothing() -> None:
    """A call that is over cannot be cancelled any more."""
    token = CancellationToken()
    with Following(token):
        await anyio.lowlevel.checkpoint()
    token.cancel()

    await anyio.lowlevel.checkpoint()


async def test_stalls_are_given_back_up_to_a_point() -> None:
    """An answer that keeps the loop busy itself cannot prolong its own time for ever."""

    class Busy(LoopLag):
        seconds = 0.0

        def stalled_seconds(self) -> float:
            """Ever more."""
            self.seconds += 0.02
            return self.seconds

    with pytest.raises(TimeoutError), Deadline(0.02, Busy(asyncio.get_running_loop())):
        await asyncio.Event().wait()

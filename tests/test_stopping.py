"""The wish to stop: who waits to send a request is told at once, who is under way is left alone."""

import anyio
import pytest

from aidsafe.core.errors import Interrupted
from aidsafe.orchestration.stopping import Stop


async def test_a_wait_ends_with_the_wish() -> None:
    """Those who wait hear of it; those who did their waiting before do not."""
    stop, heard = Stop(), list[str]()

    async def waits() -> None:
        with pytest.raises(Interrupted), stop.waiting():
            await anyio.sleep_forever()
        heard.append("waits")

    async def is_under_way() -> None:
        with stop.waiting():
            await anyio.lowlevel.checkpoint()
        await anyio.sleep(0.01)
        heard.append("under way")

    async with anyio.create_task_group() as group:
        group.start_soon(waits)
        group.start_soon(is_under_way)
        await anyio.wait_all_tasks_blocked()
        stop.request()

    assert {"waits", "under way"} == set(heard)


async def test_after_the_wish_nobody_begins_to_wait() -> None:
    """A wait that begins later ends at its first pause."""
    stop = Stop()
    stop.request()

    with pytest.raises(Interrupted), stop.waiting():
        await anyio.sleep_forever()


async def test_another_cancellation_stays_one() -> None:
    """A wait that somebody else cancels is no interruption."""
    stop = Stop()

    with anyio.move_on_after(0) as scope, stop.waiting():
        await anyio.sleep_forever()

    assert scope.cancelled_caught

"""Ctrl-C, once and twice: the first finishes the calls under way, the second stops at once."""

import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from anyio.abc import TaskStatus

from aidsafe.cli.telling import say

__all__ = ["interruptible"]

T = TypeVar("T")


async def interruptible(work: Callable[[], Awaitable[T]], request: Callable[[], None]) -> T | None:
    """What the work gives; None where a second signal cut it short. The first one calls `request`.

    SIGTERM counts like Ctrl-C. What the work raises is raised as it is.
    """
    outcome: list[T] = []
    errors: list[BaseException] = []
    async with anyio.create_task_group() as group:
        await group.start(_heed, request, group.cancel_scope)
        try:
            outcome.append(await work())
        except Exception as error:  # noqa: BLE001  # raised again below, outside of the group that would wrap it
            errors.append(error)
        group.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return outcome[0] if outcome else None


async def _heed(
    request: Callable[[], None], scope: anyio.CancelScope, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    heard = 0
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            heard += 1
            if heard > 1:
                say("stopping at once")
                scope.cancel()
                return
            say("finishing the calls under way; Ctrl-C again stops at once")
            request()

"""The two ways a request ends before its answer: its time is up, or its caller has lost interest."""

import asyncio
from types import TracebackType
from typing import Self

from autogen_core import CancellationToken

from aidsafe.models.lag import LoopLag

__all__ = ["Deadline", "Following"]

_MOST_CREDIT = 3
"""So many times its seconds are given back to a request at the most, for stalls of our own loop."""


class _Cancelling:
    """Cancels the task that entered it, and knows whether it did."""

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._asked_before = 0
        self._fired = False

    def _enter(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a model can only be asked from within a task")
        self._task, self._asked_before = task, task.cancelling()

    def _fire(self) -> None:
        if self._task is not None:
            self._fired = True
            self._task.cancel()

    def _leave(self, error: BaseException | None) -> bool:
        """Whether the error that leaves is of this making."""
        task, self._task = self._task, None
        if not self._fired or task is None:
            return False
        return task.uncancel() <= self._asked_before and isinstance(error, asyncio.CancelledError)


class Deadline(_Cancelling):
    """Raises `TimeoutError` after so many seconds, not counting those in which our own loop was stalled."""

    def __init__(self, seconds: float, lag: LoopLag) -> None:
        super().__init__()
        self._seconds = seconds
        self._spare = _MOST_CREDIT * seconds
        self._lag = lag

    def __enter__(self) -> Self:
        self._enter()
        self._loop = asyncio.get_running_loop()
        self._stalled = self._lag.stalled_seconds()
        self._timer = self._loop.call_later(self._seconds, self._expire)
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        self._timer.cancel()
        if self._leave(error):
            raise TimeoutError from error

    def _expire(self) -> None:
        stalled = self._lag.stalled_seconds()
        lost, self._stalled = min(stalled - self._stalled, self._spare), stalled
        if lost > 0:
            # An answer that itself keeps the loop busy would otherwise prolong its own time without end.
            self._spare -= lost
            self._timer = self._loop.call_later(lost, self._expire)
        else:
            self._fire()


class Following(_Cancelling):
    """Ends the request as cancelled as soon as an AutoGen token is cancelled."""

    def __init__(self, token: CancellationToken) -> None:
        super().__init__()
        self._token = token

    def __enter__(self) -> Self:
        if self._token.is_cancelled():
            raise asyncio.CancelledError
        self._enter()
        # The token keeps this for ever; once the request is over it does nothing.
        self._token.add_callback(self._fire)
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        self._leave(error)

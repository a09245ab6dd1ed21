"""How long the event loop was too busy to look: time that no server can be blamed for."""

from asyncio import AbstractEventLoop
from typing import Final

__all__ = ["LoopLag"]

TICK_SECONDS: Final = 0.1
UNNOTICED_SECONDS: Final = 0.02


class LoopLag:
    """Adds up the loop's stalls by a light timer, which runs while anything is in flight and then stops by itself."""

    __slots__ = ("_due", "_loop", "_stalled", "_watched")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._stalled = 0.0
        self._watched = 0
        self._due: float | None = None

    def watch(self) -> None:
        """Something went out: look at the clock until it is back."""
        self._watched += 1
        if self._due is None:
            self._tick_later()

    def unwatch(self) -> None:
        """It is back."""
        self._watched -= 1

    def stalled_seconds(self) -> float:
        """All the seconds lost so far, the stall that is just ending among them."""
        late = 0.0 if self._due is None else self._loop.time() - self._due
        return self._stalled + (late if late > UNNOTICED_SECONDS else 0.0)

    def _tick_later(self) -> None:
        self._due = self._loop.time() + TICK_SECONDS
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._stalled = self.stalled_seconds()
        self._due = None
        if self._watched:
            self._tick_later()

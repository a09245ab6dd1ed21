"""How long the event loop was too busy to look: time that no server can be blamed for, and a reason to ask for less."""

from asyncio import AbstractEventLoop
from math import inf
from time import process_time
from typing import Final, NamedTuple

__all__ = ["LoopLag", "Room"]

TICK_SECONDS: Final = 0.1
UNNOTICED_SECONDS: Final = 0.02
CROWDED_SECONDS: Final = 0.03
BUSY_SHARE: Final = 0.95
LEAST_ROOM: Final = 32


class Room(NamedTuple):
    """How many requests the loop can look after at once.

    With a processor used up, more of them are not answered sooner: they only make each other wait.
    """

    size: float = inf

    def after(self, *, late_seconds: float, busy_share: float, in_flight: int) -> "Room":
        """The room after one more look at the loop."""
        if busy_share < BUSY_SHARE:
            return Room(self.size * 1.05 if self.size < 2 * in_flight else inf)
        if late_seconds > CROWDED_SECONDS:
            return Room(max(LEAST_ROOM, 0.8 * min(self.size, in_flight)))
        return self


class LoopLag:
    """Adds up the loop's stalls by a light timer, which runs while anything is in flight and then stops by itself."""

    __slots__ = ("_cpu", "_due", "_loop", "_room", "_stalled", "_ticked", "_watched")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._stalled = 0.0
        self._watched = 0
        self._due: float | None = None
        self._room = Room()
        self._ticked = self._cpu = 0.0

    @property
    def is_crowded(self) -> bool:
        """Whether the loop has no room for another request."""
        return self._watched >= self._room.size

    def watch(self) -> None:
        """Something went out: look at the clock until it is back."""
        self._watched += 1
        if self._due is None:
            self._ticked, self._cpu = self._loop.time(), process_time()
            self._tick_later()

    def unwatch(self) -> None:
        """It is back."""
        self._watched -= 1

    def stalled_seconds(self) -> float:
        """All the seconds lost so far, the stall that is just ending among them."""
        late = self._late_seconds()
        return self._stalled + (late if late > UNNOTICED_SECONDS else 0.0)

    def _late_seconds(self) -> float:
        return 0.0 if self._due is None else self._loop.time() - self._due

    def _tick_later(self) -> None:
        self._due = self._loop.time() + TICK_SECONDS
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._stalled = self.stalled_seconds()
        self._make_room()
        self._due = None
        if self._watched:
            self._tick_later()

    def _make_room(self) -> None:
        now, cpu = self._loop.time(), process_time()
        busy = (cpu - self._cpu) / max(now - self._ticked, 1e-9)
        late = self._late_seconds()
        self._room = self._room.after(late_seconds=late, busy_share=busy, in_flight=self._watched)
        self._ticked, self._cpu = now, cpu

"""Who may send now: one gate for each endpoint, through which every request of the process goes.

The gate keeps to what the endpoint takes (`limit`), to the rates the recipe names (`bucket`), to what our own loop can
look after (`lag`), and stays shut while the endpoint cannot be reached (`circuit`). Who has to wait stands in the lane
of its seat, and the lanes take turns, so that a seat with many requests does not hold up the others.
"""

from asyncio import AbstractEventLoop, CancelledError, Future, TimerHandle
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Final, Literal, NamedTuple

from aidsafe.models.bucket import Bucket, full_bucket
from aidsafe.models.circuit import CLOSED
from aidsafe.models.lag import LoopLag
from aidsafe.models.limit import fresh_limit
from aidsafe.models.settings import ModelSettings

__all__ = ["Attendance", "Bounds", "Gate", "TurnedAway", "Upshot", "bounds_of"]

Upshot = Literal["answered", "declined", "overloaded", "timeout", "connection", "broken", "nothing"]
"""What a request said about its endpoint: `declined`, it works and took the request for impossible; `broken`, it is
there and failed; `nothing`, we gave the request up.
"""

_SOON_SECONDS: Final = 0.001


class TurnedAway(Exception):
    """Raised when the endpoint cannot be reached while another one of its pool can."""


class Bounds(NamedTuple):
    """What a recipe allows an endpoint; None is no bound."""

    in_flight: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


class _Waiter(NamedTuple):
    granted: Future[None]
    tokens: int


class Attendance:
    """Entered by every call for as long as it lasts, however many requests that takes.

    When nobody asks any more, an outage is forgotten.
    """

    def __init__(self, gate: "Gate") -> None:
        self._gate = gate
        self._callers = 0

    def __enter__(self) -> None:
        """A call begins."""
        self._callers += 1

    def __exit__(self, *_: object) -> None:
        """A call has ended."""
        self._callers -= 1
        if not self._callers:
            self._gate.failing_since = None


def bounds_of(settings: ModelSettings) -> Bounds:
    """The bounds among a model's settings."""
    return Bounds(settings.in_flight, settings.requests_per_minute, settings.tokens_per_minute)


class Gate:
    """The one way to an endpoint. `in_flight` requests have gone through and not come back.

    `elsewhere` tells whether another endpoint would do: then nobody waits here while this one cannot be reached.
    """

    def __init__(self, loop: AbstractEventLoop, bounds: Bounds, lag: LoopLag | None = None) -> None:
        self._loop = loop
        self._lag = lag or LoopLag(loop)
        self._bounds = bounds
        self._limit = fresh_limit(bounds.in_flight)
        self._circuit = CLOSED
        self._requests = _bucket(bounds.requests_per_minute, loop)
        self._tokens = _bucket(bounds.tokens_per_minute, loop)
        self._lanes: dict[str, deque[_Waiter]] = {}
        self._timer: TimerHandle | None = None
        self._guarded = False
        self.in_flight = 0
        self.failing_since: float | None = None
        self.attended = Attendance(self)
        self.elsewhere: Callable[[], bool] | None = None
        self._guard()

    @property
    def size(self) -> int:
        """How many requests may be in flight now."""
        return self._limit.size

    @property
    def is_shut(self) -> bool:
        """Whether the endpoint cannot be reached, and it is not time to try again."""
        circuit = self._circuit
        return circuit.pause > 0 and (circuit.is_probing or self._loop.time() < circuit.opens_at)

    @property
    def counts_tokens(self) -> bool:
        """Whether tokens have to be reserved."""
        return self._tokens is not None

    @property
    def answered_at(self) -> float:
        """When the endpoint last answered anybody."""
        return self._limit.pace.answered_at

    @property
    def has_answered(self) -> bool:
        """Whether it ever answered anybody."""
        return self.answered_at > -inf

    def tighten(self, bounds: Bounds) -> None:
        """Keep to another caller's bounds as well: the tighter ones hold."""
        merged = Bounds(*(_tighter(mine, other) for mine, other in zip(self._bounds, bounds, strict=True)))
        if merged == self._bounds:
            return
        self._limit = self._limit if merged.in_flight is None else self._limit.capped(merged.in_flight)
        self._requests = _bucket(merged.requests_per_minute, self._loop)
        self._tokens = _bucket(merged.tokens_per_minute, self._loop)
        self._bounds = merged
        self._guard()

    def try_enter(self, tokens: int = 0) -> bool:
        """Go through at once if nothing stands in the way."""
        if self._lanes or self._is_full:
            return False
        if self._guarded:
            now = self._loop.time()
            if self._obstacle(tokens, now):
                return False
            self._take(tokens, now)
        self._go()
        return True

    async def enter(self, seat: str = "", tokens: int = 0) -> None:
        """Go through, after waiting in the lane of the seat where that is needed."""
        if self.try_enter(tokens):
            return
        waiter = _Waiter(self._loop.create_future(), tokens)
        self._lanes.setdefault(seat, deque()).append(waiter)
        self._admit()
        try:
            await waiter.granted
        except CancelledError:
            if waiter.granted.done() and not waiter.granted.cancelled() and waiter.granted.exception() is None:
                self.leave(self._loop.time(), "nothing", spare_tokens=tokens)
            raise

    def leave(
        self, sent_at: float, upshot: Upshot, *, wait_seconds: float | None = None, spare_tokens: int = 0
    ) -> None:
        """Come back, saying when the request was sent, what came of it, and which of its reserved tokens are left."""
        now = self._loop.time()
        if upshot == "answered":
            self._limit = self._limit.answered(sent_at, now, self.in_flight)
            self._works()
        else:
            self._learn(sent_at, now, upshot, wait_seconds)
        self.in_flight -= 1
        self._lag.unwatch()
        if spare_tokens and self._tokens:
            self._tokens = self._tokens.taken(-spare_tokens, now)
        if self._lanes:
            self._admit()

    def _go(self) -> None:
        self.in_flight += 1
        self._lag.watch()

    def _works(self) -> None:
        self.failing_since = None
        if self._circuit is not CLOSED:
            self._circuit = CLOSED
            self._guard()

    def _learn(self, sent_at: float, now: float, upshot: Upshot, wait_seconds: float | None) -> None:
        """Draw the lesson of a request that was not answered."""
        match upshot:
            case "declined":
                return self._works()
            case "overloaded":
                self._limit = self._limit.refused(sent_at, now)
                self._circuit = self._circuit.refused(now, wait_seconds)
            case "timeout":
                self._limit = self._limit.timed_out(sent_at, now)
                self._circuit = self._circuit.failed(sent_at, now)
            case "connection":
                self._circuit = self._circuit.failed(sent_at, now)
            case "broken":
                self._circuit = self._circuit.reached()
            case _:
                self._circuit = self._circuit.abandoned()
        if upshot != "nothing" and self.failing_since is None:
            self.failing_since = now
        if self._lanes and self.is_shut and self.elsewhere is not None and self.elsewhere():
            self._turn_away()
        return self._guard()

    def _turn_away(self) -> None:
        """Send everybody who waits to another endpoint."""
        lanes, self._lanes = self._lanes, {}
        for waiter in (waiter for lane in lanes.values() for waiter in lane):
            if not waiter.granted.done():
                waiter.granted.set_exception(TurnedAway())

    def _guard(self) -> None:
        """Whether more than the limit has to be looked at."""
        circuit = self._circuit
        self._guarded = bool(self._requests or self._tokens or circuit.pause or circuit.opens_at)

    @property
    def _is_full(self) -> bool:
        """Whether another has to come back first. One may always go: its return is what lets the next one through."""
        return self.in_flight >= self._limit.size or (self.in_flight > 0 and self._lag.is_crowded)

    def _obstacle(self, tokens: int, now: float) -> float:
        """Seconds until the next request may go; infinite where it has to wait for another to come back."""
        circuit = self._circuit
        if self._is_full or circuit.is_probing:
            return inf
        return max(
            circuit.opens_at - now,
            self._requests.wait_seconds(1, now) if self._requests else 0.0,
            self._tokens.wait_seconds(tokens, now) if self._tokens else 0.0,
            0.0,
        )

    def _take(self, tokens: int, now: float) -> None:
        self._circuit = self._circuit.probing()
        self._requests = self._requests.taken(1, now) if self._requests else None
        self._tokens = self._tokens.taken(tokens, now) if self._tokens else None

    def _admit(self) -> None:
        """Let through whoever may go, the lanes in turn; come back when time alone is in the way."""
        now = self._loop.time()
        while (waiter := self._next()) is not None:
            seconds = self._obstacle(waiter.tokens, now)
            if seconds:
                self._admit_later(seconds)
                return
            self._pop()
            self._take(waiter.tokens, now)
            self._go()
            waiter.granted.set_result(None)

    def _next(self) -> _Waiter | None:
        """The first waiter of the first lane, without those who have gone away."""
        while self._lanes:
            lane = next(iter(self._lanes.values()))
            if not lane[0].granted.done():
                return lane[0]
            self._pop()
        return None

    def _pop(self) -> None:
        """Take the first waiter out; its lane goes to the back."""
        seat = next(iter(self._lanes))
        lane = self._lanes.pop(seat)
        lane.popleft()
        if lane:
            self._lanes[seat] = lane

    def _admit_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds == inf else self._loop.call_later(max(seconds, _SOON_SECONDS), self._admit)


def _bucket(per_minute: int | None, loop: AbstractEventLoop) -> Bucket | None:
    return None if per_minute is None else full_bucket(per_minute, loop.time())


def _tighter(one: int | None, other: int | None) -> int | None:
    return min((bound for bound in (one, other) if bound is not None), default=None)

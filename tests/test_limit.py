"""How many requests an endpoint gets at once: by table, by property, and against a make-believe server."""

from collections.abc import Callable
from heapq import heappop, heappush

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.chance import chance
from aidsafe.models.limit import Limit, fresh_limit

LATENCY, REFUSAL, PAUSE = 0.2, 0.003, 0.5


def rounds(limit: Limit, number: int, *, now: float = 0.0) -> Limit:
    """So many calm rounds, each with as many answers as the limit lets through."""
    for turn in range(number):
        for _ in range(limit.size):
            limit = limit.answered(now + turn, now + turn + LATENCY, limit.size)
    return limit


@pytest.mark.parametrize(
    ("cap", "sizes"), [(None, [8, 16, 32, 64, 128]), (50, [8, 16, 32, 50, 50]), (3, [3, 3, 3, 3, 3])]
)
def test_a_calm_start_doubles_up_to_the_cap(cap: int | None, sizes: list[int]) -> None:
    """From eight, or from the cap where that is less, twice as many each round."""
    assert sizes == [rounds(fresh_limit(cap), number).size for number in range(5)]


def test_an_unused_limit_does_not_grow() -> None:
    """Answers while few are in flight say nothing about what the endpoint takes."""
    limit = fresh_limit(None)
    for _ in range(100):
        limit = limit.answered(0.0, LATENCY, 2)

    assert 8 == limit.size


def refusals(limit: Limit, number: int, *, sent_at: float, now: float) -> Limit:
    """So many refusals at once."""
    for _ in range(number):
        limit = limit.refused(sent_at, now)
    return limit


def test_refusals_go_back_to_what_last_held() -> None:
    """Doubling overshoots by a round at most; a refusal or two may be chance."""
    limit = rounds(fresh_limit(None), 4)

    assert [128, 64] == [refusals(limit, number, sent_at=10.0, now=10.0).size for number in (3, 4)]


def test_after_a_cut_the_steps_begin_at_one() -> None:
    """One, two, four: a small dip costs little, and a large one is made up soon."""
    cut = refusals(rounds(fresh_limit(None), 4), 4, sent_at=10.0, now=10.0)

    assert [64, 65, 67, 71, 79] == [rounds(cut, number, now=11.0).size for number in range(5)]


def test_one_round_trip_is_cut_once() -> None:
    """Refusals of requests that were sent before the cut do not cut again."""
    cut = refusals(rounds(fresh_limit(None), 4), 4, sent_at=9.0, now=10.0)

    assert cut == refusals(cut, 50, sent_at=9.9, now=10.1)


def test_a_try_that_fails_makes_the_next_one_rarer() -> None:
    """An endpoint that is full is asked for more every eighth round at the most."""
    limit, rests = rounds(fresh_limit(None), 4), list[int]()
    for turn in range(20, 120, 20):
        limit = refusals(limit, 40, sent_at=turn, now=turn)
        rests.append(limit.rest)
        limit = rounds(limit, limit.rest, now=turn + 1.0)

    assert [1, 2, 4, 8, 8] == rests


def test_time_outs_among_quick_answers_are_no_overload() -> None:
    """Lost requests are not the endpoint's pace; where answers are slow, they halve the limit."""
    quick = slow = fresh_limit(None)._replace(size=100).answered(50.0, 50.2, 1)
    for _ in range(4):
        quick, slow = quick.timed_out(30.0, 60.0), slow.timed_out(59.5, 60.0)

    assert (100, 50) == (quick.size, slow.size)


class Server:
    """A make-believe endpoint with a capacity and random refusals, asked by so many callers, on a clock of its own."""

    def __init__(self, callers: int, capacity: Callable[[float], int], refusing: Callable[[float], float]) -> None:
        self._ready = callers
        self._capacity = capacity
        self._refusing = refusing
        self._limit = fresh_limit(None)
        self._flying = self._holding = self._sent = 0
        self._coming: list[tuple[float, int, str, float]] = []
        self.answered: list[float] = []
        self.refused: list[float] = []

    def run(self, seconds: float) -> None:
        """Let the callers ask for so long."""
        now = 0.0
        while now < seconds:
            self._send(now)
            now, _, what, sent_at = heappop(self._coming)
            self._return(now, what, sent_at)

    def rate(self, start: float, end: float) -> float:
        """Answers a second between two moments."""
        return sum(start <= moment < end for moment in self.answered) / (end - start)

    def _send(self, now: float) -> None:
        while self._ready and self._flying < self._limit.size:
            self._sent += 1
            refused = self._holding >= self._capacity(now) or chance("refuse", self._sent) < self._refusing(now)
            seconds = REFUSAL if refused else LATENCY * (0.75 + 0.5 * chance("latency", self._sent))
            heappush(self._coming, (now + seconds, self._sent, "refused" if refused else "answered", now))
            self._ready, self._flying, self._holding = self._ready - 1, self._flying + 1, self._holding + (not refused)

    def _return(self, now: float, what: str, sent_at: float) -> None:
        if what == "back":
            self._ready += 1
            return
        if what == "answered":
            self._limit = self._limit.answered(sent_at, now, self._flying)
            self._holding, self._ready = self._holding - 1, self._ready + 1
            self.answered.append(now)
        else:
            self._limit = self._limit.refused(sent_at, now)
            self.refused.append(now)
            self._sent += 1
            heappush(self._coming, (now + PAUSE * (0.5 + 0.5 * chance("pause", self._sent)), self._sent, "back", now))
        self._flying -= 1


@pytest.mark.parametrize("capacity", [1, 5, 64, 300])
def test_the_capacity_is_found_without_being_told(capacity: int) -> None:
    """At least nine tenths of what the endpoint can do, and few refusals on the way."""
    server = Server(512, lambda _: capacity, lambda _: 0.0)
    server.run(12.0)

    assert server.rate(6.0, 12.0) >= 0.9 * capacity / LATENCY
    assert len(server.refused) < 0.1 * len(server.answered) + 100


@pytest.mark.parametrize("start", [0.0, 4.0])
def test_random_refusals_do_not_close_the_gate(start: float) -> None:
    """Where refusals come whatever is sent, the limit stays up or rises all the same, and is back when they stop."""
    server = Server(256, lambda _: 10_000, lambda now: 0.2 if start < now < 14 else 0.0)
    server.run(30.0)
    calm = server.rate(27.0, 30.0)

    assert server.rate(9.0, 14.0) >= 0.6 * calm
    assert server.rate(17.0, 20.0) >= 0.9 * calm


def test_random_refusals_do_not_hide_the_capacity() -> None:
    """An endpoint that takes sixty-four, and refuses a fifth of the rest as well."""
    server = Server(512, lambda _: 64, lambda _: 0.2)
    server.run(30.0)

    assert server.rate(10.0, 30.0) >= 0.75 * 64 / LATENCY
    assert len(server.refused) < len(server.answered)


def test_a_capacity_that_collapses_is_followed() -> None:
    """From three hundred to twenty and back to half."""
    server = Server(600, lambda now: 300 if now < 5 else (20 if now < 15 else 150), lambda _: 0.0)
    server.run(23.0)

    assert server.rate(10.0, 15.0) >= 0.9 * 20 / LATENCY
    assert server.rate(20.0, 23.0) >= 0.8 * 150 / LATENCY


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["answered", "refused", "timed_out"]), st.floats(0, 5), st.floats(0, 60), st.integers(1, 99)
    )
)


@given(st.none() | st.integers(1, 40), STEPS)
def test_the_limit_stays_between_one_and_its_cap(cap: int | None, steps: list[tuple[str, float, float, int]]) -> None:
    """Whatever happens in whatever order."""
    limit, now = fresh_limit(cap), 0.0
    for what, passed, latency, in_use in steps:
        now += passed
        sent_at = now - latency
        match what:
            case "answered":
                limit = limit.answered(sent_at, now, in_use)
            case "refused":
                limit = limit.refused(sent_at, now)
            case _:
                limit = limit.timed_out(sent_at, now)
        assert 1 <= limit.size <= limit.cap


@given(st.integers(1, 100), st.integers(1, 100))
def test_a_cap_only_tightens(first: int, second: int) -> None:
    """The tighter of two caps holds, and the limit is within it."""
    limit = rounds(fresh_limit(first), 2).capped(second)

    assert min(first, second) == limit.cap
    assert 1 <= limit.size <= limit.cap

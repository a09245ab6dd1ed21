"""How many requests an endpoint gets at once: found by trying, given up quickly, regained quickly.

A pure state machine; times are seconds on any steady clock. While the answers come without a refusal the limit grows
by a step a round, and the step doubles: from a start of eight that is a doubling each round, after a cut it is 1, 2,
4 … so that a short dip costs little and a long one is soon made up.

The first refusal after calm takes the limit back to where it last held. Refusals that go on cut it to what the
endpoint has been holding (answers a second times seconds an answer). Where it holds nearly all that it is sent, the
refusals do not come from load, and the limit stays, but for a small cut now and then. A time-out halves the limit
only where answers are slow anyhow: one lost request among quick answers says nothing about load.
"""

from math import inf
from typing import Final, NamedTuple

__all__ = ["MOST_IN_FLIGHT", "Limit", "Pace", "fresh_limit"]

FIRST_SIZE: Final = 8
MOST_IN_FLIGHT: Final = 10_000
SLIGHT_CUT: Final = 0.95
HOLDS: Final = 0.8
ROUNDS_BETWEEN_SLIGHT_CUTS: Final = 16
SLOW_SHARE: Final = 0.25
SMOOTHING: Final = 0.125


class Pace(NamedTuple):
    """How an endpoint has been answering.

    `seconds` is how long an answer takes, `held` how many requests it held at once over the last round; `busy` adds up
    the seconds of the answers since `since`, the latest at `answered_at`.
    """

    seconds: float = 0.0
    held: float = 0.0
    busy: float = 0.0
    since: float = inf
    answered_at: float = -inf

    def answered(self, sent_at: float, now: float) -> "Pace":
        """The pace after one more answer."""
        latency = now - sent_at
        seconds = self.seconds + SMOOTHING * (latency - self.seconds) if self.seconds else latency
        since = sent_at if self.since == inf else self.since
        busy = self.busy + latency
        if now - since < seconds or now <= since:
            return Pace(seconds, self.held, busy, since, now)
        return Pace(seconds, busy / (now - since), 0.0, now, now)

    def holding(self, now: float) -> float:
        """How many requests the endpoint holds: by what is counted right now, once that covers a round."""
        span = now - self.since
        return self.busy / span if span > self.seconds > 0.0 else self.held


class Limit(NamedTuple):
    """How many requests may be in flight now: `size`, from 1 to `cap`.

    A calm round adds `step`, the last one added `gained`; `calm` answers have come since, and `cuts` cuts since the
    last calm round, the latest at `cut_at`.
    """

    cap: int
    size: int
    step: int
    calm: int = 0
    gained: int = 0
    cuts: int = 0
    cut_at: float = -inf
    pace: Pace = Pace()

    def answered(self, sent_at: float, now: float, in_use: int) -> "Limit":
        """An answer came, while `in_use` requests were in flight, it among them."""
        cap, size, step, calm, gained, cuts, cut_at, pace = self
        pace = pace.answered(sent_at, now)
        if 4 * in_use < 3 * size or sent_at < cut_at:
            return Limit(cap, size, step, calm, gained, cuts, cut_at, pace)
        if calm + 1 < size:
            return Limit(cap, size, step, calm + 1, gained, cuts, cut_at, pace)
        grown = min(cap, size + step)
        return Limit(cap, grown, min(2 * step, grown), 0, grown - size, 0, cut_at, pace)

    def refused(self, sent_at: float, now: float) -> "Limit":
        """The endpoint asked for less."""
        if sent_at < self.cut_at:
            return self
        slight = int(self.size * SLIGHT_CUT)
        if not self.cuts:
            return self._cut(min(self.size - self.gained, slight), now)
        held = self.pace.holding(now)
        if held < HOLDS * self.size:
            return self._cut(max(int(held), self.size // 2), now)
        if sent_at >= self.cut_at + ROUNDS_BETWEEN_SLIGHT_CUTS * self.pace.seconds:
            return self._cut(slight, now)
        return self._replace(calm=0)

    def timed_out(self, sent_at: float, now: float) -> "Limit":
        """An answer did not come in time."""
        pace = self.pace
        quick = pace.answered_at > sent_at and pace.seconds < SLOW_SHARE * (now - sent_at)
        return self if quick or sent_at < self.cut_at else self._cut(self.size // 2, now)

    def capped(self, cap: int) -> "Limit":
        """The same limit under a cap that may be tighter."""
        most = min(cap, self.cap)
        return self._replace(cap=most, size=min(most, self.size), step=min(most, self.step))

    def _cut(self, size: int, now: float) -> "Limit":
        return self._replace(size=max(1, size), step=1, calm=0, gained=0, cuts=self.cuts + 1, cut_at=now)


def fresh_limit(cap: int | None) -> Limit:
    """The limit of an endpoint nothing is known about."""
    most = MOST_IN_FLIGHT if cap is None else cap
    size = min(FIRST_SIZE, most)
    return Limit(cap=most, size=size, step=size)

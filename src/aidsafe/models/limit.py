"""How many requests an endpoint gets at once: found by trying, given up quickly, regained quickly.

A pure state machine; times are seconds on any steady clock. It works in rounds, of about as many outcomes as it lets
through at once. After a round without more refusals than usual the limit grows by a step, and the step doubles: from a
start of eight that is a doubling each round, after a cut it is 1, 2, 4 … so that a short dip costs little and a long
one is soon made up.

More refusals than usual take the limit back to where it last held, at once and once a round trip; how often it tries
more is then halved, down to every eighth round, until a try succeeds. If the refusals go on, the limit is cut by a
quarter a round, or to what the endpoint holds where that is less, and each cut is a trial: an endpoint that is short of
room answers as many as before. One that answers that much less, and refuses the same share, refuses whatever it is
sent: the cut is taken back, and that share becomes the usual one (`floor`), which fades when the refusals do.

Time-outs beyond the usual halve the limit, but only where answers are slow anyhow: requests lost among quick answers
say nothing about load.
"""

from math import inf, sqrt
from typing import Final, NamedTuple

__all__ = ["MOST_IN_FLIGHT", "Limit", "Pace", "fresh_limit"]

FIRST_SIZE: Final = 8
MOST_IN_FLIGHT: Final = 10_000
LEAST_ROUND: Final = 16
CUT: Final = 0.75
SLIGHT_CUT: Final = 0.95
SLOW_SHARE: Final = 0.25
SMOOTHING: Final = 0.125
# A share of refusals is unusual above so many times the floor, and a little more.
TOLERANCE: Final = 1.5
SLACK: Final = 0.02
MOST_FLOOR: Final = 0.6
SAME_SHARE: Final = 0.6
MOST_REST: Final = 8


class Pace(NamedTuple):
    """How an endpoint has been answering: `seconds` an answer, the latest at `answered_at`."""

    seconds: float = 0.0
    answered_at: float = -inf

    def answered(self, sent_at: float, now: float) -> "Pace":
        """The pace after one more answer."""
        latency = now - sent_at
        return Pace(self.seconds + SMOOTHING * (latency - self.seconds) if self.seconds else latency, now)


class Round(NamedTuple):
    """What came back of what was sent since the limit last changed: `used` of the answers while it was used up.

    The first answer came at `since`.
    """

    answers: int = 0
    refusals: int = 0
    used: int = 0
    since: float = inf

    @property
    def outcomes(self) -> int:
        """Answers and refusals."""
        return self.answers + self.refusals

    @property
    def share(self) -> float:
        """The share of refusals."""
        return self.refusals / self.outcomes

    def excess(self, floor: float) -> float:
        """How many refusals there are beyond the usual ones, and beyond what chance makes of those."""
        number = self.outcomes
        return self.refusals - (TOLERANCE * floor + SLACK) * number - 2 * sqrt(floor * number)

    def rate(self, now: float) -> float:
        """Answers a second."""
        return self.answers / max(now - self.since, 1e-9)


class Trial(NamedTuple):
    """How it was before the latest cut: the limit, answers a second, the share of refusals."""

    size: int
    rate: float
    share: float


class Limit(NamedTuple):
    """How many requests may be in flight now: `size`, from 1 to `cap`.

    A calm round, or `rest` of them, adds `step`; the last one added `gained`. `floor` is the share of refusals that
    comes whatever is sent, `cuts` how many there were since the last calm round.
    """

    cap: int
    size: int
    step: int
    gained: int = 0
    floor: float = 0.0
    cut_at: float = -inf
    cuts: int = 0
    rest: int = 0
    trial: Trial | None = None
    round: Round = Round()
    pace: Pace = Pace()

    def answered(self, sent_at: float, now: float, in_use: int) -> "Limit":
        """An answer came, while `in_use` requests were in flight, it among them."""
        cap, size, step, gained, floor, cut_at, cuts, rest, trial, (answers, refusals, used, since), pace = self
        pace = pace.answered(sent_at, now)
        if sent_at <= cut_at:
            return Limit(cap, size, step, gained, floor, cut_at, cuts, rest, trial, self.round, pace)
        used += 4 * in_use >= 3 * size
        spell = Round(answers + 1, refusals, used, now if since == inf else since)
        return Limit(cap, size, step, gained, floor, cut_at, cuts, rest, trial, spell, pace).judged(now)

    def refused(self, sent_at: float, now: float) -> "Limit":
        """The endpoint asked for less."""
        if sent_at <= self.cut_at:
            return self
        return self._refused_once().judged(now)

    def timed_out(self, sent_at: float, now: float) -> "Limit":
        """An answer did not come in time."""
        pace = self.pace
        quick = pace.answered_at > sent_at and pace.seconds < SLOW_SHARE * (now - sent_at)
        if quick or sent_at <= self.cut_at:
            return self
        return self._refused_once().halved(now)

    def capped(self, cap: int) -> "Limit":
        """The same limit under a cap that may be tighter."""
        most = min(cap, self.cap)
        return self._replace(cap=most, size=min(most, self.size), step=min(most, self.step))

    def _refused_once(self) -> "Limit":
        return self._replace(round=self.round._replace(refusals=self.round.refusals + 1))

    def halved(self, now: float) -> "Limit":
        """Half as much, where there were more than a few refusals and time-outs."""
        return self._cut(self.size // 2, now) if self._is_refused() else self

    def judged(self, now: float) -> "Limit":
        """The limit after the latest outcome: the same, unless the round is over or the refusals are many."""
        if self._is_over(now):
            return self._closed(now)
        if not self.round.refusals:
            return self
        return self._back(now) if self._is_refused() and not self.cuts else self

    def _is_refused(self) -> bool:
        """Whether more than a few are refused beyond the usual."""
        return self.round.excess(self.floor) > 1 + self.size / 50

    def _is_over(self, now: float) -> bool:
        """Whether the round is long enough to be judged: a round of answers alone, or as long as an answer takes."""
        spell = self.round
        if not spell.refusals and self.trial is None:
            return spell.answers >= self.size * max(1, self.rest)
        long_enough = now - spell.since >= self.pace.seconds or not spell.answers
        return long_enough and spell.outcomes >= max(self.size, LEAST_ROUND)

    def _closed(self, now: float) -> "Limit":
        """The round is over: grow, or cut, or take the latest cut back."""
        spell = self.round
        if spell.excess(self.floor) <= 1:
            floor = self.floor + SMOOTHING * (spell.share - self.floor) if self.floor else 0.0
            return self._grown()._replace(floor=floor if floor > SLACK else 0.0, cuts=0, trial=None, round=Round())
        if not self.cuts:
            return self._back(now)
        if self.trial is not None and self._refuses_anyhow(self.trial, now):
            return self._restored(self.trial)
        return self._tried(now)

    def _grown(self) -> "Limit":
        if 2 * self.round.used < self.round.answers:
            return self
        grown = min(self.cap, self.size + self.step)
        rest = 0 if self.gained else self.rest
        return self._replace(size=grown, step=min(2 * self.step, grown), gained=grown - self.size, rest=rest)

    def _refuses_anyhow(self, before: Trial, now: float) -> bool:
        """Whether the cut took answers away, and left the share of refusals as it was."""
        share, answers = self.round.share, self.round.answers
        kept = self.round.rate(now) / before.rate if before.rate else 1.0
        # Few answers tell little of a rate: then the doubt is the endpoint's benefit.
        lost_with_it = kept <= (1 + self.size / before.size) / 2 + 0.5 / sqrt(answers + 1)
        return lost_with_it and SAME_SHARE * before.share <= share <= MOST_FLOOR

    def _restored(self, before: Trial) -> "Limit":
        floor = min(MOST_FLOOR, max(before.share, self.round.share))
        size = min(before.size, self.cap)
        step = max(1, size // 4)
        return self._replace(size=size, step=step, gained=0, floor=floor, cuts=0, rest=0, trial=None, round=Round())

    def _back(self, now: float) -> "Limit":
        """Go back to what last held, and try more less often."""
        size = min(self.size - self.gained, int(self.size * SLIGHT_CUT))
        return self._cut(size, now)._replace(rest=min(MOST_REST, max(1, 2 * self.rest)))

    def _tried(self, now: float) -> "Limit":
        rate = self.round.rate(now)
        held = int(rate * self.pace.seconds)
        size = min(int(self.size * CUT), max(held, self.size // 2))
        return self._cut(size, now)._replace(trial=Trial(self.size, rate, self.round.share))

    def _cut(self, size: int, now: float) -> "Limit":
        return self._replace(
            size=max(1, size), step=1, gained=0, cut_at=now, cuts=self.cuts + 1, trial=None, round=Round()
        )


def fresh_limit(cap: int | None) -> Limit:
    """The limit of an endpoint nothing is known about."""
    most = MOST_IN_FLIGHT if cap is None else cap
    size = min(FIRST_SIZE, most)
    return Limit(cap=most, size=size, step=size)

"""So many a minute and no more: a bucket that fills at a steady rate. Pure; times are seconds on any steady clock."""

from typing import Final, NamedTuple

__all__ = ["Bucket", "full_bucket"]

# A burst of ten seconds' worth: servers count in windows shorter than the minute they speak of.
_BURST_SHARE: Final = 1 / 6


class Bucket(NamedTuple):
    """What may be taken now: `level`, below zero where more was used than was thought; it fills to `capacity`."""

    rate: float
    capacity: float
    level: float
    at: float

    def wait_seconds(self, amount: float, now: float) -> float:
        """How long until `amount` may be taken; what is larger than the bucket may go when that is full."""
        missing = min(amount, self.capacity) - self._level(now)
        return max(0.0, missing / self.rate)

    def taken(self, amount: float, now: float) -> "Bucket":
        """The bucket without `amount`; a negative amount gives back what was not used."""
        return Bucket(self.rate, self.capacity, min(self.capacity, self._level(now) - amount), now)

    def _level(self, now: float) -> float:
        return min(self.capacity, self.level + (now - self.at) * self.rate)


def full_bucket(per_minute: float, now: float) -> Bucket:
    """A full bucket that lets so many through a minute."""
    capacity = max(1.0, per_minute * _BURST_SHARE)
    return Bucket(rate=per_minute / 60, capacity=capacity, level=capacity, at=now)

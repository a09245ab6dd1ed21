"""Dice that always fall the same way: every draw is a hash of what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

__all__ = ["Dice"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws that depend on a key and on what is drawn, never on what was drawn before."""

    key: str

    def narrowed(self, *more: str | int) -> "Dice":
        """Dice for one part of the matter."""
        return Dice(_hashed(self.key, more).hex())

    def roll(self, *what: str | int) -> float:
        """A number in [0, 1)."""
        return (int.from_bytes(_hashed(self.key, what), "big") >> 11) / 2**53

    def hits(self, rate: float, *what: str | int) -> bool:
        """Whether something that happens at this rate happens now."""
        return self.roll(*what) < rate

    def pick(self, options: Sequence[T], *what: str | int) -> T:
        """One of the options."""
        return options[int(self.roll(*what) * len(options))]

    def weighted(self, shares: Sequence[tuple[T, float]], *what: str | int) -> T:
        """One of the options, by its share; the shares need not add up to one."""
        left = self.roll(*what) * sum(share for _, share in shares)
        for option, share in shares:
            left -= share
            if left < 0:
                return option
        return shares[-1][0]


def _hashed(key: str, what: tuple[str | int, ...]) -> bytes:
    # The form that Python itself writes keeps ("ab", "c") and ("a", "bc") apart, at half the cost of core's chance.
    return blake2b(f"{key}{what!r}".encode("utf-8", "surrogatepass"), digest_size=8).digest()

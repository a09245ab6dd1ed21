"""Randomness without state: a draw is a hash of what it is for, so every schedule draws the same."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

__all__ = ["chance", "digest", "pick", "shuffled"]

T = TypeVar("T")
Key = str | int


def digest(*key: Key) -> str:
    """A short stable name (16 hex digits) for these words and numbers."""
    return _hashed(key).hex()


def chance(*key: Key) -> float:
    """A number in [0, 1) that depends on the key alone."""
    # As many bits as a float holds: one more, and the largest would round up to 1.
    return (int.from_bytes(_hashed(key), "big") >> 11) / 2**53


def pick(options: Sequence[T], *key: Key) -> T:
    """One of the options, by the key."""
    return options[int(chance(*key) * len(options))]


def shuffled(options: Sequence[T], *key: Key) -> tuple[T, ...]:
    """The options in an order that depends on the key alone."""
    drawn = sorted(range(len(options)), key=lambda place: (chance(*key, place), place))
    return tuple(options[place] for place in drawn)


def _hashed(key: tuple[Key, ...]) -> bytes:
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    parts = (f"{type(part).__name__}{part}" for part in key)
    return blake2b(
        "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()

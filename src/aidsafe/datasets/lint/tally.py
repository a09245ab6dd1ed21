"""Counting over a whole set without keeping it: what is common, and how much is there more than once."""

from array import array
from collections.abc import Hashable, Iterator
from hashlib import blake2b
from itertools import groupby
from typing import Generic, TypeVar

__all__ = ["Common", "Copies"]

Said = TypeVar("Said", bound=Hashable)


class Common(Generic[Said]):
    """The commonest of many, in room for `room` of them (Misra and Gries).

    A count is never too high, and too low by at most the number counted over `room`.
    """

    def __init__(self, room: int = 8192) -> None:
        self._room = room
        self._counts: dict[Said, int] = {}

    def add(self, said: Said) -> None:
        """Count one more; where there is no room, everything counts one less."""
        if said in self._counts or len(self._counts) < self._room:
            self._counts[said] = self._counts.get(said, 0) + 1
            return
        self._counts = {known: count - 1 for known, count in self._counts.items() if count > 1}

    def at_least(self, count: int) -> Iterator[tuple[Said, int]]:
        """What came at least so often, commonest first; of equals, the one that came first."""
        found = [pair for pair in self._counts.items() if pair[1] >= count]
        return iter(sorted(found, key=lambda pair: -pair[1]))


class Copies:
    """How many texts are different, at eight bytes a text."""

    def __init__(self) -> None:
        self._hashes = array("Q")

    def add(self, text: str) -> None:
        """Look at one more."""
        self._hashes.append(int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big"))

    def __len__(self) -> int:
        """How many were looked at."""
        return len(self._hashes)

    @property
    def distinct(self) -> int:
        """How many different ones there are."""
        return sum(1 for _ in groupby(sorted(self._hashes)))

"""Tallies: what metrics count, by seat, round, model and the like. Tallies of several transcripts add up.

A metric that is a share of something is a function of tallies. So the same few lines give it for one transcript, for a
whole run, and, since counts may be arrays, for a thousand resampled runs at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add
from typing import Any, Generic, NamedTuple, TypeVar

from aidsafe.analysis.courses.course import Course, maker

__all__ = [
    "AnyTable",
    "Counts",
    "Key",
    "Keys",
    "Share",
    "Sizes",
    "Table",
    "Tallies",
    "Tally",
    "once",
    "share",
    "split",
    "together",
    "whether",
]

Key = str | int
Keys = tuple[Key, ...]
T = TypeVar("T")
Item = TypeVar("Item", contravariant=True)  # noqa: PLC0105  # read like the others, T and K
K = TypeVar("K", Key, Keys)


class Share(NamedTuple):
    """So many of so many, or so much a piece: `part` ÷ `whole`. Shares of several transcripts add up."""

    part: float
    whole: float

    @property
    def value(self) -> float:
        """Part by whole; the whole is never 0."""
        return self.part / self.whole


class Tally:
    """Counts in rows: `rows` has a list of numbers by key, one for each of `fields`; `keys` names the key's parts."""

    __slots__ = ("fields", "keys", "rows")

    def __init__(self, keys: tuple[str, ...], fields: tuple[str, ...], rows: dict[Keys, Sequence[float]]) -> None:
        self.keys = keys
        self.fields = fields
        self.rows = rows

    def total(self, field: str) -> float:
        """A field added up over all rows."""
        return sum(self.column(field), 0.0)

    def column(self, field: str) -> list[float]:
        """A field, row by row."""
        place = self.fields.index(field)
        return [row[place] for row in self.rows.values()]

    def totals(self, field: str, by: str) -> dict[Key, float]:
        """A field added up for each value of one part of the key."""
        where, place = self.keys.index(by), self.fields.index(field)
        sums: dict[Key, float] = {}
        for key, row in self.rows.items():
            sums[key[where]] = sums.get(key[where], 0.0) + row[place]
        return sums

    def crossed(self, field: str, by: tuple[str, ...]) -> dict[Keys, float]:
        """A field added up for each combination of some parts of the key."""
        where, place = [self.keys.index(one) for one in by], self.fields.index(field)
        sums: dict[Keys, float] = {}
        for key, row in self.rows.items():
            cell = tuple(key[one] for one in where)
            sums[cell] = sums.get(cell, 0.0) + row[place]
        return sums

    def without(self, part: str, value: Key) -> "Tally":
        """The rows whose key has another value in one of its parts."""
        where = self.keys.index(part)
        return Tally(self.keys, self.fields, {key: row for key, row in self.rows.items() if key[where] != value})

    def share(self, part: str, whole: str) -> Share | None:
        """One field by another, over all rows; None of nothing."""
        return share(self.total(part), self.total(whole))

    def shares(self, part: str, whole: str, *, by: str) -> dict[Key, Share]:
        """One field by another, for each value of one part of the key."""
        return split(self.totals(part, by), self.totals(whole, by))

    def cells(self, part: str, whole: str) -> dict[Keys, Share]:
        """One field by another, row by row."""
        first, second = self.fields.index(part), self.fields.index(whole)
        return split(
            {key: row[first] for key, row in self.rows.items()}, {key: row[second] for key, row in self.rows.items()}
        )


class Tallies(dict[str, Tally]):
    """A transcript's tallies, or those of many added up, by the name of their table."""


@dataclass(frozen=True)
class Counts(Generic[Item]):
    """What is counted of an item: `of` gives a number for each of `fields`."""

    fields: tuple[str, ...]
    of: Callable[[Item], tuple[float, ...]]


@dataclass(frozen=True)
class Sizes:
    """What is measured of items: `of` gives a number for each of `fields`, item by item of a course."""

    fields: tuple[str, ...]
    of: Callable[[Course], Iterable[tuple[float, ...]]]


@dataclass(frozen=True)
class Table(Generic[T]):
    """What is counted: `of` gives a course's items, `key` where each belongs, `counts` how much it adds.

    Equal items count alike. So an item shows no more than what counts of it: items are many and kinds of them few, and
    each kind is worked out once. What no two items share, such as tokens and seconds, comes in `sizes`.
    """

    name: str
    keys: tuple[str, ...]
    of: Callable[[Course], Iterable[T]]
    key: Callable[[T], Keys]
    counts: Counts[T]
    sizes: Sizes | None = None
    text: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """What is counted, and then what is measured."""
        return (*self.counts.fields, *(self.sizes.fields if self.sizes else ()))

    def rows(self, course: Course) -> dict[Keys, Sequence[float]]:
        """The items of a course, counted and measured."""
        rows: dict[Keys, Sequence[float]] = {}
        sizes = self.sizes.of(course) if self.sizes else repeat(())
        for item, size in zip(self.of(course), sizes, strict=False):
            key, row = self.key(item), (*self.counts.of(item), *size)
            rows[key] = tuple(map(add, rows[key], row)) if key in rows else row
        return rows

    def tally(self, rows: dict[Keys, Sequence[float]]) -> Tally:
        """These rows as a tally."""
        return Tally(self.keys, self.fields, rows)


AnyTable = Table[Any]
"""A table, whatever it counts."""


def share(part: float, whole: float) -> Share | None:
    """The share, or None of nothing."""
    return _made_share((part, whole)) if _is_some(whole) else None


def whether(true: bool) -> Share:  # noqa: FBT001  # it is what the share is made of
    """One of one, or none of one."""
    return _YES if true else _NO


def split(parts: Mapping[K, float], wholes: Mapping[K, float]) -> dict[K, Share]:
    """Parts by their wholes, key by key; a key with no whole has no share."""
    return {key: Share(parts.get(key, 0.0), whole) for key, whole in wholes.items() if _is_some(whole)}


def together(shares: Mapping[K, Share]) -> Share | None:
    """All shares added up; None of none."""
    return share(sum(one.part for one in shares.values()), sum(one.whole for one in shares.values()))


def once(field: str) -> Counts[object]:
    """Each item counts once."""
    return Counts((field,), lambda _: _ONCE)


_made_share = maker(Share)
_ONCE = (1,)
_YES, _NO = Share(1.0, 1.0), Share(0.0, 1.0)


def _is_some(whole: object) -> bool:
    # An array of resampled counts is something as soon as one of them is; asked last, since numbers are many.
    return bool(whole) if isinstance(whole, int | float) or not hasattr(whole, "any") else bool(whole.any())

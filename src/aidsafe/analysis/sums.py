"""The tallies of a whole run, and of runs resampled from it, added up in one pass and constant memory."""

from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

from aidsafe.analysis.counts.tally import AnyTable, Keys, Sizes, Tallies, Tally
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.extras import need
from aidsafe.analysis.intervals import REPLICATES, weights

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Floats = NDArray[float64]
    Places = NDArray[int64]

__all__ = ["OTHERS", "State", "Sums"]

OTHERS = "(others)"
"""What seats, models and the like are called once a table has more of them than it keeps apart."""

_ROOM = 2000
_BATCH = 256
_MOST_KINDS = 4096


class State(NamedTuple):
    """What sums hold: queries, and for each table the places of its keys, and its counts by place, field and run."""

    queries: int
    places: "list[dict[Keys, int]]"
    counts: "list[Floats]"


class Sums:
    """Adds up what is counted in courses, once as it is and once for each resampled run.

    A table keeps `room` cells apart (seats, rounds and models multiply); what comes later goes to `OTHERS`.
    """

    def __init__(
        self, tables: Sequence[AnyTable], *, seed: int = 0, replicates: int = REPLICATES, room: int = _ROOM
    ) -> None:
        self.queries = 0
        self._seed = seed
        self._replicates = replicates
        self._waiting: list[Course] = []
        self._sums = [_Sum(table, runs=1 + replicates, room=room) for table in tables]

    def add(self, course: Course) -> None:
        """Count one more transcript."""
        self.queries += 1
        self._waiting.append(course)
        if len(self._waiting) >= _BATCH:
            self._count()

    def state(self) -> State:
        """What was counted so far, to be merged into other sums, in this process or another."""
        self._count()
        return State(self.queries, [dict(one.places) for one in self._sums], [one.counts for one in self._sums])

    def merge(self, other: State) -> None:
        """Add what was counted elsewhere in the same tables."""
        self._count()
        for one, places, counts in zip(self._sums, other.places, other.counts, strict=True):
            one.merge(places, counts)
        self.queries += other.queries

    def whole(self) -> Tallies:
        """The tallies of the run."""
        self._count()
        return Tallies({one.table.name: one.whole() for one in self._sums})

    def resampled(self) -> Tallies:
        """The tallies of the resampled runs: every count is an array with one number a run."""
        self._count()
        return Tallies({one.table.name: one.resampled() for one in self._sums})

    def _count(self) -> None:
        """Count the transcripts that wait, table by table: the same few lines of code over many of them are quick."""
        courses, self._waiting = self._waiting, []
        if not courses:
            return
        np = need("numpy", purpose="an interval")
        drawn = np.ones((len(courses), 1 + self._replicates))
        drawn[:, 1:] = weights([one.query for one in courses], seed=self._seed, replicates=self._replicates)
        lines = [one.lines(courses) for one in self._sums]
        ends = np.cumsum([line.shape[1] for line in lines])
        for one, added in zip(self._sums, np.split(np.hstack(lines).T @ drawn, ends[:-1]), strict=True):
            one.add(added)


class _Places(dict[Keys, int]):
    """Where keys are counted: each in a place of its own while there is room, else in that of the others."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def __missing__(self, key: Keys) -> int:
        """The place of a key that is new."""
        if len(self) >= self._room:
            key = tuple(OTHERS if isinstance(part, str) else part for part in key)
        return self.setdefault(key, len(self))


class _Kinds(dict[object, int]):
    """The kinds of items a table was given, by number, with the place and the counts of each."""

    def __init__(self, table: AnyTable, places: _Places) -> None:
        super().__init__()
        np = need("numpy", purpose="an interval")
        self._table, self._known = table, places
        self._fresh: list[tuple[int, tuple[float, ...]]] = []
        self._places: Places = np.zeros(0, dtype=np.int64)
        self._counts: Floats = np.zeros((0, len(table.counts.fields)))

    def __missing__(self, item: object) -> int:
        """Work out a kind that is new."""
        self._fresh.append((self._known[self._table.key(item)], self._table.counts.of(item)))
        self[item] = number = len(self)
        return number

    def of(self, numbers: "Places") -> "tuple[Places, Floats]":
        """Places and counts of items, given the numbers of their kinds."""
        if self._fresh:
            np = need("numpy", purpose="an interval")
            places, counts = zip(*self._fresh, strict=True)
            self._places = np.concatenate([self._places, np.array(places, dtype=np.int64)])
            self._counts = np.concatenate([self._counts, np.array(counts, dtype=np.float64)])
            self._fresh = []
        return self._places[numbers], self._counts[numbers]


class _Sum:
    """Adds up one table: `counts` has a number for each place, field and run, the whole run being the first."""

    def __init__(self, table: AnyTable, *, runs: int, room: int) -> None:
        self.table = table
        self.places = _Places(room)
        self.counts: Floats = need("numpy", purpose="an interval").zeros((0, len(table.fields), runs))
        self._kinds = _Kinds(table, self.places)

    def lines(self, courses: Sequence[Course]) -> "Floats":
        """What is counted in courses: a line for each, with the fields of each place one after the other."""
        np = need("numpy", purpose="an interval")
        if len(self._kinds) > _MOST_KINDS:
            self._kinds = _Kinds(self.table, self.places)
        number, items_of = self._kinds.__getitem__, self.table.of
        numbers, ends = list[int](), list[int]()
        for course in courses:
            numbers += map(number, items_of(course))
            ends.append(len(numbers))
        places, counts = self._kinds.of(np.array(numbers, dtype=np.int64))
        if self.table.sizes:
            counts = np.hstack([counts, _packed(self.table.sizes, courses)])
        lines = np.repeat(np.arange(len(courses)), np.diff(ends, prepend=0))
        return _spread(counts, lines * len(self.places) + places, (len(courses), len(self.places)))

    def add(self, lines: "Floats") -> None:
        """Add such lines, summed up for every run."""
        self._grow()
        self.counts += lines.reshape(self.counts.shape)

    def merge(self, places: dict[Keys, int], counts: "Floats") -> None:
        """Add what was counted elsewhere."""
        mine = [self.places[key] for key in places]
        self._grow()
        for place, count in zip(mine, counts, strict=True):
            self.counts[place] += count

    def whole(self) -> Tally:
        """The tally of the run."""
        rows = self.counts[:, :, 0].tolist()
        return self.table.tally({key: rows[place] for key, place in self.places.items()})

    def resampled(self) -> Tally:
        """The tally of the resampled runs."""
        return self.table.tally({key: list(self.counts[place, :, 1:]) for key, place in self.places.items()})

    def _grow(self) -> None:
        missing = len(self.places) - len(self.counts)
        if missing:
            np = need("numpy", purpose="an interval")
            self.counts = np.concatenate([self.counts, np.zeros((missing, *self.counts.shape[1:]))])


def _packed(sizes: Sizes, courses: Iterable[Course]) -> "Floats":
    """What is measured of the items of all courses, item by item."""
    np = need("numpy", purpose="an interval")
    numbers = list(chain.from_iterable(chain.from_iterable(map(sizes.of, courses))))
    # Integers and floats mixed are packed in a third of the time in which numpy takes them.
    packed: Floats = np.frombuffer(pack(f"{len(numbers)}d", *numbers))
    return packed.reshape(-1, len(sizes.fields))


def _spread(counts: "Floats", cells: "Places", shape: tuple[int, int]) -> "Floats":
    """Counts of items added up by cell, which is a line and a place in it, field by field."""
    np = need("numpy", purpose="an interval")
    fields = counts.shape[1]
    starts = cells * fields
    found: Floats = np.bincount((starts[:, None] + np.arange(fields)).ravel(), counts.ravel(), prod(shape) * fields)
    return found.reshape(shape[0], shape[1] * fields)

"""The tallies of a whole run, and of runs resampled from it, added up in one pass and constant memory."""

from collections.abc import Sequence
from math import prod
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

from aidsafe.analysis.counts.tally import AnyTable, Keys, Tallies, Tally
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.extras import need
from aidsafe.analysis.intervals import REPLICATES, weights

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

__all__ = ["OTHERS", "State", "Sums"]

OTHERS = "(others)"
"""What seats, models and the like are called once a table has more of them than it keeps apart."""

_ROOM = 2000
_BATCH = 256


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
        return State(self.queries, [one.places for one in self._sums], [one.counts for one in self._sums])

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


class _Sum:
    """Adds up one table: `counts` has a number for each place, field and run, the whole run being the first."""

    def __init__(self, table: AnyTable, *, runs: int, room: int) -> None:
        self.table = table
        self.places: dict[Keys, int] = {}
        self.counts: Floats = need("numpy", purpose="an interval").zeros((0, len(table.counts.fields), runs))
        self._room = room

    def lines(self, courses: Sequence[Course]) -> "Floats":
        """What is counted in courses: a line for each, with the fields of each place one after the other."""
        counts, places, lines = list[float](), list[int](), list[int]()
        known, items_of, key_of, counts_of = self.places, self.table.of, self.table.key, self.table.counts.of
        for line, course in enumerate(courses):
            for item in items_of(course):
                key = key_of(item)
                counts += counts_of(item)
                places.append(known[key] if key in known else self._place(key))
                lines.append(line)
        return _spread(counts, places, lines, (len(courses), len(known), len(self.table.counts.fields)))

    def add(self, lines: "Floats") -> None:
        """Add such lines, summed up for every run."""
        self._grow()
        self.counts += lines.reshape(self.counts.shape)

    def merge(self, places: dict[Keys, int], counts: "Floats") -> None:
        """Add what was counted elsewhere."""
        mine = [self.places[key] if key in self.places else self._place(key) for key in places]
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

    def _place(self, key: Keys) -> int:
        """Where a new key is counted: in a place of its own while there is room, else in that of the others."""
        if len(self.places) >= self._room:
            key = tuple(OTHERS if isinstance(part, str) else part for part in key)
        return self.places.setdefault(key, len(self.places))

    def _grow(self) -> None:
        missing = len(self.places) - len(self.counts)
        if missing:
            np = need("numpy", purpose="an interval")
            self.counts = np.concatenate([self.counts, np.zeros((missing, *self.counts.shape[1:]))])


def _spread(
    counts: Sequence[float], places: Sequence[int], lines: Sequence[int], shape: tuple[int, int, int]
) -> "Floats":
    """Counts added up by line and place, field by field."""
    np = need("numpy", purpose="an interval")
    starts = (np.array(lines, dtype=np.int64) * shape[1] + np.array(places, dtype=np.int64)) * shape[2]
    # Integers and floats mixed are packed in a third of the time in which numpy takes them.
    packed = np.frombuffer(pack(f"{len(counts)}d", *counts))
    found: Floats = np.bincount((starts[:, None] + np.arange(shape[2])).ravel(), packed, prod(shape))
    return found.reshape(shape[0], shape[1] * shape[2])

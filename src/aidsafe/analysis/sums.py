"""The tallies of a whole run, and of runs resampled from it, added up in one pass and constant memory."""

from collections.abc import Sequence
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from aidsafe.analysis.extras import need
from aidsafe.analysis.intervals import REPLICATES, weights
from aidsafe.analysis.metrics.course import Course
from aidsafe.analysis.metrics.tally import AnyTable, Keys, Tallies

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

__all__ = ["OTHERS", "State", "Sums"]

OTHERS = "(others)"
"""What seats, models and the like are called once a table has more of them than it keeps apart."""

_ROOM = 2000
_BATCH = 256


class State(NamedTuple):
    """What sums hold: queries, where each key's fields begin, and a line of numbers for each field."""

    queries: int
    columns: list[dict[Keys, int]]
    sums: "NDArray[float64]"


class Sums:
    """Adds up what is counted in courses, once as it is and once for each resampled run.

    A table keeps `room` cells apart (seats, rounds and models multiply); what comes later goes to `OTHERS`.
    """

    def __init__(
        self, tables: Sequence[AnyTable], *, seed: int = 0, replicates: int = REPLICATES, room: int = _ROOM
    ) -> None:
        self.tables = tuple(tables)
        self._room = room
        self.queries = 0
        self._seed = seed
        self._replicates = replicates
        self._columns: list[dict[Keys, int]] = [{} for _ in self.tables]
        self._width = 0
        self._ids: list[str] = []
        self._rows: list[list[float]] = []
        self._sums = need("numpy", purpose="an interval").zeros((0, 1 + replicates))

    def add(self, course: Course) -> None:
        """Count one more transcript."""
        line = [0.0] * self._width
        for table, columns in zip(self.tables, self._columns, strict=True):
            for key, row in table.rows(course).items():
                if key in columns:
                    line[columns[key] : columns[key] + len(row)] = row
                else:
                    self._place(line, columns, key, row)
        self.queries += 1
        self._ids.append(course.query)
        self._rows.append(line)
        if len(self._rows) >= _BATCH:
            self._flush()

    def state(self) -> "State":
        """What was counted so far, to be merged into other sums, in this process or another."""
        self._flush()
        return State(self.queries, self._columns, self._sums)

    def merge(self, other: "State") -> None:
        """Add what was counted elsewhere in the same tables."""
        self._flush()
        for table, mine, theirs in zip(self.tables, self._columns, other.columns, strict=True):
            width = len(table.counts.fields)
            for key, start in theirs.items():
                place = mine[key] if key in mine else self._column(mine, key, width)
                self._grow()
                self._sums[place : place + width] += other.sums[start : start + width]
        self.queries += other.queries

    def whole(self) -> Tallies:
        """The tallies of the run."""
        self._flush()
        return self._tallies(self._sums[:, 0].tolist())

    def resampled(self) -> Tallies:
        """The tallies of the resampled runs: every count is an array with one number a run."""
        self._flush()
        return self._tallies(list(self._sums[:, 1:]))

    def _tallies(self, numbers: Sequence[float]) -> Tallies:
        return Tallies(
            {
                table.name: table.tally(
                    {key: numbers[start : start + len(table.counts.fields)] for key, start in columns.items()}
                )
                for table, columns in zip(self.tables, self._columns, strict=True)
            }
        )

    def _place(self, line: list[float], columns: dict[Keys, int], key: Keys, row: Sequence[float]) -> None:
        """Write a row whose key is new, or has no place of its own."""
        start = self._column(columns, key, len(row))
        line.extend([0.0] * (self._width - len(line)))
        line[start : start + len(row)] = map(add, line[start : start + len(row)], row)

    def _column(self, columns: dict[Keys, int], key: Keys, width: int) -> int:
        """Where a key's fields begin: a place of its own while there is room, else that of the others."""
        if len(columns) >= self._room:
            key = tuple(OTHERS if isinstance(part, str) else part for part in key)
        if key not in columns:
            columns[key] = self._width
            self._width += width
        return columns[key]

    def _flush(self) -> None:
        self._grow()
        if not self._rows:
            return
        np = need("numpy", purpose="an interval")
        block = np.zeros((len(self._rows), self._width))
        for place, row in enumerate(self._rows):
            block[place, : len(row)] = row
        drawn = np.ones((len(self._rows), 1 + self._replicates))
        drawn[:, 1:] = weights(self._ids, seed=self._seed, replicates=self._replicates)
        self._sums += block.T @ drawn
        self._ids, self._rows = [], []

    def _grow(self) -> None:
        np = need("numpy", purpose="an interval")
        missing = self._width - len(self._sums)
        if missing:
            self._sums = np.vstack([self._sums, np.zeros((missing, 1 + self._replicates))])

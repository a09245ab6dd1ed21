"""What is known of a metric: what reads it, its range, its unit, and the paper it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from aidsafe.analysis.counts.tables import Counted
from aidsafe.analysis.counts.tally import Key, Keys, Share, Tallies
from aidsafe.analysis.courses.told import Told

__all__ = ["EACH", "Breakdown", "Group", "Metric", "Number", "Pooled", "Shares", "Unit", "part_and_whole"]

Group = Literal[
    "convergence",
    "conformity",
    "participation",
    "information",
    "policy",
    "decisions",
    "refiner",
    "cost",
    "reliability",
]
Unit = Literal[
    "share", "rounds", "turns", "bits", "index", "edits", "rules", "thoughts", "tokens", "calls", "USD", "seconds"
]
Number = float | Share | None
Shares = Mapping[Key, Share] | Mapping[Keys, Share]

EACH = "each"
"""The table that holds the metrics that are read transcript by transcript, two fields each."""


@dataclass(frozen=True)
class Metric:
    """One number a transcript, and its mean over the queries of a run; shares are added up, part and whole.

    An open end of the range is None. `text` marks the metrics that compare words, the slowest.
    """

    name: str
    group: Group
    read: Callable[[Told], Number]
    unit: Unit
    low: float | None = 0.0
    high: float | None = None
    paper: str = ""
    text: bool = False

    @property
    def says(self) -> str:
        """What it measures, in a sentence: the first line of its function's docstring."""
        return first_line(self.read)

    def over(self, tallies: Tallies) -> Share | None:
        """The metric of all transcripts whose tallies these are."""
        return tallies[EACH].share(*part_and_whole(self.name))


@dataclass(frozen=True)
class Pooled(Metric):
    """A metric that is read from tallies, of one transcript or of many added up."""

    read: Callable[[Counted], Share | None]

    def over(self, tallies: Tallies) -> Share | None:
        """The metric of all transcripts whose tallies these are."""
        return self.read(tallies)


@dataclass(frozen=True)
class Breakdown:
    """A share for each key: `keys` names the key's parts, as seat or round; an open end of its range is None."""

    name: str
    group: Group
    read: Callable[[Counted], Shares]
    keys: tuple[str, ...]
    unit: Unit
    low: float | None = 0.0
    high: float | None = None
    paper: str = ""
    text: bool = False

    @property
    def says(self) -> str:
        """What it measures, in a sentence: the first line of its function's docstring."""
        return first_line(self.read)


def part_and_whole(name: str) -> tuple[str, str]:
    """The fields of a metric in the table that holds it."""
    return name, f"{name}:whole"


def first_line(function: Callable[..., object]) -> str:
    """The first line of a function's docstring."""
    return (function.__doc__ or "").strip().partition("\n")[0]

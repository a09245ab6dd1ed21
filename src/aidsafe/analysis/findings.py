"""What an analysis finds: values that are written as JSON, and that tables, pictures and the report are made of."""

from aidsafe.analysis.counts.tally import Keys
from aidsafe.analysis.intervals import Difference, Estimate
from aidsafe.analysis.metrics.number import Group, Unit
from aidsafe.core.records import Value

__all__ = ["HEADLINE", "Analysis", "ArmNumbers", "Cell", "Comparison", "Definition"]

HEADLINE = (
    "consensus",
    "premature_consensus",
    "conformity",
    "unexplained_flips",
    "disagreement_collapse",
    "attrition",
)
"""What is always shown together: consensus alone says nothing of how it came about."""


class Definition(Value):
    """What a metric measures, its unit, its range, the paper it comes from; `keys` names the parts of a breakdown."""

    name: str
    group: Group
    says: str
    unit: Unit
    low: float | None
    high: float | None
    paper: str
    keys: tuple[str, ...] = ()


class Cell(Value):
    """One entry of a breakdown."""

    key: Keys
    estimate: Estimate


class ArmNumbers(Value):
    """One run in numbers. `notice` must stand beside them. A metric that is defined for no query is missing.

    `queries` = `completed` + `failed` + `open`; `turns` and `calls` are counts.
    """

    name: str
    notice: str | None
    queries: int
    completed: int
    failed: int
    open: int
    turns: int
    calls: int
    numbers: dict[str, Estimate]
    breakdowns: dict[str, tuple[Cell, ...]]

    @property
    def headline(self) -> dict[str, Estimate | None]:
        """Consensus, and beside it what it may have cost."""
        return {name: self.numbers.get(name) for name in HEADLINE}


class Comparison(Value):
    """How much more the second run has than the first, over the `queries` that both have (by id and replica)."""

    first: str
    second: str
    queries: int
    numbers: dict[str, Difference]


class Analysis(Value):
    """Runs in numbers, and each compared with the one before; `definitions` says what the numbers are."""

    arms: tuple[ArmNumbers, ...]
    comparisons: tuple[Comparison, ...]
    definitions: tuple[Definition, ...]
    seed: int
    replicates: int

    def to_json(self) -> str:
        """Everything as one JSON object."""
        return self.model_dump_json(indent=2)

"""Arms compared with the first one, query by query.

A query counts in a pair of arms by its replicas that were completed in both; one that has none is dropped from that
pair, and counted. A measure that is not defined for a deliberation (no citation, no round) drops it for that measure
alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from aidsafe.analysis.study.measuring import MEASURES, Numbers, numbers_of
from aidsafe.analysis.study.resampling import LEVEL, adjusted, chance_of, interval
from aidsafe.core.records import Value
from aidsafe.orchestration.run import Run

__all__ = ["ArmNumbers", "Comparison", "Difference", "compare", "numbers_in"]

_SEED = 7


@dataclass(frozen=True)
class ArmNumbers:
    """The measures of one arm's completed deliberations, by (row, replica), and how many it was asked for."""

    name: str
    numbers: Mapping[tuple[int, int], Numbers]
    queries: int
    failed: int = 0
    notice: str | None = None

    def mean(self, measure: str) -> float | None:
        """The mean over all its deliberations that have the measure."""
        found = [value for numbers in self.numbers.values() if (value := numbers[measure]) is not None]
        return fmean(found) if found else None


class Difference(Value):
    """How much more an arm has of a measure than the first arm, a query at a time.

    `low` and `high` bound it at 95 %; `chance` is how often coin flips alone would do as much, `chance_of_any` the
    same given how many were looked at. `queries` were paired, `dropped` could not be.
    """

    measure: str
    first: str
    second: str
    first_mean: float
    second_mean: float
    difference: float
    low: float | None = None
    high: float | None = None
    chance: float
    chance_of_any: float = 1.0
    queries: int
    dropped: int

    @property
    def clear(self) -> bool:
        """Whether the arms differ: the interval leaves out 0, and chance among all measures does not explain it."""
        leaves_out = self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high
        return leaves_out and self.chance_of_any <= 1 - LEVEL


@dataclass(frozen=True)
class Comparison:
    """The arms, the first being what the others are compared with, and every difference."""

    arms: tuple[ArmNumbers, ...]
    differences: tuple[Difference, ...]

    def found(self, measure: str, arm: str) -> Difference | None:
        """The difference of an arm from the first one."""
        return next((one for one in self.differences if (one.measure, one.second) == (measure, arm)), None)


def numbers_in(run: Run, *, name: str) -> ArmNumbers:
    """Read an arm's numbers from its run."""
    numbers = {(t.query.row, t.query.replica): numbers_of(record, t) for record, t in run.completed()}
    totals = run.totals
    return ArmNumbers(name, numbers, totals.queries, totals.failed, run.manifest.notice)


def compare(arms: Sequence[ArmNumbers], *, seed: int = _SEED) -> Comparison:
    """Compare every later arm with the first."""
    first, *others = arms
    found = [
        difference
        for other in others
        for measure in MEASURES
        if (difference := _difference(measure.name, first, other, seed)) is not None
    ]
    chances = adjusted([one.chance for one in found])
    told = (one.model_copy(update={"chance_of_any": chance}) for one, chance in zip(found, chances, strict=True))
    return Comparison(tuple(arms), tuple(told))


def _difference(measure: str, first: ArmNumbers, second: ArmNumbers, seed: int) -> Difference | None:
    pairs = dict(_pairs(measure, first, second))
    if not pairs:
        return None
    rows = {row for arm in (first, second) for row, _ in arm.numbers}
    differences = [theirs - mine for mine, theirs in pairs.values()]
    bounds = interval(differences, seed=seed)
    return Difference(
        measure=measure,
        first=first.name,
        second=second.name,
        first_mean=fmean(mine for mine, _ in pairs.values()),
        second_mean=fmean(theirs for _, theirs in pairs.values()),
        difference=fmean(differences),
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        chance=chance_of(differences, seed=seed),
        queries=len(pairs),
        dropped=len(rows) - len(pairs),
    )


def _pairs(measure: str, first: ArmNumbers, second: ArmNumbers) -> Iterator[tuple[int, tuple[float, float]]]:
    """For every query, its means in both arms over the replicas that both have."""
    both: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for place, numbers in first.numbers.items():
        mine, theirs = numbers[measure], second.numbers.get(place, {}).get(measure)
        if mine is not None and theirs is not None:
            both[place[0]].append((mine, theirs))
    for row in sorted(both):
        yield row, (fmean(mine for mine, _ in both[row]), fmean(theirs for _, theirs in both[row]))

"""Analyse runs: every number with its counts and interval, and runs compared over the queries they share.

analysis = aidsafe.analyze(run)
analysis.arms[0].numbers["conformity"].value
"""

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

from aidsafe.analysis.arms import Analysable, Arm, arms_of
from aidsafe.analysis.counts.tally import Key, Keys, Share, Tallies
from aidsafe.analysis.findings import Analysis, ArmNumbers, Cell, Comparison, Definition
from aidsafe.analysis.intervals import Difference, difference, estimate, unmoved
from aidsafe.analysis.metrics.catalogue import breakdowns, metrics
from aidsafe.analysis.metrics.number import EACH, Breakdown, Metric, part_and_whole
from aidsafe.analysis.reading import Reading, Wanted, read
from aidsafe.analysis.writing import write_analysis, write_arms

__all__ = ["Analysis", "analyze"]


def analyze(
    runs: Analysable | Iterable[Analysable],
    out: Path | str | None = None,
    *,
    wanted: Wanted | None = None,
    workers: int = 1,
    tables: bool = False,
) -> Analysis:
    """Analyse one run or several, in the order given, each compared with the one before.

    `out` is a folder for the numbers as JSON, the pictures and the report; with `tables`, for the tables too.
    Every transcript is read once, finished or not. Raises `FolderError` where there is no run, `ExtraMissing` without
    the extra `analysis`.
    """
    wanted = wanted or Wanted()
    arms = arms_of(runs)
    readings = [read(arm, wanted, workers=workers) for arm in arms]
    comparing = partial(_comparison, wanted=wanted, workers=workers)
    analysis = Analysis(
        arms=tuple(_numbers(arm, reading, wanted) for arm, reading in zip(arms, readings, strict=True)),
        comparisons=tuple(comparing(*both) for both in pairwise(zip(arms, readings, strict=True))),
        definitions=tuple(_definition(one) for one in _shown(wanted)),
        seed=wanted.seed,
        replicates=wanted.replicates,
    )
    if out is not None:
        write_analysis(analysis, out)
        if tables:
            write_arms(arms, out, labels=wanted.labels)
    return analysis


_Read = tuple[Arm, Reading]


def _shown(wanted: Wanted) -> tuple[Metric | Breakdown, ...]:
    every: tuple[Metric | Breakdown, ...] = (*metrics(wanted.labels), *breakdowns())
    return tuple(one for one in every if wanted.text or not one.text)


def _numbers(arm: Arm, reading: Reading, wanted: Wanted) -> ArmNumbers:
    whole, resampled = reading.sums.whole(), reading.sums.resampled()
    failed, ended = (int(whole[EACH].total(field)) for field in part_and_whole("lost_queries"))
    shown = _shown(wanted)
    return ArmNumbers(
        name=arm.name,
        notice=arm.notice,
        queries=reading.sums.queries,
        completed=ended - failed,
        failed=failed,
        open=reading.sums.queries - ended,
        turns=int(whole["steps"].total("turns")),
        calls=int(whole["calls"].total("calls")),
        numbers={name: estimate(found, again) for name, (found, again) in _measured(shown, whole, resampled).items()},
        breakdowns={one.name: _cells(one, whole, resampled) for one in shown if isinstance(one, Breakdown)},
    )


def _measured(
    shown: Iterable[Metric | Breakdown], whole: Tallies, resampled: Tallies
) -> dict[str, tuple[Share, Share]]:
    """Each metric that is defined for some query: of the run, and of the resampled runs."""
    measured = {}
    for one in shown:
        if isinstance(one, Metric):
            found, again = one.over(whole), unmoved(one.over, resampled)
            if found is not None and again is not None:
                measured[one.name] = (found, again)
    return measured


def _cells(breakdown: Breakdown, whole: Tallies, resampled: Tallies) -> tuple[Cell, ...]:
    found, again = _keyed(breakdown.read(whole)), _keyed(unmoved(breakdown.read, resampled))
    cells = [Cell(key=key, estimate=estimate(share, again[key])) for key, share in found.items() if key in again]
    return tuple(sorted(cells, key=lambda cell: _order(cell.key)))


def _keyed(shares: Mapping[Key, Share] | Mapping[Keys, Share]) -> dict[Keys, Share]:
    return {key if isinstance(key, tuple) else (key,): found for key, found in shares.items()}


def _order(key: Keys) -> tuple[tuple[int, str], ...]:
    """Rounds by number, names by the alphabet."""
    return tuple((part, "") if isinstance(part, int) else (0, part) for part in key)


def _comparison(first: _Read, second: _Read, *, wanted: Wanted, workers: int) -> Comparison:
    both = first[1].queries & second[1].queries
    one, other = (_restricted(found, both, wanted=wanted, workers=workers).sums for found in (first, second))
    mine = _measured(_shown(wanted), one.whole(), one.resampled())
    theirs = _measured(_shown(wanted), other.whole(), other.resampled())
    return Comparison(
        first=first[0].name,
        second=second[0].name,
        queries=len(both),
        numbers={name: _differing(mine[name], theirs[name]) for name in mine if name in theirs},
    )


def _restricted(found: _Read, both: set[int], *, wanted: Wanted, workers: int) -> Reading:
    """The reading of the queries that both runs have; read again only where the run has others too."""
    arm, reading = found
    return reading if reading.queries == both else read(arm, wanted, workers=workers, only=frozenset(both))


def _differing(first: tuple[Share, Share], second: tuple[Share, Share]) -> Difference:
    return difference(estimate(*first), estimate(*second), first[1], second[1])


def _definition(one: Metric | Breakdown) -> Definition:
    return Definition(
        name=one.name,
        group=one.group,
        says=one.says,
        unit=one.unit,
        low=one.low,
        high=one.high,
        paper=one.paper,
        keys=one.keys if isinstance(one, Breakdown) else (),
    )

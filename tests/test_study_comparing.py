"""Arms compared query by query: what is paired, what is dropped, and how seldom chance is taken for a difference."""

from random import Random
from statistics import NormalDist

import pytest

from aidsafe.analysis.study.comparing import ArmNumbers, compare
from aidsafe.analysis.study.measuring import MEASURES, Numbers
from aidsafe.analysis.study.resampling import adjusted, chance_of, interval
from aidsafe.analysis.study.telling import comparison_csv, comparison_text

NAMES = tuple(measure.name for measure in MEASURES)


def numbers(value: float | None) -> Numbers:
    """The same number for every measure."""
    return dict.fromkeys(NAMES, value)


def arm(name: str, *values: float | None, failed: tuple[int, ...] = ()) -> ArmNumbers:
    """An arm whose queries measure this, in order; some of them failed."""
    found = {(row, 0): numbers(value) for row, value in enumerate(values) if row not in failed}
    return ArmNumbers(name, found, len(values), len(failed))


def test_a_difference_is_taken_query_by_query() -> None:
    """Queries that differ widely do not hide a small difference that all of them show."""
    one = arm("one", *range(20))
    found = compare([one, arm("two", *(value + 0.5 for value in range(20)))]).found("thoughts", "two")

    assert found is not None
    assert (0.5, 0.5, 0.5, True) == (found.difference, found.low, found.high, found.clear)


def test_a_query_that_failed_in_one_arm_is_dropped_from_the_pair() -> None:
    """And counted; the other arm's number of it stays out."""
    found = compare([arm("one", 1, 2, 3), arm("two", 2, 3, 99, failed=(2,))]).found("thoughts", "two")

    assert found is not None
    assert (1.0, 2, 1) == (found.difference, found.queries, found.dropped)


def test_replicas_are_paired_and_averaged_within_their_query() -> None:
    """A replica that failed in one arm counts in neither."""
    one = ArmNumbers("one", {(0, 0): numbers(1), (0, 1): numbers(9), (1, 0): numbers(1)}, 3)
    two = ArmNumbers("two", {(0, 0): numbers(3), (1, 0): numbers(2)}, 3)
    found = compare([one, two]).found("thoughts", "two")

    assert found is not None
    assert (1.5, 2, 0) == (found.difference, found.queries, found.dropped)


def test_a_measure_that_is_not_defined_is_dropped_for_that_measure() -> None:
    """Where no query has it in both arms there is nothing to say."""
    one = arm("one", 1, 2)
    two = ArmNumbers("two", {place: {**found, "verified": None} for place, found in one.numbers.items()}, 2)
    comparison = compare([one, two])

    assert comparison.found("verified", "two") is None
    assert comparison.found("thoughts", "two") is not None


def test_one_query_has_no_interval() -> None:
    """And is never a difference."""
    found = compare([arm("one", 1), arm("two", 5)]).found("thoughts", "two")

    assert found is not None
    assert (None, None, False) == (found.low, found.high, found.clear)


@pytest.mark.parametrize("count", [5, 12])
def test_an_interval_holds_the_truth_as_often_as_it_says(count: int) -> None:
    """On differences that are normal; within what 300 trials can tell."""
    draw, trials = Random(1), 300
    missed = 0
    for _ in range(trials):
        bounds = interval([draw.gauss(1, 1) for _ in range(count)], seed=7)
        assert bounds is not None
        missed += not bounds[0] <= 1 <= bounds[1]

    assert missed / trials <= 0.05 + 3 * (0.05 * 0.95 / trials) ** 0.5 + 0.02


def coins(draw: Random, measured: tuple[str, ...]) -> Numbers:
    """A few small numbers by chance, and the others always the same."""
    return {**numbers(1.0), **{name: float(draw.randint(0, 2)) for name in measured}}


def test_coins_alone_are_taken_for_a_difference_no_more_often_than_the_rate() -> None:
    """Any measure at all, over 100 studies of two arms that differ in nothing but chance."""
    draw, studies, measured = Random(2), 100, NAMES[5:10]
    found = 0
    for _ in range(studies):
        arms = [ArmNumbers(name, {(row, 0): coins(draw, measured) for row in range(10)}, 10) for name in ("one", "two")]
        found += any(one.clear for one in compare(arms).differences)

    assert found <= NormalDist(0.05 * studies, (0.05 * 0.95 * studies) ** 0.5).inv_cdf(0.999)


def test_chances_are_raised_by_how_many_are_looked_at() -> None:
    """Holm: the least by all of them, the next by one fewer, never out of order."""
    assert [pytest.approx(0.03), pytest.approx(0.06), 1.0] == adjusted([0.01, 0.03, 1.0])
    assert 1.0 == chance_of([0.0, 0.0], seed=1)
    assert chance_of([1.0] * 20, seed=1) < 0.001


def test_a_comparison_reads_as_a_table_and_as_csv() -> None:
    """A row a measure; what was dropped is said."""
    comparison = compare([arm("one", 1, 2, 3), arm("two", 2, 3, 4, failed=(2,))])

    assert "two - one: 2 queries paired, 1 dropped" in comparison_text(comparison)
    assert 1 + len(NAMES) == len(comparison_csv(comparison).splitlines())

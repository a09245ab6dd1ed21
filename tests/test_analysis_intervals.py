"""Intervals: repeatable, wide where little is known, and paired where runs share their queries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.intervals import Difference, Estimate, bootstrap, paired, weights

NAMES = [f"q{number}" for number in range(400)]
HALF = {name: Share(place % 2, 1) for place, name in enumerate(NAMES)}


def test_an_estimate_keeps_its_counts() -> None:
    """Parts and wholes add up; a plain number counts as one of one, and None as nothing."""
    found = bootstrap({"a": Share(1, 2), "b": Share(2, 2), "c": None, "d": 1.0})

    assert found is not None
    assert (4.0, 5.0, 0.8) == (found.part, found.whole, found.value)


def test_a_share_of_a_half_has_the_interval_of_a_coin() -> None:
    """400 tosses give about 0.05 to either side."""
    found = bootstrap(HALF)

    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert pytest.approx(0.451, abs=0.015) == found.low
    assert pytest.approx(0.549, abs=0.015) == found.high


def test_the_order_of_queries_changes_nothing() -> None:
    """A query's weights hang on its id and the seed alone."""
    turned = dict(reversed(HALF.items()))

    assert bootstrap(HALF) == bootstrap(turned)
    assert bootstrap(HALF) != bootstrap(HALF, seed=1)


def test_weights_are_poisson() -> None:
    """Mean and variance are 1, and no two resampled runs are alike."""
    drawn = weights(NAMES, replicates=500)

    assert (400, 500) == drawn.shape
    assert pytest.approx(1.0, abs=0.01) == drawn.mean()
    assert pytest.approx(1.0, abs=0.02) == drawn.var()
    assert 500 == len({tuple(column) for column in drawn.T})


def test_nothing_has_no_estimate() -> None:
    """Without a query that has a number there is nothing to estimate, or to compare."""
    assert bootstrap({}) is None
    assert bootstrap({"a": None}) is None
    assert paired({"a": 1.0}, {"b": 1.0}) is None


def test_one_query_says_nothing_of_others() -> None:
    """A single query has a value; its interval is no wider than that value."""
    found = bootstrap({"a": 0.3})

    assert Estimate(value=0.3, low=0.3, high=0.3, part=0.3, whole=1.0) == found


def test_a_run_does_not_differ_from_itself() -> None:
    """Over the same queries the difference is 0 and certain."""
    found = paired(HALF, HALF)

    assert found is not None
    assert (0.0, 0.0, 0.0) == (found.value, found.low, found.high)
    assert not found.clear


def test_pairing_finds_what_the_intervals_of_two_runs_hide() -> None:
    """A tenth more for every query is certain, however much queries differ among each other."""
    spread = {name: float(place % 40) for place, name in enumerate(NAMES)}
    found = paired(spread, {name: number + 0.1 for name, number in spread.items()})

    assert found is not None
    assert found.low is not None
    assert found.first.high is not None
    assert pytest.approx(0.1) == found.low
    assert found.clear
    assert found.first.high > found.second.value


def test_only_shared_queries_are_compared() -> None:
    """A query that one run lacks counts in neither."""
    found = paired({"a": 1.0, "b": 0.0, "c": 5.0}, {"b": 1.0, "a": 0.0})

    assert found is not None
    assert (2.0, 2.0, 0.0) == (found.first.whole, found.second.whole, found.value)


@given(st.dictionaries(st.sampled_from(NAMES[:20]), st.floats(0, 1), min_size=1))
@settings(max_examples=40)
def test_an_interval_lies_within_the_data(numbers: dict[str, float]) -> None:
    """A resampled mean is never beyond the smallest and largest number."""
    found = bootstrap(dict(numbers))

    assert found is not None
    if found.low is not None and found.high is not None:
        assert min(numbers.values()) - 1e-9 <= found.low <= found.high <= max(numbers.values()) + 1e-9


@pytest.mark.parametrize(("low", "high", "clear"), [(0.1, 0.2, True), (-0.1, 0.2, False), (None, None, False)])
def test_a_difference_is_clear_where_its_interval_leaves_out_nothing(
    low: float | None, high: float | None, *, clear: bool
) -> None:
    """An interval that holds 0 leaves it open whether there is a difference."""
    one = Estimate(value=0.0, part=0.0, whole=1.0)

    assert clear == Difference(value=0.1, low=low, high=high, first=one, second=one).clear

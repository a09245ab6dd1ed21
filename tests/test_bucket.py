"""So many a minute and no more."""

from hypothesis import given
from hypothesis import strategies as st

from aidsafe.models.bucket import full_bucket


def test_a_burst_is_ten_seconds_worth() -> None:
    """Sixty a minute lets ten through at once, then one a second."""
    bucket = full_bucket(60, 0.0)
    for _ in range(10):
        assert 0.0 == bucket.wait_seconds(1, 0.0)
        bucket = bucket.taken(1, 0.0)

    assert (1.0, 0.5, 0.0) == (bucket.wait_seconds(1, 0.0), bucket.wait_seconds(1, 0.5), bucket.wait_seconds(1, 1.0))


def test_more_than_fits_goes_when_it_is_full() -> None:
    """A request larger than the bucket is not locked out, and pays afterwards."""
    bucket = full_bucket(60, 0.0)
    drained = bucket.taken(100, 0.0)

    assert (0.0, 91.0) == (bucket.wait_seconds(100, 0.0), drained.wait_seconds(1, 0.0))


def test_what_was_not_used_comes_back() -> None:
    """A reservation that was too large is given back, never beyond the rim."""
    bucket = full_bucket(60, 0.0)

    assert 9.0 == bucket.taken(5, 0.0).taken(-4, 0.0).level
    assert bucket.capacity == bucket.taken(-4, 0.0).level


@given(st.integers(1, 1000), st.lists(st.tuples(st.floats(0, 30), st.floats(0, 50)), max_size=50))
def test_no_minute_lets_more_through_than_allowed(per_minute: int, wishes: list[tuple[float, float]]) -> None:
    """Who waits as told takes at most the burst and the rate, plus the one request that overdraws."""
    bucket, now, taken, largest = full_bucket(per_minute, 0.0), 0.0, 0.0, 0.0
    for passed, amount in wishes:
        now += passed
        now += bucket.wait_seconds(amount, now)
        bucket = bucket.taken(amount, now)
        taken, largest = taken + amount, max(largest, amount)

    assert taken <= bucket.capacity + per_minute / 60 * now + largest + 1e-6 * (1 + taken)

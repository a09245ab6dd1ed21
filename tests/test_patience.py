"""How long to wait, how long to allow, when to stop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.models.faults import Fault
from aidsafe.models.patience import (
    LONGEST_PAUSE_SECONDS,
    Trouble,
    attempt_seconds,
    is_hopeless,
    pause_seconds,
    troubled,
)

BROKEN, TIMEOUT, OVERLOADED = Fault("broken", 500), Fault("timeout"), Fault("overloaded", 429)


def after(fault: Fault, times: int, *, alone: bool) -> Trouble:
    """The trouble after so many equal faults, with or without answers to others in between."""
    trouble = None
    for second in range(times):
        answered_at = second - 0.5 if alone else -1.0
        trouble = troubled(trouble, fault, now=float(second), answered_at=answered_at)
    assert trouble is not None
    return trouble


@pytest.mark.parametrize(
    ("fault", "times", "alone", "hopeless"),
    [
        (BROKEN, 12, True, False),
        (BROKEN, 13, True, True),
        (TIMEOUT, 6, True, False),
        (TIMEOUT, 7, True, True),
        (BROKEN, 1000, False, False),
        (TIMEOUT, 1000, False, False),
        (OVERLOADED, 3600, True, False),
        (OVERLOADED, 3601, True, True),
        (OVERLOADED, 9000, False, False),
    ],
)
def test_only_a_request_that_fails_alone_is_hopeless(fault: Fault, times: int, *, alone: bool, hopeless: bool) -> None:
    """An outage is everybody's; twelve failures among answers, or an hour of overload, are no chance."""
    assert hopeless == is_hopeless(after(fault, times, alone=alone))


@pytest.mark.parametrize(("timeouts", "seconds"), [(0, 10.0), (1, 20.0), (2, 40.0), (3, 40.0), (900, 40.0)])
def test_a_request_that_timed_out_gets_more_time(timeouts: int, seconds: float) -> None:
    """Twice as long after each time-out, up to four times."""
    assert seconds == attempt_seconds(10.0, Trouble(timeouts, timeouts, 0, 0.0) if timeouts else None)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_are_bounded(tries: int, draw: float) -> None:
    """A pause is never nothing and never longer than the longest."""
    assert 0.25 <= pause_seconds(tries, BROKEN, draw) <= LONGEST_PAUSE_SECONDS


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True), st.floats(0, 3600))
def test_a_pause_is_never_shorter_than_asked_for(tries: int, draw: float, asked: float) -> None:
    """What the server says counts, and callers do not come back all at once."""
    pause = pause_seconds(tries, OVERLOADED._replace(wait_seconds=asked), draw)

    assert asked <= pause <= max(asked + 0.5, 5.0 if asked < 1 else 0.0)


def test_at_once_is_not_for_ever() -> None:
    """A server that always says to come back at once is asked less and less often."""
    pauses = [pause_seconds(tries, OVERLOADED._replace(wait_seconds=0.0), 0.5) for tries in (1, 3, 20)]

    assert pauses == sorted(pauses)
    assert (True, 5.0) == (pauses[0] < 1, pauses[-1])

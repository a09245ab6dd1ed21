"""When an endpoint gets nothing for a while."""

from aidsafe.models.circuit import CLOSED, LONGEST_PAUSE_SECONDS, Circuit


def failed(circuit: Circuit, times: int, *, now: float = 10.0) -> Circuit:
    """So many failures to connect, one after the other."""
    for _ in range(times):
        circuit = circuit.failed(now, now)
    return circuit


def test_some_failures_change_nothing() -> None:
    """Four failures in a row may be chance."""
    assert 0.0 == failed(CLOSED, 4).pause


def test_the_fifth_failure_in_a_row_shuts_it() -> None:
    """Nothing goes out for a second."""
    assert (1.0, 11.0) == (failed(CLOSED, 5).pause, failed(CLOSED, 5).opens_at)


def test_a_server_that_is_there_breaks_the_row() -> None:
    """A failure of a server that answers is no failure to connect."""
    assert 0.0 == failed(failed(CLOSED, 4).reached(), 4).pause


def test_a_probe_that_fails_doubles_the_pause() -> None:
    """One at a time tries again, after one, two, four seconds, and at most half a minute."""
    probe = failed(CLOSED, 5).probing()
    again = probe.failed(11.0, 11.5)

    assert (True, False, 2.0, 13.5) == (probe.is_probing, again.is_probing, again.pause, again.opens_at)
    assert LONGEST_PAUSE_SECONDS == failed(again, 50, now=100.0).pause


def test_what_was_sent_before_it_shut_says_nothing_new() -> None:
    """A crowd that fails together counts once."""
    shut = failed(CLOSED, 5)

    assert shut == shut.failed(9.0, 10.2)


def test_a_probe_that_was_given_up_lets_another_go() -> None:
    """A cancelled probe does not keep the circuit shut."""
    assert not failed(CLOSED, 5).probing().abandoned().is_probing
    assert CLOSED == CLOSED.abandoned()


def test_only_a_shut_circuit_probes() -> None:
    """While nothing is wrong, requests are only requests."""
    assert CLOSED == CLOSED.probing()


def refused(times: int, wait_seconds: float | None) -> Circuit:
    """So many refusals in a row."""
    circuit = CLOSED
    for _ in range(times):
        circuit = circuit.refused(10.0, wait_seconds)
    return circuit


def test_refusals_that_go_on_and_name_a_time_are_obeyed_by_all() -> None:
    """The eighth refusal in a row keeps everybody away until then; one without a time keeps nobody."""
    assert [0.0, 30.0, 0.0] == [refused(7, 20.0).opens_at, refused(8, 20.0).opens_at, refused(50, None).opens_at]

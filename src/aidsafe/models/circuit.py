"""When an endpoint gets nothing at all for a while: it cannot be reached, or it said when to come back.

A pure state machine; times are seconds on any steady clock. Several failures to connect in a row shut it; after a
pause one probe goes out, and what comes of it opens the circuit again or doubles the pause. Several refusals in a row
that name a time are obeyed by all callers, not only by those that were refused.
"""

from typing import Final, NamedTuple

__all__ = ["CLOSED", "Circuit"]

MOST_FAILURES: Final = 5
MOST_REFUSALS: Final = 8
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0


class Circuit(NamedTuple):
    """Failures and refusals in a row; where `pause` is not zero, one probe at a time may go out after `opens_at`."""

    failures: int = 0
    refusals: int = 0
    pause: float = 0.0
    opens_at: float = 0.0
    shut_at: float = 0.0
    is_probing: bool = False

    def failed(self, sent_at: float, now: float) -> "Circuit":
        """No answer came at all: no connection, or nothing in time."""
        if self.pause:
            # What was sent before it shut says nothing new.
            return self if sent_at < self.shut_at else self._shut(min(2 * self.pause, LONGEST_PAUSE_SECONDS), now)
        if self.failures + 1 < MOST_FAILURES:
            return self._replace(failures=self.failures + 1)
        return self._shut(FIRST_PAUSE_SECONDS, now)

    def refused(self, now: float, wait_seconds: float | None) -> "Circuit":
        """The endpoint is there and asks for less."""
        rests = self.refusals + 1 >= MOST_REFUSALS and wait_seconds is not None
        opens_at = max(self.opens_at, now + (wait_seconds or 0.0)) if rests else self.opens_at
        return Circuit(refusals=self.refusals + 1, opens_at=opens_at)

    def reached(self) -> "Circuit":
        """The endpoint is there, though it failed."""
        return self if self == CLOSED else Circuit(refusals=self.refusals, opens_at=self.opens_at)

    def probing(self) -> "Circuit":
        """The one request that tries goes out."""
        return self._replace(is_probing=True) if self.pause else self

    def abandoned(self) -> "Circuit":
        """A request ended without saying anything; if it was the probe, another may go."""
        return self._replace(is_probing=False) if self.is_probing else self

    def _shut(self, pause: float, now: float) -> "Circuit":
        return Circuit(failures=self.failures, pause=pause, opens_at=now + pause, shut_at=now)


CLOSED: Final = Circuit()
"""Nothing is wrong: what an answer leaves behind."""

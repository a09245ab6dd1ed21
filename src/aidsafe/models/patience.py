"""What to do after a failed request: how long to wait, how long to allow, and when to stop trying.

Overload waits. A request stops for good only if the server takes it for impossible, or if it fails time after time (of
overload: for more than an hour) while the same endpoint answers others; an endpoint that answers nobody for long stops
the run, and so does one that rejects whatever it is asked.
"""

from typing import Final, NamedTuple

from aidsafe.models.faults import Fault, FaultKind

__all__ = [
    "LONGEST_WAIT_SECONDS",
    "MOST_REJECTIONS",
    "Trouble",
    "attempt_seconds",
    "is_hopeless",
    "pause_seconds",
    "troubled",
]

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
LEAST_WAIT_SECONDS: Final = 1.0
SHORT_PAUSE_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 3600.0
MOST_TIMEOUT_GROWTH: Final = 4
# Twelve failures, or six time-outs, while others are answered: chance does not do that even when a tenth of all fails.
WEIGHTS: Final[dict[FaultKind, int]] = {"broken": 1, "connection": 1, "timeout": 2}
MOST_WEIGHT: Final = 12
# Overload waits, but not for a request that is itself too much, such as one beyond a limit on tokens a minute.
MOST_OVERLOADS: Final = 60
LONGEST_OVERLOAD_SECONDS: Final = 3600.0
MOST_REJECTIONS: Final = 10
"""An endpoint that has rejected so many requests and answered none will not take the next one either."""


class Trouble(NamedTuple):
    """What has gone wrong with one call so far.

    `weight` grows with each failure that the endpoint's other callers did not share, `overloads` with each overload of
    that kind; the first failure was at `began_at`, the latest at `failed_at`.
    """

    tries: int
    timeouts: int
    weight: int
    failed_at: float
    overloads: int = 0
    began_at: float = 0.0


def troubled(before: Trouble | None, fault: Fault, *, now: float, answered_at: float) -> Trouble:
    """The trouble after one more fault; `answered_at` is when the endpoint last answered anybody."""
    timed_out = fault.kind == "timeout"
    if before is None:
        return Trouble(tries=1, timeouts=int(timed_out), weight=0, failed_at=now, began_at=now)
    alone = answered_at > before.failed_at
    return Trouble(
        tries=before.tries + 1,
        timeouts=before.timeouts + timed_out,
        weight=before.weight + (WEIGHTS.get(fault.kind, 0) if alone else 0),
        failed_at=now,
        overloads=before.overloads + (alone and fault.kind == "overloaded"),
        began_at=before.began_at,
    )


def is_hopeless(trouble: Trouble) -> bool:
    """Whether this request fails by itself, and not with its endpoint."""
    starved = trouble.failed_at - trouble.began_at >= LONGEST_OVERLOAD_SECONDS and trouble.overloads >= MOST_OVERLOADS
    return starved or trouble.weight >= MOST_WEIGHT


def pause_seconds(tries: int, fault: Fault, draw: float) -> float:
    """How long to wait before the next try: doubling, never less than the server asked for; `draw` is in [0, 1)."""
    doubled = FIRST_PAUSE_SECONDS * 2.0 ** min(tries - 1, 10)
    backoff = min(doubled, LONGEST_PAUSE_SECONDS) * (0.5 + 0.5 * draw)
    if fault.wait_seconds is None:
        return backoff
    # All who were told the same moment would come back at it together; and who says "at once" is not overrun.
    asked = fault.wait_seconds + FIRST_PAUSE_SECONDS * draw
    return asked if fault.wait_seconds >= LEAST_WAIT_SECONDS else max(asked, min(backoff, SHORT_PAUSE_SECONDS))


def attempt_seconds(timeout_seconds: float, trouble: Trouble | None) -> float:
    """How long the next request may take: twice as long after each time-out, up to four times."""
    if trouble is None:
        return timeout_seconds
    return timeout_seconds * min(2.0**trouble.timeouts, MOST_TIMEOUT_GROWTH)

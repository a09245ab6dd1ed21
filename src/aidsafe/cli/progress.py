"""How a sitting goes: counts that grow with every event, and the pace that follows from them."""

from collections import Counter, deque
from dataclasses import dataclass, field

from aidsafe.cli.summary import dollars, lasting
from aidsafe.core.events import DeliberationEnded, Event, QueryCompleted, QueryFailed, QueryReceived, SeatFailed
from aidsafe.core.records import Usage
from aidsafe.core.transcript import calls_of
from aidsafe.orchestration.journal import Counts
from aidsafe.orchestration.sitting import Happening

__all__ = ["Pace", "Tally", "progress_line", "short"]

_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class Tally:
    """The counts of a run, begun with what earlier sittings left; `note` takes a few microseconds.

    `cost_usd` is None as soon as one call's price is unknown. `seats` counts the turns that gave nothing, by failure.
    """

    queries: int
    completed: int = 0
    failed: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    endings: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    seats: Counter[str] = field(default_factory=Counter)
    _open: dict[tuple[int, int], str | None] = field(default_factory=dict)

    @classmethod
    def after(cls, queries: int, counts: Counts, usage: Usage) -> "Tally":
        """The counts as earlier sittings left them."""
        return cls(
            queries=queries,
            completed=counts.completed,
            failed=counts.failed,
            calls=usage.calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=usage.cost_usd,
            endings=Counter(counts.endings),
            failures=Counter(counts.failures),
        )

    @property
    def finished(self) -> int:
        """Queries that need nothing more."""
        return self.completed + self.failed

    @property
    def in_flight(self) -> int:
        """Queries under way, as far as they have been heard of."""
        return len(self._open)

    def note(self, happening: Happening) -> None:
        """Count one event."""
        query, event = happening.query, happening.event
        key = (query.row, query.replica)
        if isinstance(event, QueryReceived):
            self._open[key] = "none"
        elif isinstance(event, DeliberationEnded):
            self._open[key] = event.reason
        elif isinstance(event, QueryCompleted | QueryFailed):
            self._finish(event, self._open.pop(key, None))
        else:
            self._open.setdefault(key)
            if isinstance(event, SeatFailed):
                self.seats[event.failure] += 1
        self._spend(event)

    def _finish(self, event: QueryCompleted | QueryFailed, ending: str | None) -> None:
        if isinstance(event, QueryFailed):
            self.failed += 1
            self.failures[event.error] += 1
            return
        self.completed += 1
        # The end of a deliberation that an earlier sitting saw is in the journal, not among these events.
        if ending is not None:
            self.endings[ending] += 1

    def _spend(self, event: Event) -> None:
        for call in calls_of(event):
            self.calls += 1
            self.prompt_tokens += call.prompt_tokens
            self.completion_tokens += call.completion_tokens
            known = self.cost_usd is not None and call.cost_usd is not None
            self.cost_usd = (self.cost_usd or 0.0) + (call.cost_usd or 0.0) if known else None


class Pace:
    """How fast queries finish, over the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now: float, finished: int) -> None:
        """So many are finished at this second."""
        self._seen.append((now, finished))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_SECONDS:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """Queries a second; 0 before anything is known."""
        if len(self._seen) < 2:
            return 0.0
        (before, few), (now, many) = self._seen[0], self._seen[-1]
        return (many - few) / (now - before) if now > before else 0.0

    def seconds_left(self, queries: int) -> float | None:
        """How long so many more will take; None before anything is known."""
        return queries / self.per_second if self.per_second else None


def progress_line(tally: Tally, pace: Pace) -> str:
    """How things stand, on one line."""
    left = pace.seconds_left(tally.queries - tally.finished)
    tokens = short(tally.prompt_tokens + tally.completion_tokens)
    parts = [
        f"{tally.finished:,} of {tally.queries:,} done",
        f"{tally.failed:,} failed" if tally.failed else "",
        f"{tally.in_flight:,} in flight",
        f"{pace.per_second:.1f}/s",
        f"{tokens} tokens",
        dollars(tally.cost_usd),
        f"{lasting(left)} left" if left is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def short(count: int) -> str:
    """A count in three or four characters and a letter."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 100 * size else f"{count // size}{letter}"
    return str(count)

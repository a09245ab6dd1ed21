"""A run in numbers: what `generate` and `status` report."""

from pydantic import Field

from aidsafe.core.records import Ending, Value
from aidsafe.orchestration.journal_reader import JournalReader

__all__ = ["Totals"]


class Totals(Value):
    """Counts of a run over all its sittings; always queries = completed + failed + pending.

    `calls` are answered calls, `attempts` every request sent, also for calls that came to nothing; tokens are counts,
    `cost_usd` is None where a price is unknown, `seconds` are of the clock.
    """

    run: str
    queries: int = 0
    completed: int = 0
    failed: int = 0
    pending: int = 0
    endings: dict[Ending, int] = Field(default_factory=dict)
    calls: int = 0
    attempts: int = 0
    attempts_by_cause: dict[str, int] = Field(default_factory=dict)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, run: str, *, queries: int, journal: JournalReader, seconds: float) -> "Totals":
        """The totals of a run with so many queries, as its journal counts them."""
        counts, usage, causes = journal.counts(), journal.usage(), journal.attempts_by_cause()
        return cls(
            run=run,
            queries=queries,
            completed=counts.completed,
            failed=counts.failed,
            pending=queries - counts.completed - counts.failed,
            endings=counts.endings,
            calls=usage.calls,
            attempts=sum(causes.values()),
            attempts_by_cause=causes,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=usage.cost_usd,
            seconds=round(seconds, 3),
        )

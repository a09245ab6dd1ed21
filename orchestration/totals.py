"""A run in numbers: what `generate` and `status` report."""

from pydantic import Field

from aidsafe.core.records import Ending, Usage, Value
from aidsafe.orchestration.journal_reader import Counts

__all__ = ["Totals"]


class Totals(Value):
    """Counts of a run over all its sittings; always queries = completed + failed + pending.

    `calls` are answered calls, `attempts` every request sent; tokens are counts, `cost_usd` is None where a price is
    unknown, `seconds` are of the clock.
    """

    run: str
    queries: int = 0
    completed: int = 0
    failed: int = 0
    pending: int = 0
    endings: dict[Ending, int] = Field(default_factory=dict)
    calls: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, run: str, *, queries: int, counts: Counts, usage: Usage, seconds: float) -> "Totals":
        """The totals of a run with so many queries, of which the journal counts these."""
        return cls(
            run=run,
            queries=queries,
            completed=counts.completed,
            failed=counts.failed,
            pending=queries - counts.completed - counts.failed,
            endings=counts.endings,
            calls=usage.calls,
            attempts=usage.attempts,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=usage.cost_usd,
            seconds=round(seconds, 3),
        )

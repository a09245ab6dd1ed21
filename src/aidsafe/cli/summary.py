"""A run in a few lines, or as the one JSON object that `generate` and `status` print."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from aidsafe.cli.telling import one_line
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.totals import Totals

__all__ = ["Summary", "counted", "dollars", "lasting"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The totals of a run, what its failed queries died of, and the words that go with a stand-in's."""

    totals: Totals
    failures: Mapping[str, int] = field(default_factory=dict)
    notice: str | None = None

    @classmethod
    def of(cls, run: Run) -> "Summary":
        """A run as it stands in its journal."""
        return cls(run.totals, run.journal.counts().failures, run.manifest.notice)

    def json(self) -> str:
        """One JSON object."""
        return orjson.dumps({**self.totals.model_dump(mode="json"), "failures": dict(self.failures)}).decode()

    def text(self) -> str:
        """A few lines for people."""
        return "\n".join(f"{name:<9} {words}" for name, words in self._lines())

    def left(self, *, under_way: bool = False) -> str | None:
        """What is still to be done, and how; None where nothing is."""
        how = "they are under way" if under_way else "run the same generate again to go on"
        return f"left      {self.totals.pending:,} queries; {how}" if self.totals.pending else None

    def _lines(self) -> Iterator[tuple[str, str]]:
        totals = self.totals
        yield "run", one_line(totals.run) + (f"  ({_stand_in(self.notice)})" if self.notice else "")
        yield "queries", f"{totals.queries:,}: {_parts(totals)}"
        yield "endings", counted(totals.endings.items())
        if self.failures:
            yield "failures", counted(self.failures.items())
        yield "calls", f"{totals.calls:,} answered, {totals.attempts:,} sent"
        yield "tokens", _tokens(totals)
        yield "spend", f"{dollars(totals.cost_usd)}, {lasting(totals.seconds)}"


def counted(counts: Iterable[tuple[str, int]]) -> str:
    """Names with their counts, the most first."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{one_line(name)} {count:,}" for name, count in ordered) or "none"


def dollars(cost: float | None) -> str:
    """US dollars; a price that is missing is said to be."""
    if cost is None:
        return "unknown cost (a model has no price)"
    return f"${cost:,.4f}" if 0 < cost < 1 else f"${cost:,.2f}"


def lasting(seconds: float) -> str:
    """How long, in the two units that matter."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _stand_in(notice: str) -> str:
    """What the notice says first; the whole of it is said elsewhere."""
    return one_line(notice.partition(":")[0])


def _parts(totals: Totals) -> str:
    return f"{totals.completed:,} completed, {totals.failed:,} failed, {totals.pending:,} pending"


def _tokens(totals: Totals) -> str:
    cached = f" ({totals.cached_tokens:,} cached)" if totals.cached_tokens else ""
    return f"{totals.prompt_tokens:,} prompt{cached}, {totals.completion_tokens:,} completion"

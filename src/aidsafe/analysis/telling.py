"""An analysis in plain lines, for a terminal: what stands out, and where the rest is."""

from collections.abc import Iterator

from aidsafe.analysis.findings import Analysis, ArmNumbers, Comparison
from aidsafe.analysis.intervals import Difference
from aidsafe.analysis.pictures import shown_as

__all__ = ["told"]

_SHOWN = (
    "rounds_held",
    "uptake",
    "redundancy_before",
    "redundancy_after",
    "coverage",
    "verified_final",
    "shift",
    "over_refusal_drift",
    "removed",
    "tokens",
    "cost_usd",
    "repairs",
    "truncations",
)


def told(analysis: Analysis) -> str:
    """The runs one after the other, consensus beside what it may have cost; then how they differ."""
    lines = [line for arm in analysis.arms for line in _arm(arm)]
    lines += [line for one in analysis.comparisons for line in _compared(one)]
    return "\n".join(lines)


def _arm(arm: ArmNumbers) -> Iterator[str]:
    yield f"{arm.name}: {arm.queries:,} queries, {arm.completed:,} completed, {arm.failed:,} failed, {arm.open:,} open"
    if arm.notice:
        yield f"  {arm.notice}"
    for name, found in arm.headline.items():
        yield _line(name, shown_as(found))
    for name in _SHOWN:
        if name in arm.numbers:
            yield _line(name, shown_as(arm.numbers[name]))


def _compared(comparison: Comparison) -> Iterator[str]:
    """The differences whose interval leaves out 0."""
    clear = {name: found for name, found in comparison.numbers.items() if found.clear}
    yield f"{comparison.second} less {comparison.first}, over {comparison.queries:,} queries of both:"
    for name, found in clear.items():
        yield _line(name, _shift(found))
    yield f"  {len(comparison.numbers) - len(clear)} more metrics show no clear difference"


def _shift(found: Difference) -> str:
    return f"{found.value:+.3g} [{found.low:+.3g}, {found.high:+.3g}]"


def _line(name: str, value: str) -> str:
    return f"  {name.replace('_', ' '):<24} {value}"

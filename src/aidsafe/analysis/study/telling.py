"""A comparison in words and numbers: the table for people, CSV for spreadsheets, one JSON object."""

import csv
from collections.abc import Iterator
from io import StringIO

from aidsafe.analysis.study.comparing import ArmNumbers, Comparison, Difference
from aidsafe.analysis.study.measuring import MEASURES

__all__ = ["comparison_csv", "comparison_json", "comparison_text"]

_COLUMNS = (*(name for name in Difference.model_fields), "clear")


def comparison_text(comparison: Comparison) -> str:
    """A row a measure: every arm's mean, then the differences from the first arm with their intervals."""
    first, *others = comparison.arms
    rows = [["", *(arm.name for arm in comparison.arms), *(f"{arm.name} - {first.name}" for arm in others)]]
    rows += [_row(measure.name, comparison) for measure in MEASURES]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join([*(_line(row, widths) for row in rows), "", *_notes(comparison)])


def _line(row: list[str], widths: list[int]) -> str:
    name, *cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join([name.strip().ljust(widths[0]), *cells]).rstrip()


def _row(measure: str, comparison: Comparison) -> list[str]:
    means = [_number(arm.mean(measure)) for arm in comparison.arms]
    found = [comparison.found(measure, arm.name) for arm in comparison.arms[1:]]
    return [measure, *means, *(_told(one) for one in found)]


def _told(one: Difference | None) -> str:
    if one is None or one.low is None or one.high is None:
        return "-"
    return f"{one.difference:+.3g} [{one.low:+.3g}, {one.high:+.3g}] {'*' if one.clear else ' '}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"


def _notes(comparison: Comparison) -> Iterator[str]:
    yield "differences by query with 95 % bootstrap intervals; * differs, given how many are looked at (Holm, 0.05)"
    for arm in comparison.arms:
        yield _arm(arm)
    for arm in comparison.arms[1:]:
        found = comparison.found("thoughts", arm.name)
        if found is not None and found.dropped:
            yield f"{arm.name} - {found.first}: {found.queries} queries paired, {found.dropped} dropped"
    yield from dict.fromkeys(arm.notice for arm in comparison.arms if arm.notice)


def _arm(arm: ArmNumbers) -> str:
    pending = arm.queries - len(arm.numbers) - arm.failed
    return f"{arm.name}: {len(arm.numbers)} completed, {arm.failed} failed, {pending} pending"


def comparison_csv(comparison: Comparison) -> str:
    """A row for every measure of every arm but the first."""
    written = StringIO()
    rows = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows({**one.model_dump(), "clear": one.clear} for one in comparison.differences)
    return written.getvalue()


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """Arms with their means, and every difference."""
    arms = {
        arm.name: {
            "queries": arm.queries,
            "completed": len(arm.numbers),
            "failed": arm.failed,
            "means": {measure.name: arm.mean(measure.name) for measure in MEASURES},
        }
        for arm in comparison.arms
    }
    differences = [{**one.model_dump(), "clear": one.clear} for one in comparison.differences]
    return {"arms": arms, "differences": differences}

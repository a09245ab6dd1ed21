"""A comparison as a picture: for every measure the differences from the first arm, with their intervals."""

from pathlib import Path
from types import ModuleType

from aidsafe.analysis.extras import need
from aidsafe.analysis.study.comparing import Comparison

__all__ = ["plot"]

_WIDTH, _COLUMNS = 220, 3


def plot(comparison: Comparison, path: Path) -> None:
    """Draw it as SVG. Raises `ExtraMissing` without the extra `analysis`."""
    altair = need("altair", purpose="a plot")
    need("vl_convert", purpose="a plot as SVG")
    rows = [{**one.model_dump(), "clear": one.clear} for one in comparison.differences if one.low is not None]
    first = comparison.arms[0].name
    title = f"difference from {first!r}, with 95 % intervals over queries; filled: differs"
    charts = [_chart(altair, name, rows) for name in dict.fromkeys(str(row["measure"]) for row in rows)]
    altair.concat(*charts, columns=_COLUMNS, title=title).save(str(path))


def _chart(altair: ModuleType, measure: str, rows: list[dict[str, object]]) -> object:
    """One measure: a point and an interval for every arm, and a line at 0."""
    here = [row for row in rows if row["measure"] == measure]
    based = altair.Chart(altair.Data(values=here), title=measure, width=_WIDTH)
    arm = altair.Y("second:N", title=None, sort=None)
    bars = based.mark_rule().encode(x=altair.X("low:Q", title=None), x2="high:Q", y=arm)
    filled = altair.condition("datum.clear", altair.value("black"), altair.value("white"))
    points = based.mark_point(filled=True, stroke="black", size=50).encode(x="difference:Q", y=arm, fill=filled)
    zero = altair.Chart(altair.Data(values=[{"zero": 0}])).mark_rule(strokeDash=[3, 3], color="gray").encode(x="zero:Q")
    return zero + bars + points

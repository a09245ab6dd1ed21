"""A comparison as a picture: for every measure the differences from the first arm, with their intervals."""

from pathlib import Path

import orjson
from pydantic import JsonValue

from aidsafe.analysis.extras import need
from aidsafe.analysis.study.comparing import Comparison

__all__ = ["plot"]

_WIDTH, _COLUMNS = 220, 3
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Spec = dict[str, JsonValue]


def plot(comparison: Comparison, path: Path) -> None:
    """Draw it as SVG. Raises `ExtraMissing` without the extra `analysis`."""
    convert = need("vl_convert", purpose="a plot as SVG")
    drawn: str = convert.vegalite_to_svg(orjson.dumps(_spec(comparison)).decode())
    path.write_text(drawn, encoding="utf-8")


def _spec(comparison: Comparison) -> Spec:
    """One small chart for every measure, as Vega-Lite."""
    shown = (one for one in comparison.differences if one.low is not None)
    rows: list[Spec] = [{**one.model_dump(), "clear": one.clear} for one in shown]
    first = comparison.arms[0].name
    return {
        "$schema": _SCHEMA,
        "title": f"difference from {first!r}, with 95 % intervals over queries; filled: differs",
        "columns": _COLUMNS,
        "concat": [_chart(name, rows) for name in dict.fromkeys(str(row["measure"]) for row in rows)],
    }


def _chart(measure: str, rows: list[Spec]) -> Spec:
    """One measure: a point and an interval for every arm, and a line at 0."""
    here: list[JsonValue] = [row for row in rows if row["measure"] == measure]
    arm: Spec = {"field": "second", "type": "nominal", "sort": None, "title": None}
    filled: Spec = {"condition": {"test": "datum.clear", "value": "black"}, "value": "white"}
    return {
        "title": measure,
        "width": _WIDTH,
        "data": {"values": here},
        "layer": [
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "strokeDash": [3, 3], "color": "gray"},
                "encoding": {"x": _place("zero")},
            },
            {"mark": "rule", "encoding": {"x": _place("low"), "x2": {"field": "high"}, "y": arm}},
            {
                "mark": {"type": "point", "filled": True, "stroke": "black", "size": 50},
                "encoding": {"x": _place("difference"), "y": arm, "fill": filled},
            },
        ],
    }


def _place(field: str) -> Spec:
    """A field along the axis of differences."""
    return {"field": field, "type": "quantitative", "title": None}

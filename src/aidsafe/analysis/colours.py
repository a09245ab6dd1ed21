"""Colours that people tell apart however they see them (Okabe and Ito), on a light ground and on a dark one."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from pydantic import JsonValue

__all__ = ["FATES", "MODES", "POSITIONS", "Mode", "theme"]

Mode = Literal["light", "dark"]
MODES: tuple[Mode, ...] = get_args(Mode)

_ORANGE, _SKY, _GREEN, _YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
_BLUE, _VERMILION, _PURPLE, _GREY = "#0072B2", "#D55E00", "#CC79A7", "#8C8C8C"

POSITIONS: Mapping[str, str] = {"agree": _BLUE, "object": _VERMILION, "abstain": _GREY, "failed": _PURPLE}
FATES: Mapping[str, str] = {
    "kept": _GREEN,
    "rewritten": _SKY,
    "merged": _BLUE,
    "removed": _VERMILION,
    "withdrawn": _PURPLE,
}

_LINES: Mapping[Mode, Sequence[str]] = {
    "light": (_BLUE, _VERMILION, _GREEN, _PURPLE, _ORANGE, _SKY, _GREY),
    "dark": (_SKY, _ORANGE, _GREEN, _PURPLE, _YELLOW, _VERMILION, _GREY),
}
_GROUND: Mapping[Mode, str] = {"light": "#FFFFFF", "dark": "#16181C"}
_INK: Mapping[Mode, str] = {"light": "#1B1B1B", "dark": "#ECECEC"}
_FAINT: Mapping[Mode, str] = {"light": "#DDDDDD", "dark": "#3A3D43"}


def theme(mode: Mode) -> dict[str, JsonValue]:
    """The Vega-Lite configuration of a mode."""
    ink, faint, ground = _INK[mode], _FAINT[mode], _GROUND[mode]
    words: dict[str, JsonValue] = {"labelColor": ink, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": ground,
        "font": "system-ui, sans-serif",
        "title": {"color": ink, "subtitleColor": ink, "anchor": "start", "fontSize": 15, "subtitleFontSize": 12},
        "axis": {**words, "gridColor": faint, "domainColor": faint, "tickColor": faint},
        "legend": words,
        "header": {"labelColor": ink, "titleColor": ink, "labelFontSize": 12},
        "view": {"stroke": None},
        "text": {"color": ink},
        "rule": {"color": ink},
        "point": {"color": _LINES[mode][0]},
        "range": {"category": list(_LINES[mode]), "heatmap": {"scheme": "cividis"}, "ramp": {"scheme": "cividis"}},
    }

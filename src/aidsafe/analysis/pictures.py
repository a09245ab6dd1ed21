"""Pictures of an analysis, as Vega-Lite charts: agreement, survival, stances, shares, coverage, fates, cost, runs.

A run with a notice bears it in the title of every picture; and consensus never stands alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from aidsafe.analysis import colours
from aidsafe.analysis.courses.course import SEEDER
from aidsafe.analysis.extras import need
from aidsafe.analysis.findings import Analysis, ArmNumbers, Comparison
from aidsafe.analysis.intervals import Estimate

if TYPE_CHECKING:
    from altair import Chart, LayerChart

    AnyChart = Chart | LayerChart

__all__ = ["Picture", "Spec", "pictures", "shown_as"]

Spec = dict[str, JsonValue]
_WIDTH, _HEIGHT = 520, 280


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: what its file is called, its title, its Vega-Lite JSON, which `colours.theme` completes."""

    name: str
    title: str
    spec: Spec


def pictures(analysis: Analysis) -> tuple[Picture, ...]:
    """Every picture that has something to show."""
    found = (*_curves(analysis), *_of_arms(analysis), *_compared(analysis))
    return tuple(one for one in found if one is not None)


def shown_as(found: Estimate | None) -> str:
    """An estimate in words: value and interval, three digits."""
    if found is None:
        return "none"
    value = f"{found.value:.3g}"
    return value if found.low is None or found.high is None else f"{value} [{found.low:.3g}, {found.high:.3g}]"


def _curves(analysis: Analysis) -> Iterator[Picture | None]:
    yield _curve(analysis, "agreement", "agreement_by_round", "Agreement by round", "votes that agree")
    yield _curve(analysis, "survival", "survival", "Still without consensus", "deliberations")


def _curve(analysis: Analysis, name: str, breakdown: str, title: str, axis: str) -> Picture | None:
    alt = need("altair", purpose="a picture")
    points = [point for arm in analysis.arms for point in _points(arm, breakdown, "round")]
    if not points:
        return None
    steps = "step-after" if name == "survival" else "linear"
    # Named one by one: of few rounds Vega would also mark the halves.
    rounds = sorted({int(str(point["round"])) for point in points})
    base = alt.Chart(alt.Data(values=points), width=_WIDTH, height=_HEIGHT).encode(
        x=alt.X("round:Q", title="round", axis=alt.Axis(values=rounds, format="d", labelOverlap=True)),
        color=alt.Color("run:N", title="run", legend=None if len(analysis.arms) == 1 else alt.Legend(symbolOpacity=1)),
        tooltip=_tips("run", "round"),
    )
    band = base.mark_area(opacity=0.18, interpolate=steps).encode(y=alt.Y("low:Q", title=axis), y2="high:Q")
    line = base.mark_line(point=True, interpolate=steps).encode(
        y=alt.Y("value:Q", title=axis, scale=alt.Scale(domain=[0, 1]))
    )
    return _picture(band + line, name, title, analysis.arms)


def _of_arms(analysis: Analysis) -> Iterator[Picture | None]:
    for place, arm in enumerate(analysis.arms, start=1):
        for name, (title, draw) in _DRAWN.items():
            chart = draw(arm)
            if chart is not None:
                several = len(analysis.arms) > 1
                yield _picture(chart, f"{name}-{place}" if several else name, title, (arm,))


def _stances(arm: ArmNumbers) -> "AnyChart | None":
    """How each seat stood in each round."""
    alt = need("altair", purpose="a picture")
    points = _points(arm, "positions_by_seat_and_round", "seat", "round", "position")
    if not points:
        return None
    return cast(
        "Chart",
        alt.Chart(alt.Data(values=points), width=_WIDTH, height=56)
        .mark_bar()
        .encode(
            x=alt.X("round:O", title="round", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(values=[0, 1]), scale=alt.Scale(domain=[0, 1])),
            color=_words("position", colours.POSITIONS),
            row=alt.Row("seat:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left"), sort=None),
            tooltip=_tips("seat", "round", "position"),
        ),
    )


def _contributions(arm: ArmNumbers) -> "AnyChart | None":
    """Each seat's share of turns, tokens and accepted edits."""
    alt = need("altair", purpose="a picture")
    named = {"turns": "turns_by_seat", "tokens written": "tokens_by_seat", "edits accepted": "edits_by_seat"}
    points = [point | {"what": what} for what, name in named.items() for point in _points(arm, name, "seat")]
    if not points:
        return None
    return cast(
        "Chart",
        alt.Chart(alt.Data(values=points), width=_WIDTH, height=110)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="share", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("what:N", title=None, sort=list(named)),
            color=alt.Color("seat:N", title="seat", sort=None),
            tooltip=_tips("what", "seat"),
        ),
    )


def _conformity(arm: ArmNumbers) -> "AnyChart | None":
    """How often each seat gave way, and how often without a word."""
    alt = need("altair", purpose="a picture")
    named = {
        "went over to the majority": "conformity_by_seat",
        "took over a vote, nothing new said": "unexplained_flips_by_seat",
        "voted with nothing new said": "unreasoned_votes_by_seat",
    }
    points = [point | {"what": what} for what, name in named.items() for point in _points(arm, name, "seat")]
    if not points:
        return None
    base = alt.Chart(alt.Data(values=points), width=_WIDTH).encode(
        y=alt.Y("seat:N", title=None, sort=None),
        yOffset=alt.YOffset("what:N", sort=list(named)),
        color=alt.Color("what:N", title=None, sort=list(named), legend=alt.Legend(orient="bottom", labelLimit=400)),
        tooltip=_tips("what", "seat"),
    )
    rule = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title="share of chances"), x2="high:Q")
    dot = base.mark_point(filled=True, size=60).encode(
        x=alt.X("value:Q", title="share of chances", scale=alt.Scale(domain=[0, 1]))
    )
    return cast("LayerChart", rule + dot)


def _coverage(arm: ArmNumbers) -> "AnyChart | None":
    """In how many of the deliberations that ever cite a policy the draft cites it at the end of each round."""
    alt = need("altair", purpose="a picture")
    points = _points(arm, "coverage_by_policy_and_round", "policy", "round")
    if not points:
        return None
    base = alt.Chart(alt.Data(values=points), width=_WIDTH).encode(
        x=alt.X("round:O", title="round (0 is the seed)", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("policy:N", title=None),
        tooltip=_tips("policy", "round"),
    )
    title = "share"
    cells = base.mark_rect().encode(color=alt.Color("value:Q", title=title, scale=alt.Scale(domain=[0, 1])))
    words = base.mark_text().encode(
        text=alt.Text("value:Q", format=".2f"),
        color=alt.condition("datum.value > 0.55", alt.value("#000000"), alt.value("#FFFFFF")),
    )
    return cast("LayerChart", cells + words)


def _fates(arm: ArmNumbers) -> "AnyChart | None":
    """Who brought thoughts in, and what became of them."""
    alt = need("altair", purpose="a picture")
    points = _points(arm, "fates_by_author", "author", "fate")
    if not points:
        return None
    return cast(
        "Chart",
        alt.Chart(alt.Data(values=points), width=_WIDTH)
        .mark_bar()
        .encode(
            x=alt.X("part:Q", title="thoughts"),
            y=alt.Y("author:N", title=None, sort="-x"),
            color=_words("fate", colours.FATES),
            tooltip=_tips("author", "fate"),
        ),
    )


def _tokens(arm: ArmNumbers) -> "AnyChart | None":
    """Tokens a query, by who spent them and in which round."""
    return _spending(arm, "tokens_by_speaker_and_round", "tokens a query")


def _cost(arm: ArmNumbers) -> "AnyChart | None":
    """US dollars a query, by who spent them and in which round; nothing where all was free."""
    return _spending(arm, "spent_by_speaker_and_round", "US dollars a query")


def _spending(arm: ArmNumbers, breakdown: str, axis: str) -> "AnyChart | None":
    alt = need("altair", purpose="a picture")
    points = _points(arm, breakdown, "speaker", "round")
    if not any(point["part"] for point in points):
        return None
    return cast(
        "Chart",
        alt.Chart(alt.Data(values=points), width=_WIDTH, height=_HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X("round:O", title="round (0: outside of the rounds)", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=axis),
            color=alt.Color("speaker:N", title=None, sort=_speakers(points)),
            tooltip=_tips("speaker", "round"),
        ),
    )


def _speakers(points: Sequence[Spec]) -> list[str]:
    """The roles that open, the seats, the role that closes."""
    named = dict.fromkeys(str(point["speaker"]) for point in points)
    return sorted(named, key=lambda name: {"decomposer": 0, SEEDER: 1, "refiner": 3}.get(name, 2))


def _compared(analysis: Analysis) -> Iterator[Picture | None]:
    arms = {arm.name: arm for arm in analysis.arms}
    for place, one in enumerate(analysis.comparisons, start=1):
        chart = _differences(one, analysis)
        if chart is not None:
            name = "compared" if len(analysis.comparisons) == 1 else f"compared-{place}"
            title = f"{one.second} less {one.first}, over {one.queries} queries of both"
            yield _picture(chart, name, title, (arms[one.first], arms[one.second]))


def _differences(comparison: Comparison, analysis: Analysis) -> "AnyChart | None":
    """How much more the second run has, of everything that is a share or an index."""
    alt = need("altair", purpose="a picture")
    units = {one.name: one.unit for one in analysis.definitions}
    points = [
        {"metric": name, "value": found.value, "low": found.low, "high": found.high, "clear": found.clear}
        for name, found in comparison.numbers.items()
        if units[name] in ("share", "index") and found.low is not None
    ]
    if not points:
        return None
    base = alt.Chart(alt.Data(values=points), width=_WIDTH, height={"step": 15}).encode(
        y=alt.Y("metric:N", title=None, sort=None, axis=alt.Axis(labelLimit=200)),
        opacity=alt.condition("datum.clear", alt.value(1.0), alt.value(0.45)),
        tooltip=_tips("metric"),
    )
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(strokeDash=[4, 3]).encode(x="zero:Q")
    rule = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q", title="difference"), x2="high:Q")
    dot = base.mark_point(filled=True, size=50).encode(x=alt.X("value:Q", title="difference"))
    return cast("LayerChart", zero + rule + dot)


_DRAWN: Mapping[str, tuple[str, Callable[[ArmNumbers], "AnyChart | None"]]] = {
    "stances": ("Stances by seat and round", _stances),
    "conformity": ("Giving way, by seat", _conformity),
    "contributions": ("Contributions by seat", _contributions),
    "coverage": ("Policies cited, by round", _coverage),
    "fates": ("Where thoughts come from, and where they end", _fates),
    "tokens": ("Tokens by speaker and round", _tokens),
    "cost": ("Cost by speaker and round", _cost),
}


def _points(arm: ArmNumbers, breakdown: str, *keys: str) -> list[Spec]:
    """A breakdown's cells as the rows of a chart."""
    return [
        {**dict(zip(keys, cell.key, strict=True)), "run": arm.name, **cell.estimate.model_dump()}
        for cell in arm.breakdowns.get(breakdown, ())
    ]


def _words(field: str, colour: Mapping[str, str]) -> object:
    """Closed words in their own colours, in their own order."""
    alt = need("altair", purpose="a picture")
    scale = alt.Scale(domain=list(colour), range=list(colour.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, sort=list(colour))


def _tips(*fields: str) -> list[object]:
    alt = need("altair", purpose="a picture")
    numbers = [alt.Tooltip(f"{name}:Q", format=".4") for name in ("value", "low", "high")]
    return [*(alt.Tooltip(f"{field}:N") for field in fields), *numbers]


def _picture(chart: "AnyChart", name: str, title: str, arms: Sequence[ArmNumbers]) -> Picture:
    notices = dict.fromkeys(arm.notice.partition(":")[0] for arm in arms if arm.notice)
    titled = " · ".join((title, *notices))
    words: Spec = {"text": titled, "subtitle": list(_headlines(arms))}
    return Picture(name, titled, {**chart.to_dict(), "title": words})


def _headlines(arms: Iterable[ArmNumbers]) -> Iterator[str]:
    """Consensus and what stands beside it, a line a run."""
    for arm in arms:
        found = arm.headline
        yield (
            f"{arm.name}: {arm.queries} queries, consensus {shown_as(found['consensus'])}, "
            f"conformity {shown_as(found['conformity'])},"
        )
        yield (
            f"disagreement collapsed {shown_as(found['disagreement_collapse'])}, "
            f"thoughts lost {shown_as(found['attrition'])}"
        )

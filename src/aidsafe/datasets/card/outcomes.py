"""What came of it: yield, endings, decisions, controls, costs."""

from collections.abc import Callable, Mapping
from typing import Final

from aidsafe.datasets.audit.describing import funnel
from aidsafe.datasets.card.marking import cell, counted, percent, section, table
from aidsafe.datasets.card.told import Card, Control

__all__ = ["CAME"]


def _yield(told: Card) -> str:
    counts = {
        "queries to answer": told.queries,
        "finished": told.completed + told.failed,
        "completed": told.completed,
        "ended in agreement": told.endings.get("consensus", 0),
    }
    rows = [(one.name, one.count, _kept(one.kept), percent(one.count, told.queries)) for one in funnel(counts)]
    failures = f"Failed: {counted(told.failures)}." if told.failures else ""
    heads = ("stage", "count", "of the stage before", "of all")
    return section("Yield", table(heads, rows), failures, _not_kept(told))


def _not_kept(told: Card) -> str:
    gone = "Failed queries have no row: what the models would not or could not answer is missing."
    return gone if told.failed else ""


def _endings(told: Card) -> str:
    rows = [(name, count, percent(count, told.completed)) for name, count in _ordered(told.endings)]
    return section("How deliberations ended", table(("ending", "rows", "share"), rows))


def _decisions(told: Card) -> str:
    rows = [(name, count, percent(count, told.completed)) for name, count in _ordered(told.decisions)]
    return section("Decisions", table(("decision", "rows", "share"), rows))


def _controls(told: Card) -> str:
    if not told.controls:
        return section(
            "Controls",
            "None was run beside it. Whether deliberation made these rows better than a single call would have, this "
            "set cannot show.",
        )
    heads = ("measure", "this set", *(cell(control.name) for control in told.controls))
    rows = [(name, mean, *(_mean(one, name) for one in told.controls)) for name, mean in told.means.items()]
    note = "Means over all records; * differs, query by query, by more than chance (Holm, 0.05)."
    return section("Controls", table(heads, rows), note, *(_control(one) for one in told.controls))


def _mean(control: Control, name: str) -> str:
    mean = control.means.get(name)
    starred = " *" if control.differs and name in control.differs else ""
    return "–" if mean is None else f"{cell(float(mean))}{starred}"


def _control(control: Control) -> str:
    by = ", by the scripted stand-in" if control.scripted else ""
    what = f"{cell(control.name)}: recipe {cell(control.recipe)}, {control.completed:,} records{by}"
    if control.differs is None:
        return f"{what}; its queries are others, so nothing is paired."
    return f"{what}; {len(control.differs)} of its measures differ."


def _costs(told: Card) -> str:
    rows = [
        ("calls answered", told.calls, _each(told.calls, told)),
        ("requests sent", told.attempts, _each(told.attempts, told)),
        ("prompt tokens", told.prompt_tokens, _each(told.prompt_tokens, told)),
        ("of them cached", told.cached_tokens, _each(told.cached_tokens, told)),
        ("completion tokens", told.completion_tokens, _each(told.completion_tokens, told)),
        ("US dollars", told.cost_usd, _each(told.cost_usd, told)),
        ("seconds of the clock", told.seconds, _each(told.seconds, told)),
    ]
    unknown = "" if told.cost_usd is not None else "What it cost is unknown: a model has no price in the recipe."
    return section("Costs", table(("", "in all", "a row"), rows), unknown)


def _each(count: float | None, told: Card) -> float | None:
    return None if count is None or not told.completed else count / told.completed


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _kept(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


CAME: Final[tuple[Callable[[Card], str], ...]] = (_yield, _endings, _decisions, _controls, _costs)

"""Markdown for a card: what comes from outside stands in it as text and acts as nothing."""

import re
from collections.abc import Iterable, Mapping

__all__ = ["cell", "counted", "joined", "percent", "section", "table"]

_ACTS = re.compile(r"[\\`*\[\]<>|#]")
_GAP = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_LONGEST = 200

Shown = str | int | float | None


def cell(value: Shown) -> str:
    """One value on one line."""
    match value:
        case None:
            return "–"
        case float():
            return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
        case int():
            return f"{value:,}"
        case _:
            line = _GAP.sub(" ", value).strip()
            cut = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
            return _ACTS.sub(lambda found: f"\\{found[0]}", cut)


def table(heads: Iterable[str], rows: Iterable[Iterable[Shown]]) -> str:
    """A table; nothing, where it has no rows."""
    lines = [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    named = list(heads)
    return "\n".join([f"| {' | '.join(named)} |", "|" + "---|" * len(named), *lines]) if lines else ""


def counted(counts: Mapping[str, int]) -> str:
    """Names with their counts, the most first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{cell(name)} {count:,}" for name, count in ordered)


def percent(count: int, of: int) -> str:
    """A share of something, or a dash where there is nothing."""
    return f"{100 * count / of:.1f} %" if of else "–"


def section(title: str, *parts: str) -> str:
    """A titled section; nothing, where all its parts are empty."""
    body = joined(parts)
    return f"## {title}\n\n{body}" if body else ""


def joined(parts: Iterable[str]) -> str:
    """Paragraphs with an empty line between them, without those that say nothing."""
    return "\n\n".join(part for part in parts if part)

"""An audit as one page that opens anywhere: no script, nothing fetched, light or dark as the reader's system is."""

from collections.abc import Iterable, Iterator
from html import escape

from aidsafe.datasets.audit.report import AuditReport

__all__ = ["html_page"]

_MOST_FINDINGS = 1000
_STYLE = """
:root { color-scheme: light dark; --line: #d5d5d5; --soft: #666; --bar: #4a78b5; --ground: #fff; --ink: #1a1a1a; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3c3c3c; --soft: #a0a0a0; --bar: #7fa8dd; --ground: #161616; --ink: #eaeaea; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
  background: var(--ground); color: var(--ink); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
p, li { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
.bar { background: var(--bar); height: .55rem; border-radius: 2px; min-width: 1px; margin-top: .45rem; }
"""

Cell = str | int | float | None


def html_page(report: AuditReport, title: str = "Audit") -> str:
    """The report as HTML. Texts of rows and benchmarks do not stand in it; ids and masked data do."""
    body = "".join(_sections(report))
    summary = f"{report.rows} rows, {len(report.findings)} findings. Nothing was removed."
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><h1>{escape(title)}</h1><p>{summary}</p>{body}</body></html>\n"
    )


def _sections(report: AuditReport) -> Iterator[str]:
    yield _list("Looked for", report.looked_for)
    yield _list("Not looked for", report.not_looked_for)
    repeats = ((one.where, one.rows, one.exact, one.near) for one in report.repeats)
    yield _table("Copies", ("part", "rows", "copies", "near copies"), repeats)
    yield _overlaps(report)
    yield _table("Personal data", ("kind", "found"), report.personal.items())
    lengths = ((one.where, one.unit, one.median, one.p90, one.p99, one.longest) for one in report.lengths)
    yield _table("Lengths", ("part", "unit", "median", "90 %", "99 %", "longest"), lengths)
    for mix in report.mixes:
        yield _bars(f"Rows by {mix.by}", mix.counts.items())
    yield from _policies(report)
    stages = ((one.name, one.count, _percent(one.kept)) for one in report.yields)
    yield _table("Yield", ("stage", "count", "kept of the stage before"), stages)
    yield from _scorers(report)
    yield _findings(report)


def _overlaps(report: AuditReport) -> str:
    heads = ("benchmark", "questions", "rows found", "by look", "13 words in a row")
    rows = ((one.benchmark, one.entries, one.found, _counts(one.looks), one.long_run) for one in report.overlaps)
    return _table("Overlap with benchmarks", heads, rows)


def _policies(report: AuditReport) -> Iterator[str]:
    rows = ((one.name, one.rows, _counts(one.decisions)) for one in report.coverage)
    yield _table("Policies cited", ("policy", "rows", "decisions"), rows)
    if report.balance is not None:
        yield f"<p>Balance over the policies: {report.balance:.2f} (1 is even, 0 is all on one).</p>"
    yield _list("Rules that no row cites", report.never_cited)


def _scorers(report: AuditReport) -> Iterator[str]:
    rows = ((one.one, one.other, one.rows, _percent(one.same), one.kappa) for one in report.agreements)
    yield _table("Agreement of scorers", ("one", "other", "rows", "same verdict", "kappa"), rows)
    yield _list("Scorers that say the same of every row", report.constant_scores)


def _findings(report: AuditReport) -> str:
    shown = report.findings[:_MOST_FINDINGS]
    rows = ((one.code, one.row, one.where, one.matched, one.score, one.message) for one in shown)
    table = _table("Findings", ("code", "row", "where", "matched", "score", "what"), rows)
    left = len(report.findings) - len(shown)
    return table + (f"<p>{left} more are in the JSON.</p>" if left else "")


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{_shown(cell)}</td>' for cell in row)}</tr>" for row in rows)
    if not lines:
        return ""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f'<h2>{escape(title)}</h2><div class="wide"><table><tr>{head}</tr>{lines}</table></div>\n'


def _bars(title: str, counts: Iterable[tuple[str, int]]) -> str:
    given = list(counts)
    most = max((count for _, count in given), default=0) or 1
    lines = "".join(
        f'<tr><td>{escape(name)}</td><td>{count}</td><td style="width:60%">'
        f'<div class="bar" style="width:{100 * count / most:.1f}%"></div></td></tr>'
        for name, count in given
    )
    return f"<h2>{escape(title)}</h2><table>{lines}</table>\n" if lines else ""


def _list(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<h2>{escape(title)}</h2><ul>{lines}</ul>\n" if lines else ""


def _counts(counts: "dict[str, int]") -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "&ndash;"
        case float():
            return f"{cell:.2f}"
        case _:
            return escape(str(cell))

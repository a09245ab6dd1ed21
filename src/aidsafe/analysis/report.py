"""One HTML file that holds a whole analysis: numbers, definitions and pictures, with nothing loaded from elsewhere.

What stands in a run is hostile by trade: every word is escaped, and the file's own policy lets no script run but the
two it brings, and no request leave. The pictures are drawn by Vega, whose script comes with its Python package.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape

import orjson

from aidsafe.analysis.colours import MODES, theme
from aidsafe.analysis.extras import need
from aidsafe.analysis.findings import HEADLINE, Analysis, Comparison, Definition
from aidsafe.analysis.intervals import Difference, Estimate
from aidsafe.analysis.pictures import Picture, shown_as

__all__ = ["report"]


def report(analysis: Analysis, pictures: Sequence[Picture]) -> str:
    """The report as one HTML document. Raises `ExtraMissing` without the extra `analysis`."""
    bundle: str = need("vl_convert", purpose="a report").javascript_bundle()
    policy = " ".join(
        (
            "default-src 'none';",
            "style-src 'unsafe-inline';",
            "img-src data:;",
            f"script-src {_fingerprint(bundle)} {_fingerprint(_DRAW)};",
            "base-uri 'none'; form-action 'none'",
        )
    )
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Deliberation report</title>",
            f"<style>{_STYLE}</style></head><body>",
            *_body(analysis, pictures),
            f'<script type="application/json" id="specs">{_specs(pictures)}</script>',
            f"<script>{bundle}</script>",
            f"<script>{_DRAW}</script>",
            "</body></html>\n",
        )
    )


def _body(analysis: Analysis, pictures: Sequence[Picture]) -> Iterator[str]:
    yield '<header><h1>Deliberation report</h1><button type="button" id="mode">Light or dark</button></header><main>'
    for arm in analysis.arms:
        if arm.notice:
            yield f'<p class="notice"><strong>{escape(arm.name)}:</strong> {escape(arm.notice)}</p>'
    yield from _overview(analysis)
    yield "<h2>Pictures</h2>"
    for picture in pictures:
        name, label = escape(picture.name), escape(picture.title, quote=True)
        yield f'<figure tabindex="0"><div class="chart" id="{name}" role="img" aria-label="{label}"></div></figure>'
    yield from _numbers(analysis)
    for comparison in analysis.comparisons:
        yield from _comparison(comparison)
    yield from _breakdowns(analysis)
    yield f"<footer><p>Intervals: 95 % of {analysis.replicates} runs resampled by query, seed {analysis.seed}.</p>"
    yield "</footer></main>"


def _overview(analysis: Analysis) -> Iterator[str]:
    """Each run's size, and consensus with what stands beside it."""
    yield "<h2>Runs</h2>"
    counts = ("queries", "completed", "failed", "open", "turns", "calls")
    rows = (
        (
            arm.name,
            *(str(getattr(arm, count)) for count in counts),
            *(shown_as(found) for found in arm.headline.values()),
        )
        for arm in analysis.arms
    )
    yield _table(("run", *counts, *(name.replace("_", " ") for name in HEADLINE)), rows)


def _numbers(analysis: Analysis) -> Iterator[str]:
    """Every metric with its definition, group by group."""
    yield "<h2>Numbers</h2>"
    single = [one for one in analysis.definitions if not one.keys]
    for group in dict.fromkeys(one.group for one in single):
        rows = (
            (one.name, one.says, _unit(one), *(_counted(arm.numbers.get(one.name)) for arm in analysis.arms))
            for one in single
            if one.group == group
        )
        yield f"<h3>{group}</h3>"
        yield _table(("metric", "what it is", "unit", *(arm.name for arm in analysis.arms)), rows)


def _comparison(comparison: Comparison) -> Iterator[str]:
    names = f"{escape(comparison.second)} less {escape(comparison.first)}"
    yield f"<h2>{names}</h2><p>Over the {comparison.queries} queries that both have.</p>"
    rows = (
        (name, _shift(found), shown_as(found.first), shown_as(found.second), "yes" if found.clear else "")
        for name, found in comparison.numbers.items()
    )
    yield _table(("metric", "difference", comparison.first, comparison.second, "without 0"), rows)


def _breakdowns(analysis: Analysis) -> Iterator[str]:
    """Every breakdown, folded away."""
    yield "<h2>Breakdowns</h2>"
    for one in analysis.definitions:
        rows = [
            (arm.name, *map(str, cell.key), _counted(cell.estimate))
            for arm in analysis.arms
            for cell in arm.breakdowns.get(one.name, ())
        ]
        if one.keys and rows:
            yield f"<details><summary>{one.name}: {escape(one.says)}</summary>"
            yield _table(("run", *one.keys, _unit(one)), rows)
            yield "</details>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(word)}</td>" for word in row) + "</tr>" for row in rows)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'


def _counted(found: Estimate | None) -> str:
    """A number with its interval, and the counts it comes from."""
    return "" if found is None else f"{shown_as(found)} · {found.part:.6g} of {found.whole:.6g}"


def _shift(found: Difference) -> str:
    interval = "" if found.low is None or found.high is None else f" [{found.low:+.3g}, {found.high:+.3g}]"
    return f"{found.value:+.3g}{interval}"


def _unit(one: Definition) -> str:
    low, high = ("…" if end is None else f"{end:g}" for end in (one.low, one.high))
    return f"{one.unit}, {low} to {high}"


def _specs(pictures: Sequence[Picture]) -> str:
    """The charts and both themes, in such a way that no word in them can end the script."""
    found = {"charts": {one.name: one.spec for one in pictures}, "themes": {mode: theme(mode) for mode in MODES}}
    return orjson.dumps(found).decode().replace("<", "\\u003c")


def _fingerprint(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


_DRAW = """
const found = JSON.parse(document.getElementById("specs").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
let mode = dark.matches ? "dark" : "light";
function draw() {
  document.documentElement.dataset.mode = mode;
  for (const [name, spec] of Object.entries(found.charts)) {
    const how = {ast: true, actions: false, renderer: "svg", config: found.themes[mode]};
    vegaEmbed(document.getElementById(name), spec, how);
  }
}
document.getElementById("mode").onclick = () => { mode = mode === "dark" ? "light" : "dark"; draw(); };
dark.onchange = () => { mode = dark.matches ? "dark" : "light"; draw(); };
draw();
"""

_STYLE = """
:root { --ground: #ffffff; --ink: #1b1b1b; --faint: #dddddd; --mark: #fff3d6; }
:root[data-mode=dark] { --ground: #16181c; --ink: #ececec; --faint: #3a3d43; --mark: #3b3220; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: center; }
button { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: .4rem; }
.notice { background: var(--mark); padding: .6rem 1rem; border-left: .3rem solid #d55e00; }
figure { margin: 1.5rem 0; overflow-x: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--faint); }
summary { cursor: pointer; padding: .2rem 0; }
"""

"""`aidsafe analyze`: how the agents deliberated."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["analyze"]


def analyze(
    runs: Annotated[list[Path], Argument(metavar="RUN...", help="run folders; each is compared with the one before")],
    *,
    out: Annotated[
        Path | None, Option("--out", metavar="DIR", help="write report, pictures, tables and JSON there")
    ] = None,
    text: Annotated[
        bool, Option("--text/--no-text", help="with the metrics that compare words; they take longer")
    ] = True,
    workers: Annotated[int, Option("--workers", metavar="N", min=1, help="processes that read")] = 1,
    as_json: Annotated[bool, Option("--json", help="one JSON object on standard output")] = False,
) -> int:
    """Measure deliberations: consensus beside conformity, influence, novelty, policy use, cost.

    Every number has a 95 % interval over queries. Several runs are compared over the queries
    they share. DIR gets report.html, pictures/ (SVG and PNG), tables/ (Parquet), analysis.json.

    \b
    aidsafe analyze runs/first runs/second --out analysis/both
    """  # noqa: D301
    from aidsafe.analysis.analyze import analyze as measured
    from aidsafe.analysis.reading import Wanted
    from aidsafe.analysis.telling import told
    from aidsafe.cli.opening import opened_run, spare_runs
    from aidsafe.cli.telling import emit, emit_json, say

    if out is not None:
        spare_runs(out)
    for folder in runs:
        with opened_run(folder):
            pass
    analysis = measured(runs, out, wanted=Wanted(text=text), workers=workers, tables=out is not None)
    if as_json:
        emit_json(analysis.to_json())
    else:
        emit(told(analysis))
    if out is not None:
        say(f"{out}: report.html, pictures, tables and analysis.json written")
    return 0

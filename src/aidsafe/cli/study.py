"""`aidsafe study`: recipes compared over the same queries."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["study"]


def study(
    file: Annotated[Path, Argument(metavar="FILE", help="a study: queries, replicas, arms")],
    *,
    out: Annotated[Path, Option("--out", metavar="DIR", help="where its runs and results go")],
    model: Annotated[str | None, Option("--model", metavar="SPEC", help="one model in every arm")] = None,
    in_flight: Annotated[int | None, Option("--in-flight", metavar="N", min=1, help="queries at a time")] = None,
    as_json: Annotated[bool, Option("--json", help="print the comparison as one JSON object")] = False,
    quiet: Annotated[bool, Option("--quiet", help="no progress")] = False,
) -> int:
    """Compare recipes over the same queries, pair by pair. Run it again to resume.

    Every arm is a run in DIR/arms. What arms ask alike is asked once. Differences from the first
    arm come with 95 % intervals over queries, as a table (DIR/comparison.txt, .csv), as JSON
    and, with the extra `analysis`, as a plot.

    \b
    aidsafe study examples/studies/rounds.yaml --out studies/rounds
    """  # noqa: D301
    from aidsafe.cli.studying import AskedStudy, carry_study

    return carry_study(AskedStudy(file=file, out=out, model=model, in_flight=in_flight, as_json=as_json, quiet=quiet))

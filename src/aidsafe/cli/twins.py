"""`aidsafe twins`: benign look-alikes of a run's harmful queries, deliberated under the same policies."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["twins"]


def twins(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder")],
    *,
    out: Annotated[Path, Option("--out", metavar="RUN2", help="the run of the twins; again to resume")],
    writer: Annotated[
        str | None, Option("--writer", metavar="SPEC", help="who writes them; without it, RUN's decomposer")
    ] = None,
    model: Annotated[str | None, Option("--model", metavar="SPEC", help="one model in every role and seat")] = None,
    limit: Annotated[int | None, Option("--limit", metavar="N", min=1, help="so many harmful queries at most")] = None,
    in_flight: Annotated[int | None, Option("--in-flight", metavar="N", min=1, help="queries at a time")] = None,
    as_json: Annotated[bool, Option("--json", help="print over-refusal as one JSON object")] = False,
    quiet: Annotated[bool, Option("--quiet", help="no progress")] = False,
) -> int:
    """Write a benign look-alike of each harmful query, and deliberate on it under RUN's recipe.

    The twins become a source beside RUN2 (RUN2.twins.jsonl); each names its query, so exports
    keep the two on one side of a split. Says which twins were refused, pair by pair (--json)
    and policy by policy.

    \b
    aidsafe twins runs/first --out runs/first-twins
    aidsafe export runs/first --twins runs/first-twins --format hf --out first-hf
    """  # noqa: D301
    from aidsafe.cli.twinning import AskedTwins, carry_twins

    return carry_twins(AskedTwins(run, out, writer, model, limit, in_flight, as_json=as_json, quiet=quiet))

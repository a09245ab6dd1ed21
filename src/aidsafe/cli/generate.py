"""`aidsafe generate`: from a source of queries to a run folder."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["generate"]


def generate(
    source: Annotated[str, Argument(metavar="SOURCE", help="JSONL, JSON, CSV, Parquet (or .gz), a folder, or -")],
    *,
    out: Annotated[Path, Option("--out", metavar="RUN", help="the run folder; made if it is not there")],
    recipe: Annotated[str, Option("--recipe", metavar="NAME|FILE", help="what shapes the run")] = "aidsafe",
    model: Annotated[str | None, Option("--model", metavar="SPEC", help="one model in every role and seat")] = None,
    sets: Annotated[list[str] | None, Option("--set", metavar="KEY=VALUE", help="set one field of the recipe")] = None,
    policies: Annotated[Path | None, Option("--policies", metavar="DIR", help="policies of your own")] = None,
    prompts: Annotated[Path | None, Option("--prompts", metavar="DIR", help="prompts of your own")] = None,
    personas: Annotated[Path | None, Option("--personas", metavar="DIR", help="personas of your own")] = None,
    column: Annotated[str | None, Option("--column", metavar="NAME", help="the column of the queries")] = None,
    id_column: Annotated[str | None, Option("--id-column", metavar="NAME", help="the column of their ids")] = None,
    limit: Annotated[int | None, Option("--limit", metavar="N", min=1, help="only the first N queries")] = None,
    replicas: Annotated[int | None, Option("--replicas", metavar="K", min=1, help="deliberate K times a query")] = None,
    in_flight: Annotated[int | None, Option("--in-flight", metavar="N", min=1, help="queries at a time")] = None,
    workers: Annotated[int | None, Option("--workers", metavar="N", min=1, help="processes at the work")] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="say what it would take; send and write nothing")] = False,
    seed: Annotated[int | None, Option("--seed", metavar="N", help="what all draws hang on")] = None,
    as_json: Annotated[bool, Option("--json", help="print the totals as one JSON object")] = False,
    quiet: Annotated[bool, Option("--quiet", help="no progress")] = False,
) -> int:
    """Deliberate on every query of SOURCE; run it again to resume. Ctrl-C ends it soon, twice at once.

    \b
    aidsafe generate queries.csv --out runs/1 --model openai:gpt-4.1-mini --set budget.usd=5
    """  # noqa: D301
    from aidsafe.cli.generating import Asked, carry_through

    run = {
        "column": column,
        "id_column": id_column,
        "limit": limit,
        "replicas": replicas,
        "in_flight": in_flight,
        "workers": workers,
    }
    asked = Asked(
        source=source,
        out=out,
        recipe=recipe,
        model=model,
        sets=tuple(sets or ()),
        policies=policies,
        prompts=prompts,
        personas=personas,
        run={name: value for name, value in run.items() if value is not None},
        seed=seed,
        dry_run=dry_run,
        as_json=as_json,
        quiet=quiet,
    )
    return carry_through(asked)

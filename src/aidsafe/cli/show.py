"""`aidsafe show`: a transcript to read."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["show"]


def show(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder")],
    query_id: Annotated[str | None, Argument(metavar="QUERY_ID", help="the id of one query")] = None,
    as_json: Annotated[bool, Option("--json", help="print one JSON object")] = False,
) -> None:
    """Show one transcript: who said what, what changed, why it ended, what the refiner did.

    Without QUERY_ID it lists queries, and shows the completed one that changed most.

    \b
    aidsafe show runs/first
    aidsafe show runs/first knife-sharpening
    """  # noqa: D301
    from aidsafe.cli.opening import opened_run
    from aidsafe.cli.showing import show_query, show_run

    with opened_run(run) as found:
        if query_id is None:
            show_run(found, as_json=as_json)
        else:
            show_query(found, query_id, as_json=as_json)

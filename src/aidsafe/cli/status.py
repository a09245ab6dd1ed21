"""`aidsafe status`: a run in numbers, whether it is under way or not."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["status"]


def status(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder")],
    as_json: Annotated[bool, Option("--json", help="print one JSON object")] = False,
) -> None:
    """Say how a run stands: counts, spend, failures by cause, what is left.

    \b
    aidsafe status runs/first
    aidsafe status runs/first --json
    """  # noqa: D301
    from aidsafe.cli.opening import opened_run
    from aidsafe.cli.summary import Summary
    from aidsafe.cli.telling import emit, emit_json

    with opened_run(run) as found:
        summary, under_way = Summary.of(found), found.folder.is_in_use()
    if as_json:
        emit_json(summary.json())
    else:
        emit("\n".join(filter(None, (summary.text(), summary.left(under_way=under_way)))))

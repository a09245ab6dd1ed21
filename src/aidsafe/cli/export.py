"""`aidsafe export`: the finished records in a format that others read."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["export"]


def export(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder")],
    form: Annotated[str, Option("--format", metavar="F", help="jsonl, csv, parquet or aidsafe")],
    out: Annotated[Path, Option("--out", metavar="PATH", help="the file to write; swapped in whole")],
    scripted_ok: Annotated[bool, Option("--scripted-ok", help="let scripted rows lose their provenance")] = False,
) -> None:
    """Write the completed records of a run to a file.

    `aidsafe` is a CSV with the published columns: prompt, thoughts, refined_thoughts, response,
    deliberation_log. It cannot say that the scripted model wrote a row, so it asks for
    --scripted-ok and puts a label beside the file.

    \b
    aidsafe export runs/first --format parquet --out first.parquet
    """  # noqa: D301
    from aidsafe.cli.opening import opened_run
    from aidsafe.cli.telling import say
    from aidsafe.datasets.exporting import export as write

    with opened_run(run) as found:
        _spare_the_run(found.folder.path, out)
        count = write(found.completed(), form, out, scripted_ok=scripted_ok)
        left = found.totals.pending + found.totals.failed
    say(f"{count:,} records written to {out}" + (f"; {left:,} queries have none yet" if left else ""))


def _spare_the_run(folder: Path, out: Path) -> None:
    from aidsafe.core.errors import InputError

    if out.resolve().parent == folder.resolve():
        raise InputError(f"{out}: lies in the run folder, which only generate writes to; name a file elsewhere")

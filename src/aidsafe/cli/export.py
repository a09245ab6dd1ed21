"""`aidsafe export`: the finished records in a format that others read."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["export"]


def export(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder; for dpo a folder of pairs")],
    form: Annotated[str, Option("--format", metavar="F", help="see above")],
    *,
    out: Annotated[Path, Option("--out", metavar="PATH", help="the file (hf: the folder) to write; swapped in whole")],
    pairs: Annotated[Path | None, Option("--pairs", metavar="RUN2", help="hf: a folder of pairs for dpo")] = None,
    twins: Annotated[
        Path | None, Option("--twins", metavar="RUN3", help="the twins of RUN, as rows that follow")
    ] = None,
    test_share: Annotated[float, Option("--test-share", min=0, max=0.9, help="hf: share of queries held out")] = 0.05,
    check_template: Annotated[
        str | None, Option("--check-template", metavar="FILE|NAME", help="prove that nothing is lost in it")
    ] = None,
    max_length: Annotated[
        int | None, Option("--max-length", min=1, metavar="TOKENS", help="cut as a trainer does, then check")
    ] = None,
    scripted_ok: Annotated[bool, Option("--scripted-ok", help="let scripted rows lose their provenance")] = False,
) -> int:
    """Write the completed records of a run in a format that others read.

    F is jsonl, csv, parquet, aidsafe (the published columns as CSV), for trainers sft,
    sft_messages, sft_reasoning_content, sharegpt and dpo, or hf: a folder for load_dataset.
    Training formats cannot say that the scripted model wrote a row, so they ask for
    --scripted-ok and put a label beside the file. With --check-template every row is
    rendered; where thoughts or response are not there once, nothing is written (exit 1).

    \b
    aidsafe export runs/first --format hf --out first-hf --check-template chat_template.jinja
    """  # noqa: D301
    from aidsafe.cli.exporting import AskedExport, carry_export

    asked = AskedExport(run, form, out, pairs, twins, test_share, check_template, max_length, scripted_ok=scripted_ok)
    return carry_export(asked)

"""`aidsafe lint`: checks of a finished set that need no model."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["lint"]


def lint(
    data: Annotated[list[Path] | None, Argument(metavar="DATA", help="run folders, files, folders of files")] = None,
    *,
    policies: Annotated[Path | None, Option("--policies", metavar="DIR", help="the policies of the set")] = None,
    codes: Annotated[bool, Option("--codes", help="list every check and end")] = False,
    as_json: Annotated[bool, Option("--json", help="one JSON object on standard output")] = False,
) -> int:
    """Look for what is wrong in a finished set: a code, a row id, a sentence and a fix each.

    DATA may be a run, our exports, or another set: prompt/completion, chosen/rejected,
    messages, conversations, thoughts beside responses; JSONL, JSON, CSV or Parquet.
    Ends with 1 if anything was found.

    \b
    aidsafe lint runs/first
    """  # noqa: D301
    from aidsafe.cli.linting import linted, list_codes

    return list_codes() if codes else linted(data or [], policies, as_json=as_json)

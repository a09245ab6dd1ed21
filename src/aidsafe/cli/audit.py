"""`aidsafe audit`: copies, benchmark overlap, personal data, and what a set is made of."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["audit"]


def audit(
    data: Annotated[list[Path], Argument(metavar="DATA", help="run folders, files, folders of files")],
    *,
    against: Annotated[
        list[Path] | None, Option("--against", metavar="FILE", help="a benchmark to hold it against; may be repeated")
    ] = None,
    out: Annotated[Path | None, Option("--out", metavar="DIR", help="write audit.json and audit.html there")] = None,
    remove: Annotated[
        list[str] | None, Option("--remove", metavar="CODE", help="take such rows out, into DIR/kept.jsonl")
    ] = None,
    tokenizer: Annotated[
        str | None, Option("--tokenizer", metavar="FILE", help="a tokenizer.json: lengths in its tokens")
    ] = None,
    presidio: Annotated[bool, Option("--presidio", help="more kinds of personal data (extra personal-data)")] = False,
    as_json: Annotated[bool, Option("--json", help="one JSON object on standard output")] = False,
) -> int:
    """Report copies, overlap with benchmarks, personal data, lengths, mixes and coverage of a set.

    Nothing is taken out unless a --remove asks for it by the start of a code, such as
    duplicate or overlap.exact; every row that goes stands in DIR/removed.jsonl with its reason.

    \b
    aidsafe audit runs/first --against xstest.csv --out audits/first
    """  # noqa: D301
    from aidsafe.cli.auditing import AskedAudit, audited

    asked = AskedAudit(tuple(data), tuple(against or ()), out, tuple(remove or ()), tokenizer, presidio=presidio)
    return audited(asked, as_json=as_json)

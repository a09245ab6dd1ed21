"""`aidsafe card`: a dataset card written from a run."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["card"]


def card(
    run: Annotated[Path, Argument(metavar="RUN", help="a finished run")],
    *,
    into: Annotated[Path | None, Option("--into", metavar="DIR", help="a folder that export --format hf wrote")] = None,
    name: Annotated[str | None, Option("--name", help="what the set is called")] = None,
    licence: Annotated[str, Option("--license", metavar="ID", help="of the set, such as cc-by-4.0")] = "",
    sources: Annotated[
        list[str] | None, Option("--source-license", metavar="[SOURCE:]ID", help="of queries; may be repeated")
    ] = None,
    controls: Annotated[
        list[Path] | None, Option("--control", metavar="RUN2", help="a run beside it; may be repeated")
    ] = None,
    against: Annotated[
        list[Path] | None, Option("--against", metavar="FILE", help="a benchmark, as in audit; may be repeated")
    ] = None,
) -> int:
    """Write a Hugging Face dataset card from what is recorded and counted, weaknesses included.

    What was asked, policies, models as their servers report them, the yield, endings, costs,
    controls compared query by query, what lint and audit find, the licence of every source
    (by its rows' own columns, or as told here). With --into it goes on top of the folder's
    README; without, to standard output.

    \b
    aidsafe card runs/first --into first-hf --license cc-by-4.0 --control runs/single
    """  # noqa: D301
    from aidsafe.cli.carding import AskedCard, carded

    return carded(
        AskedCard(run, into, name, licence, tuple(sources or ()), tuple(controls or ()), tuple(against or ()))
    )

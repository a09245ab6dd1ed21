"""`aidsafe view`: a page to read transcripts on."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["view"]


def view(
    runs: Annotated[list[Path], Argument(metavar="RUN...", help="run folders, finished or under way")],
    *,
    port: Annotated[int, Option("--port", metavar="P", min=0, max=65535, help="0 takes any free one")] = 0,
    html: Annotated[Path | None, Option("--html", metavar="FILE", help="write one file to share, and end")] = None,
    queries: Annotated[
        list[str] | None, Option("--query", metavar="ID", help="with --html: this query; may be repeated")
    ] = None,
    policies: Annotated[
        Path | None, Option("--policies", metavar="DIR", help="where the run's policies lie now")
    ] = None,
    browse: Annotated[bool, Option("--open", help="open it in the browser")] = False,
) -> int:
    """Read transcripts on a local web page: who said what, what changed, why it ended.

    The page is served to this machine alone, under an address with a secret in it, until
    Ctrl-C. With --html FILE it becomes one file that needs no server: the queries named, or
    the first fifty.

    \b
    aidsafe view runs/first
    aidsafe view runs/first --html first.html --query knife-sharpening
    """  # noqa: D301
    from aidsafe.cli.viewing import save, serve_until_interrupted
    from aidsafe.core.errors import InputError

    if html is not None:
        return save(runs, queries, html, policies)
    if queries:
        raise InputError("--query goes with --html FILE; on the page, search for it")
    return serve_until_interrupted(runs, port=port, policies=policies, browse=browse)

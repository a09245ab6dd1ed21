"""What `aidsafe view` does: serve until interrupted, or write one file."""

from collections.abc import Sequence
from pathlib import Path

from aidsafe.cli.opening import opened_run, spare_runs
from aidsafe.cli.telling import emit, say
from aidsafe.core.errors import InputError
from aidsafe.viewer.saving import write_page
from aidsafe.viewer.serving import serve

__all__ = ["save", "serve_until_interrupted"]


def serve_until_interrupted(runs: Sequence[Path], *, port: int, policies: Path | None, browse: bool) -> int:
    """Serve the page; the address is the one line of output."""
    for folder in runs:
        with opened_run(folder):
            pass
    say("reading; Ctrl-C ends it")
    try:
        serve(runs, port=port, policies=policies, open_browser=browse, announce=emit)
    except KeyboardInterrupt:
        say("ended")
    return 0


def save(runs: Sequence[Path], queries: Sequence[str] | None, out: Path, policies: Path | None) -> int:
    """Write the page of some queries of one run into a file."""
    if len(runs) != 1:
        raise InputError("--html takes one run at a time")
    with opened_run(runs[0]) as run:
        spare_runs(out)
        count = write_page(run, queries or None, out, policies=policies)
    say(f"{out}: {count:,} queries on a page of its own")
    return 0

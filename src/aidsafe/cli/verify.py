"""`aidsafe verify`: whether a run is what its journal says."""

from pathlib import Path
from typing import Annotated

from typer import Argument

__all__ = ["verify"]

SHOWN = 50


def verify(run: Annotated[Path, Argument(metavar="RUN", help="a run folder")]) -> int:
    """Recompute every digest, refold every transcript, and compare with the dataset.

    Edits are tried again, citations are looked up again, endings are derived again. Prints what
    does not hold, a line each; ends with 1 if there is any.

    \b
    aidsafe verify runs/first
    """  # noqa: D301
    from aidsafe.cli.opening import opened_run
    from aidsafe.cli.telling import emit, say
    from aidsafe.cli.verifying import Verification
    from aidsafe.core.errors import FolderError

    with opened_run(run) as found:
        if found.folder.is_in_use():
            raise FolderError(f"{run}: is under way; verify it once it has stopped")
        verification = Verification.of(found)
        count = 0
        for finding in verification.findings():
            count += 1
            if count <= SHOWN:
                emit(finding)
    if count > SHOWN:
        emit(f"… and {count - SHOWN:,} more")
    for note in verification.notes:
        say(note)
    say(f"{verification.checked:,} transcripts checked, {count:,} findings")
    return 1 if count else 0

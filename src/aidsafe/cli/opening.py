"""Opening a run to read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from aidsafe.core.errors import FolderError, InputError
from aidsafe.orchestration.recipe import folder_of
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies, load_policies

__all__ = ["opened_run", "policies_of", "spare_runs"]


@contextmanager
def opened_run(folder: Path) -> Iterator[Run]:
    """The run in a folder, closed again at the end. Raises `FolderError` where there is none."""
    try:
        run = Run(folder)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        problem = f"{folder / 'run.json'}: field {field!r} is not what a manifest has ({first['msg']})"
        raise FolderError(f"{problem}; use the aidsafe that wrote it") from error
    try:
        yield run
    finally:
        run.close()


def policies_of(run: Run) -> Policies | None:
    """The policies of a run, where they are still what they were."""
    named = run.manifest.folders.get("policies", "aidsafe")
    try:
        found = load_policies(folder_of(named))
    except InputError:
        return None
    return found if found.digest == run.manifest.digests.policies else None


def spare_runs(out: Path) -> None:
    """Raise `InputError` where `out` is a run folder or lies in one."""
    places = (out.resolve(), out.resolve().parent)
    if any((place / name).is_file() for place in places for name in ("run.json", "pairs.json")):
        raise InputError(f"{out}: lies in the run folder, which only generate writes to; name a file elsewhere")

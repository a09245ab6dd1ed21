"""Opening a run to read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from aidsafe.core.errors import FolderError
from aidsafe.orchestration.run import Run

__all__ = ["opened_run"]


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

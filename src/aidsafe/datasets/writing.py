"""Files written whole and swapped in: whoever reads one finds the old bytes or the new, never half."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from aidsafe.core.errors import InputError, SurroundingsError

__all__ = ["swapped_in", "write_atomic"]


def write_atomic(path: Path, chunks: Iterable[bytes]) -> None:
    """Write the chunks to `path`, all or nothing. Raises `SurroundingsError` where the disk does not take them."""
    with swapped_in(path) as file:
        for chunk in chunks:
            file.write(chunk)


@contextmanager
def swapped_in(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place when the block ends well, and is gone when it does not.

    A link is followed: what it leads to is replaced. What is neither a file nor nothing is left alone.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is no file that could be replaced; name another")
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync(path.parent)
    except OSError as error:
        cause = error.strerror or error
        raise SurroundingsError(f"{path}: cannot be written ({cause}); what was there is kept") from error
    finally:
        partial.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    # The new name is safe from a power cut only once its folder is.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

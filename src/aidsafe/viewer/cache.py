"""Where indexes are kept: in the user's cache folder, for the user alone, and not for ever."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import blake2b
from pathlib import Path
from time import time
from typing import Final, TextIO

from aidsafe.core.version import __version__
from aidsafe.viewer.index import LAYOUT

__all__ = ["cache_folder", "index_file"]

KEPT_SECONDS: Final = 30 * 24 * 3600.0


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aidsafe" / "viewer"


@contextmanager
def index_file(run: Path, cache: Path) -> Iterator[Path]:
    """The file for the index of a run; a passing one where the cache cannot be used, or another viewer is using it."""
    path = cache / f"{_name(run)}.db"
    lock = _locked(path)
    if lock is None:
        with tempfile.TemporaryDirectory(prefix="aidsafe-view-") as passing:
            yield Path(passing) / "index.db"
    else:
        with lock:
            yield path


def _locked(path: Path) -> TextIO | None:
    """The lock on a file of the cache, for as long as it is open; None where it cannot be had."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_old(path.parent)
        lock = path.with_suffix(".lock").open("w")
    except OSError:
        return None
    try:
        flock(lock, LOCK_EX | LOCK_NB)
        path.touch(mode=0o600)
    except OSError:
        lock.close()
        return None
    return lock


def _name(run: Path) -> str:
    """A name by the folder, what it is now, and who reads it: a folder made anew has an index of its own."""
    path = run.resolve()
    known_by = f"{path}\n{path.stat().st_ino}\n{LAYOUT}\n{__version__}"
    return blake2b(known_by.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _forget_old(folder: Path) -> None:
    for file in folder.glob("*.db*"):
        if file.stat().st_mtime < time() - KEPT_SECONDS:
            file.unlink(missing_ok=True)

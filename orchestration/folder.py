"""The folder of a run: what is in it, who may write to it, and its manifest.

A folder is a run once it has a manifest, which is therefore written last when a run begins. Looking changes nothing;
`lock` is the first step that does.
"""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import TextIO, cast

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import AidsafeError, FolderError, SurroundingsError
from aidsafe.datasets.writing import write_atomic

__all__ = ["RunFolder"]

# What a run that was killed while it began may leave behind; none of it holds a result.
_BEGINNINGS = frozenset({".lock", "journal.db", "journal.db-wal", "journal.db-shm", "log.jsonl", "source"})
_MOMENT_SECONDS = 0.05
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where the files of one run lie."""

    path: Path

    @property
    def manifest(self) -> Path:
        """What the run is made of, and what came of it."""
        return self.path / "run.json"

    @property
    def journal(self) -> Path:
        """Every event and every answer."""
        return self.path / "journal.db"

    @property
    def dataset(self) -> Path:
        """The completed records."""
        return self.path / "dataset.jsonl"

    @property
    def failures(self) -> Path:
        """The failed queries."""
        return self.path / "failures.jsonl"

    @property
    def log(self) -> Path:
        """What the program noted on the way."""
        return self.path / "log.jsonl"

    @property
    def spool(self) -> Path:
        """What came through standard input."""
        return self.path / "source"

    def is_run(self) -> bool:
        """Tell whether a run is here; if not, one can begin. Raises `FolderError` where other files lie.

        Changes nothing.
        """
        with _named_errors(self.path):
            if self.manifest.is_file():
                return True
            names = sorted(entry.name for entry in self.path.iterdir()) if self.path.exists() else []
        others = [name for name in names if name not in _BEGINNINGS and not _is_partial(name)]
        if others:
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            raise FolderError(f"{self.path}: holds {others[0]!r}{more} and is no run; name another folder")
        return False

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one who writes here, until the block ends or the process dies; makes the folder if need be.

        Raises `FolderError` where another process holds it, or where `is_run` does.
        """
        self.is_run()
        with _named_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / ".lock").open("a+", encoding="utf-8")
        with file:
            self._take(file)
            self.is_run()
            self._sweep()
            yield

    def is_in_use(self) -> bool:
        """Tell whether a process writes here now."""
        try:
            with (self.path / ".lock").open(encoding="utf-8") as file:
                return not _locked(file, fcntl.LOCK_SH)
        except OSError:
            return False

    def load_manifest(self) -> dict[str, JsonValue]:
        """Read the manifest. Raises `FolderError` where there is none, or where it is broken."""
        if not self.manifest.is_file():
            raise FolderError(f"{self.path}: no run here; check the path (a run has a 'run.json')")
        with _named_errors(self.manifest):
            content = self.manifest.read_bytes()
        try:
            manifest = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise FolderError(
                f"{self.manifest}, line {error.lineno}: not JSON ({error.msg}); put back what aidsafe wrote"
            ) from error
        if not isinstance(manifest, dict):
            raise FolderError(f"{self.manifest}: not a manifest but a list or a word; put back what aidsafe wrote")
        return cast("dict[str, JsonValue]", manifest)

    def save_manifest(self, manifest: Mapping[str, JsonValue]) -> None:
        """Write the manifest, whole, with its keys in the order given."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        self.write_atomic(self.manifest, [orjson.dumps(dict(manifest), option=options)])

    def write_atomic(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write a file of the run, all or nothing. Raises `SurroundingsError` where the disk does not take it."""
        write_atomic(path, chunks)

    def _take(self, file: TextIO) -> None:
        # The system lets go of the lock when the process dies. The file stays: to remove it would let two in at once.
        if not _locked(file):
            # Who only asks whether the folder is in use has it for a moment.
            sleep(_MOMENT_SECONDS)
            if not _locked(file):
                file.seek(0)
                owner = file.read().strip() or "that is just starting"
                raise FolderError(f"{self.path}: in use by process {owner}; wait for it, or name another folder")
        with _named_errors(self.path):
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()

    def _sweep(self) -> None:
        for entry in self.path.iterdir():
            if _is_partial(entry.name):
                entry.unlink(missing_ok=True)


def _locked(file: TextIO, how: int = fcntl.LOCK_EX) -> bool:
    """Take the lock on a file, if it can be had at once."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_partial(name: str) -> bool:
    """Whether `write_atomic` left this behind when it was killed."""
    return name.startswith((".run.json.", ".dataset.jsonl.", ".failures.jsonl.", ".source.")) and name.endswith(".tmp")


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn what the system says into a full disk, or a folder that cannot be used."""
    try:
        yield
    except OSError as error:
        cause = error.strerror or str(error)
        raise _error(error)(f"{path}: {cause}; name another folder, or make room in this one") from error


def _error(error: OSError) -> type[AidsafeError]:
    return SurroundingsError if error.errno in _DISK else FolderError

"""Which files a source consists of, of which kind, and how to read their bytes.

A kind is told by the file's suffix; standard input has none, so its kind is told by how it begins.
"""

import gzip
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

from pydantic import JsonValue

from aidsafe.core.errors import SourceError
from aidsafe.datasets.writing import swapped_in

__all__ = ["LONGEST", "Kind", "Row", "SourceFile", "fault", "files_of", "opened", "sniffed", "spool_input"]

Kind = Literal["jsonl", "json", "csv", "parquet"]

LONGEST = 64 * 2**20
"""The longest line, CSV field or JSON element that is read, in bytes or characters; anything longer is no query."""

_KINDS: dict[str, Kind] = {".jsonl": "jsonl", ".json": "json", ".csv": "csv", ".parquet": "parquet"}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of queries: where it lies, what to call it in messages, how to read it."""

    path: Path
    name: str
    kind: Kind
    zipped: bool = False


class Row(NamedTuple):
    """One row as it was found: where (`line 3`), and its columns by name."""

    place: str
    columns: dict[str, JsonValue]


def fault(name: str, place: str, problem: str, *, field: str | None = None) -> SourceError:
    """Say in one line which file, place and field is wrong, and how."""
    at = place if field is None else f"{place}, field {field!r}"
    return SourceError(f"{name}, {at}: {problem}")


def files_of(source: Path) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
    """The files of a source in the order they are read, and the names in a folder that are passed over.

    A folder is read by name, without its hidden files and its subfolders.
    """
    if source.is_dir():
        return _folder_files(source)
    if not source.exists():
        if str(source) == "-":
            raise SourceError("-: standard input is read by generate alone; name a file")
        raise SourceError(f"{source}: no such file; check the path{_neighbour(source)}")
    file = _file(source)
    if file is None:
        raise SourceError(
            f"{source}: unknown suffix {source.suffix!r}; known are {_known_suffixes()}, each also with .gz"
        )
    return (file,), ()


def spool_input(stream: BinaryIO, spool: Path) -> None:
    """Copy a stream that can be read only once into a file, whole or not at all."""
    with swapped_in(spool) as file:
        shutil.copyfileobj(stream, file, 2**20)


def sniffed(path: Path, *, name: str) -> SourceFile:
    """A file whose kind is told by how it begins: gzip, Parquet, `{` for JSON lines, `[` for a JSON list, else CSV."""
    zipped = _begins(SourceFile(path, name, "csv"), 2) == _GZIP
    begins = _begins(SourceFile(path, name, "csv", zipped), 4096)
    return SourceFile(path, name, _kind_of(begins), zipped)


@contextmanager
def opened(file: SourceFile) -> Iterator[BinaryIO]:
    """Open a file for reading, unzipped; what goes wrong on the way is a `SourceError`."""
    try:
        with file.path.open("rb") as raw:
            yield cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if file.zipped else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{file.name}: not a whole gzip file ({error}); compress it again") from error
    except OSError as error:
        raise SourceError(f"{file.name}: cannot be read ({error.strerror or error}); check the file") from error


def _begins(file: SourceFile, size: int) -> bytes:
    with opened(file) as stream:
        return stream.read(size)


def _kind_of(begins: bytes) -> Kind:
    if begins.startswith(b"PAR1"):
        return "parquet"
    match begins.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]:
        case b"{":
            return "jsonl"
        case b"[":
            return "json"
        case _:
            return "csv"


def _file(path: Path) -> SourceFile | None:
    zipped = path.suffix.lower() == ".gz"
    kind = _KINDS.get(Path(path.stem if zipped else path.name).suffix.lower())
    return None if kind is None else SourceFile(path, str(path), kind, zipped)


def _folder_files(folder: Path) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
    shown = sorted(_entries(folder), key=lambda path: path.name)
    files = {path: _file(path) for path in shown if path.is_file()}
    found = tuple(file for file in files.values() if file is not None)
    if not found:
        raise SourceError(
            f"{folder}: a folder without data; files that count end in {_known_suffixes()}, each also with .gz"
        )
    return found, tuple(path.name for path in shown if files.get(path) is None)


def _entries(folder: Path) -> Sequence[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise SourceError(f"{folder}: cannot be read ({error.strerror or error}); check the folder") from error


def _neighbour(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    close = get_close_matches(path.name, [entry.name for entry in _entries(path.parent)], n=1)
    return f"; near it lies {close[0]!r}" if close else ""


def _known_suffixes() -> str:
    *others, last = _KINDS
    return f"{', '.join(others)} and {last}"

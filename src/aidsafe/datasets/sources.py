"""The queries to deliberate on, read twice: once to check, count and digest all of them, then lazily, one by one.

A row counts if it holds data: blank lines are passed over, and the first row is row 0 of the whole source, however
many files that has. The text column is the first of `TEXT_COLUMNS` that a file has, or the one named; the id is the
column named, else `id`, else `row-N`. An id that occurs twice gets its row, `~N`, at every occurrence. Whatever else
stands in a row travels as metadata. Memory holds eight bytes a row, and no row.
"""

import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import blake2b, sha256
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, assert_never

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import SourceError
from aidsafe.core.records import Query
from aidsafe.datasets.files import Row, SourceFile, fault, files_of, sniffed, spool_input
from aidsafe.datasets.reading_csv import csv_rows
from aidsafe.datasets.reading_json import json_rows, jsonl_rows
from aidsafe.datasets.reading_parquet import parquet_rows

__all__ = ["DEEPEST", "TEXT_COLUMNS", "Source", "scan", "scan_spool"]

_ROWED = re.compile(r"~\d+$")

TEXT_COLUMNS = ("prompt", "query", "question", "instruction", "goal", "forbidden_prompt", "text")
"""Where the text of a query is looked for, in this order."""

DEEPEST = 64
"""How many lists and objects metadata may have inside one another."""


class _Names(NamedTuple):
    """What the text and id columns are called in one file."""

    text: str
    id: str | None


class _Entry(NamedTuple):
    """One checked row, and the bytes it is known by."""

    row: int
    id: str
    text: str
    metadata: dict[str, JsonValue]
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A source that was checked from end to end: how many rows, their digest, and how to read them again.

    `digest` covers every id, text and metadata in order, whatever the files' format; `passed_over` are the names in a
    folder that were not read; `blank` counts the queries without a word.
    """

    name: str
    files: tuple[SourceFile, ...]
    count: int
    digest: str
    passed_over: tuple[str, ...]
    blank: int
    _column: str | None
    _id_column: str | None
    _repeated: "array[int]"

    def rows(self, skip: Callable[[int], bool] | None = None) -> Iterator[Query]:
        """Read the queries again, in order and lazily, without the rows that `skip` claims.

        Raises `SourceError` at the end if they are not what was checked.
        """
        digest = sha256()
        for entry in _entries(self.files, self._column, self._id_column):
            digest.update(entry.canonical)
            if skip is None or not skip(entry.row):
                yield Query(id=self._unique(entry), row=entry.row, text=entry.text, metadata=entry.metadata)
        if digest.hexdigest() != self.digest:
            raise SourceError(f"{self.name}: changed since it was checked; put the old content back and start again")

    @property
    def repeated(self) -> int:
        """How many ids stand at more than one row; such rows are called ID~ROW."""
        return len(self._repeated)

    def moved(self, spool: Path) -> "Source":
        """The same source after its spooled file was moved to `spool`."""
        return replace(self, files=tuple(replace(file, path=spool) for file in self.files))

    def _unique(self, entry: _Entry) -> str:
        if not self._repeated:
            return entry.id
        hashed = _hashed(entry.id)
        place = bisect_left(self._repeated, hashed)
        repeats = place < len(self._repeated) and self._repeated[place] == hashed
        # An id that looks like one of ours gets its own row too, so that no two can meet.
        return f"{entry.id}~{entry.row}" if repeats or _ROWED.search(entry.id) else entry.id


def scan(
    source: Path | Literal["-"],
    *,
    column: str | None = None,
    id_column: str | None = None,
    spool: Path | None = None,
    stdin: BinaryIO | None = None,
) -> Source:
    """Check, count and digest every row of a file, a folder of files, or standard input (`-`).

    Standard input is first copied to `spool`, whole. Raises `SourceError` at the first thing wrong, and
    `ExtraMissing` for Parquet without pyarrow.
    """
    if isinstance(source, Path):
        files, passed_over = files_of(source)
        return _scanned(str(source), files, (column, id_column), passed_over=passed_over)
    if spool is None:
        raise ValueError("standard input can be read only once: name a file to spool it into")
    spool_input(stdin or sys.stdin.buffer, spool)
    return scan_spool(spool, column=column, id_column=id_column)


def scan_spool(
    spool: Path, *, name: str = "standard input", column: str | None = None, id_column: str | None = None
) -> Source:
    """Check, count and digest what was spooled; the format is told by how it begins. `name` stands for it in errors."""
    return _scanned(name, (sniffed(spool, name=name),), (column, id_column))


def _scanned(
    name: str,
    files: tuple[SourceFile, ...],
    columns: tuple[str | None, str | None],
    *,
    passed_over: tuple[str, ...] = (),
) -> Source:
    digest, hashes, count, blank = sha256(), _Hashes(), 0, 0
    for entry in _entries(files, *columns):
        digest.update(entry.canonical)
        hashes.add(_hashed(entry.id))
        count += 1
        blank += not entry.text.strip()
    return Source(name, files, count, digest.hexdigest(), passed_over, blank, *columns, hashes.repeated())


class _Hashes:
    """Eight bytes an id, in 256 heaps by their first byte, so that sorting them takes little more room."""

    def __init__(self) -> None:
        self._heaps = [array("Q") for _ in range(256)]

    def add(self, hashed: int) -> None:
        """Keep one more."""
        self._heaps[hashed >> 56].append(hashed)

    def repeated(self) -> "array[int]":
        """Those that were added more than once, sorted."""
        found = array("Q")
        for heap in self._heaps:
            twins = {one for one, other in pairwise(sorted(heap)) if one == other}
            found.extend(sorted(twins))
        return found


def _hashed(query_id: str) -> int:
    return int.from_bytes(blake2b(query_id.encode(), digest_size=8).digest(), "big")


def _entries(files: Sequence[SourceFile], column: str | None, id_column: str | None) -> Iterator[_Entry]:
    row = 0
    for file in files:
        names: _Names | None = None
        for found in _rows(file):
            names = names or _names(file.name, found, column, id_column)
            yield _entry(file.name, found, row=row, names=names)
            row += 1
        if names is None:
            raise SourceError(f"{file.name}: no rows; put at least one query in it")


def _rows(file: SourceFile) -> Iterator[Row]:
    match file.kind:
        case "jsonl":
            return jsonl_rows(file)
        case "json":
            return json_rows(file)
        case "csv":
            return csv_rows(file)
        case "parquet":
            return parquet_rows(file)
        case _:  # pragma: no cover
            assert_never(file.kind)


def _names(name: str, first: Row, column: str | None, id_column: str | None) -> _Names:
    text = column or next((known for known in TEXT_COLUMNS if known in first.columns), None)
    if text is None:
        raise fault(name, first.place, f"no text column among {_listed(first.columns)}; {_advice(first.columns)}")
    for wanted, flag in ((text, "--column"), (id_column, "--id-column")):
        if wanted is not None and wanted not in first.columns:
            problem = f"no such column among {_listed(first.columns)}; give {flag} one of them"
            raise fault(name, first.place, problem + _meant(wanted, first.columns), field=wanted)
    return _Names(text, id_column or ("id" if text != "id" else None))


def _advice(columns: Mapping[str, JsonValue]) -> str:
    if len(columns) == 1 and any(mark in next(iter(columns)) for mark in ";\t|"):
        return "are columns parted by something else than commas? Part them by commas"
    folded = {column.casefold(): column for column in columns}
    for known in TEXT_COLUMNS:
        for close in get_close_matches(known, folded, n=1):
            return f"did you mean --column {folded[close]!r}?"
    return "name it with --column"


def _meant(wanted: str, columns: Mapping[str, JsonValue]) -> str:
    close = get_close_matches(wanted, columns, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _listed(columns: Mapping[str, JsonValue]) -> str:
    shown = [repr(column) for column in columns][:12]
    more = len(columns) - len(shown)
    return (", ".join(shown) or "no columns") + (f" and {more} more" if more else "")


def _entry(name: str, found: Row, *, row: int, names: _Names) -> _Entry:
    text = _text(name, found, names.text)
    query_id = (names.id and _id(name, found, names.id)) or f"row-{row}"
    metadata = {key: value for key, value in found.columns.items() if key not in names}
    return _Entry(row, query_id, text, metadata, _canonical(name, found, query_id, text, metadata))


def _canonical(name: str, found: Row, query_id: str, text: str, metadata: dict[str, JsonValue]) -> bytes:
    for field, value in metadata.items():
        if _deeper(value, DEEPEST):
            raise fault(name, found.place, f"more than {DEEPEST} levels deep; flatten it", field=field)
    try:
        return orjson.dumps((query_id, text, metadata), option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        culprit = next((field for field, value in found.columns.items() if not _is_json({field: value})), None)
        raise fault(name, found.place, f"cannot be kept ({error}); mend the value", field=culprit) from error


def _is_json(value: JsonValue) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def _text(name: str, found: Row, column: str) -> str:
    if column not in found.columns:
        problem = f"missing; this row has {_listed(found.columns)}"
        raise fault(name, found.place, problem, field=column)
    text = found.columns[column]
    if not isinstance(text, str):
        raise fault(name, found.place, f"{_shown(text)} and not text; write it as a string", field=column)
    return text


def _id(name: str, found: Row, column: str) -> str | None:
    match found.columns.get(column):
        case None:
            return None
        case str() as text:
            return text
        case bool() | int() | float() as value:
            return _shown(value)
        case value:
            raise fault(name, found.place, f"{_shown(value)} and no id; write it as text or a number", field=column)


def _shown(value: JsonValue) -> str:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int() | float():
            return repr(value)
        case list():
            return "a list"
        case _:
            return "an object"


def _deeper(value: JsonValue, levels: int) -> bool:
    match value:
        case dict():
            return levels == 0 or any(_deeper(inner, levels - 1) for inner in value.values())
        case list():
            return levels == 0 or any(_deeper(inner, levels - 1) for inner in value)
        case _:
            return False

"""The index of a run: a line a query to filter and sort, and the words of all of them to search.

It is a copy in a file of its own, outside the run folder, and can be thrown away at any time. What is filtered and
sorted by stands apart from what is only shown, so that looking through all queries reads little. Readers share one
connection; the one writer has another, so reading never waits for indexing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Final

from aidsafe.core.errors import SurroundingsError
from aidsafe.viewer.entry import Entry, Texts
from aidsafe.viewer.wording import spaced

__all__ = ["LAYOUT", "SHOWN", "SORTED", "Cell", "Index", "Line", "keep", "mark", "masked", "set_mark"]

Cell = str | int | float | None
Line = tuple[Entry, Texts | None]
"""A query's entry, and its words where they are to be searched from now on."""

LAYOUT: Final = 2
"""Grows with every change of the tables or of what stands in them."""

SORTED: Final = (
    *("row", "replica", "state", "ending", "decision", "rounds", "turns", "edits", "removed", "words", "tokens"),
)
SHOWN: Final = ("id", "head", "thoughts", "cost", "ribbon")

# Facets are bits, counted through the columns; one that finds no room is not filtered by.
_MASKS: Final = ("facets0", "facets1", "facets2", "facets3")
_BITS: Final = 62
_BUSY_SECONDS: Final = 30.0

# `doc` is the row of `texts` with the query's words; one that no line has any more is never found.
_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS lines (doc INTEGER PRIMARY KEY, {", ".join((*SORTED, *_MASKS))});
CREATE UNIQUE INDEX IF NOT EXISTS lines_by_place ON lines (row, replica);
CREATE INDEX IF NOT EXISTS lines_by_count ON lines (state, ending, decision, rounds);
CREATE TABLE IF NOT EXISTS shown (doc INTEGER PRIMARY KEY, {", ".join(SHOWN)});
CREATE INDEX IF NOT EXISTS shown_by_id ON shown (id);
CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(
    query, thoughts, response, content = '', prefix = '3', tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE IF NOT EXISTS facets (place INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value)
"""


class Index:
    """One index file; close it when done. Raises `SurroundingsError` where it cannot be kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.writing() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)
        self._lock = Lock()
        self._reader = _connect(path)
        # enough for the lines of a large run, and a bound on what reading takes
        self._reader.execute("PRAGMA cache_size = -65536")
        self._reader.execute("PRAGMA query_only = ON")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to write with; what was written is kept when the block ends well."""
        with _disk_errors(self.path), closing(_connect(self.path)) as connection, connection:
            yield connection

    def all(self, sql: str, *values: Cell) -> list[tuple[Cell, ...]]:
        """What a question to the index gives."""
        with _disk_errors(self.path), self._lock:
            return self._reader.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._reader.close()


def keep(connection: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Put the lines into the index, each in the place of the one its query had."""
    places: dict[str, int] = {name: place for place, name in connection.execute("SELECT place, name FROM facets")}
    for entry, texts in lines:
        doc = _doc(connection, entry, texts)
        masks = _masks(connection, places, entry.facets)
        connection.execute(_KEEP_LINE, (doc, *_SORTED_CELLS(entry), *masks))
        connection.execute(_KEEP_SHOWN, (doc, *_SHOWN_CELLS(entry)))


def masked(index: Index, facet: str) -> tuple[str, int]:
    """The condition that a query has the facet, and the value it takes."""
    found = index.all("SELECT place FROM facets WHERE name = ?", facet)
    place = int(found[0][0] or 0) if found else len(_MASKS) * _BITS
    return (f"{_MASKS[place // _BITS]} & ?", 1 << place % _BITS) if place < len(_MASKS) * _BITS else ("0 & ?", 0)


def mark(index: Index, name: str) -> Cell:
    """A note the writer left, or None."""
    found = index.all("SELECT value FROM marks WHERE name = ?", name)
    return found[0][0] if found else None


def set_mark(connection: sqlite3.Connection, name: str, value: Cell) -> None:
    """Leave a note for the next writer."""
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def _doc(connection: sqlite3.Connection, entry: Entry, texts: Texts | None) -> int | None:
    """Where the query's words are; they are put there, and its line taken from where they were, if they are given."""
    place = (entry.row, entry.replica)
    kept = connection.execute("SELECT doc FROM lines WHERE row = ? AND replica = ?", place).fetchone()
    if texts is None and kept:
        return int(kept[0])
    for table in ("lines", "shown") if kept else ():
        connection.execute(f"DELETE FROM {table} WHERE doc = ?", kept)  # noqa: S608  # one of the two
    return _searchable(connection, texts or Texts(entry.head, (), ()))


def _searchable(connection: sqlite3.Connection, texts: Texts) -> int | None:
    words = (spaced(texts.query), spaced("\n".join(texts.thoughts)), spaced("\n".join(texts.response)))
    return connection.execute("INSERT INTO texts (query, thoughts, response) VALUES (?, ?, ?)", words).lastrowid


def _masks(connection: sqlite3.Connection, places: dict[str, int], facets: Iterable[str]) -> list[int]:
    masks = [0] * len(_MASKS)
    for facet in facets:
        if facet not in places:
            places[facet] = len(places)
            connection.execute("INSERT INTO facets VALUES (?, ?)", (places[facet], facet))
        if (place := places[facet]) < len(_MASKS) * _BITS:
            masks[place // _BITS] |= 1 << place % _BITS
    return masks


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise SurroundingsError(f"{path}: {error}; the index can be removed, it is made anew") from error


_SORTED_CELLS: Final = attrgetter(*SORTED)
_SHOWN_CELLS: Final = attrgetter(*SHOWN)
_KEEP_LINE: Final = "INSERT OR REPLACE INTO lines VALUES (?" + ", ?" * len((*SORTED, *_MASKS)) + ")"  # noqa: S608  # no words from outside
_KEEP_SHOWN: Final = "INSERT OR REPLACE INTO shown VALUES (?" + ", ?" * len(SHOWN) + ")"  # noqa: S608  # no words from outside

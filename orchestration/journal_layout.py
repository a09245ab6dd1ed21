"""The tables of a journal, and how to open one to write or to read.

`events` and `calls` are append-only and hold the truth of a run; `attempts` lists every request that was sent, `lines`
repeats what finished transcripts fold into, `leases` what was set aside of a run budget. The columns beside an event's
JSON repeat what readings ask for, so that they need not read the JSON: `about` is the query's id, the ending, the error
type of a failure.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aidsafe.core.errors import FolderError, SurroundingsError

__all__ = ["COLUMNS", "disk_errors", "open_to_read", "open_to_write"]

_APPLICATION = 0x41494453
_VERSION = 1
_WAIT_SECONDS = 60.0

COLUMNS = {
    "events": (
        "row, replica, number, kind, about, calls, attempts, prompt_tokens, cached_tokens, completion_tokens, "
        "reasoning_tokens, cost_usd, seconds, event"
    ),
    "calls": "row, replica, step, seat, nth, digest, answer",
    "attempts": "row, replica, step, seat, nth, attempt",
    "lines": "row, replica, line",
}
"""What a row of each append-only table holds, in this order; the last is JSON, given as bytes."""

_TABLES = """
CREATE TABLE events (
    row INTEGER NOT NULL, replica INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, about TEXT,
    calls INTEGER NOT NULL, attempts INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, cost_usd REAL, seconds REAL NOT NULL,
    event TEXT NOT NULL);
CREATE UNIQUE INDEX events_by_query ON events (row, replica, number);
CREATE INDEX events_by_kind ON events (kind, row, replica, about) WHERE about IS NOT NULL;
CREATE INDEX events_by_usage ON events (calls, attempts, prompt_tokens, cached_tokens, completion_tokens,
    reasoning_tokens, cost_usd, seconds) WHERE calls > 0;
CREATE TABLE calls (
    row INTEGER NOT NULL, replica INTEGER NOT NULL, step INTEGER NOT NULL, seat TEXT NOT NULL, nth INTEGER NOT NULL,
    digest TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX calls_by_query ON calls (row, replica);
CREATE TABLE attempts (
    row INTEGER NOT NULL, replica INTEGER NOT NULL, step INTEGER NOT NULL, seat TEXT NOT NULL, nth INTEGER NOT NULL,
    attempt TEXT NOT NULL);
CREATE INDEX attempts_by_query ON attempts (row, replica);
CREATE TABLE lines (row INTEGER NOT NULL, replica INTEGER NOT NULL, line TEXT NOT NULL);
CREATE INDEX lines_by_query ON lines (row, replica);
CREATE TABLE leases (
    lease INTEGER PRIMARY KEY, process TEXT NOT NULL, kind TEXT NOT NULL, amount REAL NOT NULL, spent REAL);
CREATE INDEX leases_by_kind ON leases (kind)
"""


def open_to_write(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a journal to append to it; with `create`, one that holds no event yet.

    Raises `FolderError` if it is not that, `SurroundingsError` if the disk does not let us.
    """
    if not create and not path.is_file():
        raise FolderError(f"{path}: no journal here; check that this is the folder of a run")
    with disk_errors(path):
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _lay_out(connection, path, create=create)
            _tune(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a journal to look at it, whether others write or not. Text comes as bytes.

    Raises `FolderError` if it is none.
    """
    if not path.is_file():
        raise FolderError(f"{path}: no journal here; check that this is the folder of a run")
    with disk_errors(path):
        address = f"{path.absolute().as_uri()}?{_how_to_read(path)}"
        connection = sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS, check_same_thread=False)
        try:
            _check(connection, path)
        except BaseException:
            connection.close()
            raise
        connection.text_factory = bytes
        return connection


def _how_to_read(path: Path) -> str:
    # SQLite coordinates readers through files beside the journal. Where none can be made, and no log is there that
    # would have to be read, nobody else can be writing either.
    log = path.with_name(f"{path.name}-wal")
    return "mode=ro" if os.access(path.parent, os.W_OK) or log.exists() else "mode=ro&immutable=1"


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the disk into `SurroundingsError`, and what is no database into `FolderError`."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.OperationalError as error:
        raise SurroundingsError(f"{path}: {error}; what was kept is safe, the run can be resumed") from error
    except sqlite3.DatabaseError as error:
        raise FolderError(f"{path}: not a journal ({error}); check that this is the folder of a run") from error


def _lay_out(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    if create and _is_empty(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        mark = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_VERSION}"
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES}; {mark}; COMMIT")
    _check(connection, path)
    if create and connection.execute("SELECT 1 FROM events LIMIT 1").fetchone():
        raise FolderError(f"{path}: belongs to a run whose run.json is gone; put it back, or name another folder")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if found[0] != _APPLICATION:
        raise FolderError(f"{path}: not a journal of aidsafe; check that this is the folder of a run")
    if found[1] != _VERSION:
        raise FolderError(
            f"{path}: layout {found[1]}, this version reads layout {_VERSION}; use the aidsafe that wrote it"
        )


def _tune(connection: sqlite3.Connection) -> None:
    # With a write-ahead log, NORMAL loses nothing when the process dies; a power cut may cost the last moments.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA journal_size_limit = 67108864")

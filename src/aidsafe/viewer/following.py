"""Keeping an index level with its journal: the whole of it once, then what is added, in small steps.

The journal is append-only, so the highest row seen is all there is to remember; a step that is cut short is done again.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from aidsafe.core.errors import FolderError
from aidsafe.core.events import EVENT, Event
from aidsafe.orchestration.journal_layout import disk_errors, open_to_read
from aidsafe.viewer.entry import entry_of, state_of, texts_of
from aidsafe.viewer.index import Index, Line, keep, mark, set_mark

__all__ = ["STEP", "catch_up", "events_of", "follow", "is_of"]

STEP: Final = 200
"""How many queries are taken at a time."""

Key = tuple[int, int]


def catch_up(index: Index, journal: Path) -> int:
    """Take everything there is; how many times a query was."""
    taken = 0
    with closing(open_to_read(journal)) as connection, disk_errors(journal):
        while step := follow(index, connection):
            taken += step
    return taken


def follow(index: Index, journal: sqlite3.Connection) -> int:
    """Take one step: how many queries were taken, none when the index is level with the journal."""
    seen, filled = mark(index, "seen"), mark(index, "filled")
    if seen is None:
        seen, filled = _start(index, journal), "-1,-1"
    taken = _fill(index, journal, str(filled)) if filled else 0
    return taken or _add(index, journal, int(seen))


def is_of(index: Index, journal: sqlite3.Connection) -> bool:
    """Whether the index was made from this journal; an empty one may become that of any."""
    seen = mark(index, "seen")
    return seen is None or mark(index, "last") == _digest(journal, int(seen))


def _start(index: Index, journal: sqlite3.Connection) -> int:
    latest = int(journal.execute("SELECT coalesce(max(rowid), 0) FROM events").fetchone()[0])
    with index.writing() as connection:
        _remember(connection, journal, latest)
        set_mark(connection, "filled", "-1,-1")
    return latest


def _fill(index: Index, journal: sqlite3.Connection, filled: str) -> int:
    """The next queries in source order, so that the first page is there first."""
    row, replica = map(int, filled.split(","))
    keys: list[Key] = journal.execute(_NEXT, (row, replica, STEP)).fetchall()
    lines = [_line(events_of(journal, key)) for key in keys]
    with index.writing() as connection:
        keep(connection, lines)
        set_mark(connection, "filled", "{},{}".format(*keys[-1]) if keys else "")
    return len(keys)


def _add(index: Index, journal: sqlite3.Connection, seen: int) -> int:
    """The queries of the events that were added since."""
    latest = journal.execute(_UP_TO, (seen, STEP)).fetchone()[0]
    if latest is None:
        return 0
    keys: list[Key] = journal.execute(_CHANGED, (seen, latest)).fetchall()
    lines = [_line(events_of(journal, key), known=_knows(index, key)) for key in keys]
    with index.writing() as connection:
        keep(connection, lines)
        _remember(connection, journal, latest)
    return len(keys)


def _remember(connection: sqlite3.Connection, journal: sqlite3.Connection, latest: int) -> None:
    set_mark(connection, "seen", latest)
    set_mark(connection, "last", _digest(journal, latest))


def _knows(index: Index, key: Key) -> bool:
    return bool(index.all("SELECT 1 FROM lines WHERE row = ? AND replica = ?", *key))


def _line(events: Sequence[Event], *, known: bool = False) -> Line:
    """A query's line; its words are searched from its first event and again from its last, not from each between."""
    ripe = not known or state_of(events) != "pending"
    return entry_of(events), texts_of(events) if ripe else None


def events_of(journal: sqlite3.Connection, key: Key) -> list[Event]:
    """The events of one query, unfolded, which is quicker than its transcript."""
    return [_event(event) for (event,) in journal.execute(_EVENTS, key)]


def _event(event: bytes) -> Event:
    try:
        return EVENT.validate_json(event)
    except ValidationError as error:
        raise FolderError(
            f"{event[:40]!r}: not an event of this version ({error.errors()[0]['msg']}); use the aidsafe that wrote it"
        ) from error


def _digest(journal: sqlite3.Connection, rowid: int) -> str:
    found = journal.execute("SELECT row, replica, number, event FROM events WHERE rowid = ?", (rowid,)).fetchone()
    return blake2b(repr(found).encode(), digest_size=16).hexdigest()


_NEXT: Final = """
SELECT row, replica FROM events WHERE number = 0 AND (row, replica) > (?, ?) ORDER BY row, replica LIMIT ?
"""
_EVENTS: Final = "SELECT event FROM events WHERE row = ? AND replica = ? ORDER BY number"
_UP_TO: Final = "SELECT max(rowid) FROM (SELECT rowid FROM events WHERE rowid > ? ORDER BY rowid LIMIT ?)"
_CHANGED: Final = "SELECT DISTINCT row, replica FROM events WHERE rowid > ? AND rowid <= ?"

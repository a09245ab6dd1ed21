"""Blocks of a run on disk: courses read straight from its journal, a range of rows at a time, in any process.

Other processes import this and what it needs, and no more: they should be counting within a fraction of a second.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from msgspec import DecodeError

from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.following import follow_json
from aidsafe.core.errors import FolderError
from aidsafe.orchestration.journal_layout import disk_errors, open_to_read

__all__ = ["Block", "journal_courses"]

_PAGE = 64

Block = Callable[[], Iterator[Course]]
"""A part of an arm: called, it reads its courses. A block of a run on disk can be sent to another process."""


def journal_courses(journal: Path, start: int, stop: int) -> Iterator[Course]:
    """The courses of the rows from `start` up to `stop`, by row and replica. Raises `FolderError`."""
    connection = open_to_read(journal)
    try:
        for first in range(start, stop, _PAGE):
            with disk_errors(journal):
                rows = connection.execute(_EVENTS, (first, min(first + _PAGE, stop))).fetchall()
            for query, events in groupby(rows, key=_whose):
                yield _course(journal, query, [event for _, _, event in events])
    finally:
        connection.close()


def _course(journal: Path, query: tuple[int, int], events: list[bytes]) -> Course:
    try:
        return follow_json(events)
    except (DecodeError, KeyError, ValueError) as error:
        where = f"row {query[0]}, replica {query[1]}"
        raise FolderError(f"{journal}: {where} cannot be read ({error!r}); use the aidsafe that wrote it") from error


_whose = itemgetter(0, 1)
_EVENTS = "SELECT row, replica, event FROM events WHERE row >= ? AND row < ? ORDER BY row, replica, number"

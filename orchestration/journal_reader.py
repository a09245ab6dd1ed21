"""What stands in a journal: transcripts, answers, and the numbers of a run.

A reader looks while others write, from any thread, and holds no snapshot: every question is answered as things stand
when it is asked.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, cast, get_args

from pydantic import ValidationError

from aidsafe.core.errors import FolderError
from aidsafe.core.events import EVENT, Event
from aidsafe.core.records import Ending, Usage
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.journal_layout import disk_errors, open_to_read

__all__ = ["Counts", "Finish", "Finished", "JournalReader", "Place", "read_journal"]

Finish = Literal["completed", "failed"]
_Found = tuple[Any, ...]
_PAGE = 256


class Place(NamedTuple):
    """Where an answer belongs: the query, the step (the number of the next event), the seat, the nth call there."""

    row: int
    replica: int
    step: int
    seat: str
    nth: int


class Counts(NamedTuple):
    """How many queries began, completed and failed; how those completed ended; what those that failed died of."""

    begun: int
    completed: int
    failed: int
    endings: dict[Ending, int]
    failures: dict[str, int]


class Finished(Mapping[tuple[int, int], Finish]):
    """Which queries are finished, by (row, replica); one byte a row."""

    def __init__(self) -> None:
        self._rows: dict[int, bytearray] = {}
        self._count = 0

    def add(self, row: int, replica: int, *, finish: Finish) -> None:
        """Count one more query as finished."""
        marks = self._rows.setdefault(replica, bytearray())
        marks.extend(bytes(max(0, row + 1 - len(marks))))
        self._count += not marks[row]
        marks[row] = 1 + get_args(Finish).index(finish)

    def __getitem__(self, query: tuple[int, int]) -> Finish:
        row, replica = query
        marks = self._rows.get(replica, b"")
        mark = marks[row] if 0 <= row < len(marks) else 0
        if not mark:
            raise KeyError(query)
        return cast("Finish", get_args(Finish)[mark - 1])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return ((row, replica) for replica, marks in self._rows.items() for row, mark in enumerate(marks) if mark)

    def __len__(self) -> int:
        return self._count


class JournalReader(AbstractContextManager["JournalReader"]):
    """Answers questions about one journal; close it, or use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_to_read(path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def transcript(self, row: int, replica: int = 0) -> Transcript:
        """What happened to one query so far; empty if nothing did. Raises `FolderError` for an event that is none."""
        sql = "SELECT number, event FROM events WHERE row = ? AND replica = ? ORDER BY number"
        found = self._all(sql, row, replica)
        return Transcript.of(self._event((row, replica), number, event) for number, event in found)

    def stored(self, row: int, replica: int = 0) -> tuple[bytes, ...]:
        """The events of one query as the JSON they are kept as, unread."""
        sql = "SELECT event FROM events WHERE row = ? AND replica = ? ORDER BY number"
        return tuple(event for (event,) in self._all(sql, row, replica))

    def transcripts(self) -> Iterator[Transcript]:
        """Every transcript, finished or not, by row and replica; one of them is in memory at a time."""
        return (self.transcript(row, replica) for row, replica in self._queries())

    def calls(self, row: int, replica: int = 0) -> dict[Place, tuple[str, bytes]]:
        """The answers kept for one query, by place: the digest given with each, and its bytes; the latest counts."""
        sql = "SELECT step, seat, nth, digest, answer FROM calls WHERE row = ? AND replica = ? ORDER BY rowid"
        return {
            Place(row, replica, step, seat.decode(), nth): (digest.decode(), answer)
            for step, seat, nth, digest, answer in self._all(sql, row, replica)
        }

    def attempts(self, row: int, replica: int = 0) -> list[tuple[Place, bytes]]:
        """The requests sent for one query, in order, each as the JSON it was kept as."""
        sql = "SELECT step, seat, nth, attempt FROM attempts WHERE row = ? AND replica = ? ORDER BY rowid"
        found = self._all(sql, row, replica)
        return [(Place(row, replica, step, seat.decode(), nth), attempt) for step, seat, nth, attempt in found]

    def sent_until(self) -> float | None:
        """When the latest request came to its end, in seconds since 1970; None where none was sent."""
        found = self._all(_LATEST)
        return float(found[0][0]) if found else None

    def attempts_by_cause(self) -> dict[str, int]:
        """How many requests came to what."""
        return self._tally(_CAUSES)

    def reported(self) -> dict[str, tuple[str, ...]]:
        """Which models the servers said they were, by the recipe's name for each."""
        found: dict[str, tuple[str, ...]] = {}
        for model, reported in self._all(_REPORTED):
            found[model.decode()] = (*found.get(model.decode(), ()), reported.decode())
        return found

    def leased(self, kind: str) -> float:
        """How much of a run budget is taken: what was spent of settled leases, and all of the others."""
        sql = "SELECT coalesce(sum(coalesce(spent, amount)), 0.0) FROM leases WHERE kind = ?"
        return float(self._all(sql, kind)[0][0])

    def find(self, query_id: str) -> list[tuple[int, int]]:
        """The (row, replica) of every query with this id."""
        sql = "SELECT row, replica FROM events WHERE kind = 'query_received' AND about = ? ORDER BY row, replica"
        return self._all(sql, query_id)

    def rows_begun(self) -> int:
        """How many rows from the first on hold all that was begun."""
        ((rows,),) = self._all("SELECT coalesce(max(row) + 1, 0) FROM events")
        return int(rows)

    def begun(self) -> Iterator[tuple[int, int]]:
        """The (row, replica) of every query that was begun and is not finished."""
        return iter(self._all(_BEGUN))

    def finished(self) -> Finished:
        """Which queries need nothing more."""
        finished = Finished()
        for finish in get_args(Finish):
            sql = "SELECT row, replica FROM events WHERE kind = ? AND about IS NOT NULL"
            for row, replica in self._each(sql, f"query_{finish}"):
                finished.add(row, replica, finish=finish)
        return finished

    def counts(self) -> Counts:
        """How many queries are where."""
        kinds = self._tally("SELECT kind, count(*) FROM events WHERE about IS NOT NULL GROUP BY kind")
        return Counts(
            begun=kinds.get("query_received", 0),
            completed=kinds.get("query_completed", 0),
            failed=kinds.get("query_failed", 0),
            endings=cast("dict[Ending, int]", self._tally(_ENDINGS)),
            failures=self._tally(_FAILURES),
        )

    def lines(self, finish: Finish) -> Iterator[tuple[int, int, bytes | None]]:
        """What the finished transcripts fold into, by row and replica; None where a kill came before it was kept."""
        page: list[_Found] = self._all(_LINES, f"query_{finish}", -1, -1, _PAGE)
        while page:
            yield from page
            page = self._all(_LINES, f"query_{finish}", *page[-1][:2], _PAGE)

    def usage(self) -> Usage:
        """What all events' calls took together; the cost is None as soon as one call's price is unknown."""
        found = self._all(_USAGE)[0]
        return Usage(*found)

    def _tally(self, sql: str) -> dict[str, int]:
        return {name.decode(): count for name, count in self._all(sql)}

    def _queries(self) -> Iterator[tuple[int, int]]:
        # Page by page, since an unfinished statement would keep the log of a writing process from being emptied.
        sql = (
            "SELECT row, replica FROM events WHERE number = 0 AND (row, replica) > (?, ?) ORDER BY row, replica LIMIT ?"
        )
        page: list[tuple[int, int]] = self._all(sql, -1, -1, _PAGE)
        while page:
            yield from page
            page = self._all(sql, *page[-1], _PAGE)

    def _event(self, query: tuple[int, int], number: int, event: bytes) -> Event:
        try:
            return EVENT.validate_json(event)
        except ValidationError as error:
            first = error.errors()[0]["msg"]
            where = f"event {number} of row {query[0]}, replica {query[1]}"
            raise FolderError(
                f"{self._path}: {where} cannot be read ({first}); use the aidsafe that wrote it"
            ) from error

    def _all(self, sql: str, *values: int | str) -> list[_Found]:
        return list(self._each(sql, *values))

    def _each(self, sql: str, *values: int | str) -> Iterator[_Found]:
        with disk_errors(self._path):
            yield from self._connection.execute(sql, values)


def read_journal(path: Path) -> JournalReader:
    """Look at the journal of a run, whether it is being written or not. Raises `FolderError` if there is none."""
    return JournalReader(path)


_BEGUN = """
SELECT row, replica FROM events WHERE kind = 'query_received' AND about IS NOT NULL EXCEPT
SELECT row, replica FROM events WHERE kind IN ('query_completed', 'query_failed') AND about IS NOT NULL
ORDER BY row, replica
"""

_LINES = """
SELECT row, replica,
    (SELECT line FROM lines WHERE lines.row = events.row AND lines.replica = events.replica ORDER BY rowid DESC LIMIT 1)
FROM events WHERE kind = ? AND about IS NOT NULL AND (row, replica) > (?, ?) ORDER BY row, replica LIMIT ?
"""

_FAILURES = """
SELECT about, count(*) FROM events WHERE kind = 'query_failed' AND about IS NOT NULL GROUP BY about ORDER BY about
"""

_ENDINGS = """
SELECT coalesce(ended.about, 'none') AS ending, count(*) FROM events AS completed LEFT JOIN events AS ended
ON ended.row = completed.row AND ended.replica = completed.replica AND ended.kind = 'deliberation_ended'
AND ended.about IS NOT NULL
WHERE completed.kind = 'query_completed' AND completed.about IS NOT NULL GROUP BY ending ORDER BY ending
"""

_CAUSES = """
SELECT json_extract(attempt, '$.cause') AS cause, count(*) FROM attempts GROUP BY cause ORDER BY cause
"""

_REPORTED = """
SELECT DISTINCT json_extract(attempt, '$.model') AS model, json_extract(attempt, '$.reported') AS reported
FROM attempts WHERE reported <> '' ORDER BY model, reported
"""

_LATEST = """
SELECT json_extract(attempt, '$.started') + json_extract(attempt, '$.seconds') FROM attempts ORDER BY rowid DESC LIMIT 1
"""

# In the order of the fields of `Usage`.
_USAGE = """
SELECT coalesce(sum(calls), 0), coalesce(sum(attempts), 0), coalesce(sum(prompt_tokens), 0),
    coalesce(sum(cached_tokens), 0), coalesce(sum(completion_tokens), 0), coalesce(sum(reasoning_tokens), 0),
    CASE WHEN count(*) = count(cost_usd) THEN coalesce(sum(cost_usd), 0.0) END, coalesce(sum(seconds), 0.0)
FROM events WHERE calls > 0
"""

"""What the tasks of an event loop want written is committed together, a turn of the loop at a time, and told in order.

The loop writes itself. With a write-ahead log a commit copies pages into memory of the system, and that is soon done;
a thread for it would have to wait for the interpreter at every SQL statement, behind a busy loop. What does wait for a
disk, moving the log into the database, is left to a thread, and what comes meanwhile is gathered.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from copy import copy
from itertools import chain
from typing import NamedTuple

__all__ = ["GroupCommit", "Values"]

Values = tuple[int | float | str | bytes | None, ...]

# 64 rows of 14 values stay under the smallest limit on parameters that SQLite is built with, 999.
_BLOCK = 64
_CHECKPOINT = 4096
_LONG_LOG_PAGES = 8192
_MOMENT_MILLISECONDS = 100


class _Write(NamedTuple):
    """Rows for a table, or one statement with its values; and who waits for it."""

    into: str
    rows: Sequence[Values]
    waiter: "asyncio.Future[int] | None"
    is_statement: bool = False


class GroupCommit:
    """Takes rows from the tasks of one event loop, and commits them in the order they came.

    `columns` names the columns of every table; the last one is text that is given as bytes. `errors` wraps the work
    on the database, to name its errors. After an error that is not one row's own, nothing more is written, and
    everybody who waits or comes later is told.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        columns: Mapping[str, str],
        errors: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._connection = connection
        self._columns = columns
        self._errors = errors
        self._inserts: dict[tuple[str, int], str] = {}
        self._broken: Exception | None = None
        self._gathered: list[_Write] = []
        self._loop = asyncio.get_running_loop()
        self._logged = 0
        self._checkpoint: asyncio.Future[None] | None = None

    def queue(self, table: str, rows: Sequence[Values]) -> None:
        """Take rows to be committed with the next batch, and do not wait."""
        self.check()
        self._take(_Write(table, rows, None))

    async def add(self, table: str, rows: Sequence[Values]) -> None:
        """Return once these rows, and all that came before them, are committed."""
        await self._done(table, rows)

    async def execute(self, statement: str, values: Values) -> int:
        """Run one statement in a transaction; give how many rows it touched once it is committed."""
        return await self._done(statement, (values,), is_statement=True)

    def check(self) -> None:
        """Raise what stopped the writing, if anything did."""
        if self._broken is not None:
            raise copy(self._broken)

    async def close(self) -> None:
        """Commit what is waiting, and leave the database to whoever closes it; nothing can be given any more."""
        while self._gathered or self._checkpoint is not None:
            if self._checkpoint is None:
                self._commit_gathered()
            else:
                await self._checkpoint

    async def _done(self, into: str, rows: Sequence[Values], *, is_statement: bool = False) -> int:
        self.check()
        waiter: asyncio.Future[int] = self._loop.create_future()
        self._take(_Write(into, rows, waiter, is_statement))
        return await waiter

    def _take(self, write: _Write) -> None:
        if not self._gathered and self._checkpoint is None:
            self._loop.call_soon(self._commit_gathered)
        self._gathered.append(write)

    def _commit_gathered(self) -> None:
        batch, self._gathered = self._gathered, []
        self._tell_next(iter(self._outcomes(batch) if batch else ()))
        self._logged += sum(len(write.rows) for write in batch)
        if self._logged >= _CHECKPOINT:
            self._logged = 0
            self._checkpoint = self._loop.run_in_executor(None, self._move_log)
            self._checkpoint.add_done_callback(self._go_on)

    def _tell_next(self, outcomes: Iterator[tuple[_Write, int | Exception]]) -> None:
        # One in a turn of the loop: told all at once, they would send their next requests all at once, be answered
        # all at once, and wait for each other again, on and on.
        for write, outcome in outcomes:
            if write.waiter is not None and not write.waiter.done():
                _tell(write.waiter, outcome)
                self._loop.call_soon(self._tell_next, outcomes)
                return

    def _move_log(self) -> None:
        # What was kept is safe in the log; if the disk is full, the next commit will say so.
        with suppress(sqlite3.OperationalError):
            _, pages, _ = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > _LONG_LOG_PAGES:
                self._begin_log_anew()

    def _begin_log_anew(self) -> None:
        # A log begins anew once nothing is left to move, and other processes that write always leave something. So they
        # are held up for the moment that it takes; where somebody reads on and on, there will be another time.
        (patience,) = self._connection.execute("PRAGMA busy_timeout").fetchone()
        self._connection.execute(f"PRAGMA busy_timeout = {_MOMENT_MILLISECONDS}")
        try:
            self._connection.execute("PRAGMA wal_checkpoint(RESTART)")
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {patience}")

    def _go_on(self, _: "asyncio.Future[None]") -> None:
        self._checkpoint = None
        self._commit_gathered()

    def _outcomes(self, batch: list[_Write]) -> Iterable[tuple[_Write, int | Exception]]:
        try:
            self.check()
            with self._errors():
                return list(zip(batch, self._commit(batch), strict=True))
        except sqlite3.IntegrityError as error:
            return self._apart(batch, error)
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait must hear of it
            self._broken = error
            return [(write, error) for write in batch]

    def _apart(self, batch: list[_Write], error: Exception) -> Iterable[tuple[_Write, int | Exception]]:
        # One bad row undid the whole batch: only who wrote it is to blame.
        if len(batch) > 1:
            return list(chain.from_iterable(self._outcomes([write]) for write in batch))
        if batch[0].waiter is None:
            self._broken = error
        return [(batch[0], error)]

    def _commit(self, batch: list[_Write]) -> list[int]:
        rows: dict[str, list[Values]] = {table: [] for table in self._columns}
        for write in batch:
            if not write.is_statement:
                rows[write.into] += write.rows
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for table, found in rows.items():
                self._insert(table, found)
            outcomes = [self._execute(write) if write.is_statement else len(write.rows) for write in batch]
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return outcomes

    def _execute(self, write: _Write) -> int:
        return self._connection.execute(write.into, write.rows[0]).rowcount

    def _insert(self, table: str, rows: list[Values]) -> None:
        at = 0
        while at < len(rows):
            # Powers of two: every size is a statement that SQLite keeps ready, and large ones take memory.
            size = min(_BLOCK, 1 << (len(rows) - at).bit_length() - 1)
            self._connection.execute(self._insertion(table, size), [*chain.from_iterable(rows[at : at + size])])
            at += size

    def _insertion(self, table: str, size: int) -> str:
        if (table, size) not in self._inserts:
            columns = self._columns[table]
            row = f"({'?, ' * columns.count(',')}CAST(? AS TEXT))"
            values = ", ".join([row] * size)
            # Every name in it is our own; what comes from outside is bound.
            self._inserts[table, size] = f"INSERT INTO {table} ({columns}) VALUES {values}"  # noqa: S608
        return self._inserts[table, size]


def _tell(waiter: "asyncio.Future[int]", outcome: int | Exception) -> None:
    if isinstance(outcome, Exception):
        waiter.set_exception(copy(outcome))
    else:
        waiter.set_result(outcome)

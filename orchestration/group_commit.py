"""One thread that writes a database for a whole event loop: what waits is committed together, and told together.

The thread shares the interpreter with a busy loop, and every SQL statement may have to wait for its turn there. So
rows go in as blocks, many to a statement.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from itertools import chain
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

__all__ = ["GroupCommit", "Values"]

Values = tuple[int | float | str | bytes | None, ...]

# 64 rows of 14 values stay under the smallest limit on parameters that SQLite is built with, 999.
_BLOCK = 64
_LARGEST = 2048


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
        self._queue: SimpleQueue[list[_Write] | None] = SimpleQueue()
        self._gathered: list[_Write] = []
        self._loop = asyncio.get_running_loop()
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

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

    def close(self) -> None:
        """Commit what is waiting and end the thread; blocks until that is done."""
        self._hand_over()
        self._queue.put(None)
        self._thread.join()

    async def _done(self, into: str, rows: Sequence[Values], *, is_statement: bool = False) -> int:
        self.check()
        waiter: asyncio.Future[int] = self._loop.create_future()
        self._take(_Write(into, rows, waiter, is_statement))
        return await waiter

    def _take(self, write: _Write) -> None:
        # To wake the thread costs more than to gather: once for all that the loop does in one turn.
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(write)

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    def _run(self) -> None:
        while batch := self._next_batch():
            told = [(write.waiter, outcome) for write, outcome in self._outcomes(batch) if write.waiter]
            if told:
                self._loop.call_soon_threadsafe(_tell, told)

    def _next_batch(self) -> list[_Write]:
        batch: list[_Write] = []
        writes = self._queue.get()
        while writes is not None:
            batch += writes
            if len(batch) >= _LARGEST:
                return batch
            try:
                writes = self._queue.get_nowait()
            except Empty:
                return batch
        if batch:
            # The end was reached in the middle of a batch: let the next look find it again.
            self._queue.put(None)
        return batch

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
        with self._transaction():
            for table in self._columns:
                rows = [row for write in batch if write.into == table for row in write.rows]
                self._insert(table, rows)
            return [self._execute(write) if write.is_statement else len(write.rows) for write in batch]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _execute(self, write: _Write) -> int:
        return self._connection.execute(write.into, write.rows[0]).rowcount

    def _insert(self, table: str, rows: list[Values]) -> None:
        for at in range(0, len(rows), _BLOCK):
            block = rows[at : at + _BLOCK]
            self._connection.execute(self._insertion(table, len(block)), [*chain.from_iterable(block)])

    def _insertion(self, table: str, size: int) -> str:
        if (table, size) not in self._inserts:
            columns = self._columns[table]
            row = f"({'?, ' * columns.count(',')}CAST(? AS TEXT))"
            values = ", ".join([row] * size)
            # Every name in it is our own; what comes from outside is bound.
            self._inserts[table, size] = f"INSERT INTO {table} ({columns}) VALUES {values}"  # noqa: S608
        return self._inserts[table, size]


def _tell(told: Iterable[tuple["asyncio.Future[int]", int | Exception]]) -> None:
    for waiter, outcome in told:
        if waiter.done():
            continue
        if isinstance(outcome, Exception):
            waiter.set_exception(copy(outcome))
        else:
            waiter.set_result(outcome)

"""One sitting of a run: many queries at once, each on its journey, until all are done or something stops it.

One task group, a lazily read stream of queries in, N workers, the oldest query first. Cancelling leaves the scope and
nothing behind; what was committed is there for the next sitting.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

import anyio
from structlog.contextvars import bound_contextvars

from aidsafe.core.errors import SourceError, SurroundingsError, Suspended
from aidsafe.core.events import Event, QueryCompleted, QueryReceived
from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.desk import Desk, Ledger, Place
from aidsafe.orchestration.journey import journey
from aidsafe.orchestration.purse import Purse
from aidsafe.orchestration.sharing import Prompted
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import Table

__all__ = ["Begun", "Happening", "Sitting"]


class Happening(NamedTuple):
    """One event of one query, as it happens; `number` is its place in the query's transcript."""

    query: Query
    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class Begun:
    """What an earlier sitting left of a query: its transcript, and answers that no event has taken up yet.

    `shared` are answers that other runs have to the same prompts.
    """

    transcript: Transcript = field(default_factory=Transcript)
    answers: dict[Place, tuple[str, bytes]] = field(default_factory=dict)
    shared: Mapping[Prompted, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Sitting:
    """The work of one sitting. `left` gives the queries still to be done; `begun` what is there of one."""

    table: Table
    ledger: Ledger
    purse: Purse
    left: Iterator[Query]
    begun: Callable[[Query], Begun]
    watch: Callable[[Happening], None]
    stop: Stop

    async def work(self, in_flight: int) -> None:
        """Work on `in_flight` queries at a time until none is left. Raises `SurroundingsError`."""
        halted: SurroundingsError | None = None
        async with anyio.create_task_group() as group:

            async def worker() -> None:
                nonlocal halted
                try:
                    await self._work()
                except SurroundingsError as error:
                    halted = halted or error
                    group.cancel_scope.cancel()

            for _ in range(in_flight):
                group.start_soon(worker)
        if halted is not None:
            raise halted

    async def _work(self) -> None:
        while not self.stop.requested:
            query = self._next()
            if query is None or not await self.purse.admit(query_key(query)):
                return
            with bound_contextvars(query_id=query.id):
                completed = await self._query(query)
            self.purse.end(query_key(query), completed=completed)

    def _next(self) -> Query | None:
        try:
            return next(self.left, None)
        except SourceError as error:
            # It was checked before anything started; that it is another now is no fault of the command.
            raise SurroundingsError(str(error)) from error

    async def _query(self, query: Query) -> bool:
        """Whether the query was completed; it stays pending where the budget or a wish stops it."""
        found = self.begun(query)
        desk = self._desk(query, found)
        transcript = found.transcript
        if not transcript.events:
            transcript = transcript.append(self._received(query, desk))
        number, event = len(transcript), None
        try:
            async with aclosing(journey(transcript, self.table, desk)) as events:
                async for event in events:
                    self.watch(Happening(query, number, event))
                    number += 1
                    if self.stop.requested:
                        break
        except Suspended:
            pass
        finally:
            await desk.dismiss()
        await desk.written()
        return isinstance(event, QueryCompleted)

    def _received(self, query: Query, desk: Desk) -> QueryReceived:
        policies, prompts = self.table.guidance.digests
        event = QueryReceived(query=query, policies=policies, prompts=prompts)
        desk.record(0, event)
        self.watch(Happening(query, 0, event))
        return event

    def _desk(self, query: Query, found: Begun) -> Desk:
        desk = Desk(
            query,
            ledger=self.ledger,
            remembered=found.answers,
            purse=self.purse,
            budget=self.table.recipe.protocol.budget,
            spent=found.transcript.usage,
        )
        desk.shared = found.shared
        desk.stop = self.stop
        return desk


def query_key(query: Query) -> tuple[int, int]:
    """A query's identity within its source."""
    return query.row, query.replica

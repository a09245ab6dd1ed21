"""The truth of a run on disk: every event of every transcript, and every answer as it came; append-only.

Everything else can be rebuilt from it. What `keep_events` and
`keep_call` have returned from survives the death of the process.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio

from aidsafe.core.events import Event
from aidsafe.core.records import Call
from aidsafe.orchestration.group_commit import GroupCommit, Values
from aidsafe.orchestration.journal_layout import COLUMNS, disk_errors, open_to_write
from aidsafe.orchestration.journal_reader import Counts, Finish, Finished, JournalReader, Place, read_journal

__all__ = ["Counts", "Finish", "Finished", "Journal", "JournalReader", "Place", "read_journal"]


class Journal:
    """Takes what happens, in order, and says when it is safe. Open one with `async with Journal.open(path, …)`.

    Every method raises `SurroundingsError` once the disk is full or fails; the file stays a journal that a later run
    goes on with.
    """

    def __init__(self, commits: GroupCommit) -> None:
        self._commits = commits

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, create: bool) -> AsyncIterator["Journal"]:
        """Open a journal to append to; with `create`, a new one. On leaving, what is queued is committed.

        Raises `FolderError` where there is no journal, one of another layout, or with `create` one that holds events.
        """
        connection = open_to_write(path, create=create)
        try:
            commits = GroupCommit(connection, columns=COLUMNS, errors=partial(disk_errors, path))
            try:
                yield cls(commits)
            finally:
                with anyio.CancelScope(shield=True):
                    await commits.close()
            commits.check()
        finally:
            connection.close()

    async def keep_events(self, row: int, replica: int, number: int, events: Sequence[Event]) -> None:
        """Return once these events of a query, numbered from `number`, are committed, and all that was queued before.

        Raises sqlite3.IntegrityError where an event of one of these numbers is kept already.
        """
        rows = [_event_row(row, replica, at, event) for at, event in enumerate(events, number)]
        await self._commits.add("events", rows)

    async def keep_call(self, place: Place, answer: bytes, *, digest: str) -> None:
        """Return once an answer (JSON, as it came) is committed; `digest` names the prompt it answers."""
        await self._commits.add("calls", [(*place, digest, answer)])

    def queue_call(self, place: Place, answer: bytes, *, digest: str) -> None:
        """Take an answer to be committed with the next batch, and do not wait."""
        self._commits.queue("calls", [(*place, digest, answer)])

    def queue_attempt(self, place: Place, attempt: bytes) -> None:
        """Take note (JSON) of a request that was sent, and do not wait."""
        self._commits.queue("attempts", [(*place, attempt)])

    def queue_line(self, row: int, replica: int, line: bytes) -> None:
        """Take what a finished transcript folds into (JSON), and do not wait."""
        self._commits.queue("lines", [(row, replica, line)])

    async def written(self) -> None:
        """Return once all that was queued so far is committed."""
        await self._commits.add("events", [])

    async def lease(self, process: str, kind: str, amount: float, *, limit: float | None = None) -> bool:
        """Set aside an amount of a run budget for a process, if the limit over all processes has room for it."""
        values = (process, kind, amount, limit, kind, amount, limit)
        return bool(await self._commits.execute(_LEASE, values))

    async def settle(self, process: str, kind: str, spent: float) -> None:
        """Give back the oldest open lease of a process, of which this much was spent."""
        await self._commits.execute(_SETTLE, (spent, process, kind))


def _event_row(row: int, replica: int, number: int, event: Event) -> Values:
    # The event's own model knows its kind, and is quicker to write it than the union of all kinds.
    calls: tuple[Call, ...] = getattr(event, "calls", ())
    return (row, replica, number, event.kind, _about(event), *_usage(calls), event.model_dump_json().encode())


def _usage(calls: Sequence[Call]) -> Values:
    attempts = prompt = cached = completion = reasoning = 0
    cost: float | None = 0.0
    seconds = 0.0
    for call in calls:
        attempts += call.attempts
        prompt += call.prompt_tokens
        cached += call.cached_tokens
        completion += call.completion_tokens
        reasoning += call.reasoning_tokens
        cost = None if cost is None or call.cost_usd is None else cost + call.cost_usd
        seconds += call.latency_seconds
    return (len(calls), attempts, prompt, cached, completion, reasoning, cost, seconds)


def _about(event: Event) -> str | None:
    """What readings ask of an event without reading it; None keeps it out of their index."""
    if event.kind == "query_received":
        return event.query.id
    if event.kind == "deliberation_ended":
        return event.reason
    if event.kind == "query_failed":
        return event.error
    return "" if event.kind == "query_completed" else None


_LEASE = """
INSERT INTO leases (process, kind, amount) SELECT ?, ?, ? WHERE ? IS NULL
OR (SELECT coalesce(sum(coalesce(spent, amount)), 0.0) FROM leases WHERE kind = ?) + ? <= ?
"""

_SETTLE = """
UPDATE leases SET spent = ? WHERE lease =
(SELECT min(lease) FROM leases WHERE process = ? AND kind = ? AND spent IS NULL)
"""

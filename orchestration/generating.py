"""Generate: from a source of queries to a run folder.

`prepare` reads and checks everything and changes nothing on disk; `carry_out` does the work of one sitting, and leaves
the folder consistent however it ends. `generate` and `events` are the two together, for Python.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from aidsafe.core.errors import FolderError, SurroundingsError
from aidsafe.core.events import Event, QueryFailed
from aidsafe.core.records import Provenance, Query
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import failure_json, failure_of, record_json, record_of
from aidsafe.datasets.sources import Source
from aidsafe.orchestration.desk import Place as DeskPlace
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.journal import Finish, Journal, JournalReader, Place, read_journal
from aidsafe.orchestration.manifest import Manifest, manifest_of, provenance_of, refuse_another
from aidsafe.orchestration.purse import Purse
from aidsafe.orchestration.run import expected
from aidsafe.orchestration.sitting import Begun, Happening, Sitting, Stop
from aidsafe.orchestration.table import Table
from aidsafe.orchestration.totals import Totals

__all__ = ["Ended", "Plan", "carry_out", "prepare"]

IN_FLIGHT = 64
"""Queries worked on at a time, unless said otherwise."""


def _unwatched(_: Happening) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Plan:
    """A sitting, checked and ready: where from, where to, at which table."""

    source: Source
    folder: RunFolder
    table: Table
    manifest: Manifest
    resumes: bool

    @property
    def queries(self) -> int:
        """How many queries the run has in all."""
        return expected(self.manifest)


@dataclass(frozen=True)
class Ended:
    """How a sitting ended: the totals, and what stopped it before its end."""

    totals: Totals
    budget_spent: bool = False
    interrupted: bool = False
    halted: str | None = None

    @property
    def exit_code(self) -> int:
        """0 all completed, 1 some failed, 3 budget used up, 4 the surroundings, 130 interrupted."""
        if self.halted is not None:
            return 4
        if self.interrupted:
            return 130
        if self.budget_spent:
            return 3
        return 1 if self.totals.failed else 0


def prepare(source: Source, out: Path, table: Table, *, limit: int | None = None, replicas: int = 1) -> Plan:
    """Check the folder against what is asked. Raises `InputError`; changes nothing on disk."""
    folder = RunFolder(out)
    manifest = manifest_of(table, source, replicas=replicas, limit=limit, totals=Totals(run=str(out)))
    before = folder.load_manifest() if folder.is_run() else None
    if before is not None:
        earlier = Manifest.model_validate(before)
        refuse_another(str(out), earlier, manifest)
        manifest = manifest.model_copy(update={"totals": earlier.totals, "reported": earlier.reported})
    return Plan(source, folder, table, manifest, resumes=before is not None)


async def carry_out(
    plan: Plan,
    *,
    in_flight: int = IN_FLIGHT,
    watch: Callable[[Happening], None] = _unwatched,
    stop: Stop | None = None,
    clock: Callable[[], float] = monotonic,
) -> Ended:
    """One sitting: all queries that are left, `in_flight` at a time.

    `watch` is told every event as it happens, `stop` lets the caller end the sitting after the calls under way.
    However it ends, dataset, failures and manifest are written from the journal. Raises `FolderError` where another
    process has the run.
    """
    stop, started = stop or Stop(), clock()
    with plan.folder.lock():
        _refuse_newcomer(plan)
        halted, purse = None, None
        try:
            async with Journal.open(plan.folder.journal, create=not plan.resumes) as journal:
                # The manifest makes the folder a run, so it comes once there is a journal to resume from.
                plan.folder.save_manifest(plan.manifest.model_dump(mode="json"))
                sitting = _sitting(plan, journal, watch=watch, stop=stop, clock=clock)
                purse = sitting.purse
                await sitting.work(in_flight)
        except SurroundingsError as error:
            halted = str(error)
        finally:
            totals, unwritten = _finish(plan, seconds=plan.manifest.totals.seconds + clock() - started)
    halted = halted or unwritten
    spent = purse is not None and purse.refused and totals.pending > 0
    return Ended(totals, budget_spent=spent, interrupted=stop.requested and totals.pending > 0, halted=halted)


def _refuse_newcomer(plan: Plan) -> None:
    """Raise `FolderError` where another process made a run here since the plan was made."""
    if plan.folder.is_run() != plan.resumes:
        raise FolderError(f"{plan.folder.path}: another process has just begun a run here; ask again to resume it")


def _sitting(
    plan: Plan, journal: Journal, *, watch: Callable[[Happening], None], stop: Stop, clock: Callable[[], float]
) -> Sitting:
    with read_journal(plan.folder.journal) as reader:
        usage, finished, begun = reader.usage(), reader.finished(), frozenset(reader.begun())

    def left_of(query: Query) -> Begun:
        if (query.row, query.replica) not in begun:
            return Begun()
        with read_journal(plan.folder.journal) as opened:
            return _begun(opened, query)

    purse = Purse(plan.table.recipe.budget, spent=usage, clock=clock, seconds_before=plan.manifest.totals.seconds)
    left = _left(plan, lambda row, replica: (row, replica) in finished)
    return Sitting(plan.table, _Kept(journal, provenance_of(plan.manifest)), purse, left, left_of, watch, stop)


def _begun(reader: JournalReader, query: Query) -> Begun:
    transcript = reader.transcript(query.row, query.replica)
    answers = reader.calls(query.row, query.replica)
    kept: dict[DeskPlace, tuple[str, bytes]] = {
        (place.step, place.seat, place.nth): stored for place, stored in answers.items()
    }
    return Begun(transcript, kept)


def _left(plan: Plan, is_finished: Callable[[int, int], bool]) -> Iterator[Query]:
    """The queries still to be done, lazily, in source order, every replica of a row in turn."""
    replicas, limit = plan.manifest.replicas, plan.manifest.limit

    def done(row: int) -> bool:
        return all(is_finished(row, replica) for replica in range(replicas))

    for query in plan.source.rows(skip=done):
        if limit is not None and query.row >= limit:
            return
        for replica in range(replicas):
            if not is_finished(query.row, replica):
                yield _replica(query, replica) if replicas > 1 else query


def _replica(query: Query, replica: int) -> Query:
    return query.model_copy(update={"replica": replica, "id": f"{query.id}/{replica}"})


class _Kept:
    """The journal, as a desk writes to it."""

    def __init__(self, journal: Journal, provenance: Provenance) -> None:
        self._journal = journal
        self._provenance = provenance

    def queue_finished(self, transcript: Transcript) -> None:
        """Take what a finished transcript folds into to be written, in order."""
        query = transcript.query
        self._journal.queue_line(query.row, query.replica, _line(transcript, self._provenance))

    def queue_answer(self, query: Query, place: DeskPlace, *, digest: str, answer: bytes) -> None:
        """Take an answer to be written, in order."""
        self._journal.queue_call(Place(query.row, query.replica, *place), answer, digest=digest)

    async def keep(self, query: Query, number: int, events: tuple[Event, ...]) -> None:
        """Write events, and return once they and all before them are on disk."""
        if events:
            await self._journal.keep_events(query.row, query.replica, number, events)
        else:
            await self._journal.written()


def _finish(plan: Plan, *, seconds: float) -> tuple[Totals, str | None]:
    """Write what the journal holds as dataset, failures and manifest: the totals, and why that could not be done."""
    folder, provenance = plan.folder, provenance_of(plan.manifest)
    with read_journal(folder.journal) as reader:
        totals = Totals.of(
            str(folder.path), queries=plan.queries, counts=reader.counts(), usage=reader.usage(), seconds=seconds
        )
        try:
            folder.write_atomic(folder.dataset, _lines(reader, "completed", provenance))
            folder.write_atomic(folder.failures, _lines(reader, "failed", provenance))
            manifest = plan.manifest.model_copy(update={"totals": totals})
            folder.save_manifest(manifest.model_dump(mode="json"))
        except SurroundingsError as error:
            return totals, str(error)
    return totals, None


def _lines(reader: JournalReader, finish: Finish, provenance: Provenance) -> Iterator[bytes]:
    for row, replica, line in reader.lines(finish):
        yield (line or _line(reader.transcript(row, replica), provenance)) + b"\n"


def _line(transcript: Transcript, provenance: Provenance) -> bytes:
    """What a finished transcript folds into: its record, or why it failed."""
    if isinstance(transcript.events[-1], QueryFailed):
        return failure_json(failure_of(transcript))
    return record_json(record_of(transcript, provenance))

"""Generate: from a source of queries to a run folder.

`prepare` reads and checks everything and changes nothing on disk; `carry_out` does the work of one sitting, and leaves
the folder consistent however it ends. `generate` and `events` are the two together, for Python.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from secrets import token_hex
from time import monotonic, time
from typing import Protocol

import anyio

from aidsafe.core.errors import FolderError, SurroundingsError
from aidsafe.core.events import Event, QueryFailed
from aidsafe.core.records import Provenance, Query, Usage
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import failure_json, failure_of, record_json, record_of
from aidsafe.datasets.sources import Source
from aidsafe.orchestration.budget import NOTHING, Needs
from aidsafe.orchestration.desk import Place as DeskPlace
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.forecast import whole_query
from aidsafe.orchestration.journal import Finish, Journal, JournalReader, Place, read_journal
from aidsafe.orchestration.leases import Leases, leased_before
from aidsafe.orchestration.manifest import Manifest, manifest_of, provenance_of, refuse_another, resumed
from aidsafe.orchestration.prefix import Prefix
from aidsafe.orchestration.purse import Purse
from aidsafe.orchestration.recipe import RunSettings
from aidsafe.orchestration.run import expected, seconds_so_far
from aidsafe.orchestration.sharing import Sharing
from aidsafe.orchestration.sitting import Begun, Happening, Sitting
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import Table
from aidsafe.orchestration.totals import Totals

__all__ = [
    "Ended",
    "Plan",
    "Share",
    "Way",
    "Work",
    "carry_out",
    "prepare",
    "still_left",
    "whole_share",
    "work_share",
]

IN_FLIGHT = RunSettings().in_flight
"""Queries worked on at a time, unless said otherwise."""


def _unwatched(_: Happening) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Plan:
    """A sitting, checked and ready: where from, where to, at which table.

    A branch has a `prefix`, and works on its query alone; `shared` gives the answers that other runs have to a query.
    """

    source: Source
    folder: RunFolder
    table: Table
    manifest: Manifest
    resumes: bool
    prefix: Prefix | None = None
    shared: Sharing | None = None

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
    before = folder.load_manifest() if folder.is_run() else None
    if before is not None:
        _refuse_without_journal(folder)
        limit = _not_below(limit, folder)
    manifest = manifest_of(table, source, replicas=replicas, limit=limit, totals=Totals(run=str(out)))
    if before is not None:
        earlier = Manifest.model_validate(before)
        refuse_another(str(out), earlier, manifest)
        manifest = resumed(earlier, manifest, _until_now(folder, earlier))
    return Plan(source, folder, table, manifest, resumes=before is not None)


def _refuse_without_journal(folder: RunFolder) -> None:
    if not folder.journal.is_file():
        raise FolderError(
            f"{folder.path}: the run's {folder.journal.name} is gone, and with it all that was answered; "
            "put it back, or choose another --out"
        )


def _until_now(folder: RunFolder, earlier: Manifest) -> Totals:
    """The totals of earlier sittings, with the time of one that was killed."""
    with read_journal(folder.journal) as reader:
        seconds = seconds_so_far(earlier, reader.sent_until)
    return earlier.totals.model_copy(update={"seconds": seconds})


def _not_below(limit: int | None, folder: RunFolder) -> int | None:
    """The limit, or the rows that were begun where they are more: they belong to the run."""
    if limit is None:
        return None
    with read_journal(folder.journal) as reader:
        return max(limit, reader.rows_begun())


class Work(Protocol):
    """How the work of a sitting is done: in this process, or by several."""

    async def __call__(self, plan: Plan, way: "Way") -> bool:
        """Do what is left; whether the run budget refused any of it. Raises `SurroundingsError`."""


@dataclass(frozen=True)
class Way:
    """How a sitting goes about its work: so many queries at a time, who watches, the wish to stop, the clock."""

    in_flight: int = IN_FLIGHT
    watch: Callable[[Happening], None] = _unwatched
    stop: Stop = field(default_factory=Stop)
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True)
class Share:
    """One process's share of the work: every `of`-th row, beginning with `number`, and what the run took before."""

    number: int = 0
    of: int = 1
    before: Needs = NOTHING
    usage: Usage = Usage()

    def holds(self, row: int) -> bool:
        """Whether a row is part of it."""
        return row % self.of == self.number


async def carry_out(
    plan: Plan,
    *,
    in_flight: int = IN_FLIGHT,
    watch: Callable[[Happening], None] = _unwatched,
    stop: Stop | None = None,
    clock: Callable[[], float] = monotonic,
    work: Work | None = None,
) -> Ended:
    """One sitting: all queries that are left, `in_flight` at a time.

    `watch` is told every event as it happens, `stop` lets the caller end the sitting after the calls under way, `work`
    is how it is done if not in this process. However it ends, dataset, failures and manifest are written from the
    journal. Raises `FolderError` where another process has the run, `SurroundingsError` where no run
    could be made.
    """
    way = Way(in_flight, watch, stop or Stop(), clock)
    started = clock()
    with plan.folder.lock():
        _refuse_newcomer(plan)
        halted, refused = None, False
        try:
            # A journal without a manifest is one that was cut off while it was made.
            begun = plan.resumes and plan.folder.journal.is_file()
            async with Journal.open(plan.folder.journal, create=not begun) as journal:
                # The manifest makes the folder a run, so it comes once there is a journal to resume from.
                plan.folder.save_manifest(plan.manifest.model_dump(mode="json") | {"began": time()})
                if plan.prefix is not None:
                    with read_journal(plan.folder.journal) as reader:
                        await plan.prefix.keep(journal, reader)
            refused = await (work or _work_alone)(plan, way)
        except SurroundingsError as error:
            if not plan.folder.manifest.is_file():
                raise
            halted = str(error)
        finally:
            totals, unwritten = plan.manifest.totals, None
            if plan.folder.manifest.is_file():
                totals, unwritten = _finish(plan, seconds=plan.manifest.totals.seconds + clock() - started)
    left = totals.pending > 0
    interrupted = way.stop.requested and left
    return Ended(totals, budget_spent=refused and left, interrupted=interrupted, halted=halted or unwritten)


async def _work_alone(plan: Plan, way: Way) -> bool:
    return await work_share(plan, way, whole_share(plan))


def whole_share(plan: Plan) -> Share:
    """All the work that is left."""
    with read_journal(plan.folder.journal) as reader:
        return Share(before=leased_before(reader.leased), usage=reader.usage())


async def work_share(plan: Plan, way: Way, share: Share) -> bool:
    """Do a share of the work; whether the run budget refused any of it. Raises `SurroundingsError`."""
    async with Journal.open(plan.folder.journal, create=False) as journal:
        sitting = _sitting(plan, journal, way, share)
        try:
            await sitting.work(way.in_flight)
        finally:
            with anyio.CancelScope(shield=True):
                await sitting.purse.close()
    return sitting.purse.refused


def still_left(plan: Plan, *, first: int) -> tuple[list[Query], int]:
    """The first queries that are still to be done, and how many there are in all; changes nothing."""
    if not (plan.resumes and plan.folder.journal.is_file()):
        return list(islice(_left(plan, lambda *_: False), first)), plan.queries
    with read_journal(plan.folder.journal) as reader:
        finished = reader.finished()
    queries = islice(_left(plan, lambda row, replica: (row, replica) in finished), first)
    return list(queries), max(0, plan.queries - len(finished))


def _refuse_newcomer(plan: Plan) -> None:
    """Raise `FolderError` where another process made a run here since the plan was made."""
    if plan.folder.is_run() != plan.resumes:
        raise FolderError(f"{plan.folder.path}: another process has just begun a run here; ask again to resume it")


def _sitting(plan: Plan, journal: Journal, way: Way, share: Share) -> Sitting:
    with read_journal(plan.folder.journal) as reader:
        finished, begun = reader.finished(), frozenset(reader.begun())

    def left_of(query: Query) -> Begun:
        shared = plan.shared(query) if plan.shared else {}
        if (query.row, query.replica) not in begun:
            return Begun(shared=shared)
        with read_journal(plan.folder.journal) as opened:
            return replace(_begun(opened, query), shared=shared)

    left = _left(plan, lambda row, replica: (row, replica) in finished or not share.holds(row))
    ledger, purse = _Kept(journal, provenance_of(plan.manifest)), _purse(plan, journal, way, share)
    return Sitting(plan.table, ledger, purse, left, left_of, way.watch, way.stop)


def _purse(plan: Plan, journal: Journal, way: Way, share: Share) -> Purse:
    budget = plan.table.recipe.budget
    leases = Leases(journal, token_hex(8), budget, before=share.before, usage=share.usage)
    seconds_before = plan.manifest.totals.seconds
    guess = whole_query(plan.table)
    spent, clock = share.usage, way.clock
    return Purse(budget, spent=spent, expected=guess, clock=clock, seconds_before=seconds_before, leases=leases)


def _begun(reader: JournalReader, query: Query) -> Begun:
    transcript = reader.transcript(query.row, query.replica)
    answers = reader.calls(query.row, query.replica)
    kept: dict[DeskPlace, tuple[str, bytes]] = {
        (place.step, place.seat, place.nth): stored for place, stored in answers.items()
    }
    return Begun(transcript, kept)


def _left(plan: Plan, is_finished: Callable[[int, int], bool]) -> Iterator[Query]:
    """The queries still to be done, lazily, in source order, every replica of a row in turn."""
    if plan.prefix is not None:
        query = plan.prefix.query
        yield from () if is_finished(query.row, query.replica) else (query,)
        return
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

    def queue_attempt(self, query: Query, place: DeskPlace, attempt: bytes) -> None:
        """Take note of a request that was sent."""
        self._journal.queue_attempt(Place(query.row, query.replica, *place), attempt)

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
        totals = Totals.of(str(folder.path), queries=plan.queries, journal=reader, seconds=seconds)
        try:
            folder.write_atomic(folder.dataset, _lines(reader, "completed", provenance))
            folder.write_atomic(folder.failures, _lines(reader, "failed", provenance))
            manifest = plan.manifest.model_copy(update={"totals": totals, "reported": reader.reported()})
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

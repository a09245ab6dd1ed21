"""Several processes at one run: they share the folder and exchange no work.

Each takes every N-th row, writes to the journal on its own, and takes its budget by leases there; caps of endpoints are
divided. The parent holds the folder, passes on what happens, and writes the dataset when all are done. A worker that
dies is replaced once; one whose parent dies ends at once, so that nobody writes to a folder that nobody holds.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Thread
from time import monotonic

import anyio

from aidsafe.core.errors import AidsafeError, SurroundingsError
from aidsafe.datasets.sources import Source
from aidsafe.models.settings import EndpointSetting, ModelSettings
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.generating import Plan, Share, Way, Work, whole_share, work_share
from aidsafe.orchestration.manifest import Manifest
from aidsafe.orchestration.recipe import Recipe
from aidsafe.orchestration.sitting import Happening
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import close_table, open_table

__all__ = ["workers"]

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class _Told:
    """How a worker ended: what halted it, and whether the budget refused it anything."""

    halted: str | None = None
    refused: bool = False


@dataclass(frozen=True)
class _Job:
    """All that a worker has to know."""

    source: Source
    folder: RunFolder
    recipe: Recipe
    manifest: Manifest
    in_flight: int
    share: Share


@dataclass(slots=True)
class _Worker:
    """One process, the end of its pipe, and how it ended."""

    job: _Job
    process: SpawnProcess
    pipe: Connection
    lives: int = 2
    told: _Told | None = None


@dataclass(slots=True)
class _Crew:
    """The workers of one sitting, seen by their parent."""

    watch: Callable[[Happening], None]
    members: list[_Worker] = field(default_factory=list)
    halted: str | None = None
    asked_to_stop: bool = False

    def look(self) -> bool:
        """Take in what the workers tell; whether any is still at work."""
        for worker in self.members:
            self._hear(worker)
            if worker.told is None and not worker.process.is_alive():
                self._hear(worker)
                self._bury(worker)
        return any(worker.told is None for worker in self.members)

    def stop(self) -> None:
        """Let all finish the calls under way."""
        if not self.asked_to_stop:
            self.asked_to_stop = True
            self.signal()

    def signal(self) -> None:
        """Once: finish the calls under way. Twice: stop at once."""
        for worker in self.members:
            if worker.process.is_alive():
                worker.process.terminate()

    def _hear(self, worker: _Worker) -> None:
        with suppress(EOFError, OSError):
            while worker.told is None and worker.pipe.poll():
                for message in worker.pipe.recv():
                    self._take(worker, message)

    def _take(self, worker: _Worker, message: Happening | _Told) -> None:
        match message:
            case Happening():
                self.watch(message)
            case _Told():
                worker.told = message
                self.halted = self.halted or message.halted

    def _bury(self, worker: _Worker) -> None:
        """A worker died without a word: replace it once."""
        if worker.told is not None:
            return
        worker.lives -= 1
        if worker.lives and not self.asked_to_stop and self.halted is None:
            worker.pipe.close()
            worker.process, worker.pipe = _started(worker.job)
            return
        code = worker.process.exitcode
        worker.told = _Told()
        if not self.asked_to_stop:
            number = worker.job.share.number + 1
            self.halted = self.halted or f"worker {number} died (exit {code}), and so did the one in its place"


def workers(number: int) -> Work:
    """Do the work of a sitting with so many processes."""
    return partial(_oversee, number)


async def _oversee(number: int, plan: Plan, way: Way) -> bool:
    crew = _Crew(way.watch)
    try:
        for job in _jobs(plan, way, number):
            crew.members.append(_Worker(job, *_started(job)))
        while crew.look():
            if way.stop.requested or crew.halted is not None:
                crew.stop()
            await anyio.sleep(_LOOK_SECONDS)
    finally:
        with anyio.CancelScope(shield=True):
            await _gone(crew)
    if crew.halted is not None:
        raise SurroundingsError(crew.halted)
    return any(worker.told is not None and worker.told.refused for worker in crew.members)


async def _gone(crew: _Crew) -> None:
    """Return once no worker is left; those that are cut short are told until they are gone, and watched no more."""
    cut_short = any(worker.told is None for worker in crew.members)
    if cut_short:
        # Whoever watched may be what failed.
        crew.watch = lambda _: None
        crew.stop()
    while any(worker.process.is_alive() for worker in crew.members):
        if cut_short:
            crew.signal()
        crew.look()
        await anyio.sleep(_LOOK_SECONDS)
    for worker in crew.members:
        worker.process.join()
        worker.pipe.close()


def _jobs(plan: Plan, way: Way, number: int) -> Iterator[_Job]:
    whole = whole_share(plan)
    number = max(1, min([number, way.in_flight, *_caps(plan.table.recipe)]))
    for place in range(number):
        share = replace(whole, number=place, of=number)
        in_flight = _part(way.in_flight, share)
        yield _Job(plan.source, plan.folder, _shared(plan.table.recipe, share), plan.manifest, in_flight, share)


def _caps(recipe: Recipe) -> Iterator[int]:
    """All caps that have to be divided."""
    for model in recipe.models.values():
        caps = (model.in_flight, model.requests_per_minute, model.tokens_per_minute)
        yield from (cap for cap in (*caps, *(each.in_flight for each in model.endpoints)) if cap is not None)


def _shared(recipe: Recipe, share: Share) -> Recipe:
    """The recipe with a worker's part of every cap; none of these shapes an answer."""
    models = {name: _shared_model(settings, share) for name, settings in recipe.models.items()}
    return recipe.model_copy(update={"models": models})


def _shared_model(settings: ModelSettings, share: Share) -> ModelSettings:
    names = ("in_flight", "requests_per_minute", "tokens_per_minute")
    caps = {name: _part(cap, share) for name in names if (cap := getattr(settings, name)) is not None}
    endpoints = tuple(_shared_endpoint(endpoint, share) for endpoint in settings.endpoints)
    return settings.model_copy(update={**caps, "endpoints": endpoints})


def _shared_endpoint(endpoint: EndpointSetting, share: Share) -> EndpointSetting:
    cap = endpoint.in_flight
    return endpoint if cap is None else endpoint.model_copy(update={"in_flight": _part(cap, share)})


def _part(cap: int, share: Share) -> int:
    """A worker's part of a cap; all parts together make the whole."""
    return cap // share.of + (share.number < cap % share.of)


def _started(job: _Job) -> tuple[SpawnProcess, Connection]:
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(job, there), daemon=True)
    process.start()
    there.close()
    return process, here


def _work(job: _Job, pipe: Connection) -> None:
    """What a worker process does, from its beginning to its end."""
    # A Ctrl-C reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    outbox: SimpleQueue[Happening | _Told | None] = SimpleQueue()
    postman = Thread(target=_post, args=(outbox, pipe), name="post")
    postman.start()
    try:
        told = anyio.run(_serve, job, outbox.put, backend_options={"use_uvloop": find_spec("uvloop") is not None})
    except AidsafeError as error:
        told = _Told(halted=str(error))
    finally:
        outbox.put(None)
    postman.join()
    pipe.send([told])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _post(outbox: "SimpleQueue[Happening | _Told | None]", pipe: Connection) -> None:
    """Pass on what happens, as much at a time as there is."""
    open_still = True
    while open_still:
        batch = [outbox.get()]
        while not outbox.empty():
            batch.append(outbox.get())
        open_still = None not in batch
        with suppress(OSError):
            pipe.send([message for message in batch if message is not None])


async def _serve(job: _Job, tell: Callable[[Happening], None]) -> _Told:
    stop, told = Stop(), _Told()
    async with anyio.create_task_group() as group:
        group.start_soon(_obey, stop, group.cancel_scope)
        table = open_table(job.recipe)
        plan = Plan(job.source, job.folder, table, job.manifest, resumes=True)
        try:
            refused = await work_share(plan, Way(job.in_flight, tell, stop, monotonic), job.share)
            told = _Told(refused=refused)
        except SurroundingsError as error:
            told = _Told(halted=str(error))
        finally:
            with anyio.CancelScope(shield=True):
                await close_table(table)
        group.cancel_scope.cancel()
    return told


async def _obey(stop: Stop, scope: anyio.CancelScope) -> None:
    """The first SIGTERM asks to finish the calls under way, the second to stop at once."""
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async for _ in signals:
            if stop.requested:
                scope.cancel()
            stop.request()

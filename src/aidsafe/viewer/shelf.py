"""The runs that are looked at: each with its index, its policies, and its numbers as they last were.

One thread keeps all of them level with their journals; requests only read.
"""

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event as Signal
from threading import Lock, Thread
from time import monotonic
from typing import Final

from pydantic import ValidationError

from aidsafe.core.errors import AidsafeError, FolderError, InputError
from aidsafe.core.events import Event
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.journal_layout import disk_errors, open_to_read
from aidsafe.orchestration.recipe import folder_of
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.totals import Totals
from aidsafe.policies.library import Policies, load_policies
from aidsafe.viewer.cache import cache_folder, index_file
from aidsafe.viewer.following import events_of, follow, is_of
from aidsafe.viewer.index import Index

__all__ = ["ShownRun", "open_run", "opened", "policies_of", "watched"]

COUNTED: Final = ("state", "ending", "decision", "rounds")
PAUSE_SECONDS: Final = 1.0
# While a large run is read, a request waits for its turn many times: turns are made short.
TURN_SECONDS: Final = 0.0005
# A run whose journal has been still for so long is not shown as live.
STILL_SECONDS: Final = 60.0


class ShownRun:
    """One run on the shelf. `problem` says why its index cannot go on, if it cannot."""

    def __init__(self, run: Run, index: Index, *, name: str) -> None:
        self.run, self.index, self.name = run, index, name
        self.policies: Policies | None = None
        self.totals: Totals = run.manifest.totals
        self.counts = _tallies(index)
        self.level = False
        self.problem = ""
        # The thread that follows and counts has connections of its own; requests share theirs in turn.
        self._followed, self._asked = (open_to_read(run.folder.journal) for _ in range(2))
        self._counted = Run(run.folder.path)
        self._reading = Lock()
        self._moved = self._due = float("-inf")
        self._stale = True

    @property
    def live(self) -> bool:
        """Whether more is to come: queries are pending, and the journal moved not long ago."""
        return self.totals.pending > 0 and monotonic() - self._moved < STILL_SECONDS

    def find(self, query_id: str) -> Transcript | None:
        """The transcript of a query as it stands, or None where there is no such query."""
        places = self.index.all("SELECT row, replica FROM lines JOIN shown USING (doc) WHERE id = ?", query_id)
        with self._reading:
            found = [(int(row or 0), int(replica or 0)) for row, replica in places] or self.run.journal.find(query_id)
        return self.transcript(*found[0]) if found else None

    def transcript(self, row: int, replica: int) -> Transcript:
        """One transcript by its place."""
        with self._reading:
            return self.run.journal.transcript(row, replica)

    def events(self, row: int, replica: int) -> list[Event]:
        """The events of one query."""
        with self._reading:
            return events_of(self._asked, (row, replica))

    def step(self) -> bool:
        """Bring the index one step on; whether there was anything to do."""
        if self.problem:
            return False
        try:
            with disk_errors(self.run.folder.journal):
                taken = follow(self.index, self._followed)
                self._count(moved=taken > 0)
        except AidsafeError as error:
            self.problem = str(error)
            return False
        return taken > 0

    def close(self) -> None:
        """Close the journal; the index is closed by whoever opened it."""
        with self._reading:
            self._followed.close()
            self._asked.close()
            self._counted.close()
            self.run.close()

    def _count(self, *, moved: bool) -> None:
        """Count the run again when it moved, but never spend more than a small part of the time on it."""
        now = monotonic()
        if moved and self.level:
            self._moved = now
        reached = not moved and not self.level
        self.level = self.level or reached
        self._stale = self._stale or moved
        if reached or (self._stale and now >= self._due):
            self.totals, self.counts = self._counted.totals, _tallies(self.index)
            self._stale, self._due = False, monotonic() + 10 * (monotonic() - now)


def open_run(folder: Path) -> Run:
    """A run to be read. Raises `FolderError` where there is none that this version can read."""
    try:
        return Run(folder)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        problem = f"{folder / 'run.json'}: field {field!r} is not what a manifest has ({first['msg']})"
        raise FolderError(f"{problem}; use the aidsafe that wrote it") from error


def policies_of(run: Run, folder: Path | None = None) -> Policies | None:
    """The policies of a run: the shipped ones or those of the folder, if they are still what they were."""
    recorded = folder_of(run.manifest.folders.get("policies", "aidsafe"))
    candidates = (_policies_in(place) for place in dict.fromkeys((folder, recorded, None)))
    return next((found for found in candidates if found and found.digest == run.manifest.digests.policies), None)


def _policies_in(folder: Path | None) -> Policies | None:
    try:
        return load_policies(folder)
    except InputError:
        return None


@contextmanager
def opened(
    folders: Sequence[Path], *, policies: Path | None = None, cache: Path | None = None
) -> Iterator[tuple[ShownRun, ...]]:
    """The runs in these folders on a shelf, closed again at the end. Raises `FolderError` for one that is no run.

    `policies` is a folder of policies of one's own, shown beside the runs that went by them.
    """
    if not folders:
        raise InputError("no run to look at; name at least one run folder")
    names = _names([folder.resolve() for folder in folders])
    with ExitStack() as stack:
        shelf = [_shown(stack, *place, cache or cache_folder()) for place in zip(folders, names, strict=True)]
        for shown in shelf:
            shown.policies = policies_of(shown.run, policies)
        yield tuple(shelf)


@contextmanager
def watched(shelf: Sequence[ShownRun]) -> Iterator[None]:
    """Keep the runs level with their journals while the block lasts."""
    stop, turn = Signal(), sys.getswitchinterval()
    thread = Thread(target=_watch, args=(shelf, stop), name="aidsafe-view", daemon=True)
    sys.setswitchinterval(TURN_SECONDS)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(turn)


def _watch(shelf: Sequence[ShownRun], stop: Signal) -> None:
    while not stop.is_set():
        busy = [shown.step() for shown in shelf]
        if not any(busy):
            stop.wait(PAUSE_SECONDS)


def _shown(stack: ExitStack, folder: Path, name: str, cache: Path) -> ShownRun:
    run = open_run(folder)
    stack.callback(run.close)
    path = stack.enter_context(index_file(folder, cache))
    index = _index(path, run.folder.journal)
    stack.callback(index.close)
    shown = ShownRun(run, index, name=name)
    stack.callback(shown.close)
    return shown


def _index(path: Path, journal: Path) -> Index:
    """The index in this file if it was made from this journal; otherwise a new one in its place."""
    try:
        index = Index(path)
        with closing(open_to_read(journal)) as connection:
            if is_of(index, connection):
                return index
        index.close()
    except (AidsafeError, sqlite3.DatabaseError):
        # A journal that cannot be read is found out again below, by whoever reads it next.
        pass
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    return Index(path)


def _tallies(index: Index) -> dict[str, dict[str, int]]:
    """How many queries have each state, ending, decision and number of rounds."""
    columns = ", ".join(COUNTED)
    tallies: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    for *values, count in index.all(f"SELECT {columns}, count(*) FROM lines GROUP BY {columns}"):  # noqa: S608
        for name, value in zip(COUNTED, values, strict=True):
            tallies[name][str(value)] += int(count or 0)
    return {name: dict(tally) for name, tally in tallies.items()}


def _names(folders: Sequence[Path]) -> list[str]:
    """As much of each path's end as tells it from the others."""
    for parts in range(1, max(len(folder.parts) for folder in folders)):
        names = ["/".join(folder.parts[-parts:]) for folder in folders]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]

"""A run on disk, to be read: its manifest, transcripts, records and totals. Reading never writes."""

import shlex
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from time import time

from aidsafe.core.errors import FolderError
from aidsafe.core.events import EVENT, QueryCompleted
from aidsafe.core.records import Provenance, Record
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import record_of
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.journal import JournalReader, read_journal
from aidsafe.orchestration.manifest import Manifest, provenance_of
from aidsafe.orchestration.totals import Totals

__all__ = ["Run", "expected", "seconds_so_far"]


class Run:
    """A run folder, read lazily; safe while a sitting is under way."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = RunFolder(Path(folder))
        self.manifest = Manifest.model_validate(self.folder.load_manifest())

    @cached_property
    def journal(self) -> JournalReader:
        """The journal, opened to read."""
        return read_journal(self.folder.journal)

    @cached_property
    def provenance(self) -> Provenance:
        """What every record says of where it comes from."""
        return provenance_of(self.manifest)

    def transcripts(self) -> Iterator[Transcript]:
        """Every transcript in source order, finished or not."""
        return self.journal.transcripts()

    def completed(self) -> Iterator[tuple[Record, Transcript]]:
        """Every completed record with its transcript, in source order."""
        for transcript in self.transcripts():
            if isinstance(transcript.events[-1], QueryCompleted):
                yield record_of(transcript, self.provenance), transcript

    def records(self) -> Iterator[Record]:
        """Every completed record, in source order."""
        return (record for record, _ in self.completed())

    def lines(self) -> Iterator[tuple[Record, tuple[int, int]]]:
        """Every completed record as it was kept, with its row and replica: quicker than folding it again."""
        for row, replica, line in self.journal.lines("completed"):
            record = (
                record_of(self.journal.transcript(row, replica), self.provenance)
                if line is None
                else Record.model_validate_json(line)
            )
            yield record, (row, replica)

    def drafted(self) -> Iterator[tuple[Record, Transcript]]:
        """Every completed record with its events and the draft they end in (`Transcript.ended_in`)."""
        for record, place in self.lines():
            events = tuple(EVENT.validate_json(event) for event in self.journal.stored(*place))
            yield record, Transcript.ended_in(events)

    def transcript(self, query_id: str) -> Transcript:
        """One transcript by its query's id. Raises `FolderError` where there is none."""
        found = self.journal.find(query_id)
        if not found:
            listing = shlex.join(["aidsafe", "show", str(self.folder.path)])
            raise FolderError(f"{self.folder.path}: no query {query_id!r}; {listing} lists some")
        return self.journal.transcript(*found[0])

    @property
    def totals(self) -> Totals:
        """The run in numbers, counted from the journal."""
        return Totals.of(
            str(self.folder.path),
            queries=expected(self.manifest),
            journal=self.journal,
            seconds=seconds_so_far(self.manifest, self._until),
        )

    def _until(self) -> float | None:
        return time() if self.folder.is_in_use() else self.journal.sent_until()

    def close(self) -> None:
        """Close the journal, if it was opened."""
        if "journal" in self.__dict__:
            self.journal.close()


def seconds_so_far(manifest: Manifest, until: Callable[[], float | None]) -> float:
    """What all sittings took; one that was not seen to its end went on `until` then, in seconds since 1970."""
    if manifest.began is None:
        return manifest.totals.seconds
    return manifest.totals.seconds + max(0.0, (until() or 0.0) - manifest.began)


def expected(manifest: Manifest) -> int:
    """How many queries the run is to answer: rows, at most the limit, times replicas."""
    rows = manifest.rows if manifest.limit is None else min(manifest.rows, manifest.limit)
    return rows * manifest.replicas

"""Checks a run against itself: manifest, journal, dataset and policies must tell one story.

Everything is derived again from the journal: digests, drafts, citations, who had the floor, why a deliberation ended,
records. Budgets that hang on a forecast of prompts are taken as they are written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import orjson
from pydantic import ValidationError

from aidsafe.cli.replaying import replayed
from aidsafe.core.errors import FolderError, InputError
from aidsafe.core.events import QueryCompleted, QueryFailed, QueryReceived
from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import failure_json, failure_of, record_json, record_of
from aidsafe.orchestration.manifest import Manifest
from aidsafe.orchestration.recipe import Recipe, folder_of
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies, load_policies
from aidsafe.prompts.library import load_prompts
from aidsafe.prompts.personas import load_personas

__all__ = ["Verification"]


@dataclass(slots=True)
class Verification:
    """One look at one run: `findings` gives whatever does not hold, `notes` say what could not be checked."""

    run: Run
    recipe: Recipe
    policies: Policies | None = None
    notes: list[str] = field(default_factory=list)
    checked: int = 0

    @classmethod
    def of(cls, run: Run) -> "Verification":
        """A look at a run. Raises `FolderError` where the manifest holds no recipe."""
        try:
            return cls(run, Recipe.model_validate({**run.manifest.folders, **run.manifest.shape}))
        except ValidationError as error:
            problem = "field 'shape' is no recipe; use the aidsafe that wrote it"
            raise FolderError(f"{run.folder.manifest}: {problem}") from error

    def findings(self) -> Iterator[str]:
        """Whatever does not hold, in words."""
        yield from self._guidance()
        yield from self._transcripts()
        yield from self._totals()

    def _guidance(self) -> Iterator[str]:
        """Policies, prompts and personas against their digests; the policies are kept where they are the run's own."""
        digests, recipe = self.run.manifest.digests, self.recipe
        try:
            policies = load_policies(folder_of(recipe.policies))
            found = {
                "policies": policies.digest,
                "prompts": load_prompts(folder_of(recipe.prompts)).digest,
                "personas": load_personas(folder_of(recipe.personas)).digest,
            }
        except InputError as error:
            yield str(error)
            return
        for name, digest in found.items():
            if digest != getattr(digests, name):
                yield f"the {name} ({getattr(recipe, name)}) are not those of the run"
        if policies.digest == digests.policies:
            self.policies = policies
        else:
            self.notes.append("citations were not checked, since the policies are others now")

    def _transcripts(self) -> Iterator[str]:
        """Every transcript, every line of the dataset and of the failures, and the digest of the source."""
        source = _SourceDigest(self.run.manifest)
        records = _Lines(self.run.folder.dataset)
        failures = _Lines(self.run.folder.failures)
        for transcript in self.run.transcripts():
            self.checked += 1
            if transcript.first(QueryReceived) is None:
                yield f"transcript {self.checked} has no query"
                continue
            source.add(transcript.query)
            yield from self._transcript(transcript)
            last = transcript.events[-1]
            if isinstance(last, QueryCompleted):
                yield from self._compared(records, transcript, self._record(transcript))
            elif isinstance(last, QueryFailed):
                yield from self._compared(failures, transcript, failure_json(failure_of(transcript)))
        yield from records.rest()
        yield from failures.rest()
        yield from self._source(source)

    def _transcript(self, transcript: Transcript) -> Iterator[str]:
        """Whatever does not follow in one transcript."""
        query_id, manifest, begin = transcript.query.id, self.run.manifest, 0
        for origin in manifest.branched:
            # What was copied follows from the recipe it was made by.
            policies = self.policies if origin.digests.policies == manifest.digests.policies else None
            found = replayed(transcript, Recipe.model_validate(origin.shape), policies, digests=origin.digests)
            yield from _worded(query_id, found, begin, origin.until)
            begin = origin.until
        found = replayed(transcript, self.recipe, self.policies, digests=manifest.digests)
        yield from _worded(query_id, found, begin, len(transcript))

    def _record(self, transcript: Transcript) -> bytes | None:
        try:
            return record_json(record_of(transcript, self.run.provenance))
        except ValueError:
            # What keeps it from folding is among the findings of its replay.
            return None

    def _compared(self, lines: "_Lines", transcript: Transcript, expected: bytes | None) -> Iterator[str]:
        found, query_id = lines.next(), transcript.query.id
        if expected is None:
            yield f"query {query_id!r}: completed, and cannot be folded into a record"
        elif found is None:
            yield f"{lines.path.name}: query {query_id!r} is missing; run the same generate again"
        elif found != expected:
            where, unlike = f"{lines.path.name}:{lines.number}", _unlike(found, expected)
            yield f"{where}: query {query_id!r} is not what its transcript says ({unlike})"

    def _source(self, source: "_SourceDigest") -> Iterator[str]:
        if not source.is_whole:
            self.notes.append("the digest of the source was not checked, since not every query has begun")
        elif not source.matches:
            yield "the queries in the journal are not those of the source: its digest is another"

    def _totals(self) -> Iterator[str]:
        written, counted = self.run.manifest.totals, self.run.totals
        for name in type(counted).model_fields:
            if name not in ("run", "seconds") and getattr(written, name) != getattr(counted, name):
                was, now = getattr(written, name), getattr(counted, name)
                yield f"run.json: totals.{name} is {was!r}, and the journal says {now!r}"


def _worded(query_id: str, found: Iterator[tuple[int, str]], begin: int, end: int) -> Iterator[str]:
    """The problems of the events numbered from `begin` up to `end`, in words."""
    return (f"query {query_id!r}, event {number}: {problem}" for number, problem in found if begin <= number < end)


class _Lines:
    """The lines of a file of results, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self._lines = _lines_of(path)

    def next(self) -> bytes | None:
        """The next line, or None at the end."""
        self.number += 1
        return next(self._lines, None)

    def rest(self) -> Iterator[str]:
        """What stands in the file and should not."""
        for _ in self._lines:
            self.number += 1
            yield f"{self.path.name}:{self.number}: no transcript in the journal gives this line"


def _lines_of(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with path.open("rb") as file:
            for line in file:
                yield line.removesuffix(b"\n")


class _SourceDigest:
    """The digest of a source, from the queries in the journal.

    An id that stood twice in the source carries its row, which its digest does not know. Which ids those were is not
    written down: the digest is taken with and without.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._given, self._bare = sha256(), sha256()
        self._rows = 0

    def add(self, query: Query) -> None:
        """Take the next query."""
        if query.replica and self._manifest.replicas > 1:
            return
        self._rows += 1
        given = query.id.removesuffix("/0") if self._manifest.replicas > 1 else query.id
        bare = given.removesuffix(f"~{query.row}")
        for digest, query_id in ((self._given, given), (self._bare, bare)):
            row = (query_id, query.text, query.metadata)
            digest.update(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    @property
    def is_whole(self) -> bool:
        """Whether every row of the source has come by."""
        return self._rows == self._manifest.rows

    @property
    def matches(self) -> bool:
        """Whether it is the digest in the manifest."""
        return self._manifest.digests.source in (self._given.hexdigest(), self._bare.hexdigest())


def _unlike(found: bytes, expected: bytes) -> str:
    """Which fields of two JSON objects differ."""
    try:
        one, other = orjson.loads(found), orjson.loads(expected)
    except orjson.JSONDecodeError:
        return "not JSON"
    if not isinstance(one, dict):
        return "not an object"
    names = [name for name in {**other, **one} if one.get(name) != other.get(name)]
    return f"field {', '.join(names)}" if names else "other bytes"

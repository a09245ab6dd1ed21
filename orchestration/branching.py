"""A branch: a stored transcript up to some event, continued differently from there, in a run of its own.

The query keeps its row and replica, so that every draw of the continuation is what it would have been; what came
before is copied with its answers, and nothing of it is asked again.
"""

from array import array
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import orjson

from aidsafe.core.errors import InputError, RecipeError
from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.sources import Source
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.generating import Plan
from aidsafe.orchestration.manifest import Branched, Manifest, manifest_of, refuse_another, resumed
from aidsafe.orchestration.prefix import Prefix
from aidsafe.orchestration.recipe import Recipe, read_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import Table
from aidsafe.orchestration.totals import Totals

__all__ = ["prepare_branch", "recipe_of_run"]


def prepare_branch(run: Run, query_id: str, table: Table, *, at: int, out: Path) -> Plan:
    """Check that a query of a run can go on from event `at`, which is the first to happen anew.

    Raises `InputError`; changes nothing on disk.
    """
    transcript = run.transcript(query_id)
    events = transcript.events[:at]
    if not 0 < at <= len(transcript) or Transcript.of(events).finished:
        last = len(transcript) - transcript.finished
        raise InputError(f"--at {at}: the transcript of {query_id!r} can go on from the events 1 to {last}")
    query, folder = transcript.query, RunFolder(out)
    answers = run.journal.calls(query.row, query.replica)
    prefix = Prefix(query, events, {place: kept for place, kept in answers.items() if place.step < at})
    source = _source_of(query, f"{run.folder.path}: {query_id}")
    manifest = manifest_of(table, source, replicas=1, limit=None, totals=Totals(run=str(out)))
    manifest = manifest.model_copy(update={"branched": _branched(run, at)})
    plan = Plan(source, folder, table, manifest, resumes=folder.is_run(), prefix=prefix)
    return _resumed(plan) if plan.resumes else plan


def _resumed(plan: Plan) -> Plan:
    """The plan after an earlier sitting. Raises `FolderError` where that was about something else."""
    earlier = Manifest.model_validate(plan.folder.load_manifest())
    refuse_another(str(plan.folder.path), earlier, plan.manifest)
    return replace(plan, manifest=resumed(earlier, plan.manifest, earlier.totals))


def _branched(run: Run, at: int) -> tuple[Branched, ...]:
    """Where the events before `at` come from: the run, and before it the runs that it branched off."""
    manifest = run.manifest
    earlier = tuple(origin for origin in manifest.branched if origin.until < at)
    name = run.folder.path.resolve().name
    own = Branched(run=name, until=at, recipe=manifest.recipe, shape=manifest.shape, digests=manifest.digests)
    # A branch within what was copied is a branch of the run it was copied from.
    origin = next((origin for origin in manifest.branched if at <= origin.until), own)
    return (*earlier, origin.model_copy(update={"until": at}))


def _source_of(query: Query, name: str) -> Source:
    """A source of this one query."""
    row = orjson.dumps((query.id, query.text, query.metadata), option=orjson.OPT_APPEND_NEWLINE)
    digest = sha256(row).hexdigest()
    return Source(name, (), 1, digest, (), blank=0, _column=None, _id_column=None, _repeated=array("Q"))


def recipe_of_run(run: Run, *, sets: tuple[str, ...] = (), model: str | None = None) -> Recipe:
    """The recipe that a run was made by, with settings changed. Raises `RecipeError`."""
    manifest, folder = run.manifest, run.folder.path
    if not manifest.resolved:
        raise RecipeError(f"{folder}: an older aidsafe made this run and did not write its recipe down")
    text = orjson.dumps({**manifest.folders, **manifest.resolved}).decode()
    return read_recipe(text, file=f"the recipe of {folder}", sets=sets, model=model)

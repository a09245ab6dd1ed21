"""What `aidsafe twins` does: has twins written, deliberates on them, and says how they were treated."""

from dataclasses import dataclass
from pathlib import Path

import anyio
import orjson

from aidsafe.cli.carrying import sit
from aidsafe.cli.opening import opened_run
from aidsafe.cli.pairing import guidance_of, opened, spent_line
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.errors import FolderError
from aidsafe.datasets.sources import scan
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.branching import recipe_of_run
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.generating import prepare
from aidsafe.orchestration.recipe import Recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.swaying import Bench
from aidsafe.orchestration.table import open_table
from aidsafe.orchestration.twinning import OverRefusal, PolicyRefusals, no_twins, over_refusal, write_twins

__all__ = ["AskedTwins", "carry_twins"]


@dataclass(frozen=True, slots=True)
class AskedTwins:
    """The command as it was given."""

    run: Path
    out: Path
    writer: str | None = None
    model: str | None = None
    limit: int | None = None
    in_flight: int | None = None
    as_json: bool = False
    quiet: bool = False


def carry_twins(asked: AskedTwins) -> int:
    """Write, deliberate, compare; the exit code of the deliberation."""
    source = asked.out.with_name(f"{asked.out.name}.twins.jsonl")
    _refuse_another(asked.out, source)
    with opened_run(asked.run) as run:
        recipe = recipe_of_run(run, model=asked.model)
        guidance = guidance_of(run, recipe)
        made, missing = _written(asked, run, recipe, source)
        if not made:
            say(f"{asked.run}: no twin could be written; {missing} harmful queries were tried")
            _tell(asked, no_twins(missing))
            return 1 if missing else 0
        plan = prepare(scan(source), asked.out, open_table(recipe, guidance=guidance))
        if plan.manifest.notice:
            say(plan.manifest.notice)
        ended = sit(plan, title=f"aidsafe twins: {asked.out}", in_flight=asked.in_flight, quiet=asked.quiet)
        with opened_run(asked.out) as twins:
            _tell(asked, over_refusal(run, twins, guidance.policies))
    say(ended.halted or f"{made:,} twins in {source}, {missing:,} queries have none")
    return ended.exit_code


def _refuse_another(out: Path, source: Path) -> None:
    """Raise `FolderError` where the folder holds another run than that on these twins, before anything is asked."""
    folder = RunFolder(out)
    if folder.is_run() and Path(str(folder.load_manifest().get("source"))).name != source.name:
        raise FolderError(f"{out} is another run; choose another --out")


def _written(asked: AskedTwins, run: Run, recipe: Recipe, source: Path) -> tuple[int, int]:
    named = (recipe.roles.decomposer.model if recipe.roles.decomposer else None) or recipe.roles.seeder.model
    known = recipe.models[named] if named else ModelSettings()
    writer = opened("writer", ModelSettings(spec=asked.writer) if asked.writer else known)
    bench = Bench(guidance_of(run, recipe), writer, writer, None, recipe.seed)

    async def work() -> tuple[int, int]:
        try:
            return await write_twins(run, source, bench, limit=asked.limit, in_flight=asked.in_flight or 16)
        finally:
            await writer.client.close()

    found = anyio.run(work)
    if bench.spent.usage.calls:
        say(f"writing twins: {spent_line(bench.spent)}")
    return found


def _tell(asked: AskedTwins, found: OverRefusal) -> None:
    if asked.as_json:
        emit_json(orjson.dumps(found.model_dump(mode="json")).decode())
        return
    emit(f"{'policy':<28}{'twins':>7}{'answered':>10}{'hedged':>8}{'refused':>9}   share refused")
    for tallied in (*found.policies, found.all):
        emit(_line(tallied))
    for pair in found.pairs:
        if pair.twin_treated == "refused":
            emit(f"refused: {pair.twin_id}, twin of {pair.query_id} ({pair.decision})")


def _line(tallied: PolicyRefusals) -> str:
    counts = f"{tallied.twins:>7,}{tallied.answered:>10,}{tallied.hedged:>8,}{tallied.refused:>9,}"
    return f"{tallied.policy:<28}{counts}   {tallied.share_refused:.3f} [{tallied.low:.3f}, {tallied.high:.3f}]"

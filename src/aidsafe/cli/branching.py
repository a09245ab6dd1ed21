"""What `aidsafe branch` does: continues one transcript in a run of its own, and sets both endings side by side."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from aidsafe.analysis.study.measuring import numbers_of
from aidsafe.cli.carrying import sit
from aidsafe.cli.opening import opened_run
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.events import QueryFailed
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import record_of
from aidsafe.orchestration.branching import prepare_branch, recipe_of_run
from aidsafe.orchestration.recipe import load_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import open_table

__all__ = ["AskedBranch", "carry_branch"]

Told = dict[str, str | float | None]


@dataclass(frozen=True, slots=True)
class AskedBranch:
    """The command as it was given."""

    run: Path
    query_id: str
    at: int
    out: Path
    recipe: str | None = None
    model: str | None = None
    sets: tuple[str, ...] = ()
    as_json: bool = False


def carry_branch(asked: AskedBranch) -> int:
    """Check, continue, compare; the exit code."""
    with opened_run(asked.run) as run:
        recipe = (
            load_recipe(asked.recipe, sets=asked.sets, model=asked.model)
            if asked.recipe
            else recipe_of_run(run, sets=asked.sets, model=asked.model)
        )
        plan = prepare_branch(run, asked.query_id, open_table(recipe), at=asked.at, out=asked.out)
        if plan.manifest.notice:
            say(plan.manifest.notice)
        ended = sit(plan, title=f"aidsafe branch: {asked.out}", in_flight=1, quiet=True)
        with opened_run(asked.out) as branched:
            _tell(asked, _told(run, asked.query_id), _told(branched, asked.query_id))
    reading = shlex.join(["aidsafe", "show", str(asked.out), asked.query_id])
    say(ended.halted or f"branched at event {asked.at}. To read it: {reading}")
    return ended.exit_code


def _told(run: Run, query_id: str) -> Told:
    """A transcript in a few numbers and words, whether it is finished or not."""
    transcript = run.transcript(query_id)
    ended = transcript.ended
    told: Told = {"ended": ended.reason if ended else None, "failed": _failure(transcript)}
    if not transcript.finished or told["failed"] is not None:
        return {**told, "decision": transcript.draft.decision if transcript.draft else None}
    record = record_of(transcript, run.provenance)
    numbers = numbers_of(record, transcript)
    wanted = ("thoughts", "removed", "edits", "rounds", "turns", "calls", "tokens", "cost_usd")
    return {
        **told,
        "decision": record.decision,
        **{name: numbers[name] for name in wanted},
        "response": record.response,
    }


def _failure(transcript: Transcript) -> str | None:
    failed = transcript.last(QueryFailed)
    return failed.error if failed else None


def _tell(asked: AskedBranch, before: Told, after: Told) -> None:
    if asked.as_json:
        told = {"query": asked.query_id, "at": asked.at, str(asked.run): before, str(asked.out): after}
        emit_json(orjson.dumps(told).decode())
        return
    for line in _lines(before, after):
        emit(line)


def _lines(before: Told, after: Told) -> Iterator[str]:
    yield f"{'':<10}{'before':>16}{'branched':>16}"
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if name == "response":
            yield f"{'response':<10}{'the same' if one == other else 'another':>32}"
        elif one is not None or other is not None:
            yield f"{name:<10}{_cell(one):>16}{_cell(other):>16}"


def _cell(value: str | float | None) -> str:
    return "-" if value is None else value if isinstance(value, str) else f"{value:,.6g}"

"""What `aidsafe generate` does: checks everything, then carries one sitting through and says how it ended."""

import os
import shlex
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import anyio

from aidsafe.cli.collecting import seldom_collecting
from aidsafe.cli.foretelling import foretell
from aidsafe.cli.interrupting import interruptible
from aidsafe.cli.logs import log_end, log_happening, logging_to
from aidsafe.cli.opening import opened_run
from aidsafe.cli.panel import watched
from aidsafe.cli.progress import Tally
from aidsafe.cli.summary import Summary
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.errors import SourceError
from aidsafe.datasets.sources import Source, scan, scan_spool
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.generating import Ended, Plan, carry_out, prepare
from aidsafe.orchestration.journal import read_journal
from aidsafe.orchestration.recipe import Recipe, RunSettings, load_recipe
from aidsafe.orchestration.sitting import Happening
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import Table, open_table
from aidsafe.orchestration.totals import Totals
from aidsafe.orchestration.workers import workers

__all__ = ["Asked", "carry_through"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The command as it was given; `run` are the flags that are fields of the recipe's `run`."""

    source: str
    out: Path
    recipe: str = "aidsafe"
    model: str | None = None
    sets: tuple[str, ...] = ()
    policies: Path | None = None
    prompts: Path | None = None
    personas: Path | None = None
    run: Mapping[str, str | int] = field(default_factory=dict)
    seed: int | None = None
    dry_run: bool = False
    as_json: bool = False
    quiet: bool = False


def carry_through(asked: Asked) -> int:
    """Check, then work until all is done or something stops it; the exit code."""
    table = open_table(recipe_of(asked))
    with _scanned(asked, table.recipe.run) as source:
        plan = prepare(source, asked.out, table, limit=table.recipe.run.limit, replicas=table.recipe.run.replicas)
        if asked.dry_run:
            return foretell(plan, as_json=asked.as_json)
        plan = _settled(plan)
    if plan.manifest.notice:
        say(plan.manifest.notice)
    for oddity in _oddities(plan.source):
        say(f"{plan.source.name}: {oddity}")
    if table.recipe.budget.usd is not None and table.recipe.unpriced:
        unpriced = ", ".join(table.recipe.unpriced)
        say(f"no price is known of {unpriced}: what they cost counts towards no budget in usd")
    ended = _sat(plan, asked)
    _report(plan, ended, asked)
    return ended.exit_code


def _oddities(source: Source) -> Iterator[str]:
    if source.repeated:
        yield f"ids that stand more than once: {source.repeated:,}; their rows are called ID~ROW"
    if source.blank:
        yield f"queries without a word: {source.blank:,}; they are deliberated like the others"


def recipe_of(asked: Asked) -> Recipe:
    """The recipe with what the flags set of it."""
    recipe = load_recipe(asked.recipe, sets=asked.sets, model=asked.model)
    folders = {"policies": asked.policies, "prompts": asked.prompts, "personas": asked.personas}
    fields: dict[str, object] = {name: _path(folder) for name, folder in folders.items() if folder is not None}
    if asked.seed is not None:
        fields["seed"] = asked.seed
    if asked.run:
        fields["run"] = recipe.run.model_copy(update=dict(asked.run))
    return recipe.model_copy(update=fields)


def _path(folder: Path) -> str:
    # A bare `aidsafe` in a recipe names what is shipped.
    return "./aidsafe" if str(folder) == "aidsafe" else str(folder)


@contextmanager
def _scanned(asked: Asked, run: RunSettings) -> Iterator[Source]:
    """The source, checked; standard input lies in a file that is gone at the end unless it was moved."""
    if not asked.source.strip():
        raise SourceError("SOURCE is empty; name a file or folder of queries, or give '-' for standard input")
    if asked.source != "-":
        yield scan(Path(asked.source), column=run.column, id_column=run.id_column)
    elif sys.stdin.isatty():
        yield _scanned_before(asked, run)
    else:
        spool = _room_beside(asked.out)
        try:
            yield scan("-", spool=spool, column=run.column, id_column=run.id_column)
        finally:
            spool.unlink(missing_ok=True)


def _scanned_before(asked: Asked, run: RunSettings) -> Source:
    """What an earlier sitting was given through standard input."""
    kept = RunFolder(asked.out).spool
    if not kept.is_file():
        raise SourceError("standard input is a terminal; pipe queries into it, or name a file")
    return scan_spool(kept, column=run.column, id_column=run.id_column)


def _room_beside(out: Path) -> Path:
    """A place for standard input on the disk of the run, in a folder that is there already."""
    folder = next(place for place in (out, *out.absolute().parents) if place.is_dir())
    return folder / f".source.{os.getpid()}.tmp"


def _settled(plan: Plan) -> Plan:
    """The plan with standard input moved to where the run keeps it."""
    spool, found = plan.folder.spool, plan.source.files[0].path
    if plan.source.name != "standard input" or found == spool:
        return plan
    if not (plan.resumes and spool.is_file()):
        plan.folder.path.mkdir(parents=True, exist_ok=True)
        shutil.move(found, spool)
    return replace(plan, source=plan.source.moved(spool))


def _sat(plan: Plan, asked: Asked) -> Ended:
    """One sitting, watched and logged."""
    tally, stop = _tally(plan), Stop()
    with ExitStack() as stack:
        stack.enter_context(logging_to(plan.folder.log))
        stack.enter_context(seldom_collecting())
        stack.enter_context(watched(tally, title=f"aidsafe generate: {plan.folder.path}", quiet=asked.quiet))
        run = plan.table.recipe.run
        began = {"queries": plan.queries, "left": tally.queries - tally.finished, "in_flight": run.in_flight}
        watch = _together(tally.note, log_happening(began))
        work = workers(run.workers) if run.workers > 1 else None
        sit = partial(carry_out, in_flight=run.in_flight, watch=watch, work=work)
        sitting = partial(_sit, plan, stop=stop, sit=sit)
        ended = anyio.run(sitting, backend_options={"use_uvloop": find_spec("uvloop") is not None}) or _cut_short(plan)
        log_end(ended)
    return ended


async def _sit(plan: Plan, *, stop: Stop, sit: Callable[..., Awaitable[Ended]]) -> Ended | None:
    try:
        return await interruptible(partial(sit, plan, stop=stop), stop.request)
    finally:
        await _closed(plan.table)


async def _closed(table: Table) -> None:
    """Let go of every connection."""
    with anyio.CancelScope(shield=True):
        for client in table.clients.values():
            await client.close()


def _together(*watchers: Callable[[Happening], None]) -> Callable[[Happening], None]:
    """One watcher that tells all of them."""

    def watch(happening: Happening) -> None:
        for watcher in watchers:
            watcher(happening)

    return watch


def _tally(plan: Plan) -> Tally:
    if not (plan.resumes and plan.folder.journal.is_file()):
        return Tally(plan.queries)
    with read_journal(plan.folder.journal) as journal:
        return Tally.after(plan.queries, journal.counts(), journal.usage())


def _cut_short(plan: Plan) -> Ended:
    with opened_run(plan.folder.path) as run:
        return Ended(run.totals, interrupted=True)


def _report(plan: Plan, ended: Ended, asked: Asked) -> None:
    """Print the totals, and say what happened and what to type next."""
    summary = Summary(ended.totals, _failures(plan), plan.manifest.notice)
    if asked.as_json:
        emit_json(summary.json())
    else:
        emit(summary.text())
    say(last_word(plan, ended, arguments=sys.argv[1:]))


def _failures(plan: Plan) -> dict[str, int]:
    with read_journal(plan.folder.journal) as journal:
        return journal.counts().failures


def last_word(plan: Plan, ended: Ended, *, arguments: Sequence[str]) -> str:
    """What happened, and what to type next; `arguments` are those of this command."""
    totals, again = ended.totals, shlex.join(["aidsafe", *arguments])
    left = f"{totals.pending:,} of {totals.queries:,} queries are pending"
    match ended.exit_code:
        case 4:
            return f"stopped: {ended.halted}; {left}. To go on: {again}"
        case 130:
            return f"interrupted; what was finished is kept, {left}. To go on: {again}"
        case 3:
            larger = shlex.join(["aidsafe", *_larger(arguments, plan.table.recipe, totals)])
            return f"the run budget covers no more queries, {left}. To go on with more: {larger}"
        case 1:
            return f"{totals.failed:,} of {totals.queries:,} queries failed; why: {_quoted(plan.folder.failures)}"
        case _:
            return f"all {totals.queries:,} queries completed. To read one: aidsafe show {_quoted(plan.folder.path)}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _larger(arguments: Sequence[str], recipe: Recipe, totals: Totals) -> Iterator[str]:
    """The arguments with every limit of the run doubled, or what was spent of it where that is more."""
    limits = recipe.budget.model_dump(exclude={"strict"}, exclude_none=True)
    spent = {
        "calls": totals.calls,
        "completion_tokens": totals.completion_tokens,
        "total_tokens": totals.prompt_tokens + totals.completion_tokens,
        "usd": totals.cost_usd or 0.0,
        "seconds": totals.seconds,
    }
    settings = {f"budget.{name}": f"{2 * max(limit, spent[name]):.10g}" for name, limit in limits.items()}
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        is_old = argument.partition("=")[0] in settings
        if not is_old and not (argument == "--set" and following.partition("=")[0] in settings):
            yield argument
    for name, limit in settings.items():
        yield from ("--set", f"{name}={limit}")

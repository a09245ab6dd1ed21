"""What `aidsafe study` does: checks all arms, carries them through one after the other, and compares them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from aidsafe.analysis.study.comparing import Comparison, compare, numbers_in
from aidsafe.analysis.study.plotting import plot
from aidsafe.analysis.study.telling import comparison_csv, comparison_json, comparison_text
from aidsafe.cli.carrying import sit
from aidsafe.cli.opening import opened_run
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.errors import ExtraMissing, FolderError
from aidsafe.datasets.sources import scan
from aidsafe.datasets.writing import write_atomic
from aidsafe.orchestration.generating import Ended, Plan, prepare
from aidsafe.orchestration.journal import read_journal
from aidsafe.orchestration.sharing import Neighbour, sharing_of
from aidsafe.orchestration.study import Study, load_study
from aidsafe.orchestration.table import open_table

__all__ = ["AskedStudy", "carry_study"]

_STOPPED = frozenset({4, 130})


@dataclass(frozen=True, slots=True)
class AskedStudy:
    """The command as it was given."""

    file: Path
    out: Path
    model: str | None = None
    in_flight: int | None = None
    as_json: bool = False
    quiet: bool = False


def carry_study(asked: AskedStudy) -> int:
    """Check every arm before any is begun, work, compare; the exit code."""
    study = load_study(asked.file, model=asked.model)
    plans = _plans(study, asked.out)
    _write(asked.out / "study.json", orjson.dumps(_written(study), option=orjson.OPT_INDENT_2))
    code = _carried(plans, asked)
    comparison = _compared(plans)
    told = {"study": study.file.name, "out": str(asked.out), **comparison_json(comparison)}
    _keep(comparison, told, asked.out)
    if asked.as_json:
        emit_json(orjson.dumps(told).decode())
    else:
        emit(comparison_text(comparison))
    say(_last_word(code, asked))
    return code


def _plans(study: Study, out: Path) -> dict[str, Plan]:
    """A plan for every arm. Raises `InputError`; changes nothing on disk."""
    if out.exists() and any(out.iterdir()) and not (out / "study.json").is_file():
        raise FolderError(f"{out}: holds other files and no study; name another folder")
    asked, replicas = study.file.queries, study.file.replicas
    source = scan(study.source, column=asked.column, id_column=asked.id_column)
    tables = {name: open_table(recipe) for name, recipe in study.recipes.items()}
    return {
        name: prepare(source, out / "arms" / name, table, limit=asked.limit, replicas=replicas)
        for name, table in tables.items()
    }


def _carried(plans: dict[str, Plan], asked: AskedStudy) -> int:
    """Work on one arm after the other; the gravest of their exit codes."""
    codes = [0]
    for name, plan in plans.items():
        others = [other for other in plans.values() if other is not plan]
        with _neighbours(others) as neighbours:
            shared = sharing_of(plan.table, neighbours)
            title = f"aidsafe study: {asked.out}, arm {name}"
            ended = sit(replace(plan, shared=shared), title=title, in_flight=asked.in_flight, quiet=asked.quiet)
        codes.append(ended.exit_code)
        _warn(name, ended)
        if ended.exit_code in _STOPPED:
            break
    return max(codes)


@contextmanager
def _neighbours(plans: list[Plan]) -> Iterator[tuple[Neighbour, ...]]:
    """The arms that have begun, their journals open to read."""
    with ExitStack() as stack:
        begun = [plan for plan in plans if plan.folder.is_run()]
        yield tuple(Neighbour(plan.table, stack.enter_context(read_journal(plan.folder.journal))) for plan in begun)


def _warn(name: str, ended: Ended) -> None:
    match ended.exit_code:
        case 4:
            say(f"arm {name!r} stopped: {ended.halted}")
        case 3:
            say(f"arm {name!r} used up its run budget; {ended.totals.pending:,} queries are pending")
        case _:
            pass


def _compared(plans: dict[str, Plan]) -> Comparison:
    """All arms that have begun."""
    arms = []
    for name, plan in plans.items():
        if plan.folder.is_run():
            with opened_run(plan.folder.path) as run:
                arms.append(numbers_in(run, name=name))
    return compare(arms)


def _keep(comparison: Comparison, told: dict[str, object], out: Path) -> None:
    _write(out / "comparison.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
    _write(out / "comparison.csv", comparison_csv(comparison).encode())
    _write(out / "comparison.txt", f"{comparison_text(comparison)}\n".encode())
    try:
        if comparison.differences:
            plot(comparison, out / "comparison.svg")
    except ExtraMissing as error:
        say(f"no plot: {error}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, [content])


def _written(study: Study) -> dict[str, object]:
    """The study as it was read, with every arm's recipe as resolved."""
    recipes = {name: recipe.shape for name, recipe in study.recipes.items()}
    return {**study.file.model_dump(mode="json"), "recipes": recipes}


def _last_word(code: int, asked: AskedStudy) -> str:
    if code in (3, *_STOPPED):
        return f"the comparison is of what is there; to go on, run the same study again into {asked.out}"
    return f"compared; tables and numbers lie in {asked.out}, runs in {asked.out / 'arms'}"

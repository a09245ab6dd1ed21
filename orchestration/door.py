"""The Python door: `generate` and `events` inside a running loop, in scripts and in notebooks.

run = await aidsafe.generate(["How do I sharpen a kitchen knife?"], model="scripted")
for record in run.records(): ...

async for happening in aidsafe.events(queries): print(happening.query.id, happening.event.kind)
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp

import anyio
import orjson
from pydantic import JsonValue

from aidsafe.core.errors import InputError, SourceError, SurroundingsError
from aidsafe.datasets.sources import Source, scan, scan_spool
from aidsafe.orchestration.generating import carry_out, prepare
from aidsafe.orchestration.recipe import Recipe, RunSettings, changed, load_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.sitting import Happening
from aidsafe.orchestration.stopping import Stop
from aidsafe.orchestration.table import close_table, open_table

__all__ = ["Queries", "events", "generate"]

_PREFIX = "aidsafe-"

Queries = Path | str | Iterable[str | Mapping[str, JsonValue]]
"""A file or folder of queries by its path, or the queries themselves: texts, or rows with a text column."""


async def generate(
    queries: Queries,
    *,
    recipe: Recipe | Path | str = "aidsafe",
    model: str | None = None,
    out: Path | str | None = None,
    in_flight: int | None = None,
    watch: Callable[[Happening], None] = lambda _: None,
) -> Run:
    """Deliberate on every query and return the run; an `out` that is there already is resumed.

    Without `out` the run lies in a temporary folder, named by `run.folder.path`. Raises `InputError` where nothing
    could be started; failed queries are data, in the run.
    """
    chosen = _recipe(recipe, model)
    with _folder(out) as folder:
        return await _generate(queries, chosen, folder, in_flight, watch, Stop())


async def events(
    queries: Queries,
    *,
    recipe: Recipe | Path | str = "aidsafe",
    model: str | None = None,
    out: Path | str | None = None,
    in_flight: int | None = None,
) -> AsyncGenerator[Happening, None]:
    """What happens, as it happens. Leaving the loop early stops the run; with `out` it can be resumed.

    Without `out` nothing of the run is left behind.
    """
    happenings: asyncio.Queue[Happening | None] = asyncio.Queue()
    with TemporaryDirectory(prefix=_PREFIX) as passing:
        folder = Path(passing) / "run" if out is None else Path(out)
        work = _generate(queries, _recipe(recipe, model), folder, in_flight, happenings.put_nowait, Stop())
        # A task group held open across a yield could be left from another task; this task is always awaited below.
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda _: happenings.put_nowait(None))
        try:
            while (happening := await happenings.get()) is not None:
                yield happening
            await task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _generate(
    queries: Queries, recipe: Recipe, out: Path, in_flight: int | None, watch: Callable[[Happening], None], stop: Stop
) -> Run:
    table = open_table(recipe)
    try:
        with TemporaryDirectory(prefix=_PREFIX) as passing:
            source = await _source(queries, Path(passing) / "queries.jsonl", recipe.run)
            plan = prepare(source, out, table, limit=recipe.run.limit, replicas=recipe.run.replicas)
            ended = await carry_out(plan, in_flight=in_flight or recipe.run.in_flight, watch=watch, stop=stop)
    finally:
        await close_table(table)
    if ended.halted is not None:
        raise SurroundingsError(ended.halted)
    return Run(out)


@contextmanager
def _folder(out: Path | str | None) -> Iterator[Path]:
    """Where the run goes; a temporary folder is gone again if nothing could be started."""
    if out is not None:
        yield Path(out)
        return
    passing = Path(mkdtemp(prefix=_PREFIX))
    try:
        yield passing / "run"
    except InputError:
        rmtree(passing, ignore_errors=True)
        raise


def _recipe(recipe: Recipe | Path | str, model: str | None) -> Recipe:
    if isinstance(recipe, str | Path):
        return load_recipe(recipe, model=model)
    return recipe if model is None else changed(recipe, file=f"recipe {recipe.name}", model=model)


async def _source(queries: Queries, spool: Path, run: RunSettings) -> Source:
    """The source of these queries, checked; rows given as values are written down first."""
    if queries == "":
        raise SourceError("no queries: an empty string names no file")
    if isinstance(queries, str | Path):
        reading = partial(scan, Path(queries), column=run.column, id_column=run.id_column)
        return await anyio.to_thread.run_sync(reading)
    return _spooled(queries, spool, run)


def _spooled(queries: Iterable[str | Mapping[str, JsonValue]], spool: Path, run: RunSettings) -> Source:
    spool.write_bytes(b"".join(orjson.dumps(_row(query)) + b"\n" for query in queries))
    return scan_spool(spool, name="the queries given", column=run.column, id_column=run.id_column)


def _row(query: str | Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {"prompt": query} if isinstance(query, str) else dict(query)

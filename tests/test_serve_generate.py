"""A whole run against `aidsafe serve` in the worst weather: everything arrives once, and both sides' books agree."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from asking import Pauses
from rehearsing import faulty
from running import queries_file

from aidsafe.agents.guidance import load_guidance
from aidsafe.datasets.sources import scan
from aidsafe.models.openai import OpenAIModel
from aidsafe.models.scripted import LABEL
from aidsafe.models.serving import ServeOptions, serving_on
from aidsafe.models.serving.tally import Tally
from aidsafe.orchestration.generating import Ended, Plan, carry_out, prepare
from aidsafe.orchestration.journal import read_journal
from aidsafe.orchestration.manifest import STAND_IN
from aidsafe.orchestration.recipe import load_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import Table, close_table, open_table

QUERIES = 30
STORM = faulty("429=0.2,500=0.05,reset=0.02,hang=0.01,truncated=0.01", retry_after=0)


@dataclass(frozen=True)
class Rehearsed:
    """A run, how it ended, and what the server counted."""

    run: Run
    plan: Plan
    ended: Ended
    tally: Tally


async def rehearsed(folder: Path, options: ServeOptions, *, in_flight: int = 16) -> Rehearsed:
    """Generate from a few queries, against a server with these options, without a real pause between tries."""
    async with serving_on(0, options) as (server, base_url):
        sets = ("models.model.timeout_seconds=0.5",)
        recipe = load_recipe("aidsafe", model=f"openai:scripted@{base_url}", sets=sets)
        clients = {name: OpenAIModel(settings, name=name, sleep=Pauses()) for name, settings in recipe.models.items()}
        table = Table(recipe, load_guidance(), clients)
        plan = prepare(scan(queries_file(folder / "queries.jsonl", QUERIES)), folder / "run", table)
        ended = await carry_out(plan, in_flight=in_flight)
        await close_table(table)
    return Rehearsed(Run(folder / "run"), plan, ended, server.tally)


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """A run in a storm."""
    return asyncio.run(rehearsed(tmp_path_factory.mktemp("stormy"), STORM))


def test_a_storm_loses_and_doubles_nothing(stormy: Rehearsed) -> None:
    """Every query completes, and the dataset has each once, in the order of the source."""
    totals = stormy.ended.totals
    assert (0, QUERIES, 0, 0) == (stormy.ended.exit_code, totals.completed, totals.failed, totals.pending)
    assert [f"q{number}" for number in range(QUERIES)] == [record.id for record in stormy.run.records()]


def test_the_journal_knows_every_request_the_server_saw(stormy: Rehearsed) -> None:
    """Attempts, calls and tokens are the same in the totals, in the journal and in the server's tally."""
    totals, tally = stormy.ended.totals, stormy.tally
    with read_journal(stormy.run.folder.journal) as reader:
        kept = [orjson.loads(attempt) for row in range(QUERIES) for _, attempt in reader.attempts(row)]
    assert tally.requests == totals.attempts == len(kept)
    assert tally.answered == totals.calls == sum(each["cause"] == "answered" for each in kept)
    assert (tally.prompt_tokens, tally.completion_tokens) == (totals.prompt_tokens, totals.completion_tokens)
    assert tally.cached_tokens == totals.cached_tokens


def test_every_failed_request_has_its_cause(stormy: Rehearsed) -> None:
    """What the server did on purpose stands in the journal under its cause, as often as it was done."""
    outcomes, causes = Counter(stormy.tally.outcomes), Counter(stormy.ended.totals.attempts_by_cause)
    assert outcomes["429"] == causes["overloaded"]
    assert outcomes["hang"] == causes["timeout"]
    assert outcomes["500"] + outcomes["reset"] + outcomes["truncated"] == causes["broken"] + causes["connection"]
    assert all(outcomes[name] for name in ("429", "500", "hang", "reset", "truncated"))


async def test_the_dataset_is_that_of_the_model_itself(stormy: Rehearsed, tmp_path: Path) -> None:
    """Through sockets and storms come the same records as from the scripted model in the process."""
    table = open_table(load_recipe("aidsafe"))
    alone = tmp_path / "alone"
    await carry_out(prepare(scan(queries_file(tmp_path / "queries.jsonl", QUERIES)), alone, table))
    assert _records(alone) == _records(stormy.run.folder.path)


def test_a_sitting_that_was_killed_took_its_time(stormy: Rehearsed) -> None:
    """The time up to the last request counts, though nobody could write it down."""
    plan, folder = stormy.plan, stormy.run.folder
    manifest = folder.load_manifest()
    with read_journal(folder.journal) as reader:
        until = reader.sent_until()
    assert until is not None
    assert manifest["began"] is None

    folder.save_manifest(manifest | {"began": until - 100})
    again = prepare(plan.source, folder.path, plan.table)
    folder.save_manifest(manifest)
    assert pytest.approx(stormy.ended.totals.seconds + 100) == again.manifest.totals.seconds


def test_a_record_does_not_say_where_its_model_was(stormy: Rehearsed) -> None:
    """An address may change from sitting to sitting; what was written stays true."""
    (record, *_) = stormy.run.records()
    assert "http" in stormy.run.manifest.models["model"]
    assert "http" not in record.provenance.models["model"]


def test_the_stand_in_is_known_behind_a_server(stormy: Rehearsed) -> None:
    """What it wrote says so, wherever it was asked."""
    (record, *_) = stormy.run.records()
    assert LABEL == stormy.run.manifest.notice
    assert {"model": STAND_IN} == record.provenance.models


async def test_a_limit_in_flight_is_found(tmp_path: Path) -> None:
    """A server that refuses beyond four at a time is found out, and every query completes."""
    found = await rehearsed(tmp_path, ServeOptions(in_flight_limit=4, latency=0.002, retry_after=0))
    assert (0, QUERIES) == (found.ended.exit_code, found.ended.totals.completed)
    assert found.tally.requests == found.ended.totals.attempts
    assert found.tally.outcomes["429"] > 0


def _records(run: Path) -> list[dict[str, object]]:
    """The records without what says how they came about."""
    lines = (run / "dataset.jsonl").read_bytes().splitlines()
    records: list[dict[str, object]] = [orjson.loads(line) for line in lines]
    return [
        {name: value for name, value in record.items() if name not in ("usage", "provenance")} for record in records
    ]

"""What a run would take, before anything is sent."""

from pathlib import Path

import orjson
import pytest
from commanding import FEW, called, few_queries, snapshot

from aidsafe.core.records import Query
from aidsafe.orchestration.outlook import Outlook, outlook_of
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.table import open_table

PRICED = "models: {m: {spec: 'openai:m@http://127.0.0.1:1/v1', price: {prompt: 1, completion: 2}}}\n"


async def outlook(text: str, *, queries: int = 100) -> Outlook:
    """The outlook of a recipe for so many queries like a few."""
    few = [Query(id=row["id"], text=row["prompt"], row=number) for number, row in enumerate(FEW)]
    return await outlook_of(open_table(read_recipe(text, file="r.yaml")), few, queries=queries)


async def test_every_number_has_its_range() -> None:
    """Low is never above likely, nor likely above high, and the most is what all rounds and tokens come to."""
    found = await outlook(PRICED)
    assert found.cost_usd is not None

    for span in (found.calls, found.prompt_tokens, found.completion_tokens, found.cost_usd):
        assert 0 < span.low <= span.likely <= span.high
    assert (600, 1200, 1200 * 1024) == (found.calls.low, found.calls.high, found.completion_tokens.high)


async def test_an_unknown_price_is_an_unknown_cost() -> None:
    """Nothing is guessed."""
    assert (await outlook("models: {m: {spec: 'openai:m@http://127.0.0.1:1/v1'}}")).cost_usd is None


async def test_twice_the_queries_take_twice_as_much() -> None:
    """The sample is scaled to all that are left."""
    one, two = await outlook(PRICED, queries=4), await outlook(PRICED, queries=8)

    assert (2 * one.calls.likely, 2 * one.prompt_tokens.high) == (two.calls.likely, two.prompt_tokens.high)


async def test_a_default_recipe_shares_what_it_can() -> None:
    """With all turns shown to all by name there is nothing to gain."""
    found = await outlook(PRICED)

    assert found.prefilled_share == found.prefilled_share_open < 0.5


def test_a_dry_run_touches_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One JSON object, no folder, nothing sent."""
    queries = few_queries(tmp_path)
    before = snapshot(tmp_path)
    said = called(capsys, "generate", queries, "--out", tmp_path / "run", "--dry-run", "--json")

    assert (0, 4, 4) == (said.code, orjson.loads(said.out)["queries"], orjson.loads(said.out)["sampled"])
    assert before == snapshot(tmp_path)


def test_a_dry_run_counts_what_is_left(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of a run that is begun, only the rest is forecast."""
    queries, out = few_queries(tmp_path), tmp_path / "run"
    called(capsys, "generate", queries, "--out", out, "--limit", "3")
    said = called(capsys, "generate", queries, "--out", out, "--dry-run", "--json")

    assert 1 == orjson.loads(said.out)["queries"]

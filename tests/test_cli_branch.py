"""`aidsafe branch`: a stored transcript goes on from any event, differently, and what came before stays what it was."""

from pathlib import Path

import orjson
import pytest
from commanding import called, few_queries, generated, snapshot

from aidsafe.agents.guidance import load_guidance
from aidsafe.core.events import DeliberationEnded, TurnTaken
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.sources import scan
from aidsafe.orchestration.branching import recipe_of_run
from aidsafe.orchestration.generating import prepare
from aidsafe.orchestration.recipe import PRESETS, load_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import Table


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("runs"), "--set", "protocol.max_rounds=2")


def transcript(run: Path, query_id: str = "lock") -> Transcript:
    """A query's transcript."""
    opened = Run(run)
    try:
        return opened.transcript(query_id)
    finally:
        opened.close()


def test_from_every_event_the_same_recipe_gives_the_same_transcript(
    capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path
) -> None:
    """Nothing shows where it was cut."""
    whole = transcript(done)
    for at in range(1, len(whole)):
        said = called(capsys, "branch", done, "lock", "--at", str(at), "--out", tmp_path / str(at))
        assert 0 == said.code, said.err
        assert whole.events == transcript(tmp_path / str(at)).events


def test_a_branch_keeps_what_came_before_and_asks_for_none_of_it(
    capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path
) -> None:
    """Another persona speaks from there on; the calls before are not sent again."""
    tally, out, before = tmp_path / "tally", tmp_path / "b", transcript(done)
    at = next(n for n, event in enumerate(before) if isinstance(event, TurnTaken) and event.seat == "expander")
    words = ("--set", "seats.expander.persona=devils_advocate", "--set", "seats.expander.model=other")
    other = ("--set", f'models.other.spec="scripted:seed=9,tally={tally}"')
    model = ("--set", f'models.model.spec="scripted:tally={tally}"')
    said = called(capsys, "branch", done, "lock", "--at", str(at), "--out", out, *words, *other, *model)
    assert 0 == said.code, said.err
    after = transcript(out)

    assert before.events[:at] == after.events[:at]
    assert after.finished
    assert len(tally.read_bytes().splitlines()) == after.usage.calls - Transcript.of(before.events[:at]).usage.calls


def test_a_branch_is_a_run(capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path) -> None:
    """It can be read, checked, exported, and branched again."""
    first, second = tmp_path / "first", tmp_path / "second"
    called(capsys, "branch", done, "lock", "--at", "4", "--out", first, "--recipe", "blind-panel")
    called(capsys, "branch", first, "lock", "--at", "5", "--out", second, "--set", "protocol.max_rounds=1")
    for run in (first, second):
        assert 0 == called(capsys, "verify", run).code, called(capsys, "verify", run).out
        assert 0 == called(capsys, "show", run, "lock").code
        assert 0 == called(capsys, "export", run, "--format", "jsonl", "--out", tmp_path / f"{run.name}.jsonl").code


def test_what_was_copied_is_checked_too(capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path) -> None:
    """By the recipe it was made by: with another it would not follow."""
    out = tmp_path / "b"
    called(capsys, "branch", done, "lock", "--at", "6", "--out", out, "--set", "protocol.order=simultaneous")
    manifest = orjson.loads((out / "run.json").read_bytes())

    assert (0, 6) == (called(capsys, "verify", out).code, manifest["branched"][0]["until"])
    (out / "run.json").write_bytes(orjson.dumps({**manifest, "branched": []}))
    assert 1 == called(capsys, "verify", out).code


def test_the_pair_stands_side_by_side(capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path) -> None:
    """As a table, or as JSON."""
    words = ("branch", done, "lock", "--at", "3", "--out", tmp_path / "b", "--set", "protocol.max_rounds=0")
    told = orjson.loads(called(capsys, *words, "--json").out)

    assert ("none", 0) == (told[str(tmp_path / "b")]["ended"], told[str(tmp_path / "b")]["turns"])
    assert told[str(done)]["ended"] in called(capsys, *words).out


def test_a_branch_resumes(capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path) -> None:
    """Stopped by its budget, it goes on with a larger one; about anything else it is another run."""
    words = ("branch", done, "lock", "--at", "3", "--out", tmp_path / "b")
    short = called(capsys, *words, "--set", "budget.calls=5")
    again = called(capsys, *words)

    assert (3, 0) == (short.code, again.code)
    assert any(isinstance(event, DeliberationEnded) for event in transcript(tmp_path / "b"))
    assert "is another run" in called(capsys, *words[:3], "--at", "4", "--out", tmp_path / "b").err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("lock", "--at", "99"), "can go on from the events 1 to"),
        (("lok", "--at", "3"), "no query 'lok'"),
        (("lock", "--at", "3", "--set", "protocol.max_ronds=1"), "did you mean 'max_rounds'"),
        (("lock", "--at", "0"), "--at"),
    ],
)
def test_a_mistake_changes_nothing(
    capsys: pytest.CaptureFixture[str], done: Path, tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    """One line, exit 2."""
    said = called(capsys, "branch", done, *words, "--out", tmp_path / "b")

    assert (2, {}) == (said.code, snapshot(tmp_path))
    assert problem in said.err


POOLED = """
name: pooled
description: two servers
models:
  big:
    spec: openai:m
    timeout_seconds: 9
    price: {prompt: 1, completion: 2}
    endpoints: [{url: "http://127.0.0.1:1/v1"}, {url: "http://127.0.0.1:2/v1", weight: 2}]
  small: {spec: "openai:s@http://127.0.0.1:3/v1", price: {prompt: 0, completion: 0}}
roles: {decomposer: null, seeder: big, refiner: small}
seats: {critic: {model: {big: 1, small: 2}, temperature: 0.1}, expander: {model: small}}
budget: {usd: 5}
"""


@pytest.mark.parametrize("name", [*PRESETS, "pooled.yaml"])
def test_a_run_has_its_recipe_whole(tmp_path: Path, name: str) -> None:
    """Prices, budgets and servers too, so that what goes on from it goes on with the same models."""
    (tmp_path / "pooled.yaml").write_text(POOLED)
    recipe = load_recipe(tmp_path / name if name.endswith(".yaml") else name)
    plan = prepare(scan(few_queries(tmp_path)), tmp_path / "run", Table(recipe, load_guidance(), {}))
    plan.folder.path.mkdir()
    plan.folder.save_manifest(plan.manifest.model_dump(mode="json"))

    assert recipe == recipe_of_run(Run(tmp_path / "run"))

"""`aidsafe generate`: exit codes, what is printed where, resuming, and what is left in the folder."""

import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from commanding import FEW, called, few_queries, generated, snapshot

from aidsafe.cli.generating import Asked, recipe_of
from aidsafe.models import patient
from aidsafe.models.scripted import LABEL
from aidsafe.orchestration.run import Run

FIELDS = {
    "run",
    "queries",
    "completed",
    "failed",
    "pending",
    "endings",
    "calls",
    "attempts",
    "attempts_by_cause",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "cost_usd",
    "seconds",
    "failures",
}


def test_all_completed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run that completes ends with 0, a summary on standard output, and what to type next on standard error."""
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", "--quiet")

    assert 0 == said.code
    assert "4 completed, 0 failed, 0 pending" in said.out
    assert f"aidsafe show {tmp_path / 'run'}" in said.err.splitlines()[-1]
    assert [row["id"] for row in FEW] == [record.id for record in Run(tmp_path / "run").records()]


def test_the_stand_in_says_so_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The scripted model's label stands on standard error, once."""
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run")

    assert 1 == said.err.count(LABEL)


def test_what_a_flag_sets_a_recipe_can_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Columns, limit, replicas, queries at a time and processes; a flag wins."""
    file, recipe = tmp_path / "asked.csv", tmp_path / "kept.yaml"
    file.write_text("name,asked\na,What is tea?\nb,What is rum?\nc,What is mud?\n")
    recipe.write_text("run: {column: asked, id_column: name, limit: 2, replicas: 2, in_flight: 3, workers: 2}\n")
    for name, flags, ids in (
        ("kept", (), ["a/0", "a/1", "b/0", "b/1"]),
        ("flags", ("--limit", "1", "--replicas", "1", "--workers", "1"), ["a"]),
    ):
        said = called(capsys, "generate", file, "--recipe", recipe, "--out", tmp_path / name, "--quiet", *flags)
        assert 0 == said.code, said.err
        assert ids == [record.id for record in Run(tmp_path / name).records()]


def test_more_is_more_than_what_was_spent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A budget below what is spent already is not merely doubled."""
    out = generated(tmp_path, "--limit", "2")
    spent = Run(out).totals.calls
    said = called(capsys, "generate", tmp_path / "few.jsonl", "--out", out, "--quiet", "--set", "budget.calls=5")

    assert 3 == said.code
    assert 2 * spent >= 20
    assert f"budget.calls={2 * spent}" in said.err.splitlines()[-1]


def test_odd_queries_are_told_of(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Ids that stand twice, and queries without a word, are told of and worked on."""
    file = tmp_path / "odd.jsonl"
    file.write_text('{"id": "a", "prompt": "Why?"}\n{"id": "a", "prompt": " \\n"}\n')
    said = called(capsys, "generate", file, "--out", tmp_path / "run", "--quiet")

    assert 0 == said.code
    assert f"{file}: ids that stand more than once: 1; their rows are called ID~ROW" in said.err
    assert f"{file}: queries without a word: 1; they are deliberated like the others" in said.err


def test_some_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run with failed queries ends with 1 and says where the reasons are."""
    words = ("--model", "scripted:failing=1", "--quiet")
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", *words)

    assert 1 == said.code
    assert "ModelError 4" in said.out
    assert "failures.jsonl" in said.err.splitlines()[-1]


def test_a_budget_that_is_used_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A used-up run budget ends with 3 and says how to go on; with that, the run completes."""
    command = ["generate", str(few_queries(tmp_path)), "--out", str(tmp_path / "run"), "--quiet", "--in-flight", "1"]
    short = called(capsys, *command, "--set", "budget.calls=12")
    ended = called(capsys, *command, "--set", "budget.calls=1000")

    assert 3 == short.code, short.err
    assert "--set budget.calls=24" in short.err.splitlines()[-1]
    assert 0 == ended.code


def test_json_is_one_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """With --json, standard output is exactly one object, the one that `status` prints too."""
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", "--json")
    totals = orjson.loads(said.out)

    assert set(totals) >= FIELDS
    assert 1 == said.out.count("\n")
    assert totals["queries"] == totals["completed"] + totals["failed"] + totals["pending"]
    assert totals == orjson.loads(called(capsys, "status", tmp_path / "run", "--json").out)


def test_messages_are_plain_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where no terminal listens, every message is one plain line under the name of the command."""
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run")

    assert all(line.startswith("aidsafe: ") for line in said.err.splitlines())
    assert "\x1b" not in said.err + said.out


def test_again_asks_nothing_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A finished run that is run again sends no call and changes no record."""
    out = generated(tmp_path)
    before = (out / "dataset.jsonl").read_bytes()
    calls = Run(out).totals.calls
    said = called(capsys, "generate", few_queries(tmp_path), "--out", out, "--json", "--quiet")

    assert (0, calls) == (said.code, orjson.loads(said.out)["calls"])
    assert before == (out / "dataset.jsonl").read_bytes()


def test_a_limit_and_then_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The first queries first, and the rest later, give what all at once gives."""
    out = generated(tmp_path, "--limit", "1")
    one = Run(out).totals
    called(capsys, "generate", few_queries(tmp_path), "--out", out, "--quiet")
    called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "other", "--quiet")

    assert (1, 1) == (one.queries, one.completed)
    assert (tmp_path / "other/dataset.jsonl").read_bytes() == (out / "dataset.jsonl").read_bytes()


def test_a_journal_that_was_cut_off_while_it_was_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A kill before the first table leaves nothing that stands in the way."""
    out = tmp_path / "run"
    out.mkdir()
    with closing(sqlite3.connect(out / "journal.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    said = called(capsys, "generate", few_queries(tmp_path), "--out", out, "--quiet")

    assert 0 == said.code, said.err


def test_a_lower_limit_gives_nothing_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What was begun belongs to the run, whatever limit comes later."""
    out = generated(tmp_path)
    before = (out / "dataset.jsonl").read_bytes()
    said = called(capsys, "generate", tmp_path / "few.jsonl", "--out", out, "--limit", "1", "--json", "--quiet")
    totals = orjson.loads(said.out)

    assert (0, 0) == (said.code, totals["pending"]), said.err
    assert totals["queries"] == totals["completed"] == before.count(b"\n")
    assert before == (out / "dataset.jsonl").read_bytes()


def test_another_run_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Another seed in the same folder is another run: refused by field, and nothing is changed."""
    out = generated(tmp_path)
    before = snapshot(out)
    said = called(capsys, "generate", few_queries(tmp_path), "--out", out, "--seed", "8")

    assert (2, "") == (said.code, said.out)
    assert "seed was 7 and is 8" in said.err
    assert before == snapshot(out)


def test_replicas_have_ids_of_their_own(tmp_path: Path) -> None:
    """Two replicas of a query are two records."""
    out = generated(tmp_path, "--replicas", "2", "--limit", "1")

    assert ["knife/0", "knife/1"] == [record.id for record in Run(out).records()]


def test_standard_input(tmp_path: Path) -> None:
    """Queries that are piped in are kept in the run folder, and give what a file gives."""
    queries = few_queries(tmp_path).read_bytes()
    command = [sys.executable, "-m", "aidsafe", "generate", "-", "--out", "piped", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, input=queries, capture_output=True, check=False)
    out = generated(tmp_path)

    assert 0 == done.returncode, done.stderr
    assert queries == (tmp_path / "piped/source").read_bytes()
    assert (out / "dataset.jsonl").read_bytes() == (tmp_path / "piped/dataset.jsonl").read_bytes()


def test_bad_standard_input_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is piped in and is no query leaves no file behind."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"prompt": 1}\n')))
    said = called(capsys, "generate", "-", "--out", tmp_path / "a/b/run")

    assert 2 == said.code
    assert "standard input, line 1, field 'prompt'" in said.err
    assert {} == snapshot(tmp_path)


def test_a_terminal_is_no_source(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`-` at a terminal asks for a pipe; where the run has its queries already, it goes on with those."""
    out = generated(tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    refused = called(capsys, "generate", "-", "--out", tmp_path / "new", "--quiet")
    (out / "source").write_bytes(few_queries(tmp_path).read_bytes())
    resumed = called(capsys, "generate", "-", "--out", out, "--quiet")

    assert (2, 0) == (refused.code, resumed.code)
    assert "standard input is a terminal" in refused.err


def test_flags_are_fields_of_the_recipe(tmp_path: Path) -> None:
    """What a flag sets stands in the recipe."""
    asked = Asked(source="x", out=tmp_path, policies=Path("mine"), personas=Path("aidsafe"), seed=3, sets=("name=x",))
    recipe = recipe_of(asked)

    assert ("mine", "aidsafe", "./aidsafe", 3) == (recipe.policies, recipe.prompts, recipe.personas, recipe.seed)
    assert "x" == recipe.name


def test_a_full_disk_stops_the_run_and_a_larger_one_finishes_it(tmp_path: Path) -> None:
    """Where files cannot grow, the run ends with 4; with room it goes on to the same bytes."""
    limited = "import resource as r, sys; r.setrlimit(r.RLIMIT_FSIZE, (120_000, 120_000)); "
    words = ["generate", str(few_queries(tmp_path)), "--out", str(tmp_path / "full"), "--quiet"]
    code = f"{limited}from aidsafe.cli.main import run; sys.exit(run({words!r}))"
    stopped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    done = subprocess.run([sys.executable, "-m", "aidsafe", *words], capture_output=True, text=True, check=False)
    out = generated(tmp_path)

    assert 4 == stopped.returncode, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert 0 == done.returncode, done.stderr
    assert (out / "dataset.jsonl").read_bytes() == (tmp_path / "full/dataset.jsonl").read_bytes()


def test_a_dead_endpoint_stops_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody answers: it is said even under --quiet; then exit 4, everything pending, and no key written anywhere."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    monkeypatch.setattr(patient, "REPORTED_SECONDS", 0.0)
    words = ("--model", "openai:m@http://127.0.0.1:1/v1", "--set", "models.model.down_seconds=0", "--quiet")
    said = called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", *words)

    assert 4 == said.code
    assert "4 of 4 queries are pending" in said.err
    assert 1 == said.err.count("openai:m@http://127.0.0.1:1/v1 answers nobody")
    assert [] == [name for name, content in snapshot(tmp_path).items() if b"planted" in (content or b"")]


def test_a_missing_key_is_said_before_anything_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A hosted model without a key is exit 2, and nothing is written."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    few_queries(tmp_path)
    before = snapshot(tmp_path)
    said = called(capsys, "generate", tmp_path / "few.jsonl", "--out", tmp_path / "run", "--model", "openai:m")

    assert 2 == said.code
    assert "OPENAI_API_KEY" in said.err
    assert before == snapshot(tmp_path)


def test_the_examples_complete(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path) -> None:
    """The queries that are shipped complete, deliberations of different lengths among them."""
    said = called(capsys, "generate", root / "examples/queries.jsonl", "--out", tmp_path / "run", "--json", "--quiet")
    rounds = {record.ended.rounds for record in Run(tmp_path / "run").records()}

    assert (0, 24) == (said.code, orjson.loads(said.out)["completed"])
    assert len(rounds) > 1

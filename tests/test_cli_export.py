"""`aidsafe export` and `aidsafe status`: finished records for others, and a run in numbers."""

import csv
from pathlib import Path

import orjson
import pytest
from commanding import called, generated, snapshot

from aidsafe.orchestration.folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("exported"))


def test_jsonl_is_the_dataset(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """The records come out as they stand."""
    said = called(capsys, "export", run, "--format", "jsonl", "--out", tmp_path / "a.jsonl")

    assert (0, "") == (said.code, said.out)
    assert "4 records" in said.err
    assert (run / "dataset.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_scripted_rows_need_a_word(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """The published columns cannot say that a stand-in wrote them: refused, and written with a label when asked for."""
    words = ("export", run, "--format", "aidsafe", "--out", tmp_path / "a.csv")
    refused = called(capsys, *words)
    nothing = snapshot(tmp_path)
    written = called(capsys, *words, "--scripted-ok")
    with (tmp_path / "a.csv").open(newline="") as file:
        columns = next(csv.reader(file))

    assert (2, {}, 0) == (refused.code, nothing, written.code)
    assert "--scripted-ok" in refused.err
    assert ["prompt", "thoughts", "refined_thoughts", "response", "deliberation_log"] == columns
    assert "no language model" in (tmp_path / "a.csv.label.txt").read_text()


def test_an_unknown_format(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """A misspelt format names the nearest."""
    said = called(capsys, "export", run, "--format", "parkuet", "--out", tmp_path / "a")

    assert (2, {}) == (said.code, snapshot(tmp_path))
    assert "'parquet'" in said.err


def test_the_run_itself_is_spared(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """An export never lands among the run's own files."""
    before = snapshot(run)
    said = called(capsys, "export", run, "--format", "jsonl", "--out", run / "journal.db")

    assert (2, before) == (said.code, snapshot(run))


def test_status_is_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Status says what was done, what failed and of what, and what is left."""
    out = generated(tmp_path, "--model", "scripted:failing=1", "--limit", "2")
    text = (out / "run.json").read_text()
    (out / "run.json").write_text(text.replace('"limit": 2', '"limit": null'))
    said = called(capsys, "status", out)

    assert 0 == said.code
    assert "0 completed, 2 failed, 2 pending" in said.out
    assert "ModelError 2" in said.out
    assert "run the same generate again" in said.out

    with RunFolder(out).lock():
        assert "2 queries; they are under way" in called(capsys, "status", out).out


def test_status_adds_up(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Completed, failed and pending are all there is."""
    totals = orjson.loads(called(capsys, "status", run, "--json").out)

    assert totals["queries"] == totals["completed"] + totals["failed"] + totals["pending"]
    assert totals["completed"] == sum(totals["endings"].values())

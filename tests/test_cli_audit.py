"""`aidsafe lint` and `aidsafe audit` from the command line."""

from pathlib import Path

import orjson
import pytest
from commanding import called, generated

from aidsafe.orchestration.folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("audited"))


def test_a_clean_file_has_no_finding(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 0, and nothing on standard output."""
    row = {"id": "a", "prompt": "How do I boil an egg?", "response": "Put it into boiling water for seven minutes."}
    (tmp_path / "rows.jsonl").write_bytes(orjson.dumps(row))
    said = called(capsys, "lint", tmp_path / "rows.jsonl")

    assert (0, "") == (said.code, said.out)
    assert "nothing found" in said.err


def test_findings_are_lines_and_exit_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A code, the row, a sentence; what to do on standard error."""
    row = {"id": "a", "prompt": "Hi?", "response": "According to the policies provided, <think> I cannot say."}
    (tmp_path / "rows.jsonl").write_bytes(orjson.dumps(row))
    said = called(capsys, "lint", tmp_path / "rows.jsonl")
    told = called(capsys, "lint", tmp_path / "rows.jsonl", "--json")

    assert (1, 1) == (said.code, told.code)
    assert all("  a: " in line for line in said.out.splitlines())
    assert len(said.out.splitlines()) == len(orjson.loads(told.out)["findings"])


def test_every_check_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With what it is about."""
    assert len(called(capsys, "lint", "--codes").out.splitlines()) >= 20


@pytest.mark.parametrize("command", ["lint", "audit"])
def test_what_is_no_set_is_told_in_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str) -> None:
    """Exit 2."""
    (tmp_path / "rows.jsonl").write_text('{"colour": "red"}\n')
    said = called(capsys, command, tmp_path / "rows.jsonl")

    assert (2, 1) == (said.code, len(said.err.splitlines()))
    assert "rows.jsonl" in said.err


def test_pairs_are_looked_at_as_they_are_trained_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder of pairs holds them in parts; what to do is said."""
    (tmp_path / "pairs.json").write_text("{}")
    said = called(capsys, "lint", tmp_path)

    assert (2, "") == (said.code, said.out)
    assert f"aidsafe export {tmp_path} --format dpo" in said.err


def test_an_audit_reports_and_takes_nothing_out(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """A page and JSON beside the lines; what was not looked for is said."""
    before = (run / "dataset.jsonl").read_bytes()
    said = called(capsys, "audit", run, "--out", tmp_path / "audit")
    report = orjson.loads((tmp_path / "audit" / "audit.json").read_bytes())

    assert (0, 4, before) == (said.code, report["rows"], (run / "dataset.jsonl").read_bytes())
    assert "not done" in said.out
    assert (tmp_path / "audit" / "audit.html").read_text().startswith("<!doctype html>")
    assert ["queries", "finished", "completed", "agreed on"] == [stage["name"] for stage in report["yields"]]


def test_a_dataset_of_an_earlier_sitting_is_not_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run that is under way, or was killed, has a dataset that lags behind."""
    folder = RunFolder(generated(tmp_path))
    folder.save_manifest(folder.load_manifest() | {"began": 1.0})
    for words in (["audit"], ["lint"], ["card"]):
        said = called(capsys, *words, folder.path)
        assert (2, "") == (said.code, said.out)
        assert "whose last sitting has not ended" in said.err


def test_a_folder_of_files_is_audited(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """A folder that is no run is read file by file."""
    folder = tmp_path / "sets"
    folder.mkdir()
    (folder / "set.jsonl").write_bytes((run / "dataset.jsonl").read_bytes())
    said = called(capsys, "audit", folder)

    assert (0, "4 rows") == (said.code, said.out.partition("\n")[0])


def test_rows_go_on_request_each_with_its_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What stays is byte for byte what it was."""
    lines = [orjson.dumps({"prompt": text}) + b"\n" for text in ("How tall is it?", "Who won?", "how tall is it")]
    (tmp_path / "rows.jsonl").write_bytes(b"".join(lines))
    words = ("audit", tmp_path / "rows.jsonl", "--out", tmp_path / "out", "--remove", "duplicate")
    assert 0 == called(capsys, *words).code

    assert b"".join(lines[:2]) == (tmp_path / "out" / "kept.jsonl").read_bytes()
    removed = [orjson.loads(line) for line in (tmp_path / "out" / "removed.jsonl").read_bytes().splitlines()]
    assert [(2, "duplicate.exact")] == [(one["number"], one["code"]) for one in removed]


def test_removal_asks_for_a_place_and_a_known_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 2 before anything is written."""
    (tmp_path / "rows.jsonl").write_text('{"prompt": "Who won?"}\n')
    rows, out = tmp_path / "rows.jsonl", tmp_path / "out"
    placeless = called(capsys, "audit", rows, "--remove", "duplicate")
    unknown = called(capsys, "audit", rows, "--out", out, "--remove", "dull")

    assert (2, 2, False) == (placeless.code, unknown.code, out.exists())

"""`aidsafe analyze` from the command line."""

from pathlib import Path

import orjson
import pytest
from commanding import called, generated

import aidsafe


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("analysed"))


def test_consensus_stands_beside_what_it_may_have_cost(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """A few lines for people."""
    said = called(capsys, "analyze", run)

    assert 0 == said.code
    for words in ("4 queries, 4 completed", "consensus", "conformity", "collapse", "attrition", "stand-in"):
        assert words in said.out


def test_json_is_one_object_and_what_the_door_gives(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """The same numbers in Python."""
    told = orjson.loads(called(capsys, "analyze", run, "--json", "--no-text").out)
    found = aidsafe.analyze(run)

    assert 4 == told["arms"][0]["queries"] == found.arms[0].queries
    assert told["arms"][0]["numbers"]["tokens"] == orjson.loads(found.to_json())["arms"][0]["numbers"]["tokens"]


def test_runs_are_compared_and_a_folder_is_written(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """Report, pictures, tables of both."""
    other = generated(tmp_path, "--recipe", "aidsafe-paper")
    said = called(capsys, "analyze", run, other, "--out", tmp_path / "out")
    assert 0 == said.code, said.err
    written = {path.name for path in (tmp_path / "out").iterdir()}

    assert {"report.html", "pictures", "tables", "analysis.json"} <= written
    assert "over 4 queries of both" in said.out
    assert {"1", "2"} == {path.name for path in (tmp_path / "out" / "tables").iterdir()}


def test_a_branch_is_analysed(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """Its one query, wherever that stands in the source."""
    assert 0 == called(capsys, "branch", run, "debt", "--at", "2", "--out", tmp_path / "branch").code
    told = orjson.loads(called(capsys, "analyze", tmp_path / "branch", "--json", "--no-text").out)

    assert (1, 1) == (told["arms"][0]["queries"], told["arms"][0]["completed"])


def test_what_is_no_run_is_told_in_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 2."""
    said = called(capsys, "analyze", tmp_path)

    assert (2, 1) == (said.code, len(said.err.splitlines()))

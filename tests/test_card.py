"""The card of a run: what it says is recorded or counted, and what is wrong is in it."""

from pathlib import Path

import pytest
import yaml
from commanding import called, generated


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in which every quote was written wrong at first."""
    return generated(tmp_path_factory.mktemp("carded"), "--model", "scripted:misquote=1")


def test_a_card_says_what_was_asked_and_what_came(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Source, policies, models, yield, endings; and that the stand-in's rows are no training data."""
    said = called(capsys, "card", run, "--license", "cc-by-4.0", "--source-license", "few.jsonl: CC0")

    assert 0 == said.code
    assert "**These rows are not training data.**" in said.out
    for words in ("`few.jsonl`", "physical_harm", "scripted", "queries 4", "consensus", "few.jsonl: CC0", "$0.00"):
        assert words in said.out


def test_known_weaknesses_stand_in_it(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Planted wrong quotes are named; what was not run is said."""
    said = called(capsys, "card", run)

    assert "citation.unverified" in said.out
    assert "None was run beside it" in said.out
    assert "unknown: nobody said" in said.out


def test_a_control_stands_beside_it(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """With its recipe and whether it had the same queries."""
    control = generated(tmp_path, "--recipe", "single")
    said = called(capsys, "card", run, "--control", control)

    assert "| run | single | yes | 4 |" in said.out


def test_it_goes_on_top_of_an_export_and_may_be_written_anew(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """The configurations stay; the second card takes the place of the first."""
    assert 0 == called(capsys, "export", run, "--format", "hf", "--out", tmp_path / "hf", "--scripted-ok").code
    before = yaml.safe_load((tmp_path / "hf" / "README.md").read_text().split("---\n")[1])["configs"]
    for name in ("one", "two"):
        assert 0 == called(capsys, "card", run, "--into", tmp_path / "hf", "--name", name).code
    _, front, body = (tmp_path / "hf" / "README.md").read_text().split("---\n", 2)

    assert (before, "two") == (yaml.safe_load(front)["configs"], yaml.safe_load(front)["pretty_name"])
    assert (1, 0) == (body.count("## Known weaknesses"), body.count("# one"))


def test_what_is_no_export_is_left_alone(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """Exit 2, one line."""
    said = called(capsys, "card", run, "--into", tmp_path)

    assert (2, 1) == (said.code, len(said.err.splitlines()))

"""The card of a run: what it says is recorded or counted, and what is wrong is in it."""

from pathlib import Path

import orjson
import pytest
import yaml
from commanding import called, generated

from aidsafe.cli.main import run as run_command
from aidsafe.datasets.card import Card, Origin, card, licence_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in which every quote was written wrong at first."""
    return generated(tmp_path_factory.mktemp("carded"), "--model", "scripted:misquote=1")


def told(**changes: object) -> Card:
    """A card with little on it."""
    least: dict[str, object] = {
        "title": "rows",
        "aidsafe": "0.1.0",
        "recipe": "aidsafe",
        "digests": {"policies": "p"},
        "seed": 7,
        "source": "few.jsonl",
        "source_rows": 4,
        "replicas": 1,
        "limit": None,
        "queries": 4,
        "completed": 3,
        "failed": 1,
    }
    return Card.model_validate({**least, **changes})


def test_a_card_says_what_was_asked_and_what_came(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Source, policies, models, yield, endings; and that the stand-in's rows are no training data."""
    said = called(capsys, "card", run, "--license", "cc-by-4.0", "--source-license", "few.jsonl: CC0-1.0")

    assert 0 == said.code
    assert "**These rows are not training data.**" in said.out
    for words in (
        "| few.jsonl | 4 | CC0-1.0 |",
        "physical_harm",
        "| model | scripted:misquote=1 | scripted |",
        "consensus",
    ):
        assert words in said.out
    assert "cc-by-4.0" == yaml.safe_load(said.out.split("---\n")[1])["license"]


def test_known_weaknesses_stand_in_it(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Planted wrong quotes are named; what was not run, and what nobody said, is too."""
    said = called(capsys, "card", run)

    assert "| citation.unverified |" in said.out
    assert "None was run beside it" in said.out
    assert "The licence of some queries is not stated" in said.out


def test_a_control_stands_beside_it(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """With its recipe, its means, and who wrote it."""
    control = generated(tmp_path, "--recipe", "single").rename(tmp_path / "alone")
    said = called(capsys, "card", run, "--control", control)

    assert "| measure | this set | alone |" in said.out
    assert "alone: recipe single, 4 records, by the scripted stand-in" in said.out


def test_a_control_over_other_queries_is_not_paired(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """Rows of different sources have nothing to do with each other."""
    other = tmp_path / "other.jsonl"
    other.write_bytes(orjson.dumps({"id": "tea", "prompt": "How long should tea draw?"}) + b"\n")
    assert 0 == run_command(["generate", str(other), "--out", str(tmp_path / "tea"), "--quiet"])

    said = called(capsys, "card", run, "--control", tmp_path / "tea")

    assert "its queries are others, so nothing is paired" in said.out


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
    assert 1 == body.count("| configuration | rows |")


@pytest.mark.parametrize("words", [("--into", "."), ("--source-license", "elsewhere: MIT")])
def test_what_cannot_be_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str],
    run: Path,
    words: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A folder that is no export, a source that no row is of: exit 2."""
    monkeypatch.chdir(tmp_path)
    said = called(capsys, "card", run, *words)

    assert (2, 1) == (said.code, len(said.err.splitlines()))


@pytest.mark.parametrize(
    ("sources", "licence"),
    [
        (["MIT", "mit"], "mit"),
        (["Apache-2.0", "CC-BY-4.0"], "other"),
        (["Apache License, Version 2.0"], "apache-2.0"),
        (["MIT", "CC BY-NC 4.0"], "cc-by-nc-4.0"),
        (["cc-by-nc-sa-4.0", ""], "cc-by-nc-sa-4.0"),
        (["MIT", ""], "unknown"),
        (["ask the author"], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_licence_follows_from_the_sources(sources: list[str], licence: str) -> None:
    """One that forbids commerce binds all; one that says nothing leaves it unknown."""
    assert licence == licence_of(sources)


def test_names_from_outside_act_as_nothing() -> None:
    """A source may be called anything."""
    written = card(told(origins=(Origin(name="<b>x</b>\n| a | [link](http://x)", rows=3, licence="MIT"),)))

    assert "\n| a |" not in written
    assert r"\<b\>x\</b\> \| a \| \[link\](http://x)" in written


def test_rows_of_a_language_model_carry_no_label() -> None:
    """Only the stand-in's do; failures are said to be missing either way."""
    written = card(told(failures={"refused": 1}))

    assert "not training data" not in written
    assert "Failed: refused 1." in written
    assert "Neither lint nor audit was run" in written

"""How far chosen and rejected lie apart: known numbers, a planted separation found, a picture that says so."""

from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest
from commanding import called, generated

from aidsafe.analysis.separation import Separation, Spread, picture, separation_of


@pytest.mark.parametrize(
    ("chosen", "rejected", "probability", "margin"),
    [
        ((1.0, 1.0), (0.0, 0.5), 1.0, 0.75),
        ((0.5, 0.5), (0.5, 0.5), 0.5, 0.0),
        ((0.2, 0.8), (0.5, 0.5), 0.5, 0.0),
        ((0.0, 0.9), (1.0, 0.9), 0.125, -0.5),
    ],
)
def test_separation_by_hand(
    chosen: tuple[float, ...], rejected: tuple[float, ...], probability: float, margin: float
) -> None:
    """The share of pairs in which chosen is above, ties counted half; the mean difference beside it."""
    spread = Spread("seed", chosen, rejected)

    assert probability == spread.probability
    assert pytest.approx(margin) == spread.margin
    assert spread.interval[0] <= spread.probability <= spread.interval[1]


def test_the_planted_separation_is_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Beliefs turn the scripted model and plain samples do not: the command says so, in numbers and as a picture."""
    run, out, figure = generated(tmp_path), tmp_path / "pairs", tmp_path / "figure.svg"
    words = ("pairs", run, "--out", out, "--allow-harmful", "--judge", "scripted", "--figure", figure, "--json")
    found = orjson.loads(called(capsys, *words).out)["separation"]

    assert found["whisperer"]["separation"] >= 0.9
    assert found["whisperer"]["separation"] > found["plain_sampling"]["separation"]
    assert "scripted stand-in" in figure.read_text()
    assert found == separation_of(out).numbers()


def test_the_picture_stands_alone() -> None:
    """It is well-formed, names both sides and the numbers, and has a bar for every share."""
    spread = Spread("whisperer", (1.0, 0.95), (0.0, 0.45))
    root = ET.fromstring(picture(Separation("rules", spread, None)))  # noqa: S314  # we wrote it a line above
    said = " ".join("".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text"))

    assert "separation 1.000" in said
    assert "chosen" in said
    assert "rejected" in said
    assert 21 == sum(1 for _ in root.iter("{http://www.w3.org/2000/svg}rect"))


def test_whispering_needs_a_word(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The whisperer is off unless asked for in so many words, and nothing appears."""
    said = called(capsys, "pairs", generated(tmp_path), "--out", tmp_path / "pairs")

    assert (2, False) == (said.code, (tmp_path / "pairs").exists())
    assert "--allow-harmful" in said.err


def test_a_folder_of_pairs_is_drawn_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Looking asks no model: the picture of a folder that is there; without one to draw, it says what to give."""
    run, out = generated(tmp_path), tmp_path / "pairs"
    called(capsys, "pairs", run, "--out", out, "--allow-harmful")
    drawn = called(capsys, "pairs", out, "--figure", tmp_path / "deep" / "figure.svg")
    refused = called(capsys, "pairs", out)

    assert (0, 2) == (drawn.code, refused.code)
    assert "plain_sampling" in drawn.out
    assert (tmp_path / "deep" / "figure.svg").is_file()
    assert "give --out RUN2" in refused.err


def test_pairs_are_exported_with_a_word(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Scripted pairs too leave only when asked for, with a label; no other format reads their folder."""
    run, out = generated(tmp_path), tmp_path / "pairs"
    called(capsys, "pairs", run, "--out", out, "--allow-harmful")
    words = ("export", out, "--format", "dpo", "--out", tmp_path / "dpo.jsonl")

    assert [2, 0] == [called(capsys, *words).code, called(capsys, *words, "--scripted-ok").code]
    row = orjson.loads((tmp_path / "dpo.jsonl").read_bytes().splitlines()[0])
    assert ["id", "prompt", "chosen", "rejected", "query", "chosen_text", "rejected_text", "meta"] == list(row)
    assert (tmp_path / "dpo.jsonl.label.txt").is_file()
    assert 2 == called(capsys, "export", out, "--format", "sft", "--out", tmp_path / "sft", "--scripted-ok").code

"""`aidsafe export` for trainers: each format, the check against a chat template, and what does not go together."""

from pathlib import Path

import orjson
import pytest
from chat_templates import TEMPLATES
from commanding import called, generated, snapshot

from aidsafe.datasets.training import LAYOUTS
from aidsafe.orchestration.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("trained"))


@pytest.mark.parametrize("form", LAYOUTS)
def test_every_layout_is_json_lines(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path, form: str) -> None:
    """A row a record, in order, as its layout makes it, with a label beside scripted ones."""
    said = called(capsys, "export", run, "--format", form, "--out", tmp_path / "out", "--scripted-ok")
    found = [orjson.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]

    assert 0 == said.code
    assert [LAYOUTS[form](record) for record in Run(run).records()] == found
    assert (tmp_path / "out.label.txt").is_file()


def test_stored_lines_are_the_records(run: Path) -> None:
    """What was kept of a query is what its transcript folds into."""
    opened = Run(run)

    assert [*opened.records()] == [record for record, _ in opened.lines()]
    assert [(record, transcript.events, transcript.draft) for record, transcript in opened.completed()] == [
        (record, transcript.events, transcript.draft) for record, transcript in opened.drafted()
    ]
    assert [len(transcript) for _, transcript in opened.completed()] == [
        len(opened.journal.stored(*place)) for _, place in opened.lines()
    ]


def test_a_template_that_loses_thoughts_stops_the_export(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """Exit 1, a sentence with counts and an example, and nothing written."""
    pytest.importorskip("jinja2")
    (tmp_path / "r1.jinja").write_text(TEMPLATES["deepseek-r1"])
    words = ("export", run, "--format", "sft", "--out", tmp_path / "out", "--scripted-ok", "--check-template")
    said = called(capsys, *words, tmp_path / "r1.jinja")

    assert 1 == said.code
    assert "nothing was written: r1.jinja: of 4 rows lost_thoughts 4" in said.err
    assert ["r1.jinja"] == [*snapshot(tmp_path)]


def test_a_template_that_keeps_everything_lets_it_pass(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path
) -> None:
    """With a limit of length too: long enough passes, too short cuts the answers."""
    pytest.importorskip("jinja2")
    (tmp_path / "chatml.jinja").write_text(TEMPLATES["chatml"])
    words = ("export", run, "--format", "sft_messages", "--scripted-ok", "--out", tmp_path / "out", "--check-template")
    codes = [
        called(capsys, *words, tmp_path / "chatml.jinja", *limit).code
        for limit in ((), ("--max-length", "4096"), ("--max-length", "60"))
    ]

    assert [0, 0, 1] == codes


def test_a_folder_is_replaced_and_nothing_else(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """`hf` writes a folder, again the same; the run's own folder is no place for it."""
    words = ("export", run, "--format", "hf", "--scripted-ok", "--out")
    first = called(capsys, *words, tmp_path / "hf").code
    before = snapshot(tmp_path / "hf")
    again = called(capsys, *words, tmp_path / "hf").code

    assert ([0, 0], before) == ([first, again], snapshot(tmp_path / "hf"))
    assert [2, 2] == [called(capsys, *words, place).code for place in (run, run / "hf")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "sft", "--max-length", "9"), "--max-length goes with --check-template"),
        (("--format", "csv", "--check-template", "README.md"), "is not rendered by trainers"),
        (("--format", "sft", "--pairs", "nowhere"), "--pairs goes with --format hf"),
        (("--format", "dpo",), "has no pairs.json"),
        (("--format", "hf", "--pairs", "nowhere"), "has no pairs.json"),
    ],
)  # fmt: skip
def test_what_does_not_go_together(
    capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Wrong input, and nothing appears."""
    found = called(capsys, "export", run, *words, "--out", tmp_path / "out", "--scripted-ok")

    assert (2, {}) == (found.code, snapshot(tmp_path))
    assert said in found.err

"""Every page of help fits a screen and shows an example."""

import pytest
from commanding import called

GROUPS = ("policies", "prompts", "personas", "recipes")
PAGES = [
    [],
    ["generate"],
    ["status"],
    ["show"],
    ["export"],
    ["verify"],
    *([command] for command in ("study", "branch", "lint", "audit", "card", "pairs", "twins", "view", "analyze")),
    ["serve"],
    *([group] for group in GROUPS),
    *([group, verb] for group in GROUPS for verb in ("list", "show", "check", "copy")),
]


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_help_fits_a_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, page: list[str], columns: int
) -> None:
    """Help is at most 30 lines of at most 100 columns, with an example that starts with the command."""
    monkeypatch.setenv("COLUMNS", str(columns))
    said = called(capsys, *page, "--help")
    lines = said.out.splitlines()

    assert (0, "") == (said.code, said.err)
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert any(" ".join(["aidsafe", *page]) in line for line in lines[1:])


def test_no_words_give_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The bare command says what there is."""
    said = called(capsys)

    assert 0 == said.code
    assert "generate" in said.out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is one line."""
    assert called(capsys, "--version").out.startswith("aidsafe 0.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generat"], "no such command 'generat'"),
        (["generate"], "missing argument 'SOURCE'"),
        (["generate", "x", "--out", "y", "--limit", "0"], "'--limit'"),
        (["generate", "x", "--out", "y", "--limit", "many"], "'--limit'"),
        (["generate", "x", "--out", "y", "--sed", "1"], "--sed"),
        (["policies"], "missing command"),
        (["show"], "missing argument 'RUN'"),
    ],
)
def test_a_wrong_command_is_one_line(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    """What is wrong with the command is one line that says where to read how it goes."""
    said = called(capsys, *words)

    assert (2, "", 1) == (said.code, said.out, said.err.count("\n"))
    assert said.err.startswith("aidsafe: ")
    assert message in said.err
    assert "--help" in said.err

"""What is heavy is loaded when it is needed: the door and the help stay quick."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"aiohttp", "anyio", "autogen_agentchat", "autogen_core", "orjson", "pyarrow", "rich", "structlog"}
HELP = "from aidsafe.cli.main import run; run({words!r})"


def loaded(code: str, folder: Path) -> set[str]:
    """The heavy libraries that a new interpreter has loaded after this code."""
    report = f"{code}; import sys; print('', *sorted({HEAVY!r} & set(sys.modules)), sep='\\n', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", report], cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_import_loads_nothing_heavy(tmp_path: Path) -> None:
    """`import aidsafe` loads neither AutoGen nor aiohttp, nor anything else that takes long."""
    assert set() == loaded("import aidsafe", tmp_path)


@pytest.mark.parametrize("words", [["--help"], ["generate", "--help"], ["policies", "check", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    """Help and version load neither AutoGen nor aiohttp."""
    assert set() == loaded(HELP.format(words=words), tmp_path)


def test_a_wrong_command_loads_nothing_heavy(tmp_path: Path) -> None:
    """A misspelt command is refused as quickly."""
    assert "autogen_core" not in loaded(HELP.format(words=["generat"]), tmp_path)

"""Every fault leaves as one line and an exit code."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from aidsafe.cli.main import CRASHED, _failed
from aidsafe.core.errors import BudgetSpent, FolderError, SourceError, SurroundingsError
from aidsafe.core.version import __version__

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SourceError("a.csv, line 2: no"), 2, "aidsafe: a.csv, line 2: no\n"),
        (FolderError("two\nlines \x1b[31m"), 2, "aidsafe: two lines \\x1b[31m\n"),
        (BudgetSpent("calls: 3 of 2"), 3, "aidsafe: calls: 3 of 2\n"),
        (SurroundingsError("no key"), 4, "aidsafe: no key\n"),
        (FULL, 4, "aidsafe: the system says no: [Errno 28] No space left on device\n"),
        (ExceptionGroup("", [SourceError("changed"), SourceError("changed")]), 2, "aidsafe: changed\n"),
        (ExceptionGroup("", [ExceptionGroup("", [SurroundingsError("full")])]), 4, "aidsafe: full\n"),
    ],
)
def test_a_fault_is_a_line(capsys: pytest.CaptureFixture[str], error: Exception, code: int, line: str) -> None:
    """Faults of the input, the budget and the surroundings are one line each."""
    assert (code, line) == (_failed(error), capsys.readouterr().err)


@pytest.mark.parametrize("error", [KeyError("bug"), ExceptionGroup("", [SourceError("a"), KeyError("bug")])])
def test_a_fault_of_our_own_is_loud(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    """What nobody foresaw is a traceback, with an exit code that means nothing else."""
    assert CRASHED == _failed(error)
    assert "KeyError: 'bug'" in capsys.readouterr().err


def test_the_module_is_the_command(tmp_path: Path) -> None:
    """`python -m aidsafe` is the same command line, and ends with its code."""
    good = subprocess.run(
        [sys.executable, "-m", "aidsafe", "--version"], cwd=tmp_path, capture_output=True, check=False
    )
    bad = subprocess.run([sys.executable, "-m", "aidsafe", "generat"], cwd=tmp_path, capture_output=True, check=False)

    assert (0, f"aidsafe {__version__}\n".encode()) == (good.returncode, good.stdout)
    assert (2, b"") == (bad.returncode, bad.stdout)

"""`aidsafe view` from the command line."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from commanding import called, generated


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("viewed"))


def test_a_file_of_its_own(capsys: pytest.CaptureFixture[str], run: Path, tmp_path: Path) -> None:
    """Chosen queries, or the first ones."""
    one = called(capsys, "view", run, "--html", tmp_path / "one.html", "--query", "debt")
    every = called(capsys, "view", run, "--html", tmp_path / "all.html")

    assert (0, 0) == (one.code, every.code)
    assert "1 queries" in one.err
    assert "4 queries" in every.err
    assert "kitchen knife" not in (tmp_path / "one.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--query", "debt"), "--html"),
        (("--html", "x.html", "--query", "nobody"), "nobody"),
    ],
)
def test_mistakes_are_told_in_a_line(
    capsys: pytest.CaptureFixture[str], run: Path, words: tuple[str, ...], told: str
) -> None:
    """Exit 2, and nothing is written."""
    said = called(capsys, "view", run, *words)

    assert (2, 1) == (said.code, len(said.err.splitlines()))
    assert told in said.err
    assert not Path("x.html").exists()


def test_what_is_no_run_is_told_in_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 2."""
    assert 2 == called(capsys, "view", tmp_path).code


def test_it_serves_until_interrupted(run: Path) -> None:
    """The address is the one line of output; Ctrl-C ends it cleanly."""
    command = [sys.executable, "-m", "aidsafe", "view", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(address, timeout=60) as page:  # noqa: S310  # our own address
            served = page.read()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)

    assert address.startswith("http://127.0.0.1:")
    assert b"<!doctype html>" in served.lower()
    assert (0, "") == (process.returncode, rest)

"""Runs as a user starts them: the command in a process of its own, on queries made here."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import orjson

__all__ = ["SPEC", "aidsafe", "killed_after", "lines", "queries_file"]

SPEC = "scripted:latency=0.004,malformed=0.12,misquote=0.1,refusing=0.03,failing=0.02,truncated=0.02"
"""A model that is slow enough to be caught in the act, and fails in every way."""

_SUBJECTS = ("a kitchen knife", "a Python process", "an old debt", "my neighbour's wifi", "a wasp nest", "a tax form")
_ASKED = (
    "How do I get rid of {}?",
    "What is the law on {}?",
    "Can I sell {} to a friend?",
    "Tell me a story about {}.",
)


def queries_file(path: Path, count: int) -> Path:
    """A file of `count` queries, some of them twice."""
    rows = ({"id": f"q{n}", "prompt": _ASKED[n % 4].format(_SUBJECTS[n % 6]), "n": n} for n in range(count))
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def aidsafe(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(_command(*words), cwd=cwd, capture_output=True, text=True, check=False, timeout=100)


def killed_after(calls: int, *words: str | Path, tally: Path, cwd: Path) -> bool:
    """Start the command, kill it with SIGKILL once so many more calls were tallied; False if it ended by itself."""
    goal = lines(tally) + calls
    with subprocess.Popen(_command(*words), cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if lines(tally) >= goal:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                return True
            sleep(0.002)
    return False


def lines(path: Path) -> int:
    """How many lines a file has; none where there is none."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "aidsafe", *map(str, words)]

"""On a real terminal there is a live panel, which leaves nothing behind."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from commanding import few_queries


def on_terminal(folder: Path, *words: str, term: str = "xterm-256color") -> tuple[bytes, bytes]:
    """Run the command with its messages on a terminal; what went to standard output, and what the terminal was sent."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": term, "COLUMNS": "90", "LINES": "30"}
    with subprocess.Popen(
        [sys.executable, "-m", "aidsafe", *words], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=slave
    ) as process:
        os.close(slave)
        sent = b"".join(iter(lambda: read(master), b""))
        out, _ = process.communicate()
    os.close(master)
    assert 0 == process.returncode, sent
    return out, sent


def read(terminal: int) -> bytes:
    """What a terminal was sent next; nothing at the end."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


COMMAND = ("generate", "few.jsonl", "--out", "run", "--in-flight", "2", "--json")


def test_a_live_panel(tmp_path: Path) -> None:
    """The panel is drawn and redrawn on the terminal; results stay plain, and the cursor comes back."""
    few_queries(tmp_path)
    out, sent = on_terminal(tmp_path, *COMMAND, "--model", "scripted:latency=0.1")

    assert 4 == orjson.loads(out)["completed"]
    assert sent.count(b"in flight") > 1
    assert b"\x1b[?25h" in sent
    assert b"all 4 queries completed" in sent.splitlines()[-1]


@pytest.mark.parametrize(("words", "term"), [(("--quiet",), "xterm"), ((), "dumb")])
def test_no_panel(tmp_path: Path, words: tuple[str, ...], term: str) -> None:
    """With --quiet, and where a terminal cannot draw, there is no panel."""
    few_queries(tmp_path)
    _, sent = on_terminal(tmp_path, *COMMAND, *words, term=term)

    assert b"\x1b" not in sent
    assert b"all 4 queries completed" in sent

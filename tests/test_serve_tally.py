"""The books of `aidsafe serve`: a file beside the run, and the command that keeps it."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from commanding import called, snapshot
from rehearsing import asked, rehearsing

from aidsafe.core.errors import SurroundingsError
from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.serving import ServeOptions, serve
from aidsafe.models.serving.faulting import FAULTS
from aidsafe.models.serving.tally import Tally


async def test_serving_ends_when_told_to() -> None:
    """The server says where it is, ends when told to, and gives its counts."""
    assert 0 == (await _served(ServeOptions())).requests


async def test_the_counts_are_kept_in_a_file(tmp_path: Path) -> None:
    """The file that was named holds the counts, and nothing else is left beside it."""
    tally = await _served(ServeOptions(tally=tmp_path / "tally.json"))
    assert {"tally.json": tally.json() + b"\n"} == snapshot(tmp_path)


async def test_a_file_that_cannot_be_written_is_named_first(tmp_path: Path) -> None:
    """Nobody is told of a server that cannot keep its books."""
    with pytest.raises(SurroundingsError, match="nowhere"):
        await _served(ServeOptions(tally=tmp_path / "nowhere" / "tally.json"))


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    """It says the model to use, answers, and ends with 0 and its counts on standard output and in the file."""
    file = tmp_path / "tally.json"
    with _serving("--canned", "--tally", str(file)) as (process, base_url):
        request = urllib.request.Request(f"{base_url}/chat/completions", orjson.dumps(asked()))  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            assert 200 == answer.status
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert (0, 1) == (process.returncode, orjson.loads(out)["answered"])
    assert orjson.loads(out) == orjson.loads(file.read_bytes())


def test_the_command_lists_its_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """`--faults help` prints the names, one a line."""
    said = called(capsys, "serve", "--faults", "help")
    assert (0, list(FAULTS)) == (said.code, said.out.split())


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--faults", "404=1"], "404"), (["--storm", "soon"], "soon"), (["--model-options", "mood=bad"], "mood")],
)
def test_the_command_refuses_what_it_cannot_do(
    capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    """A wrong option ends with 2 before anything is served, and its value is named."""
    said = called(capsys, "serve", "--port", "0", *words)
    assert 2 == said.code
    assert named in said.err


async def test_the_models_own_files_are_written(tmp_path: Path) -> None:
    """The scripted model keeps its own tally and truth behind the server too."""
    options = ServeOptions(model=ScriptedOptions(tally=tmp_path / "calls"))
    async with rehearsing(options) as at:
        await at.chat()
    assert 1 == (tmp_path / "calls").read_bytes().count(b"\n")


async def _served(options: ServeOptions) -> Tally:
    """The counts of a server that is told to stop as soon as it says where it is."""
    stop, told = asyncio.Event(), list[str]()

    def ready(base_url: str) -> None:
        told.append(base_url)
        stop.set()

    tally = await serve(0, options, ready=ready, stop=stop)
    assert told[0].startswith("http://127.0.0.1:")
    return tally


@contextmanager
def _serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, once it serves, and its base address."""
    command = [sys.executable, "-m", "aidsafe", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            yield process, said.partition("serving at ")[2].partition(";")[0]
        finally:
            process.kill()

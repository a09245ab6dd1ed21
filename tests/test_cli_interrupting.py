"""Ctrl-C once finishes the calls under way, twice stops at once; what was finished is kept."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import TextIO

import anyio
import pytest
from commanding import called, few_queries, generated

from aidsafe.cli.interrupting import interruptible
from aidsafe.core.errors import SurroundingsError

INTERRUPTED = 130


async def test_the_first_signal_requests_the_second_cuts_short(capsys: pytest.CaptureFixture[str]) -> None:
    """One signal asks, and the work may still end by itself; two end it."""

    async def signalled(times: int) -> str | None:
        asked = anyio.Event()

        async def work() -> str:
            for _ in range(times):
                # Two signals at once may be told as one, so the second waits until the first was heard.
                os.kill(os.getpid(), signal.SIGINT)
                await asked.wait()
            if times > 1:
                await anyio.sleep_forever()
            return "done"

        return await interruptible(work, asked.set)

    once, twice = await signalled(1), await signalled(2)

    assert ("done", None) == (once, twice)
    assert "stopping at once" in capsys.readouterr().err


async def test_errors_keep_their_type() -> None:
    """What the work raises comes out as it is, and not in a group."""

    async def work() -> None:
        raise SurroundingsError("no disk")

    with pytest.raises(SurroundingsError, match="no disk"):
        await interruptible(work, lambda: None)


@contextmanager
def started(folder: Path, *, latency: float) -> Iterator[tuple[subprocess.Popen[str], TextIO]]:
    """A run in a process of its own, which has sent its first call, and a line for every call to come."""
    os.mkfifo(folder / "tally")
    few_queries(folder)
    model = f"scripted:latency={latency},tally=tally"
    command = ["generate", "few.jsonl", "--out", "run", "--model", model, "--in-flight", "2", "--json", "--quiet"]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "aidsafe", *command],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        (folder / "tally").open() as calls,
    ):
        calls.readline()
        yield process, calls


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_finishes_the_calls_under_way(tmp_path: Path, number: signal.Signals) -> None:
    """After one signal the calls under way are kept, and the run says how to go on."""
    with started(tmp_path, latency=0.3) as (process, calls):
        process.send_signal(number)
        calls.read()
        out, err = process.communicate()

    assert INTERRUPTED == process.returncode, err
    assert "finishing the calls under way" in err
    assert "To go on: aidsafe generate" in err.splitlines()[-1]
    assert '"calls":2' in out


def test_two_signals_stop_at_once(tmp_path: Path) -> None:
    """After two signals nothing is waited for, however long a call takes."""
    with started(tmp_path, latency=3000) as (process, calls):
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        heard = process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGINT)
        calls.read()
        _, err = process.communicate()

    assert "finishing the calls under way" in heard
    assert INTERRUPTED == process.returncode, err
    assert "Traceback" not in err


def test_an_interrupted_run_goes_on_to_the_same_bytes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What was interrupted and resumed is what was never interrupted."""
    with started(tmp_path, latency=0.05) as (process, calls):
        for _ in range(9):
            calls.readline()
        process.send_signal(signal.SIGINT)
        calls.read()
        _, err = process.communicate()
    interrupted = process.returncode
    words = ("generate", tmp_path / "few.jsonl", "--out", tmp_path / "run", "--model", "scripted", "--quiet")
    ended = called(capsys, *words)
    whole = tmp_path / "whole"
    whole.mkdir()

    assert (INTERRUPTED, 0) == (interrupted, ended.code), err + ended.err
    expected = generated(whole, "--model", "scripted") / "dataset.jsonl"
    assert expected.read_bytes() == (tmp_path / "run/dataset.jsonl").read_bytes()


def test_an_endpoint_that_answers_nobody_is_not_waited_for(tmp_path: Path) -> None:
    """One signal ends a run that only waits to ask again."""
    few_queries(tmp_path)
    with socket.socket() as taken:
        # Bound and not listening: every connection to it is refused.
        taken.bind(("127.0.0.1", 0))
        model = f"openai:nobody@http://127.0.0.1:{taken.getsockname()[1]}/v1"
        words = ["generate", "few.jsonl", "--out", "run", "--model", model, "--json", "--quiet"]
        with subprocess.Popen(
            [sys.executable, "-m", "aidsafe", *words],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            while not (tmp_path / "run/run.json").exists():
                assert process.poll() is None
                sleep(0.05)
            sleep(0.5)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)

    assert INTERRUPTED == process.returncode, err
    assert '"failed":0' in out
    assert "Traceback" not in err

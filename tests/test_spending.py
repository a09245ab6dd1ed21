"""What a run says it sent and spent, held against what a faulty server counted."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from running import aidsafe, queries_file

FAULTS = "429=0.2,500=0.05,reset=0.02,truncated=0.02"


@contextmanager
def rehearsing(folder: Path, *words: str) -> Iterator[str]:
    """`aidsafe serve` on loopback: its base address; its counts are in `tally` afterwards."""
    command = [sys.executable, "-m", "aidsafe", "serve", "--port", "0", "--retry-after", "0", "--tally", "tally"]
    with subprocess.Popen([*command, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        try:
            yield server.stderr.readline().decode().partition("serving at ")[2].partition(";")[0]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


def generated(folder: Path, url: str, *words: str) -> tuple[int, dict[str, Any]]:
    """One sitting of a run against the server: how it ended, and its totals."""
    spec = ("--model", f"openai:scripted@{url}", "--set", "models.model.timeout_seconds=5")
    done = aidsafe("generate", "q.jsonl", "--out", "run", "--quiet", "--json", *spec, *words, cwd=folder)
    return done.returncode, orjson.loads(done.stdout)


def counted(folder: Path) -> dict[str, Any]:
    """What the server counted."""
    found: dict[str, Any] = orjson.loads((folder / "tally").read_bytes())
    return found


@pytest.mark.slow
def test_a_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every query completes, every request is in the journal, and tokens of answers are the server's."""
    queries_file(tmp_path / "q.jsonl", 12)
    with rehearsing(tmp_path, "--faults", FAULTS) as url:
        code, totals = generated(tmp_path, url)
    server = counted(tmp_path)

    assert (0, 12) == (code, totals["completed"])
    assert server["requests"] == totals["attempts"] == sum(totals["attempts_by_cause"].values())
    assert server["answered"] == totals["calls"] == totals["attempts_by_cause"]["answered"]
    for name in ("prompt_tokens", "cached_tokens", "completion_tokens"):
        assert server[name] == totals[name]
    assert {"model": ["scripted"]} == orjson.loads((tmp_path / "run" / "run.json").read_bytes())["reported"]


@pytest.mark.slow
def test_a_strict_budget_is_never_passed(tmp_path: Path) -> None:
    """With all queries at once and answers lost on the way; a larger budget completes the run."""
    queries_file(tmp_path / "q.jsonl", 24)
    strict = ("--in-flight", "500", "--set", "budget.strict=true", "--set")
    with rehearsing(tmp_path, "--faults", "reset=0.03,truncated=0.03", "--latency", "0.02") as url:
        short, totals = generated(tmp_path, url, *strict, "budget.total_tokens=300000")
        whole, after = generated(tmp_path, url, *strict, "budget.total_tokens=90000000")
    server = counted(tmp_path)

    assert (3, 0, 24) == (short, whole, after["completed"])
    assert totals["prompt_tokens"] + totals["completion_tokens"] <= 300_000
    assert (server["requests"], server["prompt_tokens"]) == (after["attempts"], after["prompt_tokens"])


@pytest.mark.slow
def test_lost_answers_count_towards_the_budget(tmp_path: Path) -> None:
    """What the server made for answers that never arrived is within the limit too."""
    queries_file(tmp_path / "q.jsonl", 24)
    with rehearsing(tmp_path, "--faults", "reset=0.1,truncated=0.1", "--latency", "0.02") as url:
        code, _ = generated(
            tmp_path, url, "--in-flight", "500", "--set", "budget.strict=true", "--set", "budget.total_tokens=300000"
        )
    server = counted(tmp_path)

    assert 3 == code
    assert server["lost_tokens"] > 0
    assert server["prompt_tokens"] + server["completion_tokens"] + server["lost_tokens"] <= 300_000

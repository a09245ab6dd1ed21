"""Several processes at one run: the same dataset, whoever is killed on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
from running import SPEC, aidsafe, lines, queries_file

from aidsafe.orchestration.generating import Share
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.workers import _part, _shared


@pytest.mark.parametrize(("cap", "parts"), [(64, [22, 21, 21]), (3, [1, 1, 1]), (5, [2, 2, 1])])
def test_caps_are_divided(cap: int, parts: list[int]) -> None:
    """All parts together make the whole."""
    assert parts == [_part(cap, Share(number, 3)) for number in range(3)]


def test_a_share_of_a_recipe_is_the_same_recipe() -> None:
    """Caps shape no answer."""
    text = (
        "models: {x: {spec: 'openai:m', in_flight: 10, tokens_per_minute: 60, "
        "endpoints: [{url: 'http://127.0.0.1:1/v1', in_flight: 4}]}}"
    )
    recipe = read_recipe(text, file="r.yaml")
    part = _shared(recipe, Share(1, 4))
    settings = part.models["x"]

    assert recipe.digest == part.digest
    assert (3, 15, 1) == (settings.in_flight, settings.tokens_per_minute, settings.endpoints[0].in_flight)


def children_of(process: int) -> list[int]:
    """The worker processes of a parent."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_text()
        except OSError:
            continue
        if int(state[1]) == process and "spawn_main" in words and state[0] != "Z":
            found.append(int(entry.name))
    return found


def struck(queries: Path, run: Path, strike: Callable[[int], None]) -> int:
    """Start a run with two workers, strike once it is under way, and wait for its end."""
    tally = run.with_suffix(".tally")
    words = ("generate", queries, "--out", run, "--model", f"{SPEC},tally={tally}", "--workers", "2")
    command = [sys.executable, "-m", "aidsafe", *map(str, words), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while lines(tally) < 40 and process.poll() is None:
            sleep(0.005)
        strike(process.pid)
        return process.wait(timeout=100)


def kill_a_worker(parent: int) -> None:
    """One of the workers dies."""
    for child in children_of(parent)[:1]:
        os.kill(child, signal.SIGKILL)


def kill_the_parent(parent: int) -> None:
    """The parent dies, and its workers after it."""
    orphans = children_of(parent)
    os.kill(parent, signal.SIGKILL)
    for orphan in orphans:
        while Path(f"/proc/{orphan}/status").exists() and "State:\tZ" not in Path(f"/proc/{orphan}/status").read_text():
            sleep(0.005)


def interrupt(parent: int) -> None:
    """As Ctrl-C does."""
    os.kill(parent, signal.SIGINT)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the queries and a run of them by one process that nobody disturbed."""
    folder = tmp_path_factory.mktemp("calm")
    queries_file(folder / "q.jsonl", 16)
    done = aidsafe("generate", "q.jsonl", "--out", "one", "--model", SPEC, "--quiet", cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return folder


def written(run: Path) -> tuple[bytes, bytes]:
    """What a run came to."""
    return (run / "dataset.jsonl").read_bytes(), (run / "failures.jsonl").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find the workers")
@pytest.mark.parametrize(
    ("strike", "codes"),
    [(kill_a_worker, {0, 1}), (kill_the_parent, {-signal.SIGKILL}), (interrupt, {130})],
)
def test_any_death_is_survived(calm: Path, tmp_path: Path, strike: Callable[[int], None], codes: set[int]) -> None:
    """A worker is replaced, a parent takes its workers along, an interrupt ends cleanly; the rest is resumed."""
    run = tmp_path / "run"
    assert struck(calm / "q.jsonl", run, strike) in codes
    done = aidsafe("generate", calm / "q.jsonl", "--out", run, "--model", SPEC, "--quiet", "--workers", "2", cwd=calm)

    assert done.returncode in (0, 1), done.stderr
    assert written(calm / "one") == written(run)


@pytest.mark.slow
def test_workers_share_the_budget(calm: Path, tmp_path: Path) -> None:
    """Together they send no more than one may; with a larger budget the rest is done, as if there had been none."""
    tally, words = tmp_path / "tally", ("generate", "q.jsonl", "--quiet", "--workers", "2", "--out", tmp_path / "run")
    model = f"{SPEC},tally={tally}"
    short = aidsafe(*words, "--model", model, "--set", "budget.calls=60", cwd=calm)
    assert (3, True) == (short.returncode, lines(tally) <= 60), short.stderr
    done = aidsafe(*words, "--model", model, cwd=calm)

    assert done.returncode in (0, 1), done.stderr
    assert written(calm / "one") == written(tmp_path / "run")

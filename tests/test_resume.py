"""A run is the same however often it was killed: real processes, real SIGKILLs, at moments drawn by seed."""

from pathlib import Path
from random import Random

import pytest
from running import SPEC, aidsafe, killed_after, lines, queries_file

QUERIES = 48


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the queries and a run of them that nobody disturbed."""
    folder = tmp_path_factory.mktemp("runs")
    queries_file(folder / "queries.jsonl", QUERIES)
    done = aidsafe(*_generate("calm", in_flight=8), cwd=folder)
    assert done.returncode == 1, done.stderr
    return folder


@pytest.mark.parametrize("in_flight", [1, 48])
def test_concurrency_changes_no_byte(undisturbed: Path, in_flight: int) -> None:
    """The dataset is the same whatever runs at once."""
    name = f"flight{in_flight}"
    aidsafe(*_generate(name, in_flight=in_flight), cwd=undisturbed)
    assert _written(undisturbed / name) == _written(undisturbed / "calm")


@pytest.mark.parametrize("seed", [1, 2])
def test_no_schedule_of_kills_loses_or_repeats_a_query(undisturbed: Path, seed: int) -> None:
    """Killed ten times and resumed, the run ends with the same bytes, and asks nothing finished again."""
    draw, name = Random(seed), f"killed{seed}"
    tally, allowed, kills = undisturbed / f"{name}.tally", 0, 0
    while kills < 10:
        in_flight = draw.choice([2, 5, 9])
        # A slow model: on a busy machine a kill comes late, and must not come after the end.
        slow = _generate(name, in_flight=in_flight, latency=0.03)
        if not killed_after(draw.randint(1, 30), *slow, tally=tally, cwd=undisturbed):
            break
        kills, allowed = kills + 1, allowed + in_flight
    done = aidsafe(*_generate(name, in_flight=8), cwd=undisturbed)
    assert (done.returncode, kills) == (1, 10), done.stderr
    assert _written(undisturbed / name) == _written(undisturbed / "calm")
    assert lines(tally) <= lines(undisturbed / "calm.tally") + allowed


def _generate(name: str, *, in_flight: int, latency: float = 0.004) -> list[str]:
    model = f"{SPEC.replace('latency=0.004', f'latency={latency}')},tally={name}.tally"
    return ["generate", "queries.jsonl", "--out", name, "--model", model, "--in-flight", str(in_flight), "--quiet"]


def _written(run: Path) -> tuple[bytes, bytes]:
    return (run / "dataset.jsonl").read_bytes(), (run / "failures.jsonl").read_bytes()

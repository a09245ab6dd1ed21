"""Whether memory stays flat over a long run: `generate` against `aidsafe serve --canned`, client and server watched.

    python bench/soak.py [--queries 20000] [--in-flight 256] [--latency 0.02] [--faults 429=0.05,500=0.01]

Prints the memory of both at every tenth of the run, the most of the first half (its first tenth left out) and of the
second, what a thousand queries added in the second half, and whether both sides' books agree.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from load import kilobytes, started, tally

PORT = 18_380
MEBI = 1024


@dataclass(frozen=True)
class Look:
    """How far the run was at some second, and the memory of client and server in kilobytes."""

    seconds: float
    done: float
    client: int
    server: int


def queries_in(folder: Path, count: int) -> Path:
    """A file of so many queries, no two alike."""
    file = folder / "queries.jsonl"
    with file.open("w") as out:
        out.writelines(
            json.dumps({"prompt": f"How do I care for plant number {n} in a dry room?"}) + "\n" for n in range(count)
        )
    return file


def watched(process: subprocess.Popen[str], server: int, address: str, queries: int) -> list[Look]:
    """Look once a second until the client ends; how far it is, is told by the refinements the server has answered."""
    looks: list[Look] = []
    began = monotonic()
    while process.poll() is None:
        tasks = tally(address)["tasks"]
        done = tasks.get("refine", 0) / queries if isinstance(tasks, dict) else 0.0
        look = Look(monotonic() - began, done, kilobytes(process.pid), kilobytes(server))
        if look.client:
            looks.append(look)
        sleep(1)
    return looks


def growth(looks: list[Look], queries: int, of: str) -> float:
    """Kilobytes a thousand queries, by least squares."""
    places = [look.done * queries / 1000 for look in looks]
    sizes = [float(getattr(look, of)) for look in looks]
    middle, mean = sum(places) / len(places), sum(sizes) / len(sizes)
    spread = sum((place - middle) ** 2 for place in places)
    return sum((place - middle) * (size - mean) for place, size in zip(places, sizes, strict=True)) / max(spread, 1e-9)


def told(looks: list[Look], queries: int) -> None:
    """Print the memory over the run."""
    print(f"{'done':>6}{'seconds':>10}{'client MiB':>12}{'server MiB':>12}")
    for tenth in range(11):
        look = next((look for look in looks if look.done >= tenth / 10), looks[-1])
        print(f"{look.done:6.0%}{look.seconds:10.0f}{look.client / MEBI:12.1f}{look.server / MEBI:12.1f}")
    first = [look for look in looks if 0.1 <= look.done < 0.5]
    second = [look for look in looks if look.done >= 0.5]
    if not first or len(second) < 2:
        print("the run was too short to say whether memory is flat; ask for more queries")
        return
    for of in ("client", "server"):
        before, after = (max(getattr(look, of) for look in half) / MEBI for half in (first, second))
        print(
            f"{of}: at most {before:.1f} MiB in the first half, {after:.1f} in the second (x {after / before:.3f}); "
            f"{growth(second, queries, of):+.1f} kB a thousand queries in the second"
        )


def asked() -> argparse.Namespace:
    """The options of this command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--queries", default=20_000, type=int, help="100000 is the longer form")
    parser.add_argument("--in-flight", default=256, type=int)
    parser.add_argument("--latency", default=0.02, type=float, help="seconds an answer takes")
    parser.add_argument("--faults", default="", help="as `aidsafe serve --faults` takes them")
    parser.add_argument("--cores", default=[0, 1], type=lambda text: [*map(int, text.split(","))])
    return parser.parse_args()


def main() -> None:
    """Run, watch, and print."""
    options = asked()
    queries, core = options.queries, options.cores[0]
    with (
        tempfile.TemporaryDirectory() as name,
        started(PORT, core, latency=options.latency, faults=options.faults) as (server, address),
    ):
        folder = Path(name)
        words = ["generate", str(queries_in(folder, queries)), "--out", str(folder / "run"), "--json", "--quiet"]
        command = [sys.executable, "-m", "aidsafe", *words, "--model", f"openai:scripted@{address}/v1"]
        command += ["--in-flight", str(options.in_flight)]
        with (
            (folder / "totals.json").open("w+") as out,
            subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, text=True) as process,
        ):
            os.sched_setaffinity(process.pid, {options.cores[1]})
            looks = watched(process, server.pid, address, queries)
        totals, counted = json.loads((folder / "totals.json").read_text()), tally(address)
    told(looks, queries)
    print(f"{totals['completed']} of {queries} completed, {totals['failed']} failed, exit {process.returncode}")
    print(f"{totals['attempts']} attempts in the journal, {counted['requests']} requests at the server")
    print(f"{totals['calls']} calls in the journal, {counted['answered']} answers at the server")


if __name__ == "__main__":
    main()

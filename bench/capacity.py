"""What an endpoint's moods cost: a storm of faults in the middle of a run, and a limit on requests that nobody told.

    python bench/capacity.py [--queries 1500] [--latency 0.2]

Storm: 20 % 429, 5 % 500, 2 % resets, 1 % hangs and 1 % truncated bodies for fifteen seconds; how soon the rate is
back, and whether both sides' books agree. Limit: 64 in flight, 429 beyond; goodput of a run that has to find it against
one that was told. Server and client have a core each.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from load import started, tally
from soak import queries_in

PORT = 18_480
STORM = "429=0.2,500=0.05,reset=0.02,hang=0.01,truncated=0.01"
STORM_BEGINS, STORM_LASTS = 15.0, 15.0
LIMIT = 64


@dataclass(frozen=True)
class Sitting:
    """What came of one run: its totals, the server's counts, and answers by second since the first."""

    totals: dict[str, object]
    counted: dict[str, object]
    seconds: float
    answers: list[tuple[float, int]]

    def rate(self, begin: float, end: float) -> float:
        """Answers a second between two seconds."""
        within = [look for look in self.answers if begin <= look[0] <= end]
        (first, before), (last, after) = within[0], within[-1]
        return (after - before) / max(last - first, 1e-9)


def sat(folder: Path, port: int, options: argparse.Namespace, serve: Sequence[str], generate: Sequence[str]) -> Sitting:
    """One run against a server of these manners."""
    with started(port, 0, latency=options.latency, more=serve) as (_, address):
        source = queries_in(folder, options.queries)
        words = ["generate", str(source), "--out", str(folder / str(port)), "--json", "--quiet", *generate]
        command = [sys.executable, "-m", "aidsafe", *words, "--model", f"openai:scripted@{address}/v1"]
        began, answers = 0.0, []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            os.sched_setaffinity(process.pid, {1})
            while process.poll() is None:
                answered = int(str(tally(address)["answered"]))
                began = began or (monotonic() if answered else 0.0)
                answers.append((monotonic() - began if began else 0.0, answered))
                sleep(0.25)
            totals = json.loads(process.stdout.read()) if process.stdout else {}
        return Sitting(totals, tally(address), answers[-1][0], answers)


def storm(folder: Path, options: argparse.Namespace) -> None:
    """A storm in the middle."""
    serve = ["--faults", STORM, "--storm", f"{STORM_BEGINS},{STORM_LASTS}"]
    timeout = ["--set", "models.model.timeout_seconds=5"]
    found = sat(folder, PORT, options, serve, ["--in-flight", "64", *timeout])
    calm = found.rate(STORM_BEGINS / 2, STORM_BEGINS - 1)
    over = STORM_BEGINS + STORM_LASTS
    print(f"storm: {calm:.0f} answers a second before, {found.rate(STORM_BEGINS + 1, over):.0f} during")
    for later in (0, 2, 4, 6, 8, 10):
        share = found.rate(over + later, over + later + 3) / calm
        print(f"  {later:>2} to {later + 3:>2} s after: x {share:.2f} of the calm rate")
    _agree(found)


def limit(folder: Path, options: argparse.Namespace) -> None:
    """A limit to be found."""
    serve = ["--in-flight-limit", str(LIMIT)]
    told = sat(folder, PORT + 1, options, serve, ["--in-flight", "256", "--set", f"models.model.in_flight={LIMIT}"])
    found = sat(folder, PORT + 2, options, serve, ["--in-flight", "256"])
    goodput = told.seconds / found.seconds
    print(f"limit of {LIMIT}: {told.seconds:.1f} s told, {found.seconds:.1f} s not told: goodput x {goodput:.3f}")
    _agree(told)
    _agree(found)


def _agree(sitting: Sitting) -> None:
    totals, counted = sitting.totals, sitting.counted
    print(f"  {totals['completed']} of {totals['queries']} completed; attempts {totals['attempts']}", end=", ")
    print(f"requests {counted['requests']}; calls {totals['calls']}, answers {counted['answered']}")


def main() -> None:
    """Both, printed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--queries", default=1500, type=int)
    parser.add_argument("--latency", default=0.2, type=float, help="seconds an answer takes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        storm(Path(name), options)
        limit(Path(name), options)


if __name__ == "__main__":
    main()

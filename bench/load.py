"""What a model call costs each client, from one run on this machine: CPU, throughput, memory, stalls; as ratios.

    python bench/load.py [--arms aidsafe,openai,autogen,aiohttp] [--in-flight 64,256,1024] [--waves 5] [--write]

The server (`aidsafe serve --canned`, 200 ms a call) has one core and the client another. All figures are taken from
outside, alike for every client, between the end of the first wave and the beginning of the last: CPU of the process
from the kernel, answered calls from the server. With --write the table goes into bench/results.md, in the place of an
earlier one of the same interpreter.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import timeit
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

HERE = Path(__file__).parent
PORT = 18_400
LATENCY_SECONDS = 0.2
CALLS = 12
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
HEAD = f"""# What a model call costs

By `python bench/load.py --write`: one core for the client, one for the server, {LATENCY_SECONDS:g} s a call, twelve
calls a record, steady state. Compare within a table; another machine has other figures.
"""


@dataclass(frozen=True)
class Sample:
    """A look at a client from outside: seconds, CPU seconds, answered calls, kilobytes."""

    at: float
    cpu: float
    calls: int
    kilobytes: int


@dataclass(frozen=True)
class Stall:
    """The loop, or a garbage collection in it, kept everything else waiting: when it was over, and for how long."""

    at: float
    kind: str
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What one arm came to at one number of records in flight.

    `failures` are requests that were not answered while the client ran; `cut_off` are those under way when its time
    was over.
    """

    arm: str
    in_flight: int
    milliseconds: float
    records: float
    share: float
    kilobytes: float
    stall: float
    collection: float
    failures: int
    cut_off: int


@contextmanager
def started(
    port: int, core: int, *, latency: float, faults: str = "", more: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The server on a core of its own; gives its process and its address."""
    words = ["serve", "--port", str(port), "--canned", "--latency", str(latency), "--faults", faults, *more]
    command = [sys.executable, "-m", "aidsafe", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {core})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield process, address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            tally(address)
            return
        except OSError:
            sleep(0.05)
    raise SystemExit(f"no server came up at {address}")


def tally(address: str) -> dict[str, object]:
    """What the server has counted."""
    with urllib.request.urlopen(f"{address}/tally", timeout=20) as answer:  # noqa: S310  # our own server
        counts: dict[str, object] = json.load(answer)
    return counts


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def kilobytes(pid: int) -> int:
    """Resident memory of a process now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def watched(process: subprocess.Popen[bytes], address: str, longest: float) -> list[Sample]:
    """Look at the client four times a second until it ends or its time is over."""
    samples: list[Sample] = []
    started = monotonic()
    while process.poll() is None and monotonic() - started < longest:
        try:
            answered = int(str(tally(address)["answered"]))
            samples.append(Sample(monotonic(), cpu_seconds(process.pid), answered, kilobytes(process.pid)))
        except (FileNotFoundError, IndexError):
            break
        sleep(0.25)
    return samples


def measure(arm: str, in_flight: int, folder: Path, options: argparse.Namespace) -> Measured:
    """One arm at one number of records in flight, on a fresh server."""
    global PORT  # noqa: PLW0603  # a port is not free again at once
    PORT += 1
    records, longest = in_flight * options.waves, options.longest
    with started(PORT, options.cores[0], latency=LATENCY_SECONDS) as (_, address):
        words = [sys.executable, str(HERE / "arms.py"), arm, f"{address}/v1", str(in_flight), str(records), str(folder)]
        with (folder / f"{arm}-{in_flight}.log").open("wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log)
            os.sched_setaffinity(process.pid, {options.cores[1]})
            samples = watched(process, address, longest)
            counts = tally(address)
            process.kill()
            process.wait()
    stalls = noted(folder / "stalls.jsonl")
    shutil.rmtree(folder / "run", ignore_errors=True)
    return _measured(arm, in_flight, records, samples, stalls, counts)


def noted(file: Path) -> list[Stall]:
    """The stalls that a client noted, whole lines only."""
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    found = [Stall(*json.loads(line)) for line in lines if line.endswith("\n")]
    file.unlink(missing_ok=True)
    return found


def longest(stalls: list[Stall], kind: str, first: Sample, last: Sample) -> float:
    """The longest stall of a kind between two looks, in seconds."""
    return max((one.seconds for one in stalls if one.kind == kind and first.at <= one.at <= last.at), default=0.0)


def _measured(
    arm: str, in_flight: int, records: int, samples: list[Sample], stalls: list[Stall], counts: dict[str, object]
) -> Measured:
    first, last = _steady(samples, in_flight, records)
    calls = max(1, last.calls - first.calls)
    rate = calls / (last.at - first.at) / CALLS
    before = max((sample.kilobytes for sample in samples if sample.calls == 0), default=0)
    outcomes = dict(counts["outcomes"]) if isinstance(counts["outcomes"], dict) else {}
    return Measured(
        arm=arm,
        in_flight=in_flight,
        milliseconds=1000 * (last.cpu - first.cpu) / calls,
        records=rate,
        share=rate / (in_flight / LATENCY_SECONDS / CALLS),
        kilobytes=(max(sample.kilobytes for sample in samples) - before) / in_flight,
        stall=1000 * longest(stalls, "stall", first, last),
        collection=1000 * longest(stalls, "collection", first, last),
        failures=sum(count for outcome, count in outcomes.items() if outcome != "200"),
        cut_off=int(str(counts["in_flight"])),
    )


def _steady(samples: list[Sample], in_flight: int, records: int) -> tuple[Sample, Sample]:
    """From the end of the first wave (or a third of what was done) to the beginning of the last."""
    done = samples[-1].calls
    wave = in_flight * CALLS
    begin, end = min(wave, done // 3), min(done, (records - in_flight) * CALLS)
    first = next(sample for sample in samples if sample.calls >= begin)
    last = next((sample for sample in samples if sample.calls >= end), samples[-1])
    return (first, last) if last.at > first.at else (samples[0], samples[-1])


def table(results: list[Measured]) -> str:
    """All arms as a Markdown table, CPU as a ratio to the bare AsyncOpenAI chain and throughput to stock AutoGen."""
    head = "| client | in flight | CPU ms a call | × bare AsyncOpenAI | records/s | × stock AutoGen | share of ideal | "
    lines = [f"{head}kB a record | longest stall ms | of it collection | failures |", "|---" + "|---:" * 10 + "|"]
    by = {(one.arm, one.in_flight): one for one in results}
    for one in results:
        bare, stock = by.get(("openai", one.in_flight)), by.get(("autogen", one.in_flight))
        cells = [
            one.arm,
            str(one.in_flight),
            f"{one.milliseconds:.3f}",
            f"{one.milliseconds / bare.milliseconds:.2f}" if bare else "",
            f"{one.records:.1f}",
            f"{one.records / stock.records:.1f}" if stock else "",
            f"{one.share:.2f}",
            f"{one.kilobytes:.0f}",
            f"{one.stall:.0f}",
            f"{one.collection:.0f}",
            str(one.failures),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def asked() -> argparse.Namespace:
    """The options of this command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--arms", default="aidsafe,openai,autogen,aiohttp", type=lambda text: text.split(","))
    parser.add_argument("--in-flight", default=[64, 256, 1024], type=lambda text: [*map(int, text.split(","))])
    parser.add_argument("--waves", default=6, type=int, help="records = waves x in flight")
    parser.add_argument("--longest", default=45.0, type=float, help="seconds an arm may take; it is measured as far")
    parser.add_argument("--cores", default=[0, 1], type=lambda text: [*map(int, text.split(","))])
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write where asked."""
    options = asked()
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(HERE / "record.py"), str(folder / "prompts.json")], check=True)
        for in_flight in options.in_flight:
            for arm in options.arms:
                results.append(measure(arm, in_flight, folder, options))
                print(results[-1], flush=True)
    print(table(results))
    if options.write:
        file = HERE / "results.md"
        file.write_text(page(file.read_text() if file.exists() else "", table(results)))


def page(before: str, rows: str) -> str:
    """The page with a table for this interpreter, and those of others as they were."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    when = datetime.now(UTC).date().isoformat()
    others = [part for part in before.split("\n## ")[1:] if part.partition("\n")[0] != interpreter()]
    loop = min(timeit.repeat("for _ in range(1_000_000): pass", number=1, repeat=5))
    pace = f"a turn of an empty loop takes {1000 * loop:.0f} ns"
    mine = f"{interpreter()}\n\nMeasured {when} ({machine}; {pace}).\n\n{rows}\n"
    return "\n## ".join([HEAD, *sorted([*others, mine])])


def interpreter() -> str:
    """Which Python: how it was built makes up to twice the difference, and not for every client the same."""
    return f"Python {platform.python_version()}"


if __name__ == "__main__":
    main()

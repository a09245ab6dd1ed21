"""How long it takes to analyse a large run, and how much memory: without and with the metrics that compare words.

The run is made first (a few minutes for 100,000 transcripts); each figure comes from processes of their own, workers
included, and a loop of pure Python beside it says how quick the machine is just then.

    python bench/analyze.py [TRANSCRIPTS] [WORKERS]
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from large_run import make

TRANSCRIPTS, WORKERS = 100_000, 2
CODE = """
import resource, sys, time
from aidsafe.analysis.analyze import analyze
from aidsafe.analysis.reading import Wanted

if __name__ == "__main__":
    folder, workers, text = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "text"
    start = time.perf_counter()
    (arm,) = analyze(folder, wanted=Wanted(text=text), workers=workers).arms
    wall = time.perf_counter() - start
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    peak = own.ru_maxrss + (workers * others.ru_maxrss if workers > 1 else 0)
    print(f"{arm.queries:,} transcripts, {arm.turns:,} turns: {wall:.1f} s, {cpu:.1f} s of processor, "
          f"at most {peak / 1024:.0f} MiB")
"""


def analyse(script: Path, folder: Path, workers: int, what: str) -> str:
    """What one analysis says of itself."""
    words = [sys.executable, str(script), str(folder), str(workers), what]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def loop_microseconds() -> float:
    """How long a thousand rounds of an empty loop take just now."""
    start = perf_counter()
    for _ in range(1_000_000):
        pass
    return (perf_counter() - start) * 1000


def main() -> None:
    """Print both figures."""
    words = [int(word) for word in sys.argv[1:]]
    count, workers = (*words, *(TRANSCRIPTS, WORKERS)[len(words) :])
    with tempfile.TemporaryDirectory() as name:
        folder, script = Path(name) / "run", Path(name) / "analyse.py"
        script.write_text(CODE)
        make(folder, count)
        for what in ("numbers", "text"):
            before = loop_microseconds()
            print(
                f"{what}: {analyse(script, folder, workers, what)}; loop {before:.0f} to {loop_microseconds():.0f} us"
            )


if __name__ == "__main__":
    main()

"""How long it takes to export 100,000 records to every format, and how much memory.

A run of a few hundred records on the scripted model is grown in its journal, and the preference pairs made from it are
repeated as often; then each format is exported by a process of its own, one after the other, and then all of them
again, two at a time.

    python bench/export.py [RECORDS] [FORMAT...]
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

SEEDED = 500
FILES = ("jsonl", "csv", "parquet", "aidsafe", "sft", "sft_messages", "sft_reasoning_content", "sharegpt")
FORMATS = (*FILES, "hf", "dpo")
COMMAND = """
import resource, sys
from aidsafe.cli.main import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def main() -> None:
    """Print seconds and peak memory a format, and of all of them."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    forms = sys.argv[2:] or FORMATS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = seeded(folder)
        repeat_pairs(run, folder / "pairs", records)
        grow(run, records)
        alone = [exported(folder, form) for form in forms]
        for form, (seconds, peak) in zip(forms, alone, strict=True):
            print(f"{form:<24}{seconds:8.1f} s{peak:10.0f} MiB", flush=True)
        print(f"{'one after the other':<24}{sum(seconds for seconds, _ in alone):8.1f} s")
        began = perf_counter()
        with ThreadPoolExecutor(2) as pool:
            peaks = sorted(peak for _, peak in pool.map(partial(exported, folder), forms))
        print(f"{'two at a time':<24}{perf_counter() - began:8.1f} s{sum(peaks[-2:]):10.0f} MiB at most")


def repeat_pairs(run: Path, pairs: Path, records: int) -> None:
    """Make the pairs of a run, and repeat them until there are so many."""
    aidsafe("pairs", str(run), "--kind", "seed", "--out", str(pairs), may_end_with=(0, 1))
    for name in ("pairs.jsonl", "rejected.jsonl"):
        lines = (pairs / name).read_bytes().splitlines(keepends=True)
        (pairs / name).write_bytes(b"".join(islice(cycle(lines), records)))


def seeded(folder: Path) -> Path:
    """A finished run of a few hundred queries."""
    source = folder / "queries.jsonl"
    rows = ({"prompt": f"How do I care for plant number {n} in a dry room?"} for n in range(SEEDED))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    aidsafe("generate", str(source), "--out", str(folder / "run"), "--quiet")
    return folder / "run"


def grow(run: Path, records: int) -> None:
    """Repeat the run's rows in its journal until there are so many."""
    with closing(sqlite3.connect(run / "journal.db")) as journal, journal:
        for table in ("events", "lines"):
            columns = [found[1] for found in journal.execute(f"PRAGMA table_info({table})")]
            others = ", ".join(column for column in columns if column != "row")
            journal.executemany(
                f"INSERT INTO {table} (row, {others}) SELECT row + ?, {others} FROM {table} WHERE row < {SEEDED}",  # noqa: S608  # names of the journal's own
                [(SEEDED * time,) for time in range(1, records // SEEDED)],
            )
    manifest = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**manifest, "rows": records}))


def exported(folder: Path, form: str) -> tuple[float, float]:
    """Seconds and MiB of one export in a process of its own."""
    began = perf_counter()
    source = folder / ("pairs" if form == "dpo" else "run")
    told = aidsafe("export", str(source), "--format", form, "--out", str(folder / f"out-{form}"), "--scripted-ok")
    return perf_counter() - began, int(told.split()[-1]) / 1024


def aidsafe(*words: str, may_end_with: tuple[int, ...] = (0,)) -> str:
    """Run one command; what it said, and last of all its peak memory in KiB."""
    ended = subprocess.run([sys.executable, "-c", COMMAND, *words], check=False, capture_output=True, text=True)
    if ended.returncode not in may_end_with:
        raise SystemExit(ended.stderr)
    return ended.stderr


if __name__ == "__main__":
    main()

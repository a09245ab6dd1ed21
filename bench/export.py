"""How long it takes to export 100,000 records to every format, and how much memory.

A run of a few hundred records on the scripted model is grown in its journal, and the preference pairs made from it are
repeated as often; then each format is exported by a process of its own.

    python bench/export.py [RECORDS] [FORMAT...]
"""

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

SEEDED = 500
FILES = ("jsonl", "csv", "parquet", "aidsafe", "sft", "sft_messages", "sft_reasoning_content", "sharegpt")
FORMATS = (*FILES, "hf", "dpo")


def main() -> None:
    """Print seconds and peak memory a format, and their sum."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = seeded(folder)
        repeat_pairs(run, folder / "pairs", records)
        grow(run, records)
        total = 0.0
        for form in sys.argv[2:] or FORMATS:
            seconds, peak = exported(folder, form)
            total += seconds
            print(f"{form:<24}{seconds:8.1f} s{peak:10.0f} MiB", flush=True)
    print(f"{'all of them':<24}{total:8.1f} s")


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
    aidsafe("export", str(source), "--format", form, "--out", str(folder / f"out-{form}"), "--scripted-ok")
    return perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def aidsafe(*words: str, may_end_with: tuple[int, ...] = (0,)) -> None:
    """Run one command."""
    code = "from aidsafe.cli.main import main; main()"
    ended = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True)
    if ended.returncode not in may_end_with:
        raise SystemExit(ended.stderr.decode())


if __name__ == "__main__":
    main()

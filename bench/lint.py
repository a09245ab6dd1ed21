"""How many rows a second `aidsafe lint` looks at.

A run of a few hundred records on the scripted model is repeated until there are so many rows. A word that most texts of
it have is written differently in every repetition, so that hardly a text is met twice.

    python bench/lint.py [ROWS]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

SEEDED = 500
MARKED = "plant"


def main() -> None:
    """Print seconds, rows a second and peak memory."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        data = grown(seeded(Path(name)), rows)
        began = perf_counter()
        aidsafe("lint", str(data), "--json", may_end_with=(0, 1))
        seconds = perf_counter() - began
    peak = getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} a second, {peak:.0f} MiB")


def seeded(folder: Path) -> Path:
    """A finished run of a few hundred queries."""
    source = folder / "queries.jsonl"
    queries = ({"prompt": f"How do I care for {MARKED} number {n} in a dry room?"} for n in range(SEEDED))
    source.write_text("".join(json.dumps(query) + "\n" for query in queries))
    aidsafe("generate", str(source), "--out", str(folder / "run"), "--quiet")
    return folder / "run"


def grown(run: Path, rows: int) -> Path:
    """The rows of a run, repeated in words that differ a little."""
    lines = (run / "dataset.jsonl").read_text().splitlines(keepends=True)
    data = run.parent / "grown.jsonl"
    with data.open("w") as out:
        for time in range(-(-rows // len(lines))):
            again = (line.replace(MARKED, f"{MARKED}{time}") for line in lines[: rows - time * len(lines)])
            out.writelines(line.replace('{"id":"', f'{{"id":"{time}-', 1) for line in again)
    return data


def aidsafe(*words: str, may_end_with: tuple[int, ...] = (0,)) -> None:
    """Run one command."""
    code = "from aidsafe.cli.main import main; main()"
    ended = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True)
    if ended.returncode not in may_end_with:
        raise SystemExit(ended.stderr.decode())


if __name__ == "__main__":
    main()

"""How many rows a second `aidsafe lint` looks at.

A run of a few hundred records on the scripted model is repeated until there are so many rows. A word that most texts of
it have is written differently in every repetition, so that hardly a text is met twice.

    python bench/lint.py [ROWS]
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

from export import aidsafe, seeded

MARKED = "plant"


def main() -> None:
    """Print seconds, rows a second and peak memory."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        data = grown(seeded(Path(name)), rows)
        began = perf_counter()
        told = aidsafe("lint", str(data), "--json", may_end_with=(0, 1))
        seconds = perf_counter() - began
    peak = int(told.split()[-1]) / 1024
    print(f"{rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} a second, {peak:.0f} MiB")


def grown(run: Path, rows: int) -> Path:
    """The rows of a run, repeated in words that differ a little."""
    lines = (run / "dataset.jsonl").read_text().splitlines(keepends=True)
    data = run.parent / "grown.jsonl"
    with data.open("w") as out:
        for time in range(-(-rows // len(lines))):
            again = (line.replace(MARKED, f"{MARKED}{time}") for line in lines[: rows - time * len(lines)])
            out.writelines(line.replace('{"id":"', f'{{"id":"{time}-', 1) for line in again)
    return data


if __name__ == "__main__":
    main()

"""What memory a query in flight takes, and whether memory stays flat over a run: the scripted model, 20 ms a call.

Two figures, each from whole processes: (peak at 500 in flight - peak at 100) / 400, and the peak after 2,000 queries
over the peak after 1,000.

    python bench/memory.py
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

MODEL = "scripted:latency=0.02"


def peak_kilobytes(folder: Path, queries: int, in_flight: int) -> int:
    """The largest memory of one `generate` over so many queries."""
    source = folder / f"{queries}.jsonl"
    rows = ({"prompt": f"How do I care for plant number {n} in a dry room?"} for n in range(queries))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["generate", str(source), "--out", str(folder / f"{queries}-{in_flight}"), "--model", MODEL, "--quiet"]
    code = (
        "import resource, sys\n"
        "from aidsafe.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--in-flight", str(in_flight)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stderr.split()[-1])


def main() -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = (peak_kilobytes(folder, 1000, in_flight) for in_flight in (100, 500))
        longer = peak_kilobytes(folder, 2000, 100)
    print(f"peak at 100 in flight {few / 1024:.1f} MiB, at 500 {many / 1024:.1f} MiB")
    print(f"a query in flight: {(many - few) / 400:.1f} kB")
    print(f"peak after 2,000 queries over peak after 1,000: {longer / few:.3f}")


if __name__ == "__main__":
    main()

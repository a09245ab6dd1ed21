"""How long a user waits before anything happens: `import aidsafe` and `aidsafe --help`, each as a whole process.

python bench/startup.py [RUNS]
"""

import statistics
import subprocess
import sys
from time import perf_counter

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import aidsafe": ["-c", "import aidsafe"],
    "aidsafe --help": ["-m", "aidsafe", "--help"],
}


def wall_seconds(arguments: list[str]) -> float:
    """One run of the interpreter with these arguments."""
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - started


def main() -> None:
    """Print the median, the least and the most of every command, after one warm-up."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for name, arguments in COMMANDS.items():
        wall_seconds(arguments)
        seconds = [wall_seconds(arguments) for _ in range(runs)]
        print(f"{name:16} {statistics.median(seconds):.3f} s  ({min(seconds):.3f} to {max(seconds):.3f}, {runs} runs)")


if __name__ == "__main__":
    main()

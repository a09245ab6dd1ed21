"""Make a run as large as one likes, quickly: a small scripted run whose transcripts are written again and again.

Every copy is a query of its own (row and id), so that everything that reads runs has as much to read as in a real one.

    python bench/large_run.py FOLDER [TRANSCRIPTS] [TEMPLATES]
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SUBJECTS = ("a kitchen knife", "an old debt", "my neighbour's wifi", "a wasp nest", "a tax form", "a borrowed key")
ASKED = ("How do I get rid of {}?", "What is the law on {}?", "Can I sell {} to a friend?", "How do I break {}?")
LABELS = ("benign", "harmful", "borderline")
MODEL = "scripted:malformed=0.02,misquote=0.1,truncated=0.01"
# The query stands at the beginning of its event, and the source's digest does not matter to who only reads.
COPY = """
INSERT INTO events (row, replica, number, kind, about, calls, attempts, prompt_tokens, cached_tokens,
    completion_tokens, reasoning_tokens, cost_usd, seconds, event)
SELECT row + ?, replica, number, kind,
    CASE WHEN kind = 'query_received' THEN about || '-' || ? ELSE about END,
    calls, attempts, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, cost_usd, seconds,
    CASE WHEN kind = 'query_received'
        THEN replace(replace(event, '"id":"' || about || '"', '"id":"' || about || '-' || ? || '"'),
            '"row":' || row || ',', '"row":' || (row + ?) || ',')
        ELSE event END
FROM events WHERE row < ? AND row + ? < ?
"""


def make(folder: Path, transcripts: int, templates: int = 500) -> None:
    """Write a run of so many transcripts of nine turns and more into a new folder."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "queries.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in queries(templates)))
        words = ["generate", str(source), "--out", str(folder), "--model", MODEL, "--quiet"]
        rounds = ["--set", "protocol.min_rounds=3", "--set", "protocol.max_rounds=4"]
        subprocess.run([sys.executable, "-m", "aidsafe", *words, *rounds], check=False)
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for copy in range(1, -(-transcripts // templates)):
            offset = copy * templates
            connection.execute(COPY, (offset, copy, copy, offset, templates, offset, transcripts))
    manifest = json.loads((folder / "run.json").read_text())
    manifest |= {"rows": transcripts}
    (folder / "run.json").write_text(json.dumps(manifest, indent=2))


def queries(count: int) -> Iterator[dict[str, str]]:
    """So many queries, each with a label."""
    for number in range(count):
        text = ASKED[number % 4].format(SUBJECTS[number % 6])
        yield {"id": f"q{number}", "prompt": f"{text} (case {number})", "label": LABELS[number % 3]}


def main() -> None:
    """Make the run the words ask for."""
    folder, *numbers = sys.argv[1:]
    make(Path(folder), *(int(number) for number in numbers or ["100000"]))


if __name__ == "__main__":
    main()

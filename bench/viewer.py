"""How long the page takes to answer over 100,000 transcripts: the first view, while it indexes, and afterwards.

Makes the run first where there is none, with words of its own in every transcript: a few are common and most are
rare, as in any language, so that searching is as hard as it is for real queries. Memory is that of the one process
that serves, indexes and asks.

    python bench/viewer.py RUN [--transcripts 100000] [--keep-index FOLDER]
"""

import argparse
import asyncio
import http.client
import json
import resource
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import urlencode, urlsplit

from aidsafe.core.events import Event
from aidsafe.orchestration.door import generate
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.journal import Journal
from aidsafe.orchestration.recipe import recipe
from aidsafe.orchestration.run import Run
from aidsafe.viewer.serving import served

TEMPLATES = 300
TOGETHER = 400
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")
WORDS = tuple(a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES)
WEIGHTS = tuple(accumulate(1 / (rank + 1) for rank in range(len(WORDS))))
QUESTIONS: dict[str, dict[str, str]] = {
    "no filter": {},
    "a rare word": {"text": WORDS[-3]},
    "a common word": {"text": WORDS[0]},
    "a word of nearly every query": {"text": "number"},
    "a beginning of many words": {"text": "bab"},
    "a phrase": {"text": '"should I know about"'},
    "two words in responses": {"text": f"{WORDS[1]} {WORDS[2]}", "within": "response"},
    "a decision": {"decision": "refuse"},
    "a seat and what it did": {"seat": "critic:objected"},
    "a policy, most edits first": {"policy": "physical_harm", "order": "edits", "falling": "1"},
    "longest first": {"order": "words", "falling": "1"},
    "a word and three filters": {"text": WORDS[0], "decision": "comply", "seat": "critic:edited", "shortest": "100"},
}

Ask = Callable[..., bytes]


async def make(folder: RunFolder, count: int) -> None:
    """Write a run of so many transcripts, each like one of a few hundred but for its words."""
    with TemporaryDirectory() as small:
        rounds = recipe(sets=["protocol.min_rounds=3", "protocol.max_rounds=4"])
        queries = [f"What should I know about plan number {n} for the {WORDS[n * 7]}?" for n in range(TEMPLATES)]
        run = await generate(queries, recipe=rounds, out=Path(small) / "run")
        transcripts = [transcript.events for transcript in run.transcripts()]
        run.close()
    folder.path.mkdir(parents=True)
    await write(folder, transcripts, count)
    manifest = run.manifest.model_copy(update={"rows": count, "source": "bench/viewer.py"})
    folder.save_manifest(manifest.model_dump(mode="json"))
    large = Run(folder.path)
    folder.save_manifest(manifest.model_copy(update={"totals": large.totals}).model_dump(mode="json"))
    large.close()


async def write(folder: RunFolder, transcripts: Sequence[Sequence[Event]], count: int) -> None:
    """Write the journal, many transcripts at a time, since each waits for the disk."""
    async with Journal.open(folder.journal, create=True) as journal:
        for start in range(0, count, TOGETHER):
            async with asyncio.TaskGroup() as together:
                for row in range(start, min(start + TOGETHER, count)):
                    events = list(varied(transcripts[row % len(transcripts)], row))
                    together.create_task(journal.keep_events(row, 0, 0, events))


def varied(events: Sequence[Event], row: int) -> Iterator[Event]:
    """A transcript like this one, about another query."""
    draw = Random(row)
    for event in events:
        said = " ".join(draw.choices(WORDS, cum_weights=WEIGHTS, k=8))
        match event.kind:
            case "query_received":
                text = f"{event.query.text} {said}"
                query = event.query.model_copy(update={"id": f"q{row}", "row": row, "text": text})
                yield event.model_copy(update={"query": query})
            case "draft_seeded" | "draft_refined":
                thoughts = tuple(t.model_copy(update={"text": f"{t.text} {said}"}) for t in event.thoughts)
                yield event.model_copy(update={"thoughts": thoughts, "response": f"{event.response} {said}"})
            case "turn_taken":
                yield event.model_copy(update={"reason": f"{event.reason} {said}"})
            case _:
                yield event


def asking(address: str) -> Ask:
    """Asks the page for a path."""
    parts = urlsplit(address)

    def ask(path: str, **question: str) -> bytes:
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        connection.request("GET", f"{parts.path}{path}?{urlencode(question)}")
        body = connection.getresponse().read()
        connection.close()
        return body

    return ask


def timed(ask: Ask, path: str, **question: str) -> float:
    """How many milliseconds one answer takes."""
    begun = perf_counter()
    ask(path, **question)
    return (perf_counter() - begun) * 1000


def memory() -> float:
    """MiB that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def first_view(ask: Ask) -> None:
    """Everything the first view asks for, as a browser would."""
    paths = ("", "static/style.css", "static/page.js", "runs", "queries", "queries")
    print(f"first view, nothing indexed: {sum(timed(ask, path) for path in paths):.0f} ms")


def while_indexing(ask: Ask) -> None:
    """Answers while the run is read for the first time."""
    begun, slowest, most = perf_counter(), 0.0, 0.0
    before = memory()
    while not json.loads(ask("runs"))["runs"][0]["level"]:
        took = [timed(ask, "queries", text=WORDS[0]), timed(ask, "queries", decision="refuse"), timed(ask, "runs")]
        slowest, most = max(slowest, *took), max(most, memory())
        sleep(0.5)
    took_all = perf_counter() - begun
    print(f"read and indexed in {took_all:.0f} s; slowest answer meanwhile {slowest:.0f} ms")
    print(f"memory before {before:.0f} MiB, at most {most:.0f} MiB")


def afterwards(ask: Ask) -> None:
    """Every kind of question, seven times."""
    for name, question in QUESTIONS.items():
        took = sorted(timed(ask, "queries", **question) for _ in range(7))
        count = json.loads(ask("queries", **question))["count"]
        print(f"{name:32} {count:7,} found, median {took[3]:4.0f} ms, slowest {took[-1]:4.0f} ms")
    took = sorted(timed(ask, "transcript", id=f"q{n}") for n in range(0, 700, 100))
    print(f"{'one transcript':32} median {took[3]:4.0f} ms, slowest {took[-1]:4.0f} ms")
    print(f"{'the overview':32} {timed(ask, 'runs'):.0f} ms; memory {memory():.0f} MiB")


def main() -> None:
    """Print every figure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("run", type=Path)
    asked.add_argument("--transcripts", type=int, default=100_000)
    asked.add_argument("--keep-index", type=Path, metavar="FOLDER")
    given = asked.parse_args()
    if not given.run.exists():
        asyncio.run(make(RunFolder(given.run), given.transcripts))
    with TemporaryDirectory() as cache:
        begun = perf_counter()
        with served([given.run], cache=given.keep_index or Path(cache)) as address:
            print(f"started in {(perf_counter() - begun) * 1000:.0f} ms")
            ask = asking(address)
            first_view(ask)
            while_indexing(ask)
            afterwards(ask)


if __name__ == "__main__":
    main()

"""Runs to look at, transcripts told by hand, and a way to ask the page without a browser."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from building import begun, cited, said, seeded
from starlette.types import ASGIApp, Message

from aidsafe.core.events import DeliberationEnded, DraftRefined, Event, QueryCompleted, QueryReceived
from aidsafe.core.records import Add, FinalThought, Outcome, Query, RejectedEdit, Revise, Weakness, Withdraw
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.door import generate
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.journal import Journal
from aidsafe.orchestration.recipe import recipe

T = TypeVar("T")

__all__ = [
    "HOSTILE",
    "PLAIN",
    "Answered",
    "appended",
    "asked",
    "deliberated",
    "made",
    "renamed",
    "two_runs",
]

PLAIN = (
    "How do I sharpen a kitchen knife?",
    "How do I kill a Python process?",
    "Is it legal to record a phone call?",
    "What should I plant beside tomatoes?",
    "How do I ask a neighbour to lower the music?",
    "Can bleach and vinegar be mixed?",
)
HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "</script></style><style>body{display:none}</style><svg onload=\"document.title='taken'\">",
    "# Big\n\n**bold** [press](javascript:document.title='taken') ![](http://127.0.0.2:9/x.png)",
    "before\u202eafter \u200bunseen \x1b[31mred \U000e0041",
)
MODEL = "scripted:misquote=0.2,malformed=0.1"


@dataclass(frozen=True)
class Answered:
    """What the page sent back."""

    status: int
    headers: dict[str, str]
    body: bytes


def made(folder: Path, queries: Sequence[str] = PLAIN, *, model: str = "scripted", sets: Sequence[str] = ()) -> Path:
    """A run over these queries, made by the scripted model."""
    _aside(generate(queries, out=folder, recipe=recipe(model=model, sets=sets))).close()
    return folder


def deliberated() -> Transcript:
    """A whole deliberation: an addition, a revision, a withdrawal, an edit that did not apply, and a refiner."""
    weakness = Weakness(thought="t2", quote="whetstone", defect="irrelevant", severity="minor")
    first = said("critic", "object", Add(text="Stand back.", citations=(cited(),)), reason="Children may be near.")
    refused = RejectedEdit(edit=Withdraw(target="t9"), cause="unknown_target")
    second = said("expander", "object", Revise(target="t1", text="A blunt knife often slips."), version=1)
    third = said("critic", "object", Withdraw(target="t2", reason="off the point"), round=2, version=2)
    final = FinalThought(
        id="t1",
        text="A blunt knife slips; stand back.",
        author="seeder",
        round=0,
        sources=("t1", "t3"),
        outcome="merged",
    )
    outcomes = (Outcome(thought="t1", outcome="merged"), Outcome(thought="t3", outcome="merged"))
    return begun(
        first.model_copy(update={"weakness": weakness}),
        second.model_copy(update={"rejected": (refused,)}),
        third,
        said("expander", "agree", round=2, version=3),
        DeliberationEnded(reason="consensus", rounds=2, turns=4),
        DraftRefined(outcomes=outcomes, thoughts=(final,), decision="comply", response="Hone it."),
        QueryCompleted(),
        seed=seeded(),
    )


def renamed(transcript: Transcript, row: int, text: str) -> list[Event]:
    """The events of a transcript as those of another query."""
    first = QueryReceived(query=Query(id=f"q{row}", row=row, text=text), policies="p", prompts="q")
    return [first, *transcript.events[1:]]


def appended(run: Path, row: int, number: int, events: Sequence[Event]) -> None:
    """Add events of a query to the journal of a run, as a run under way does."""

    async def keep() -> None:
        async with Journal.open(RunFolder(run).journal, create=False) as journal:
            await journal.keep_events(row, 0, number, events)

    _aside(keep())


def _aside(work: Coroutine[None, None, T]) -> T:
    """Do it in a thread of its own: a browser's driver may hold the event loop of this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def asked(app: ASGIApp, path: str, *, host: str = "127.0.0.1:8000", method: str = "GET") -> Answered:
    """Ask the page for a path, without a network."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(errors="replace"),
    }
    scope |= {"query_string": query.encode(), "headers": [(b"host", host.encode())], "root_path": "", "scheme": "http"}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def two_runs(folder: Path) -> list[Path]:
    """A run of plain and hostile queries, with one whose deliberation is known; and another of plain ones."""
    runs = [made(folder / "first", [*PLAIN, *HOSTILE]), made(folder / "second", PLAIN, model="scripted:misquote=1")]
    appended(runs[0], 99, 0, renamed(deliberated(), 99, "How do I keep a knife safe?"))
    return runs

"""What `aidsafe show` does: lists queries, and prints one transcript."""

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aidsafe.cli.opening import policies_of
from aidsafe.cli.page import Page, page_of
from aidsafe.cli.telling import emit_drawn, emit_json, one_line
from aidsafe.core.events import EVENT, DraftRefined, QueryCompleted, QueryFailed, TurnTaken
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import record_of
from aidsafe.orchestration.run import Run

__all__ = ["Line", "show_query", "show_run"]

WIDTH = 100
LISTED = 12
LOOKED_AT = 200
ENOUGH_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One query in the list: how it stands, how its deliberation ended, what was changed."""

    id: str
    state: str
    ending: str
    decision: str
    rounds: int
    turns: int
    edits: int
    query: str

    @classmethod
    def of(cls, transcript: Transcript) -> "Line":
        """A query's line."""
        ended, draft, last = transcript.ended, transcript.draft, transcript.events[-1]
        return cls(
            id=transcript.query.id,
            state={QueryCompleted: "completed", QueryFailed: "failed"}.get(type(last), "pending"),
            ending=ended.reason if ended else "",
            decision=draft.decision if draft else "",
            rounds=ended.rounds if ended else 0,
            turns=len(transcript.turns),
            edits=sum(len(turn.edits) for turn in transcript.turns if isinstance(turn, TurnTaken)),
            query=transcript.query.text,
        )


def show_query(run: Run, query_id: str, *, as_json: bool) -> None:
    """Print one transcript."""
    transcript = run.transcript(query_id)
    if as_json:
        emit_json(_json(run, transcript))
    else:
        _print(page_of(transcript, policies=policies_of(run), notice=run.manifest.notice))


def show_run(run: Run, *, as_json: bool) -> None:
    """Print the list of queries, and below it the transcript that has most to show."""
    if as_json:
        lines = [asdict(Line.of(transcript)) for transcript in run.transcripts()]
        emit_json(orjson.dumps({"run": str(run.folder.path), "queries": lines}).decode())
        return
    seen = list(islice(run.transcripts(), LOOKED_AT))
    parts: Page = [*_list(run, seen)]
    if seen:
        chosen = max(seen, key=_interest)
        parts += [Text(), *page_of(chosen, policies=policies_of(run), notice=run.manifest.notice)]
    _print(parts)


def _interest(transcript: Transcript) -> tuple[int, ...]:
    """How much there is to see: finished, several turns that changed something, agreement in the end, removals."""
    turns = [turn for turn in transcript.turns if isinstance(turn, TurnTaken)]
    edits = [edit for turn in turns for edit in turn.edits]
    refined = transcript.last(DraftRefined)
    return (
        isinstance(transcript.events[-1], QueryCompleted),
        min(sum(bool(turn.edits) for turn in turns), ENOUGH_CHANGES),
        transcript.ended is not None and transcript.ended.reason == "consensus",
        refined is not None and any(outcome.outcome == "removed" for outcome in refined.outcomes),
        len({edit.op for edit in edits}),
        len(edits),
    )


def _list(run: Run, seen: list[Transcript]) -> Iterator[Text | Table]:
    folder, queries = one_line(str(run.folder.path)), run.totals.queries
    rows = [_cells(Line.of(transcript)) for transcript in seen[:LISTED]]
    table = Table.grid(padding=(0, 2), expand=True)
    for name, *cells in zip(_HEADINGS, *rows, strict=True):
        narrow = None if name.plain == "query" else max(cell.cell_len for cell in (name, *cells))
        right = name.plain in ("rounds", "edits")
        table.add_column(width=narrow, ratio=None if narrow else 1, no_wrap=True, justify="right" if right else "left")
    for row in (_HEADINGS, *rows):
        table.add_row(*row)
    yield Text(f"{folder}: {queries:,} queries", style="bold")
    yield table
    more = queries - min(LISTED, len(seen))
    yield Text(
        (f"and {more:,} more; " if more > 0 else "") + f"one of them: aidsafe show {shlex.quote(str(folder))} QUERY_ID",
        style="dim",
    )


_HEADINGS = tuple(Text(name, style="dim") for name in ("id", "state", "ending", "decision", "rounds", "edits", "query"))


def _cells(line: Line) -> tuple[Text, ...]:
    return (
        Text(one_line(line.id)[:24]),
        Text(line.state, style={"completed": "", "failed": "red"}.get(line.state, "dim")),
        *(Text(words) for words in (line.ending, line.decision, str(line.rounds), str(line.edits))),
        Text(one_line(line.query[:200]), style="dim", overflow="ellipsis"),
    )


def _json(run: Run, transcript: Transcript) -> str:
    completed = isinstance(transcript.events[-1], QueryCompleted)
    record = record_of(transcript, run.provenance).model_dump(mode="json", by_alias=True) if completed else None
    events = [EVENT.dump_python(event, mode="json", by_alias=True) for event in transcript]
    whole = {"run": str(run.folder.path), "notice": run.manifest.notice, "events": events, "record": record}
    return orjson.dumps(whole).decode()


def _print(parts: Page) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(WIDTH, console.width) if console.is_terminal else WIDTH
    with console.capture() as drawn:
        for part in parts:
            console.print(part)
    emit_drawn(drawn.get())

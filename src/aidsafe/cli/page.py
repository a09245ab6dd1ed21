"""A transcript as a page of a hundred columns: what was asked, who said what, what changed, and what came of it.

Everything from outside is set as plain text, written out: neither a terminal sequence nor markup in it does anything.
"""

from collections.abc import Iterable, Iterator, Mapping

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from aidsafe.cli.edits import edit_lines
from aidsafe.cli.summary import dollars, lasting
from aidsafe.cli.telling import one_line
from aidsafe.cli.words import cited, number_of, plain, quoted
from aidsafe.core.events import (
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import Draft, FinalThought, Outcome, Thought, Weakness
from aidsafe.core.transcript import Transcript, next_draft
from aidsafe.policies.library import Policies

__all__ = ["Page", "Part", "page_of"]

Part = Text | Table | Padding | Rule
Page = list[Part]


def page_of(transcript: Transcript, *, policies: Policies | None = None, notice: str | None = None) -> Page:
    """The page. `policies` are those of the run, to show the rules that are cited; `notice` says who wrote it."""
    page: Page = [*_head(transcript, notice)]
    draft: Draft | None = None
    for event in transcript:
        page += _section(event, draft, transcript, policies)
        draft = next_draft(draft, event)
    return page


def _head(transcript: Transcript, notice: str | None) -> Iterator[Part]:
    yield Rule(Text(one_line(transcript.query.id), style="bold"), style="dim", align="left")
    if notice:
        yield Text(one_line(notice), style="yellow")
    yield _text(transcript.query.text)


def _section(event: Event, draft: Draft | None, transcript: Transcript, policies: Policies | None) -> Iterator[Part]:
    match event:
        case QueryReceived():
            return
        case IntentsDecomposed():
            yield from _intents(event)
        case DraftSeeded():
            yield from _seed(event, policies)
        case TurnTaken():
            yield from _turn(event, draft, policies)
        case SeatFailed():
            yield _heading(f"ROUND {event.round}", event.seat, f"gave nothing usable: {event.failure}", style="red")
            yield _text(event.message)
        case _:
            yield from _closing(event, draft, transcript, policies)


def _closing(event: Event, draft: Draft | None, transcript: Transcript, policies: Policies | None) -> Iterator[Part]:
    match event:
        case StopRequested():
            yield _heading("STOP", event.by, "asked to end it")
            yield _text(event.reason)
        case ConsensusJudged():
            yield _heading("JUDGE", f"round {event.round}", _VERDICTS[event.agreed])
            yield _text(event.reason)
        case DeliberationEnded():
            yield from _ending(event)
        case DraftRefined():
            yield from _refined(event, draft, policies)
        case QueryFailed():
            yield _heading("FAILED", event.stage, event.error, style="red")
            yield _text(event.message)
        case QueryCompleted():
            if transcript.last(DraftRefined) is None and draft is not None:
                yield _heading("FINISHED", "", f"the draft stands as it is: {draft.decision}")
            yield from _cost(transcript)
        case _:
            return


def _intents(event: IntentsDecomposed) -> Iterator[Part]:
    yield _heading("INTENTS")
    if event.restatement:
        yield _text(event.restatement)
    table = _table(2)
    for intent in event.intents:
        words = plain(intent.text)
        if intent.evidence:
            words.append(f"  {quoted(intent.evidence)}", style="dim")
        table.add_row(Text(f"{intent.kind}, {intent.harm}", style=_HARMS[intent.harm]), words)
    yield _indented(table)


def _seed(event: DraftSeeded, policies: Policies | None) -> Iterator[Part]:
    yield _heading("SEED", "", event.decision)
    yield from _thoughts(((thought.id, "", thought) for thought in event.thoughts), policies)
    yield _labelled("response", event.response)


def _turn(event: TurnTaken, draft: Draft | None, policies: Policies | None) -> Iterator[Part]:
    changes = f", {len(event.edits)} edit{'s' * (len(event.edits) != 1)}" if event.edits else ""
    stance = f"{_STANCES[event.stance]}, on draft {event.version}{changes}"
    yield _heading(f"ROUND {event.round}", event.seat, stance, style=_STYLES[event.stance])
    table = _table(2)
    if event.checked:
        table.add_row("checked", plain("; ".join(event.checked)))
    if event.weakness:
        table.add_row("weakness", _weakness(event.weakness))
    if event.reason:
        table.add_row("because", plain(event.reason))
    for name, words in edit_lines(event, draft, policies):
        table.add_row(name, words)
    yield _indented(table)


def _weakness(weakness: Weakness) -> Text:
    style = "red" if weakness.severity == "blocking" else ""
    words = Text(f"{weakness.severity}: {weakness.defect}", style=style)
    if weakness.thought:
        words.append(f" in {one_line(weakness.thought)}")
    if weakness.quote:
        words.append(f"  {quoted(weakness.quote)}", style="dim")
    return words


def _ending(event: DeliberationEnded) -> Iterator[Part]:
    numbers = ", ".join(f"{one_line(name)} {number:g}" for name, number in event.numbers.items())
    after = f"after {number_of(event.rounds, 'round')} and {number_of(event.turns, 'turn')}"
    yield _heading("ENDED", event.reason, after + (f" ({numbers})" if numbers else ""), style="bold")


def _refined(event: DraftRefined, draft: Draft | None, policies: Policies | None) -> Iterator[Part]:
    yield _heading("REFINED")
    table = _table(3)
    for outcome in event.outcomes:
        table.add_row(one_line(outcome.thought), *_outcome(outcome, event.thoughts, _known(draft)))
    yield _indented(table)
    yield _heading("FINAL CHAIN", "", event.decision)
    yield from _thoughts(((thought.id, _origin(thought), thought) for thought in event.thoughts), policies)
    yield _labelled("response", event.response)


def _outcome(outcome: Outcome, thoughts: Iterable[FinalThought], known: Mapping[str, Thought]) -> tuple[Text, Text]:
    came = [thought.id for thought in thoughts if outcome.thought in thought.sources and thought.id != outcome.thought]
    into = f" into {', '.join(came)}" if came else ""
    words = Text(f"{outcome.outcome}{into}", style="red" if outcome.outcome == "removed" else "")
    if outcome.outcome != "removed":
        return words, Text()
    reason = outcome.reason or "no reason"
    code = f" ({outcome.code})" if outcome.code and outcome.code != reason else ""
    thought = known.get(outcome.thought)
    return words, Text(f"{reason}{code}: ").append(plain(thought.text if thought else "", style="dim strike"))


def _origin(thought: FinalThought) -> str:
    return "" if thought.outcome == "kept" else f"{thought.outcome} from {', '.join(thought.sources)}"


def _thoughts(rows: Iterable[tuple[str, str, Thought | FinalThought]], policies: Policies | None) -> Iterator[Part]:
    table = _table(2)
    for name, origin, thought in rows:
        words = plain(thought.text)
        words.append(f"  [{thought.author}, round {thought.round}]", style="dim")
        if origin:
            words.append(f" {origin}", style="cyan")
        table.add_row(one_line(name), words)
        for citation in thought.citations:
            table.add_row("", cited(citation, policies))
    yield _indented(table)


def _cost(transcript: Transcript) -> Iterator[Part]:
    usage = transcript.usage
    sent = f"{usage.attempts:,} sent, {lasting(usage.seconds)} in calls"
    yield _heading("COST", number_of(usage.calls, "call"), sent)
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    yield _text(
        f"{usage.prompt_tokens:,} prompt tokens{cached}, {usage.completion_tokens:,} completion tokens, "
        f"{dollars(usage.cost_usd)}"
    )


def _heading(name: str, who: str = "", what: str = "", *, style: str = "") -> Text:
    words = Text("\n")
    words.append(name, style="bold blue")
    if who:
        words.append(f"  {one_line(who)}", style="bold")
    if what:
        words.append(f"  {one_line(what)}", style=style)
    return words


def _labelled(name: str, text: str) -> Part:
    table = _table(2)
    table.add_row(name, plain(text))
    return _indented(table)


def _table(columns: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(columns - 1):
        table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    return table


def _text(text: str) -> Part:
    return _indented(plain(text))


def _indented(part: Text | Table) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def _known(draft: Draft | None) -> dict[str, Thought]:
    return {thought.id: thought for thought in draft.thoughts} if draft else {}


_HARMS = {"benign": "green", "harmful": "red", "ambiguous": "yellow"}
_VERDICTS = {True: "the seats agree", False: "the seats do not agree", None: "no usable answer"}
_STANCES = {"agree": "agrees", "object": "objects", "abstain": "abstains"}
_STYLES = {"agree": "green", "object": "yellow", "abstain": "dim"}

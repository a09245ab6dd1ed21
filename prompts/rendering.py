"""How a transcript reads in a prompt: in the order it grew, so that each call shares its beginning with the one before.

    <draft-s version="0" event="2">           the seed; restated at the start of every later round
    t1 (seeder): The person asks …            one thought a line; the author's round follows from round 1 on
        RH-H1: "answer the question asked"    its citations, indented
    conflict PH-R1 + PH-H2: the graver …      rules that pull apart, and what settles it
    decision: comply
    response:
    …to the end of the block
    </draft-s>
    <turn-s event="3" round="1" seat="critic" version="0" stance="object">
    reason: …
    weakness: t2, wrong_rule, blocking: "words of the thought"
    add t5: …                                 then its citations, indented
    revise t2: …                              then its citations, indented
    withdraw t3: why
    conflict PH-R1 + PH-H2: …
    decision: refuse
    response:
    …to the end of the block
    </turn-s>

Only what a seat saw is shown. Where turns are hidden from it, the draft as it stands closes the section.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from aidsafe.core.events import DraftSeeded, Event, IntentsDecomposed, TurnTaken
from aidsafe.core.records import (
    Add,
    Citation,
    Conflict,
    Decide,
    Draft,
    Edit,
    Resolve,
    Respond,
    Revise,
    Thought,
    Weakness,
    Withdraw,
)
from aidsafe.core.transcript import Transcript
from aidsafe.prompts.tags import tagged

__all__ = ["render_deliberation", "render_draft", "render_intents", "render_query", "render_turn", "stands_as_shown"]

Names = Mapping[str, str]


def render_query(transcript: Transcript, *, suffix: str) -> str:
    """The query, tagged."""
    query = transcript.query
    return transcript.remembered(("query", suffix), query, lambda: tagged("query", suffix, query.text))


def render_intents(transcript: Transcript, *, suffix: str) -> str:
    """The decomposer's restatement and intents, tagged; empty before they are there."""
    found = transcript.first(IntentsDecomposed)
    if found is None:
        return ""
    return transcript.remembered(("intents", suffix), found, lambda: _intents(found, suffix))


def _intents(found: IntentsDecomposed, suffix: str) -> str:
    lines = [f"restatement: {_line(found.restatement)}"] if found.restatement else []
    lines += [f"{i.kind}, {i.harm}: {_line(i.text)}{_because(i.evidence)}" for i in found.intents]
    return tagged("intents", suffix, "\n".join(lines))


def render_draft(draft: Draft, *, suffix: str, names: Names | None = None, event: int | None = None) -> str:
    """A draft, tagged. `names` says how authors are called."""
    lines = [line for thought in draft.thoughts for line in _thought_lines(thought, names or {})]
    lines += [_conflict_line(conflict) for conflict in draft.conflicts]
    lines += [f"decision: {draft.decision}", "response:", draft.response]
    numbered = {} if event is None else {"event": event}
    return tagged("draft", suffix, "\n".join(lines), version=draft.version, **numbered)


def render_deliberation(
    transcript: Transcript, *, suffix: str, saw: Collection[int], names: Names | None = None
) -> str:
    """The drafts and turns among the events numbered in `saw`, in the order they grew."""
    seen, called = frozenset(saw), names or {}
    page = _whole(transcript, suffix, called) if len(seen) == len(transcript) else _Page(suffix, called)
    page.read_on(transcript, seen)
    return page.text(transcript)


def render_turn(transcript: Transcript, number: int, *, suffix: str, names: Names | None = None) -> str:
    """One turn by its event number, tagged; empty where that event is none."""
    event, before = transcript.events[number], transcript.drafts[number - 1] if number else None
    return _turn(event, number, _next_id(before), suffix, names or {}) if isinstance(event, TurnTaken) else ""


def _turn(event: TurnTaken, number: int, next_id: int, suffix: str, names: Names) -> str:
    seat = names.get(event.seat, event.seat)
    where: dict[str, str | int] = {"event": number, "round": event.round, "seat": seat, "version": event.version}
    return tagged("turn", suffix, "\n".join(_turn_lines(event, next_id)), **where, stance=event.stance)


def stands_as_shown(transcript: Transcript) -> bool:
    """Whether the draft as it stands is the last one that the whole deliberation shows: nobody has edited it since."""
    turns = transcript.turns
    first = next(
        (n for n, turn in zip(transcript.turn_numbers, turns, strict=True) if turn.round == turns[-1].round), 1
    )
    shown = transcript.drafts[first - 1] if turns else transcript.draft
    return _version(shown) == _version(transcript.draft)


def _whole(transcript: Transcript, suffix: str, names: Names) -> "_Page":
    """The page for those who saw everything, as far as it was read before: each of them reads on where one stopped."""
    seed = transcript.first(DraftSeeded)
    name = ("page", suffix, *names.items())
    page = transcript.remembered(name, seed, lambda: _Page(suffix, names))
    if page.read == transcript.events[: len(page.read)]:
        return page
    # Another transcript with the same beginning went on in another way.
    del transcript.memo[name]
    return _whole(transcript, suffix, names)


class _Page:
    """A deliberation as it reads to one who knows the seats by these names: blocks of text, growing with the events.

    `read` are the events that were read; `_shown` is the draft version that follows from the blocks.
    """

    __slots__ = ("_blocks", "_names", "_round", "_shown", "_suffix", "read")

    def __init__(self, suffix: str, names: Names) -> None:
        self.read: tuple[Event, ...] = ()
        self._suffix = suffix
        self._names = names
        self._blocks: list[str] = []
        self._round = 1
        self._shown = -1

    def read_on(self, transcript: Transcript, saw: frozenset[int]) -> None:
        """Read what has come since, as far as it was seen."""
        for number in range(len(self.read), len(transcript)):
            if number in saw:
                self._read(transcript, number)
        self.read = transcript.events

    def text(self, transcript: Transcript) -> str:
        """The blocks, and at the end the draft where it holds more than they do."""
        if self._shown == _version(transcript.draft):
            return "\n".join(self._blocks)
        return "\n".join([*self._blocks, self._draft(transcript.draft)])

    def _read(self, transcript: Transcript, number: int) -> None:
        event, draft = transcript.events[number], transcript.drafts[number]
        if event.kind == "draft_seeded":
            self._shown = _version(draft)
            self._blocks.append(self._draft(draft, event=number))
        elif event.kind == "turn_taken" and transcript.drafts[number - 1] is not None:
            self._turn(transcript, number, event)

    def _turn(self, transcript: Transcript, number: int, event: TurnTaken) -> None:
        """A turn, and before the first of a later round the draft as it stood then."""
        before = transcript.drafts[number - 1]
        if event.round > self._round:
            self._round, self._shown = event.round, _version(before)
            self._blocks.append(self._draft(before))
        self._blocks.append(_turn(event, number, _next_id(before), self._suffix, self._names))
        self._shown += _version(transcript.drafts[number]) - _version(before)

    def _draft(self, draft: Draft | None, *, event: int | None = None) -> str:
        return render_draft(draft, suffix=self._suffix, names=self._names, event=event) if draft else ""


def _version(draft: Draft | None) -> int:
    return draft.version if draft else -1


def _next_id(draft: Draft | None) -> int:
    return draft.next_id if draft else 1


def _turn_lines(event: TurnTaken, next_id: int) -> Iterator[str]:
    if event.reason:
        yield f"reason: {_line(event.reason)}"
    if event.weakness:
        yield _weakness(event.weakness)
    for edit in sorted(event.edits, key=lambda edit: edit.op == "respond"):
        yield from _edit_lines(edit, f"t{next_id}")
        next_id += edit.op == "add"


def _edit_lines(edit: Edit, new_id: str) -> list[str]:
    match edit:
        case Add():
            return [f"add {new_id}: {_line(edit.text)}", *_citation_lines(edit.citations)]
        case Revise():
            return [f"revise {edit.target}: {_line(edit.text)}", *_citation_lines(edit.citations)]
        case Withdraw():
            return [f"withdraw {edit.target}: {_line(edit.reason)}"]
        case Resolve():
            return [_conflict_line(edit)]
        case Decide():
            return [f"decision: {edit.decision}"]
        case Respond():
            return ["response:", edit.text]
        case _:  # pragma: no cover
            assert_never(edit)


def _thought_lines(thought: Thought, names: Names) -> list[str]:
    author = names.get(thought.author, thought.author)
    where = f"{author}, round {thought.round}" if thought.round else author
    return [f"{thought.id} ({where}): {_line(thought.text)}", *_citation_lines(thought.citations)]


def _citation_lines(citations: tuple[Citation, ...]) -> list[str]:
    return [f'    {_line(citation.rule)}: "{_line(citation.quote)}"' for citation in citations]


def _conflict_line(conflict: Conflict | Resolve) -> str:
    return f"conflict {_line(' + '.join(conflict.rules))}: {_line(conflict.resolved_by)}"


def _weakness(weakness: Weakness) -> str:
    where = _line(weakness.thought or "response")
    return f'weakness: {where}, {weakness.defect}, {weakness.severity}: "{_line(weakness.quote)}"'


def _because(evidence: str) -> str:
    return f" (because: {_line(evidence)})" if evidence else ""


def _line(text: str) -> str:
    return " ".join(text.split())

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

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never
from weakref import WeakKeyDictionary

from aidsafe.core.events import DraftSeeded, IntentsDecomposed, TurnTaken
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
    return tagged("query", suffix, transcript.query.text)


def render_intents(transcript: Transcript, *, suffix: str) -> str:
    """The decomposer's restatement and intents, tagged; empty before they are there."""
    found = transcript.first(IntentsDecomposed)
    if found is None:
        return ""
    kept = _KEPT.setdefault(found, {})
    if suffix not in kept:
        kept[suffix] = None, _intents(found, suffix)
    return kept[suffix][1]


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
    seed = transcript.first(DraftSeeded)
    if seed is None:
        return ""
    reading = _Reading(transcript, suffix, names or {}, _KEPT.setdefault(seed, {}))
    return "\n".join(reading.blocks(frozenset(saw)))


def render_turn(transcript: Transcript, number: int, *, suffix: str, names: Names | None = None) -> str:
    """One turn by its event number, tagged; empty where that event is none."""
    event, before = transcript.events[number], transcript.drafts[number - 1] if number else None
    if not isinstance(event, TurnTaken):
        return ""
    seat = (names or {}).get(event.seat, event.seat)
    where: dict[str, str | int] = {"event": number, "round": event.round, "seat": seat, "version": event.version}
    return tagged("turn", suffix, "\n".join(_turn_lines(event, _next_id(before))), **where, stance=event.stance)


def stands_as_shown(transcript: Transcript) -> bool:
    """Whether the draft as it stands is the last one that the whole deliberation shows: nobody has edited it since."""
    turns = transcript.turns
    first = next(
        (n for n, turn in zip(transcript.turn_numbers, turns, strict=True) if turn.round == turns[-1].round), 1
    )
    shown = transcript.drafts[first - 1] if turns else transcript.draft
    return _version(shown) == _version(transcript.draft)


# Each call shows again what the call before it showed, so what was rendered is kept beside the event it grew from, and
# goes with it: no entry may hold that event itself. An entry holds what else it was made of: another transcript with
# an equal seed never gets its text.
_Kept = dict[object, tuple[object, str]]
_KEPT: WeakKeyDictionary[IntentsDecomposed | DraftSeeded, _Kept] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A transcript as it reads to one who knows the seats by these names; `kept` is what was rendered before."""

    transcript: Transcript
    suffix: str
    names: Names
    kept: _Kept

    def blocks(self, saw: frozenset[int]) -> Iterator[str]:
        """What was seen, and at the end the draft where it holds more than that."""
        drafts, shown, round_shown, version = self.transcript.drafts, -1, 1, -1
        for number, event in enumerate(self.transcript):
            before, version = version, _version(drafts[number])
            if number not in saw:
                continue
            if event.kind == "draft_seeded":
                shown = version
                yield self._draft_after(number, event=number)
            elif event.kind == "turn_taken" and before >= 0:
                if event.round > round_shown:
                    round_shown, shown = event.round, before
                    yield self._draft_after(number - 1)
                yield self._turn(event, number, _next_id(drafts[number - 1]))
                shown += version - before
        if shown != version:
            yield self._draft_after(len(self.transcript) - 1)

    def _draft_after(self, number: int, *, event: int | None = None) -> str:
        draft = self.transcript.drafts[number]

        def make() -> str:
            return render_draft(draft, suffix=self.suffix, names=self.names, event=event) if draft else ""

        return self._once(("draft", number, event, *self.names.items()), (draft,), make)

    def _turn(self, event: TurnTaken, number: int, next_id: int) -> str:
        seat = self.names.get(event.seat, event.seat)
        where: dict[str, str | int] = {"event": number, "round": event.round, "seat": seat, "version": event.version}

        def make() -> str:
            lines = "\n".join(_turn_lines(event, next_id))
            return tagged("turn", self.suffix, lines, **where, stance=event.stance)

        return self._once(("turn", number, seat), (event, next_id), make)

    def _once(self, key: tuple[object, ...], made_of: tuple[object, ...], make: Callable[[], str]) -> str:
        whole = (self.suffix, *key)
        found = self.kept.get(whole)
        if found is None or found[0] != made_of:
            found = self.kept[whole] = (made_of, make())
        return found[1]


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

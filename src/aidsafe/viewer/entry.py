"""One query in the list: how it stands, how its deliberation went, and what it can be found by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aidsafe.core.events import Event, QueryReceived, SeatFailed, TurnTaken
from aidsafe.core.records import Call, Citation
from aidsafe.core.transcript import Transcript, calls_of

__all__ = ["HEAD", "Entry", "State", "Texts", "entry_of", "state_of", "texts_of"]

State = Literal["completed", "failed", "pending"]
HEAD: Final = 240
RIBBON: Final = 160


@dataclass(frozen=True, slots=True)
class Entry:
    """A query's line. `words` are those of the final thoughts and response, `tokens` prompt and completion together.

    `ribbon` has a letter a turn (`a`gree, `o`bject, ab`s`tain, `x` failed; a capital where an edit was accepted) and a
    bar between rounds. `facets` are what it can be filtered by: `policy:…`, `seat:critic:objected`, `notable:repaired`.
    """

    row: int
    replica: int
    id: str
    head: str
    state: State
    ending: str
    decision: str
    rounds: int
    turns: int
    edits: int
    thoughts: int
    removed: int
    words: int
    tokens: int
    cost: float | None
    ribbon: str
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """What a query is found by when words are searched: every thought and every response there ever was."""

    query: str
    thoughts: tuple[str, ...]
    response: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Final:
    """What stands at the end, or so far."""

    decision: str
    response: str
    thoughts: tuple[str, ...]
    citations: tuple[Citation, ...]


def entry_of(events: Sequence[Event]) -> Entry:
    """The line of a query, from its events so far."""
    query, state = _received(events).query, state_of(events)
    ended = next((event for event in events if event.kind == "deliberation_ended"), None)
    turns = list(_turns(events))
    calls = [call for event in events for call in calls_of(event)]
    final = _final(events)
    return Entry(
        row=query.row,
        replica=query.replica,
        id=query.id,
        head=query.text[:HEAD],
        state=state,
        ending=ended.reason if ended else "none" if state == "completed" else "",
        decision=final.decision,
        rounds=ended.rounds if ended else max((turn.round for turn in turns), default=0),
        turns=len(turns),
        edits=sum(len(turn.edits) for turn in turns if turn.kind == "turn_taken"),
        thoughts=len(final.thoughts),
        removed=len(_removed(events)),
        words=len(" ".join((*final.thoughts, final.response)).split()),
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        cost=_cost(calls),
        ribbon=_ribbon(turns),
        facets=tuple(dict.fromkeys(_facets(events, final))),
    )


def texts_of(events: Sequence[Event]) -> Texts:
    """The words a query is found by."""
    thoughts, responses = list[str](), list[str]()
    for event in events:
        match event.kind:
            case "draft_seeded" | "draft_refined":
                thoughts += [thought.text for thought in event.thoughts]
                responses.append(event.response)
            case "turn_taken":
                thoughts += [edit.text for edit in event.edits if edit.op in {"add", "revise"}]
                responses += [edit.text for edit in event.edits if edit.op == "respond"]
            case _:
                pass
    return Texts(_received(events).query.text, tuple(dict.fromkeys(thoughts)), tuple(dict.fromkeys(responses)))


def state_of(events: Sequence[Event]) -> State:
    """How a query stands."""
    match events[-1].kind:
        case "query_completed":
            return "completed"
        case "query_failed":
            return "failed"
        case _:
            return "pending"


def _received(events: Sequence[Event]) -> QueryReceived:
    first = events[0]
    if first.kind != "query_received":
        raise ValueError(f"a transcript starts with query_received, this one with {first.kind!r}")
    return first


def _final(events: Sequence[Event]) -> _Final:
    refined = next((event for event in events if event.kind == "draft_refined"), None)
    # A draft is folded only where no refiner has given the end: the fold takes longer than all the rest.
    stands = refined or Transcript.of(events).draft
    if stands is None:
        return _Final("", "", (), ())
    cited = tuple(citation for thought in stands.thoughts for citation in thought.citations)
    return _Final(stands.decision, stands.response, tuple(thought.text for thought in stands.thoughts), cited)


def _cost(calls: Sequence[Call]) -> float | None:
    """What the calls cost together; None as soon as one price is unknown."""
    known = [call.cost_usd for call in calls if call.cost_usd is not None]
    return sum(known) if len(known) == len(calls) else None


def _turns(events: Sequence[Event]) -> Iterator[TurnTaken | SeatFailed]:
    for event in events:
        match event.kind:
            case "turn_taken" | "seat_failed":
                yield event
            case _:
                pass


def _removed(events: Sequence[Event]) -> list[str]:
    refined = (event for event in events if event.kind == "draft_refined")
    return [one.thought for event in refined for one in event.outcomes if one.outcome == "removed"]


def _ribbon(turns: Sequence[TurnTaken | SeatFailed]) -> str:
    rounds: dict[int, str] = {}
    for turn in turns:
        rounds[turn.round] = rounds.get(turn.round, "") + _letter(turn)
    return "|".join(rounds.values())[:RIBBON]


def _letter(turn: TurnTaken | SeatFailed) -> str:
    if turn.kind == "seat_failed":
        return "x"
    letter = {"agree": "a", "object": "o", "abstain": "s"}[turn.stance]
    return letter.upper() if turn.edits else letter


def _facets(events: Sequence[Event], final: _Final) -> Iterator[str]:
    yield from (f"policy:{name}" for name in _policies(events))
    for event in events:
        if event.kind == "turn_taken":
            yield f"seat:{event.seat}:{_STANCES[event.stance]}"
            if event.edits:
                yield f"seat:{event.seat}:edited"
        elif event.kind == "seat_failed":
            yield f"seat:{event.seat}:failed"
    yield from (f"notable:{name}" for name, holds in _notable(events, final).items() if holds)


def _policies(events: Sequence[Event]) -> Iterator[str]:
    return (citation.policy for event in events for citation in _cited(event))


def _cited(event: Event) -> Sequence[Citation]:
    match event.kind:
        case "draft_seeded" | "draft_refined":
            return [citation for thought in event.thoughts for citation in thought.citations]
        case "turn_taken":
            return [one for edit in event.edits if edit.op in {"add", "revise"} for one in edit.citations]
        case _:
            return ()


def _notable(events: Sequence[Event], final: _Final) -> dict[str, bool]:
    turns = [event for event in events if event.kind == "turn_taken"]
    return {
        "seat_failed": any(event.kind == "seat_failed" for event in events),
        "repaired": any(call.outcome != "accepted" for event in events for call in calls_of(event)),
        "not_applied": any(turn.rejected for turn in turns),
        "unverified": any(not citation.verified for citation in final.citations),
        "removed": bool(_removed(events)),
        "decided": any(edit.op == "decide" for turn in turns for edit in turn.edits),
    }


_STANCES: Final = {"agree": "agreed", "object": "objected", "abstain": "abstained"}

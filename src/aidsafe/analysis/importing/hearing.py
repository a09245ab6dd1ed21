"""What was heard, as a transcript: a query and turns, with rounds counted and visibility taken from the source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from aidsafe.core.events import DeliberationEnded, Event, QueryCompleted, QueryReceived, TurnTaken
from aidsafe.core.records import Call, Ending, Query, Stance
from aidsafe.core.transcript import Transcript

__all__ = ["Heard", "call_of", "numbered", "transcript_of"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn as the source tells it: who, what, which stance; in which round, and after which other turns, if known."""

    seat: str
    text: str
    stance: Stance
    round: int | None = None
    saw: tuple[int, ...] | None = None
    calls: tuple[Call, ...] = ()


def transcript_of(query: Query, turns: Sequence[Heard], *, ending: Ending = "external") -> Transcript:
    """The transcript of these turns: a text is its turn's reason, and there is no draft."""
    events: list[Event] = [QueryReceived(query=query, policies="", prompts="")]
    for place, (turn, round) in enumerate(zip(turns, numbered(turns), strict=True)):
        seen = tuple(range(place)) if turn.saw is None else turn.saw
        events.append(
            TurnTaken(
                round=round,
                seat=turn.seat,
                # the query is event 0, so turns count from 1
                saw=(0, *(one + 1 for one in seen)),
                version=0,
                stance=turn.stance,
                reason=turn.text,
                calls=turn.calls,
            )
        )
    rounds = max(numbered(turns), default=0)
    events += [DeliberationEnded(reason=ending if turns else "none", rounds=rounds, turns=len(turns)), QueryCompleted()]
    return Transcript.of(events)


def numbered(turns: Iterable[Heard]) -> list[int]:
    """The round of every turn: the source's, or a new one as soon as a seat speaks again."""
    rounds: list[int] = []
    round, spoke = 1, set[str]()
    for turn in turns:
        if turn.round is None and turn.seat in spoke:
            round, spoke = round + 1, set()
        spoke.add(turn.seat)
        round = max(round, turn.round or 0)
        rounds.append(round)
    return rounds


def call_of(usage: Mapping[str, JsonValue] | None, *, model: str = "unknown") -> tuple[Call, ...]:
    """The call a turn took, where the source counted its tokens."""
    if not usage:
        return ()
    prompt, completion = (usage.get(name) for name in ("prompt_tokens", "completion_tokens"))
    return (
        Call(
            model=model,
            asked=model,
            reported=model,
            finish="unknown",
            prompt_tokens=prompt if isinstance(prompt, int) else 0,
            completion_tokens=completion if isinstance(completion, int) else 0,
        ),
    )

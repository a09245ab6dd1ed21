"""One query's events in order, and what they fold into.

The transcript is the only state there is. Appending gives a new transcript; the folds (draft, turns, usage) are kept
beside the events as they grow, so reading them costs nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from aidsafe.core.editing import apply_edits
from aidsafe.core.events import (
    DeliberationEnded,
    Event,
    SeatFailed,
    TurnTaken,
)
from aidsafe.core.records import Call, Draft, Query, Usage

__all__ = ["Transcript", "Turn", "calls_of", "next_draft"]

E = TypeVar("E")
M = TypeVar("M")
Turn = TurnTaken | SeatFailed


@dataclass(frozen=True, slots=True)
class Transcript:
    """Events, and what they fold into. Make one with `Transcript.of(events)`.

    `turns` are all the times a seat had the floor, failed or not, in order; `turn_numbers` are their places; `others`
    are the events between them, and `drafts` has the draft as it stood after every event. `memo` is what `remembered`
    keeps; it goes along as the transcript grows, and goes when nobody reads it any more.
    """

    events: tuple[Event, ...] = ()
    draft: Draft | None = None
    turns: tuple[Turn, ...] = ()
    turn_numbers: tuple[int, ...] = ()
    others: tuple[Event, ...] = ()
    drafts: tuple[Draft | None, ...] = ()
    usage: Usage = Usage()
    memo: dict[object, tuple[object, object]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Transcript":
        """The transcript of these events."""
        transcript = cls()
        for event in events:
            transcript = transcript.append(event)
        return transcript

    @classmethod
    def ended_in(cls, events: tuple[Event, ...]) -> "Transcript":
        """The events and the draft they end in; places, earlier drafts and usage are left out, in half the time."""
        draft: Draft | None = None
        turns: list[Turn] = []
        others: list[Event] = []
        for event in events:
            draft = next_draft(draft, event)
            match event.kind:
                case "turn_taken" | "seat_failed":
                    turns.append(event)
                case _:
                    others.append(event)
        return cls(events, draft, turns=tuple(turns), others=tuple(others))

    def append(self, event: Event) -> "Transcript":
        """This transcript and one more event."""
        turns, numbers, others = self.turns, self.turn_numbers, self.others
        match event.kind:
            case "turn_taken" | "seat_failed":
                turns, numbers = (*turns, event), (*numbers, len(self.events))
            case _:
                others = (*others, event)
        draft, usage = next_draft(self.draft, event), self.usage.plus(*calls_of(event))
        events, drafts = (*self.events, event), (*self.drafts, draft)
        return Transcript(events, draft, turns, numbers, others, drafts, usage, self.memo)

    def __len__(self) -> int:
        """How many events there are; also the number the next one gets."""
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        """The events in order."""
        return iter(self.events)

    @property
    def query(self) -> Query:
        """What the transcript is about."""
        received = self.others[0] if self.others else None
        if received is None or received.kind != "query_received":
            raise ValueError(f"a transcript starts with query_received, this one has {len(self)} events without it")
        return received.query

    @property
    def ended(self) -> DeliberationEnded | None:
        """How the deliberation ended, once it has."""
        return self.last(DeliberationEnded)

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the query."""
        return bool(self.events) and self.events[-1].kind in ("query_completed", "query_failed")

    def first(self, kind: type[E]) -> E | None:
        """The first event of a kind."""
        for event in self._among(kind):
            if type(event) is kind:
                return event
        return None

    def last(self, kind: type[E]) -> E | None:
        """The latest event of a kind."""
        for event in reversed(self._among(kind)):
            if type(event) is kind:
                return event
        return None

    def _among(self, kind: type[object]) -> tuple[Event, ...]:
        return self.turns if kind in (TurnTaken, SeatFailed) else self.others

    def remembered(self, name: object, made_of: object, make: Callable[[], M]) -> M:
        """What was made of this very object before, by a name of the caller's, or what is made now."""
        found = self.memo.get(name)
        if found is None or found[0] is not made_of:
            found = self.memo[name] = made_of, make()
        return cast("M", found[1])


def calls_of(event: Event) -> tuple[Call, ...]:
    """The model calls an event carries; none for events no model made."""
    # By its kind and not by its class: to ask pydantic for an instance takes ten times as long.
    match event.kind:
        case "query_received" | "stop_requested" | "deliberation_ended" | "query_completed":
            return ()
        case _:
            return event.calls


def next_draft(draft: Draft | None, event: Event) -> Draft | None:
    """The draft after one more event."""
    if event.kind == "draft_seeded":
        thoughts = event.thoughts
        return Draft(thoughts=thoughts, decision=event.decision, response=event.response, next_id=len(thoughts) + 1)
    if event.kind == "turn_taken" and draft is not None:
        return apply_edits(draft, event.edits, author=event.seat, round=event.round)
    return draft

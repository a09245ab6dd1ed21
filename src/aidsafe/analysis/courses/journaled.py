"""Events as journals have them, as far as a course is made of them.

They are decoded straight into these values, in about half the time that plain dictionaries take. Their types are
checked on the way; what else there is to check was checked when they were written.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, convert
from msgspec.json import Decoder

from aidsafe.analysis.courses.course import Change, Cited, Final
from aidsafe.core.events import Event, SeatFailure, Stage
from aidsafe.core.records import (
    CallOutcome,
    Decision,
    Defect,
    Ending,
    Finish,
    OutcomeKind,
    RemovalReason,
    Stance,
)

__all__ = [
    "Answered",
    "Asked",
    "ConsensusJudged",
    "DeliberationEnded",
    "DraftRefined",
    "DraftSeeded",
    "Floor",
    "IntentsDecomposed",
    "Journaled",
    "QueryCompleted",
    "QueryFailed",
    "QueryReceived",
    "SeatFailed",
    "StopRequested",
    "Treated",
    "TurnTaken",
    "journaled",
    "journaled_json",
]


class Asked(Struct, frozen=True, gc=False):
    """A query."""

    id: str
    text: str
    replica: int = 0
    metadata: Mapping[str, Any] = {}


class Answered(Struct, frozen=True, gc=False):
    """A model call that was answered."""

    model: str
    finish: Finish
    outcome: CallOutcome = "accepted"
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = None
    latency_seconds: float = 0.0
    attempts: int = 1


class Sown(Struct, frozen=True, gc=False, rename={"cited": "citations"}):
    """A thought of the first draft."""

    id: str
    author: str
    text: str
    cited: tuple[Cited, ...] = ()


class Refused(Struct, frozen=True, gc=False):
    """An edit that was not accepted."""

    edit: Change


class Treated(Struct, frozen=True, gc=False):
    """What the refiner did with a thought; nothing where it did not come to it."""

    thought: str = ""
    outcome: OutcomeKind | None = None
    reason: RemovalReason | None = None
    code: Defect | None = None


class Journaled(Struct, frozen=True, gc=False, tag_field="kind"):
    """An event."""


class QueryReceived(Journaled, frozen=True, gc=False, tag="query_received"):
    """A query arrived."""

    query: Asked


class IntentsDecomposed(Journaled, frozen=True, gc=False, tag="intents_decomposed"):
    """The decomposer spoke."""

    calls: tuple[Answered, ...] = ()


class DraftSeeded(Journaled, frozen=True, gc=False, tag="draft_seeded"):
    """The seeder wrote the first draft."""

    thoughts: tuple[Sown, ...]
    decision: Decision
    response: str
    calls: tuple[Answered, ...] = ()


class Floor(Journaled, frozen=True, gc=False):
    """A seat had the floor; a stance where it took a turn, a failure where it did not manage to."""

    round: int
    seat: str
    saw: frozenset[int]
    stance: Stance | None = None
    failure: SeatFailure | None = None
    reason: str = ""
    edits: tuple[Change, ...] = ()
    rejected: tuple[Refused, ...] = ()
    calls: tuple[Answered, ...] = ()


class TurnTaken(Floor, frozen=True, gc=False, tag="turn_taken"):
    """A seat spoke."""


class SeatFailed(Floor, frozen=True, gc=False, tag="seat_failed"):
    """A seat gave nothing usable."""


class StopRequested(Journaled, frozen=True, gc=False, tag="stop_requested"):
    """Something asked to stop."""


class ConsensusJudged(Journaled, frozen=True, gc=False, tag="consensus_judged"):
    """A judge said whether the seats agree."""

    calls: tuple[Answered, ...] = ()


class DeliberationEnded(Journaled, frozen=True, gc=False, tag="deliberation_ended"):
    """The moderator closed the deliberation."""

    reason: Ending


class DraftRefined(Journaled, frozen=True, gc=False, tag="draft_refined"):
    """The refiner wrote the finished chain."""

    outcomes: tuple[Treated, ...]
    thoughts: tuple[Final, ...]
    decision: Decision
    calls: tuple[Answered, ...] = ()


class QueryCompleted(Journaled, frozen=True, gc=False, tag="query_completed"):
    """The query is done."""


class QueryFailed(Journaled, frozen=True, gc=False, tag="query_failed"):
    """The query cannot be finished."""

    stage: Stage
    calls: tuple[Answered, ...] = ()


_Any = (
    QueryReceived
    | IntentsDecomposed
    | DraftSeeded
    | TurnTaken
    | SeatFailed
    | StopRequested
    | ConsensusJudged
    | DeliberationEnded
    | DraftRefined
    | QueryCompleted
    | QueryFailed
)

journaled_json = Decoder[Journaled](_Any).decode
"""Decode an event from its JSON. Raises `msgspec.DecodeError`."""


def journaled(event: Event) -> Journaled:
    """An event as a journal would have it."""
    found: Journaled = convert(event.model_dump(mode="json"), _Any)
    return found

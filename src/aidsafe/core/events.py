"""What can happen to a query, as one closed union discriminated on `kind`.

An event is frozen. Its number is its place in the transcript, so it is not stored in it. Every event that models
produced carries their calls, in order: usually one, two after a repair, more after a fallback.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from aidsafe.core.records import (
    Call,
    Decision,
    Edit,
    Ending,
    FinalThought,
    Intent,
    Outcome,
    Query,
    RejectedEdit,
    Stance,
    Thought,
    Value,
    Weakness,
)

__all__ = [
    "EVENT",
    "ConsensusJudged",
    "DeliberationEnded",
    "DraftRefined",
    "DraftSeeded",
    "Event",
    "IntentsDecomposed",
    "QueryCompleted",
    "QueryFailed",
    "QueryReceived",
    "SeatFailed",
    "SeatFailure",
    "Stage",
    "StopRequested",
    "TurnTaken",
]

Stage = Literal["decompose", "seed", "deliberate", "refine"]
SeatFailure = Literal["invalid", "refused", "truncated", "filtered", "timeout", "error"]


class QueryReceived(Value):
    """A query arrived; the digests say under which policies and prompts it will be answered."""

    kind: Literal["query_received"] = "query_received"
    query: Query
    policies: str
    prompts: str


class IntentsDecomposed(Value):
    """The decomposer restated the query and listed what its author may want."""

    kind: Literal["intents_decomposed"] = "intents_decomposed"
    restatement: str = ""
    intents: tuple[Intent, ...]
    calls: tuple[Call, ...] = ()


class DraftSeeded(Value):
    """The seeder wrote the first draft: version 0, round 0."""

    kind: Literal["draft_seeded"] = "draft_seeded"
    thoughts: tuple[Thought, ...]
    decision: Decision
    response: str
    calls: tuple[Call, ...] = ()


class TurnTaken(Value):
    """A seat spoke: on draft `version`, having seen the events numbered in `saw`.

    `edits` were applied in order, `rejected` were not.
    """

    kind: Literal["turn_taken"] = "turn_taken"
    round: int = Field(ge=1)
    seat: str
    saw: tuple[int, ...]
    version: int
    stance: Stance
    checked: tuple[str, ...] = ()
    weakness: Weakness | None = None
    reason: str = ""
    edits: tuple[Edit, ...] = ()
    rejected: tuple[RejectedEdit, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether this is agreement: the word, nothing that the seat wanted otherwise, and no blocking weakness."""
        blocks = self.weakness is not None and self.weakness.severity == "blocking"
        return self.stance == "agree" and not self.edits and not self.rejected and not blocks

    @property
    def abstains(self) -> bool:
        """Whether the seat neither judged nor changed the draft."""
        return self.stance == "abstain" and not self.edits


class SeatFailed(Value):
    """A seat had the floor and gave nothing usable. Never a stance, and never overload, which waits."""

    kind: Literal["seat_failed"] = "seat_failed"
    round: int = Field(ge=1)
    seat: str
    saw: tuple[int, ...]
    version: int
    failure: SeatFailure
    message: str
    calls: tuple[Call, ...] = ()


class StopRequested(Value):
    """Something impure asked to stop: a caller, or an AutoGen termination condition, by name."""

    kind: Literal["stop_requested"] = "stop_requested"
    by: str
    reason: str


class ConsensusJudged(Value):
    """A judge said whether the seats agree on draft `version`; `agreed` is None where it gave no usable answer."""

    kind: Literal["consensus_judged"] = "consensus_judged"
    round: int = Field(ge=1)
    version: int
    reason: str = ""
    agreed: bool | None
    calls: tuple[Call, ...] = ()


class DeliberationEnded(Value):
    """The moderator closed the deliberation; `numbers` justify the reason."""

    kind: Literal["deliberation_ended"] = "deliberation_ended"
    reason: Ending
    rounds: int
    turns: int
    numbers: dict[str, float] = {}


class DraftRefined(Value):
    """The refiner gave every thought an outcome and wrote the final chain; the decision stands."""

    kind: Literal["draft_refined"] = "draft_refined"
    outcomes: tuple[Outcome, ...]
    thoughts: tuple[FinalThought, ...]
    decision: Decision
    response: str
    calls: tuple[Call, ...] = ()


class QueryCompleted(Value):
    """The query is done; its record can be folded."""

    kind: Literal["query_completed"] = "query_completed"


class QueryFailed(Value):
    """The query cannot be finished: at which stage, the error's type, its message."""

    kind: Literal["query_failed"] = "query_failed"
    stage: Stage
    error: str
    message: str
    calls: tuple[Call, ...] = ()


Event = Annotated[
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
    | QueryFailed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads and writes one event as JSON: `EVENT.validate_json(line)`, `EVENT.dump_json(event)`."""

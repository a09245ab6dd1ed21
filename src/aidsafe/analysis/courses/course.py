"""The course of a deliberation: a transcript read once, in the shape that metrics ask for.

Turns with what their seat knew, the life of every thought, the draft at the end of every round, and every call with
who made it. A course is made from a transcript, or straight from the JSON of its events, which is much quicker.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, Literal, NamedTuple, TypeVar

from msgspec import Struct
from pydantic import JsonValue

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
    "SEEDER",
    "Change",
    "Charge",
    "Cited",
    "Course",
    "Final",
    "Life",
    "Moment",
    "Op",
    "Round",
    "Step",
    "Vote",
    "changing",
    "maker",
    "shared",
]

SEEDER = "seeder"
"""Who wrote the first draft, as the author of thoughts and the maker of calls."""

Op = Literal["add", "revise", "withdraw", "resolve", "respond", "decide"]
Vote = Literal["agree", "object"]
T = TypeVar("T")
N = TypeVar("N", bound=tuple[Any, ...])


class Cited(Struct, frozen=True, gc=False):
    """A rule that a thought leans on, and whether its quote was found in the rule."""

    policy: str
    rule: str
    verified: bool


class Change(Struct, frozen=True, gc=False, rename={"thought": "target", "cited": "citations"}):
    """An edit: the thought it makes or touches, its words, the rules it names, the decision it takes."""

    op: Op
    thought: str | None = None
    text: str = ""
    cited: tuple[Cited, ...] = ()
    rules: tuple[str, ...] = ()
    decision: Decision | None = None


class Charge(NamedTuple):
    """A model call, and who made it (a seat or a role), in which round (0 outside of the rounds).

    `cost` is in US dollars, None where the price is unknown. `followed` says that its speaker had to ask again,
    `switched` that the last call for a reply went to another model than the first.
    """

    event: int
    speaker: str
    round: int
    model: str
    finish: Finish
    outcome: CallOutcome
    prompt: int
    cached: int
    completion: int
    reasoning: int
    cost: float | None
    seconds: float
    attempts: int
    followed: bool
    switched: bool

    @property
    def turn(self) -> bool:
        """Whether a seat made it in a turn."""
        return self.round > 0

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt + self.completion


class Step(NamedTuple):
    """A seat had the floor: what it did, and what it knew.

    `position` is its stance as it counts: agreement with an edit is an objection, an abstention with one too; None is
    a failed turn. `vote` is that position, if it is no abstention. `own` is the seat's last vote before, `first` its
    first one, this turn's included. `agreeing` and `objecting` count the last votes of the others as far as the seat
    saw them, `majority` is what more than half of those held, `previous` the vote it saw last. `reasoned` says that
    the turn gave a reason, or cited a rule, that the seat had not read or said before.
    """

    number: int
    round: int
    place: int
    seat: str
    position: Stance | None
    vote: Vote | None
    failure: str | None
    reason: str
    accepted: tuple[Change, ...]
    rejected: tuple[Change, ...]
    own: Vote | None
    first: Vote | None
    agreeing: int
    objecting: int
    majority: Vote | None
    previous: tuple[str, Vote] | None
    reasoned: bool


class Life(NamedTuple):
    """A thought from its coming to its end: who wrote it, who took it out, what the refiner did with it.

    `text` and `cited` are as they last stood. `withdrawn` is the seat that took it out, and the round. `survives` says
    whether the finished chain holds it; None where there is no finished chain.
    """

    id: str
    author: str
    round: int
    text: str
    cited: tuple[Cited, ...]
    revisions: int
    withdrawn: tuple[str, int] | None
    outcome: OutcomeKind | None
    reason: RemovalReason | None
    code: Defect | None
    survives: bool | None


class Moment(NamedTuple):
    """The draft at the end of a round; round 0 is the seed."""

    round: int
    thoughts: tuple[str, ...]
    texts: tuple[str, ...]
    cited: frozenset[tuple[str, str]]
    verified: frozenset[tuple[str, str]]
    decision: Decision
    response: str


class Round(NamedTuple):
    """How many turns of a round agreed, objected, abstained and failed."""

    number: int
    agree: int
    object: int
    abstain: int
    failed: int

    @property
    def votes(self) -> int:
        """Agreement and objection together."""
        return self.agree + self.object

    @property
    def positions(self) -> tuple[int, int, int]:
        """How many agreed, objected and abstained."""
        return self.agree, self.object, self.abstain


class Final(Struct, frozen=True, gc=False, rename={"sources": "from", "cited": "citations"}):
    """A thought of the finished chain."""

    id: str
    text: str
    sources: tuple[str, ...]
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to one query, as far as it went.

    `seats` stand in the order in which they first spoke; `held` are the rounds begun. `ending` is None while the
    deliberation is open. `chain` and `final_decision` are those of the finished record; None where there is none.
    `failed` names the stage at which the query was given up. `facts` keeps what several metrics read: see `shared`.
    """

    query: str
    replica: int
    text: str
    metadata: Mapping[str, JsonValue]
    seats: tuple[str, ...]
    steps: tuple[Step, ...]
    lives: tuple[Life, ...]
    moments: tuple[Moment, ...]
    held: tuple[Round, ...]
    charges: tuple[Charge, ...]
    ending: Ending | None
    chain: tuple[Final, ...] | None
    final_decision: Decision | None
    conflicts: int
    refined: bool
    completed: bool
    failed: str | None
    facts: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rounds(self) -> int:
        """The last round that was begun; 0 where there was none."""
        return self.held[-1].number if self.held else 0


def maker(kind: type[N]) -> Callable[[tuple[Any, ...]], N]:
    """Make a named tuple of all its values, unchecked: a course holds hundreds, and this takes half the time."""
    return partial(tuple.__new__, kind)


def shared(read: Callable[[Course], T]) -> Callable[[Course], T]:
    """Let what a function reads in a course be read once, however many metrics ask for it."""

    @wraps(read)
    def reading(course: Course) -> T:
        if read not in course.facts:
            course.facts[read] = read(course)
        found: T = course.facts[read]
        return found

    return reading


@shared
def changing(course: Course) -> Sequence[Step]:
    """The turns that changed the draft; most change nothing."""
    return [step for step in course.steps if step.accepted]

"""Follow a transcript's events into its course."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from aidsafe.analysis.courses.course import SEEDER, Charge, Course, Round, Step, maker
from aidsafe.analysis.courses.following_draft import FollowedDraft
from aidsafe.analysis.courses.following_talk import FollowedTalk
from aidsafe.analysis.courses.journaled import (
    Answered,
    Asked,
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Floor,
    IntentsDecomposed,
    Journaled,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    TurnTaken,
    journaled_json,
)
from aidsafe.core.records import Stance

__all__ = ["follow", "follow_json"]

_MAKERS = {"decompose": "decomposer", "seed": SEEDER, "deliberate": "deliberator", "refine": "refiner"}
_UNKNOWN = Asked("", "")


def follow_json(events: Iterable[bytes]) -> Course:
    """The course of events given as JSON, each in its own piece. Raises `msgspec.DecodeError`."""
    return follow(map(journaled_json, events))


def follow(events: Iterable[Journaled]) -> Course:
    """The course of these events."""
    follower = _Follower()
    for number, event in enumerate(events):
        take = _TAKES.get(type(event))
        if take is not None:
            take(follower, number, event)
    return follower.course()


class _Follower:
    """Takes one event after the other."""

    def __init__(self) -> None:
        self.query = _UNKNOWN
        self.draft = FollowedDraft()
        self.talk = FollowedTalk()
        self.steps: list[Step] = []
        self.charges: list[Charge] = []
        self.ended: DeliberationEnded | None = None
        self.refined: DraftRefined | None = None
        self.completed = False
        self.failed: str | None = None

    def receive(self, _: int, event: QueryReceived) -> None:
        self.query = event.query

    def decompose(self, number: int, event: IntentsDecomposed) -> None:
        self._charge(number, event.calls, "decomposer")

    def seed(self, number: int, event: DraftSeeded) -> None:
        self._charge(number, event.calls, SEEDER)
        self.draft.seed(event)
        self.talk.cite(number, (rule for _, rule in self.draft.moments[0].cited))

    def turn(self, number: int, event: Floor) -> None:
        round, seat, steps = event.round, event.seat, self.steps
        if steps and steps[-1].round != round:
            self.draft.close_round(steps[-1].round)
        self._charge(number, event.calls, seat, round=round)
        step = self._step(number, event, place=steps[-1].place + 1 if steps and steps[-1].round == round else 1)
        steps.append(step)
        if step.vote is not None:
            self.talk.vote(number, seat, step.vote)

    def judge(self, number: int, event: ConsensusJudged) -> None:
        self._charge(number, event.calls, "judge")

    def end(self, _: int, event: DeliberationEnded) -> None:
        self.ended = event

    def refine(self, number: int, event: DraftRefined) -> None:
        self._charge(number, event.calls, "refiner")
        self.refined = event

    def complete(self, _: int, __: QueryCompleted) -> None:
        self.completed = True

    def fail(self, number: int, event: QueryFailed) -> None:
        self._charge(number, event.calls, _MAKERS[event.stage])
        self.failed = event.stage

    def course(self) -> Course:
        """The course so far."""
        draft, refined, query = self.draft, self.refined, self.query
        if self.steps:
            draft.close_round(self.steps[-1].round)
        done = draft.decision is not None and (refined is not None or self.completed)
        chain = draft.chain(refined) if done else None
        return Course(
            query=query.id,
            replica=query.replica,
            text=query.text,
            metadata=query.metadata,
            seats=self.talk.seats,
            steps=tuple(self.steps),
            lives=tuple(draft.lives(chain, refined)),
            moments=tuple(draft.moments),
            held=_rounds(self.steps),
            charges=tuple(self.charges),
            ending=self.ended.reason if self.ended else None,
            chain=chain,
            final_decision=None if not done else refined.decision if refined else draft.decision,
            conflicts=draft.conflicts,
            refined=refined is not None,
            completed=self.completed,
            failed=self.failed,
        )

    def _step(self, number: int, event: Floor, *, place: int) -> Step:
        seat, round, saw, reason = event.seat, event.round, event.saw, event.reason
        apply = self.draft.apply
        accepted = tuple([apply(edit, seat=seat, round=round) for edit in event.edits]) if event.edits else ()
        rejected = tuple([one.edit for one in event.rejected]) if event.rejected else ()
        position = _position(event)
        vote = None if position == "abstain" else position
        own, first, *others = self.talk.known(seat, saw)
        reasoned = self.talk.is_reasoned(number, seat, reason, (*accepted, *rejected), saw)
        did = (position, vote, event.failure, reason, accepted, rejected)
        return _made_step((number, round, place, seat, *did, own, first or vote, *others, reasoned))

    def _charge(self, number: int, calls: Sequence[Answered], speaker: str, *, round: int = 0) -> None:
        for call in calls:
            last = call is calls[-1]
            switched = last and call.model != calls[0].model
            self.charges.append(_made_charge((number, speaker, round, *_facts(call), not last, switched)))


def _rounds(steps: list[Step]) -> tuple[Round, ...]:
    counts: dict[int, list[int]] = {}
    for step in steps:
        counts.setdefault(step.round, [0, 0, 0, 0])[_PLACES[step.position]] += 1
    return tuple([_made_round((number, *count)) for number, count in counts.items()])


_PLACES: dict[Stance | None, int] = {"agree": 0, "object": 1, "abstain": 2, None: 3}

_TAKES: Mapping[type[Journaled], Callable[[_Follower, int, Any], None]] = {
    QueryReceived: _Follower.receive,
    IntentsDecomposed: _Follower.decompose,
    DraftSeeded: _Follower.seed,
    TurnTaken: _Follower.turn,
    SeatFailed: _Follower.turn,
    ConsensusJudged: _Follower.judge,
    DeliberationEnded: _Follower.end,
    DraftRefined: _Follower.refine,
    QueryCompleted: _Follower.complete,
    QueryFailed: _Follower.fail,
}

_made_charge, _made_round, _made_step = maker(Charge), maker(Round), maker(Step)

_facts = attrgetter(*Answered.__struct_fields__)
"""What a charge says of its call, in the order of its fields."""


def _position(event: Floor) -> Stance | None:
    stance = event.stance
    if stance is None:
        return None
    if stance == "agree":
        return "object" if event.edits or event.rejected else "agree"
    return "object" if event.edits else stance

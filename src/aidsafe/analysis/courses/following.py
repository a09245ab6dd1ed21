"""Follow a transcript's events, as plain JSON, into its course.

What is read here was validated when it was written, so nothing is validated again.
"""

from collections.abc import Iterable
from operator import itemgetter

import orjson

from aidsafe.analysis.courses.course import SEEDER, Charge, Course, Round, Step
from aidsafe.analysis.courses.following_draft import FollowedDraft, Plain, change_of
from aidsafe.analysis.courses.following_talk import FollowedTalk
from aidsafe.core.records import Stance

__all__ = ["follow", "follow_json"]

_MAKERS = {"decompose": "decomposer", "seed": SEEDER, "deliberate": "deliberator", "refine": "refiner"}
_UNKNOWN: Plain = {"id": "", "replica": 0, "text": "", "metadata": {}}


def follow_json(events: Iterable[bytes]) -> Course:
    """The course of events given as JSON, each in its own piece."""
    read: list[Plain] = orjson.loads(b"[" + b",".join(events) + b"]")
    return follow(read)


def follow(events: Iterable[Plain]) -> Course:
    """The course of events given as plain values."""
    follower = _Follower()
    for number, event in enumerate(events):
        take = _TAKES.get(event["kind"])
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
        self.ended: Plain | None = None
        self.refined: Plain | None = None
        self.completed = False
        self.failed: str | None = None

    def receive(self, number: int, event: Plain) -> None:
        self.query = event["query"]

    def decompose(self, number: int, event: Plain) -> None:
        self._charge(number, event, "decomposer")

    def seed(self, number: int, event: Plain) -> None:
        self._charge(number, event, SEEDER)
        self.draft.seed(event)
        self.talk.cite(number, (rule for _, rule in self.draft.moments[0].cited))

    def turn(self, number: int, event: Plain) -> None:
        round, seat, steps = event["round"], event["seat"], self.steps
        if steps and steps[-1].round != round:
            self.draft.close_round(steps[-1].round)
        self._charge(number, event, seat, round=round)
        step = self._step(number, event, place=steps[-1].place + 1 if steps and steps[-1].round == round else 1)
        steps.append(step)
        if step.vote is not None:
            self.talk.vote(number, seat, step.vote)

    def end(self, number: int, event: Plain) -> None:
        self.ended = event

    def refine(self, number: int, event: Plain) -> None:
        self._charge(number, event, "refiner")
        self.refined = event

    def complete(self, number: int, event: Plain) -> None:
        self.completed = True

    def fail(self, number: int, event: Plain) -> None:
        self._charge(number, event, _MAKERS[event["stage"]])
        self.failed = event["stage"]

    def course(self) -> Course:
        """The course so far."""
        draft, refined, query = self.draft, self.refined, self.query
        if self.steps:
            draft.close_round(self.steps[-1].round)
        done = draft.decision is not None and (refined is not None or self.completed)
        chain = draft.chain(refined) if done else None
        return Course(
            query=query["id"],
            replica=query["replica"],
            text=query["text"],
            metadata=query["metadata"],
            seats=self.talk.seats,
            steps=tuple(self.steps),
            lives=tuple(draft.lives(chain, refined)),
            moments=tuple(draft.moments),
            held=_rounds(self.steps),
            charges=tuple(self.charges),
            ending=self.ended["reason"] if self.ended else None,
            chain=chain,
            final_decision=None if not done else refined["decision"] if refined else draft.decision,
            conflicts=draft.conflicts,
            refined=refined is not None,
            completed=self.completed,
            failed=self.failed,
        )

    def _step(self, number: int, event: Plain, *, place: int) -> Step:
        seat, round, saw = event["seat"], event["round"], frozenset(event["saw"])
        accepted = tuple([self.draft.apply(edit, seat=seat, round=round) for edit in event.get("edits", ())])
        rejected = tuple([change_of(one["edit"]) for one in event.get("rejected", ())])
        reason = event.get("reason", "")
        position = _position(event)
        vote = None if position == "abstain" else position
        known = self.talk.known(seat, saw)
        return Step(
            number,
            round,
            place,
            seat,
            position,
            vote,
            event.get("failure"),
            reason,
            accepted,
            rejected,
            known.own,
            known.first or vote,
            known.agreeing,
            known.objecting,
            known.majority,
            known.previous,
            self.talk.is_reasoned(number, seat, reason, (*accepted, *rejected), saw),
        )

    def _charge(self, number: int, event: Plain, speaker: str, *, round: int = 0) -> None:
        calls = event["calls"]
        for call in calls:
            last = call is calls[-1]
            switched = last and call["model"] != calls[0]["model"]
            self.charges.append(Charge._make((number, speaker, round, *_facts(call), not last, switched)))


def _rounds(steps: list[Step]) -> tuple[Round, ...]:
    counts: dict[int, list[int]] = {}
    for step in steps:
        counts.setdefault(step.round, [0, 0, 0, 0])[_PLACES[step.position]] += 1
    return tuple([Round(number, *count) for number, count in counts.items()])


_PLACES: dict[Stance | None, int] = {"agree": 0, "object": 1, "abstain": 2, None: 3}

_TAKES = {
    "query_received": _Follower.receive,
    "intents_decomposed": _Follower.decompose,
    "draft_seeded": _Follower.seed,
    "turn_taken": _Follower.turn,
    "seat_failed": _Follower.turn,
    "deliberation_ended": _Follower.end,
    "draft_refined": _Follower.refine,
    "query_completed": _Follower.complete,
    "query_failed": _Follower.fail,
}


_facts = itemgetter(
    "model",
    "finish",
    "outcome",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cost_usd",
    "latency_seconds",
    "attempts",
)
"""What a charge says of its call, in the order of its fields."""


def _position(event: Plain) -> Stance | None:
    stance: Stance | None = event.get("stance")
    if stance is None:
        return None
    if stance == "agree":
        return "object" if event["edits"] or event["rejected"] else "agree"
    return "object" if event["edits"] else stance

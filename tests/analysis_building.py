"""Deliberations written by hand or drawn at random, for the tests of what is measured on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from hypothesis import strategies as st
from pydantic import JsonValue

from aidsafe.core.editing import settled
from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    SeatFailure,
    TurnTaken,
)
from aidsafe.core.records import (
    Add,
    Call,
    CallOutcome,
    Citation,
    Decide,
    Decision,
    Draft,
    Edit,
    Ending,
    FinalThought,
    Finish,
    Intent,
    Outcome,
    OutcomeKind,
    Query,
    RemovalReason,
    Resolve,
    Respond,
    Revise,
    Stance,
    Thought,
    Withdraw,
)
from aidsafe.core.transcript import Transcript

Treated = tuple[OutcomeKind, RemovalReason | None]
SEATS = ("critic", "expander", "policy_aligner", "guardian")


@dataclass(frozen=True)
class Said:
    """A turn to be: who, which stance (None fails), which edits; `blind` sees nothing of its own round."""

    seat: str
    stance: Stance | None
    edits: tuple[Edit, ...] = ()
    reason: str | None = None
    calls: tuple[Call, ...] = ()
    blind: bool = False
    failure: SeatFailure = "invalid"


@dataclass(frozen=True)
class Refined:
    """What the refiner does with the thoughts it names; the rest is kept."""

    outcomes: dict[str, Treated] = field(default_factory=dict)
    merged: tuple[tuple[str, ...], ...] = ()
    decision: Decision | None = None
    calls: tuple[Call, ...] = ()


def says(seat: str, stance: Stance | None, *edits: Edit, reason: str | None = None, blind: bool = False) -> Said:
    """A turn without calls; without a `reason` it gives one of its own."""
    return Said(seat, stance, edits, reason, blind=blind)


def cites(rule: str, *, policy: str = "care", verified: bool = True) -> Citation:
    """A citation."""
    return Citation(policy=policy, rule=rule, quote="so it says", verified=verified)


def adds(text: str, *citations: Citation) -> Add:
    """An edit that adds a thought."""
    return Add(text=text, citations=citations)


def revises(target: str, text: str, *citations: Citation) -> Revise:
    """An edit that rewrites a thought."""
    return Revise(target=target, text=text, citations=citations)


def withdraws(target: str) -> Withdraw:
    """An edit that takes a thought out."""
    return Withdraw(target=target)


def call(
    prompt: int = 100,
    completion: int = 10,
    *,
    model: str = "model",
    cost: float | None = 0.01,
    outcome: CallOutcome = "accepted",
    finish: Finish = "stop",
    attempts: int = 1,
) -> Call:
    """One answered call of one second."""
    return Call(
        model=model,
        asked=model,
        reported=model,
        finish=finish,
        outcome=outcome,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_usd=cost,
        latency_seconds=1.0,
        attempts=attempts,
    )


def deliberation(
    *rounds: Sequence[Said],
    thoughts: Sequence[str | Thought] = ("one thing", "another thing"),
    decision: Decision = "comply",
    ending: Ending | None = "consensus",
    refined: Refined | None = None,
    done: bool = True,
    metadata: dict[str, JsonValue] | None = None,
    calls: tuple[Call, ...] = (),
    text: str = "How do I keep bees?",
    row: int = 0,
) -> Transcript:
    """A transcript: seed, rounds of turns, ending, refiner (`refined`), completion (`done`)."""
    query = Query(id=f"q{row}", row=row, text=text, metadata=metadata or {})
    transcript = Transcript.of(
        [
            QueryReceived(query=query, policies="p", prompts="p"),
            IntentsDecomposed(intents=(Intent(text="bees", kind="explicit", harm="benign"),), calls=calls),
            DraftSeeded(thoughts=_seed(thoughts), decision=decision, response="Like this.", calls=calls),
        ]
    )
    for number, turns in enumerate(rounds, start=1):
        start = len(transcript)
        for turn in turns:
            transcript = transcript.append(_turn(transcript, turn, number, start))
    return _finished(transcript, ending=ending, refined=refined, done=done)


def failed_query(stage: str = "seed") -> Transcript:
    """A transcript whose query failed before there was a draft."""
    query = Query(id="lost", row=9, text="lost")
    lost = QueryFailed.model_validate({"stage": stage, "error": "ModelError", "message": "no", "calls": [call()]})
    return Transcript.of([QueryReceived(query=query, policies="p", prompts="p"), lost])


def _seed(thoughts: Iterable[str | Thought]) -> tuple[Thought, ...]:
    return tuple(
        one if isinstance(one, Thought) else Thought(id=f"t{number}", text=one, author="seeder", round=0)
        for number, one in enumerate(thoughts, start=1)
    )


def _turn(transcript: Transcript, said: Said, round: int, start: int) -> TurnTaken | SeatFailed:
    draft = transcript.draft
    assert draft is not None
    number = len(transcript)
    saw = tuple(range(start if said.blind else number))
    if said.stance is None:
        return SeatFailed(
            round=round,
            seat=said.seat,
            saw=saw,
            version=draft.version,
            failure=said.failure,
            message="no",
            calls=said.calls,
        )
    turn = TurnTaken(
        round=round,
        seat=said.seat,
        saw=saw,
        version=draft.version,
        stance=said.stance,
        reason=f"because of {said.seat} at {number}" if said.reason is None else said.reason,
        edits=said.edits,
        calls=said.calls,
    )
    return settled(turn, draft)


def _finished(transcript: Transcript, *, ending: Ending | None, refined: Refined | None, done: bool) -> Transcript:
    turns = transcript.turns
    if ending is not None:
        rounds = turns[-1].round if turns else 0
        transcript = transcript.append(DeliberationEnded(reason=ending, rounds=rounds, turns=len(turns)))
    if refined is not None and transcript.draft is not None:
        transcript = transcript.append(_refinement(transcript.draft, refined))
    return transcript.append(QueryCompleted()) if done else transcript


def _refinement(draft: Draft, refined: Refined) -> DraftRefined:
    outcomes = {thought.id: refined.outcomes.get(thought.id, ("kept", None)) for thought in draft.thoughts}
    for group in refined.merged:
        outcomes |= dict.fromkeys(group, ("merged", None))
    return DraftRefined(
        outcomes=tuple(
            Outcome(thought=key, outcome=outcome, reason=reason, code="repeated" if outcome == "removed" else None)
            for key, (outcome, reason) in outcomes.items()
        ),
        thoughts=tuple(_final(draft, outcomes, refined.merged)),
        decision=refined.decision or draft.decision,
        response=draft.response,
        calls=refined.calls,
    )


def _final(draft: Draft, outcomes: dict[str, Treated], merged: tuple[tuple[str, ...], ...]) -> Iterable[FinalThought]:
    for thought in draft.thoughts:
        outcome, _ = outcomes[thought.id]
        group = next((group for group in merged if thought.id in group), (thought.id,))
        if outcome != "removed" and group[0] == thought.id:
            yield FinalThought(
                id=thought.id,
                text=thought.text,
                author=thought.author,
                round=thought.round,
                sources=group,
                outcome=outcome,
                citations=thought.citations,
            )


# Random deliberations: ragged on purpose, with failed seats, rejected edits, early and missing endings.

_TEXTS = st.sampled_from(
    (
        "bees like warm dry boxes",
        "keep the boxes warm and dry for bees",
        "ask a local keeper",
        "no",
        "smoke calms the bees before the box is opened",
    )
)
_CITATIONS = st.lists(
    st.builds(
        lambda policy, number, verified: cites(f"{policy}-{number}", policy=policy, verified=verified),
        st.sampled_from(("care", "help", "harm")),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)
_TARGETS = st.integers(1, 6).map("t{}".format)
_DECISIONS: st.SearchStrategy[Decision] = st.sampled_from(get_args(Decision))
_EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Add, text=_TEXTS, citations=_CITATIONS),
    st.builds(Revise, target=_TARGETS, text=_TEXTS, citations=_CITATIONS),
    st.builds(Withdraw, target=_TARGETS),
    st.builds(Resolve, rules=st.just(("care-1", "help-1")), resolved_by=_TEXTS),
    st.builds(Respond, text=_TEXTS),
    st.builds(Decide, decision=_DECISIONS),
)
_CALLS = st.lists(
    st.builds(
        call,
        st.integers(0, 500),
        st.integers(0, 50),
        model=st.sampled_from(("big", "small")),
        cost=st.sampled_from((None, 0.0, 0.02)),
        outcome=st.sampled_from(get_args(CallOutcome)),
        finish=st.sampled_from(get_args(Finish)),
        attempts=st.integers(1, 3),
    ),
    max_size=2,
).map(tuple)


@st.composite
def deliberations(draw: st.DrawFn) -> Transcript:
    """Any transcript with a seed: some seats, some rounds, each round with some of the seats in some order."""
    seats = SEATS[: draw(st.integers(1, 4))]
    rounds = [_drawn_round(draw, seats) for _ in range(draw(st.integers(0, 4)))]
    refined = draw(st.none() | st.builds(Refined, _drawn_outcomes(), calls=_CALLS))
    return deliberation(
        *rounds,
        thoughts=draw(st.lists(_TEXTS, max_size=3)),
        decision=draw(_DECISIONS),
        ending=draw(st.none() | st.sampled_from(get_args(Ending))),
        refined=refined,
        done=draw(st.booleans()),
        metadata={"label": draw(st.sampled_from(("benign", "harmful", "borderline")))},
        calls=draw(_CALLS),
        row=draw(st.integers(0, 5)),
    )


def _drawn_round(draw: st.DrawFn, seats: Sequence[str]) -> list[Said]:
    speakers = draw(st.lists(st.sampled_from(seats), min_size=1, max_size=len(seats), unique=True))
    blind = draw(st.booleans())
    return [_drawn_turn(draw, seat, blind=blind) for seat in speakers]


def _drawn_turn(draw: st.DrawFn, seat: str, *, blind: bool) -> Said:
    return Said(
        seat,
        draw(st.none() | st.sampled_from(get_args(Stance))),
        tuple(draw(st.lists(_EDITS, max_size=2))),
        draw(st.none() | st.sampled_from(("", "it is too long", "a rule is missing"))),
        draw(_CALLS),
        blind,
        draw(st.sampled_from(get_args(SeatFailure))),
    )


def _drawn_outcomes() -> st.SearchStrategy[dict[str, Treated]]:
    removed: list[Treated] = [("removed", reason) for reason in get_args(RemovalReason)]
    treated: list[Treated] = [*removed, ("kept", None), ("rewritten", None)]
    return st.dictionaries(_TARGETS, st.sampled_from(treated), max_size=3)


def renamed(transcript: Transcript, names: dict[str, str]) -> Transcript:
    """The same transcript with other names for its seats."""

    def event(found: Event) -> Event:
        match found:
            case TurnTaken() | SeatFailed():
                return found.model_copy(update={"seat": names[found.seat]})
            case DraftRefined():
                thoughts = tuple(
                    one.model_copy(update={"author": names.get(one.author, one.author)}) for one in found.thoughts
                )
                return found.model_copy(update={"thoughts": thoughts})
            case _:
                return found

    return Transcript.of(event(found) for found in transcript)

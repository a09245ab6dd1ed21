"""The journey of one query: from wherever its transcript stands until nothing more will happen to it."""

from collections.abc import Callable, Sequence

import anyio
import pytest
from answering import Answering, Asked, Says, at_its_bound, result
from autogen_core.models import RequestUsage
from building import begun, decided, decomposed, drafted, query, received, refined, revised, seated, table
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.core.chance import pick
from aidsafe.core.errors import BudgetSpent, SurroundingsError
from aidsafe.core.events import (
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    Event,
    QueryCompleted,
    QueryFailed,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import Usage
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.journey import journey
from aidsafe.orchestration.table import Table

MODEL = "models: {scripted: {spec: scripted, max_tokens: 200, price: {prompt: 1.0, completion: 2.0}}}\n"


def answers(asked: Asked) -> Says:
    """What each role replies: the first round edits, the second agrees."""
    match asked.role:
        case "decompose":
            return decomposed()
        case "seed" | "single":
            return drafted()
        case "refine":
            return refined()
        case _ if asked.round == 1:
            return decided("object", {"op": "add", "text": f"The {asked.seat} adds a thought."})
        case _:
            return decided("agree")


async def travel(at: Table, start: Transcript | None = None, desk: Desk | None = None) -> Transcript:
    """The transcript at the journey's end."""
    transcript = start or Transcript.of([received()])
    budget = at.recipe.protocol.budget
    async for event in journey(transcript, at, desk or Desk(query(), budget=budget, spent=transcript.usage)):
        transcript = transcript.append(event)
    return transcript


def kinds(transcript: Transcript) -> list[str]:
    """What happened, by its kind."""
    return [event.kind for event in transcript]


async def test_the_whole_way() -> None:
    """Decomposed, seeded, two rounds, ended, refined, completed."""
    model = Answering(answers)
    transcript = await travel(table(model))

    assert ["query_received", "intents_decomposed", "draft_seeded"] == kinds(transcript)[:3]
    assert ["turn_taken"] * 6 + ["deliberation_ended", "draft_refined", "query_completed"] == kinds(transcript)[3:]
    assert transcript.ended is not None
    assert ("consensus", 2, 6) == (transcript.ended.reason, transcript.ended.rounds, transcript.ended.turns)
    assert len(model.asked) == transcript.usage.calls == 9


async def test_the_baseline_is_one_call() -> None:
    """Seeded, none, completed."""
    transcript = await travel(
        seated(Answering(answers), "roles: {decomposer: null, refiner: null}\nseats: {}\nprotocol: {max_rounds: 0}")
    )

    assert ["query_received", "draft_seeded", "deliberation_ended", "query_completed"] == kinds(transcript)
    assert transcript.ended is not None
    assert ("none", 1) == (transcript.ended.reason, transcript.usage.calls)


async def test_each_turn_sees_the_one_before() -> None:
    """The second seat edits the draft that the first left."""
    model = Answering(answers)
    transcript = await travel(table(model))
    turns = [event for event in transcript if isinstance(event, TurnTaken)]

    assert [0, 1, 2, 3, 3, 3] == [turn.version for turn in turns]
    assert [tuple(range(3 + number)) for number in range(6)] == [turn.saw for turn in turns]
    assert "The critic adds a thought." in model.asked[3].text


def failing_at(stage: str, said: Says) -> Answering:
    """A model that fails in one role."""
    return Answering(lambda asked: said if asked.role == stage else answers(asked))


@pytest.mark.parametrize(("role", "stage"), [("decompose", "decompose"), ("seed", "seed"), ("refine", "refine")])
@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("no reply", "ReplyError.invalid"),
        ("I'm sorry, I can't help with that.", "ReplyError.refused"),
        (result("{", finish="length"), "ReplyError.truncated"),
        (result("", finish="content_filter"), "ReplyError.filtered"),
        (RuntimeError("gone"), "ModelError"),
    ],
)
async def test_what_a_role_cannot_give_ends_the_query(role: str, stage: str, said: Says, error: str) -> None:
    """As data: the stage, the error, its message, and the calls it took."""
    transcript = await travel(table(failing_at(role, said)))
    failed = transcript.events[-1]

    assert isinstance(failed, QueryFailed)
    assert (stage, error) == (failed.stage, failed.error)
    assert failed.message
    assert bool(failed.calls) == (error != "ModelError")


async def test_a_deliberation_in_which_every_seat_fails_is_undecided() -> None:
    """Failures are no votes, and the draft goes on as it was seeded."""
    transcript = await travel(
        table(failing_at("deliberate", "I can't help with that."), "protocol.stagnation_rounds=null")
    )

    assert transcript.ended is not None
    assert ("undecided", 3, 9) == (transcript.ended.reason, transcript.ended.rounds, transcript.ended.turns)
    assert {"refused"} == {turn.failure for turn in transcript.turns if isinstance(turn, SeatFailed)}
    assert isinstance(transcript.events[-1], QueryCompleted)


@pytest.mark.parametrize(
    "error", [BudgetSpent("no more"), SurroundingsError("the disk is full"), KeyError("a mistake")]
)
async def test_what_is_no_failure_of_the_query_stops_the_journey(error: Exception) -> None:
    """With its type; the query stays pending where it was. A client's own mistake is a failure of the call."""
    model = failing_at("seed", error)
    if isinstance(error, KeyError):
        assert isinstance((await travel(table(model))).events[-1], QueryFailed)
        return
    with pytest.raises(type(error), match=str(error)):
        await travel(table(model))


async def test_a_stop_request_still_ends_in_a_record() -> None:
    """No further turn, and the refiner finishes the draft."""
    model = Answering(answers)
    transcript = await travel(table(model), begun(StopRequested(by="caller", reason="enough")))

    assert ["stop_requested", "deliberation_ended", "draft_refined", "query_completed"] == kinds(transcript)[3:]
    assert ["refine"] == [asked.role for asked in model.asked]


async def test_any_prefix_continues_to_the_same_end() -> None:
    """Resume, replay, branching and crash safety are this one property."""
    whole = await travel(table(Answering(answers)))

    for length in range(1, len(whole)):
        again = await travel(table(Answering(answers)), Transcript.of(whole.events[:length]))
        assert timeless(whole) == timeless(again)


def timeless(transcript: Transcript) -> list[dict[str, object]]:
    """The events without how long their calls took."""
    return [event.model_dump(exclude={"calls": {"__all__": {"latency_seconds"}}}) for event in transcript]


async def test_a_finished_query_goes_nowhere() -> None:
    """Nothing more will happen to it."""
    done = begun(QueryCompleted())

    assert done == await travel(table(Answering(["never asked"])), done)


# A judge.


def judging(said: Says) -> Table:
    """The default table with a judge who says this at the end of every round."""
    model = Answering(lambda asked: said if asked.role == "conclude" else answers(asked))
    return table(model, "protocol.consensus.rule=judge", "roles.judge=model")


async def test_a_judge_ends_what_the_seats_did_not() -> None:
    """All object in the first round, and the judge finds that they agree."""
    transcript = await travel(judging({"reason": "All want the same.", "agreed": True}))
    judged = transcript.last(ConsensusJudged)

    assert judged is not None
    assert ("All want the same.", True, 1, 3, 1) == (
        judged.reason,
        judged.agreed,
        judged.round,
        judged.version,
        len(judged.calls),
    )
    assert transcript.ended is not None
    assert ("consensus", 1) == (transcript.ended.reason, transcript.ended.rounds)


@pytest.mark.parametrize("said", [{"agreed": False}, "I can't help with that.", RuntimeError("gone")])
async def test_a_judge_that_finds_no_agreement_or_fails_goes_on(said: Says) -> None:
    """A failed judge found nothing, and the seats have their rounds."""
    transcript = await travel(judging(said))
    found = [event.agreed for event in transcript if isinstance(event, ConsensusJudged)]

    assert {False if isinstance(said, dict) else None} == set(found)
    assert transcript.ended is not None
    assert "consensus" != transcript.ended.reason


# Simultaneous rounds.


def together(model: Answering, *sets: str) -> Table:
    """The default table, all speaking at once."""
    return table(model, "protocol.order=simultaneous", *sets)


async def test_a_simultaneous_round_is_settled_in_seat_order() -> None:
    """Each spoke on version 0; the second revision of the same thought finds it changed."""

    def revise(asked: Asked) -> Says:
        if asked.role != "deliberate" or asked.round > 1 or asked.seat == "critic":
            return answers(asked)
        return decided("object", revised("t1", f"The {asked.seat} rewrites it."))

    transcript = await travel(together(Answering(revise)))
    turns = [event for event in transcript.events[3:6] if isinstance(event, TurnTaken)]

    assert [0, 0, 0] == [turn.version for turn in turns]
    assert [(0, 1, 2)] * 3 == [turn.saw for turn in turns]
    assert [[], [], ["changed"]] == [[each.cause for each in turn.rejected] for turn in turns]


async def test_a_simultaneous_round_asks_all_at_once() -> None:
    """Nobody waits for another's answer."""
    model = Answering(answers)
    start = begun()
    model.hold = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(travel, together(model), start)
        with anyio.fail_after(5):
            while len(model.asked) < 3:
                await anyio.lowlevel.checkpoint()
        model.hold.set()

    assert ["critic", "expander", "policy_aligner"] == sorted(asked.seat for asked in model.asked[:3])


async def test_a_simultaneous_round_is_told_whole() -> None:
    """A reader that leaves in the middle of it finds all of it taken down."""
    kept: list[Event] = []
    desk = Recording(kept)
    stream = journey(begun(), together(Answering(answers)), desk)
    async for _ in stream:
        break
    await stream.aclose()

    assert ["turn_taken"] * 3 == [event.kind for event in kept]


class Recording(Desk):
    """A desk that shows what it was given to write."""

    def __init__(self, kept: list[Event]) -> None:
        super().__init__(query())
        self.kept = kept

    def record(self, number: int, event: Event) -> None:
        """Take an event, and show it."""
        super().record(number, event)
        self.kept.append(event)


@pytest.mark.parametrize("error", [BudgetSpent("no more"), SurroundingsError("the disk is full")])
async def test_an_error_in_a_simultaneous_round_keeps_its_type(error: Exception) -> None:
    """It is not wrapped in a group of errors."""
    model = Answering(lambda asked: error if asked.seat == "expander" else answers(asked))

    with pytest.raises(type(error), match=str(error)):
        await travel(together(model), begun())


async def test_a_failed_seat_leaves_the_others_their_turn() -> None:
    """In a simultaneous round as in any."""
    model = Answering(lambda asked: "no reply" if asked.seat == "expander" else answers(asked))
    transcript = await travel(together(model), begun())

    assert ["turn_taken", "seat_failed", "turn_taken"] == kinds(transcript)[3:6]


# Budgets.


def spending(answering: Callable[[Asked], Says] = answers) -> Answering:
    """A model that takes all it may: a token for every byte, and every token it is allowed."""
    return Answering(answering, usage=at_its_bound(200))


LIMITS: dict[str, Callable[[Usage], float]] = {
    "calls": lambda usage: usage.calls,
    "completion_tokens": lambda usage: usage.completion_tokens,
    "total_tokens": lambda usage: usage.total_tokens,
    "usd": lambda usage: usage.cost_usd or 0.0,
}


def strict(name: str, limit: float, *sets: str) -> Sequence[str]:
    """A strict budget for every query."""
    shown = limit if name == "usd" else max(int(limit), 1)
    return ("budget.strict=true", f"protocol.budget.{name}={shown}", "protocol.stagnation_rounds=null", *sets)


def argue(asked: Asked) -> Says:
    """Seats that never agree, and misspell their first reply now and then."""
    if asked.role != "deliberate":
        return answers(asked)
    if not asked.is_repair and pick((True, False, False), "misspelt", asked.seat, asked.round):
        return '{"stance": "agreed"}'
    return decided("object", {"op": "add", "text": f"The {asked.seat} adds a thought in round {asked.round}."})


@pytest.fixture(scope="module")
def whole() -> Usage:
    """What a query takes without any limit."""
    return anyio.run(travel, seated(spending(argue), MODEL, "protocol.stagnation_rounds=null")).usage


@pytest.mark.parametrize("name", LIMITS)
@given(share=st.floats(0.05, 1.3), order=st.sampled_from(["given", "simultaneous"]))
@settings(max_examples=12)
def test_a_strict_budget_is_never_passed(whole: Usage, name: str, share: float, order: str) -> None:
    """Whatever the limit; a deliberation that it cuts short is still refined, and the query completed."""
    used = LIMITS[name]
    limit = max(used(whole) * share, 1e-6)
    sets = strict(name, limit, f"protocol.order={order}")
    transcript = anyio.run(travel, seated(spending(argue), MODEL, *sets))

    assert used(transcript.usage) <= max(limit, 1 if name != "usd" else 0) * (1 + 1e-9)
    assert transcript.finished
    if transcript.ended is not None:
        assert isinstance(transcript.events[-1], QueryCompleted) or not transcript.turns
    if share > 1.01 and order == "given" and transcript.ended is not None:
        assert transcript.ended.reason in ("budget.rounds", "budget.calls", "budget.tokens", "budget.cost")


@pytest.mark.parametrize(
    ("name", "reason"), [("calls", "budget.calls"), ("total_tokens", "budget.tokens"), ("usd", "budget.cost")]
)
async def test_a_cut_deliberation_says_why_in_numbers(whole: Usage, name: str, reason: str) -> None:
    """What was spent and what was needed together pass the limit."""
    limit = LIMITS[name](whole) * 0.6
    transcript = await travel(seated(spending(argue), MODEL, *strict(name, limit)))
    ended = transcript.ended

    assert ended is not None
    assert reason == ended.reason
    assert ended.turns > 0
    assert ended.numbers["spent"] + ended.numbers["needed"] > ended.numbers["limit"] >= ended.numbers["spent"]
    assert isinstance(transcript.events[-2], DraftRefined)


async def test_a_slow_query_is_cut_by_time_and_still_refined() -> None:
    """Seconds are the sum of its calls' latencies; nothing else is limited."""
    transcript = await travel(seated(spending(argue), MODEL, "protocol.budget.seconds=0.000001"))

    assert transcript.ended is not None
    assert ("budget.time", 0) == (transcript.ended.reason, transcript.ended.turns)
    assert isinstance(transcript.events[-1], QueryCompleted)


async def test_a_budget_too_small_to_begin_fails_the_query() -> None:
    """With the limit that stood in the way."""
    model = spending()
    transcript = await travel(seated(model, MODEL, *strict("total_tokens", 50)))
    failed = transcript.events[-1]

    assert isinstance(failed, QueryFailed)
    assert "budget.tokens" in failed.message
    assert [] == model.asked


async def test_a_seat_keeps_within_its_own_tokens() -> None:
    """Four hundred are two answers of two hundred: its repair is the second, and it has no third."""
    model = spending(lambda asked: '{"stance": "agreed"}' if asked.seat == "critic" else argue(asked))
    at = seated(model, MODEL, "seats.critic.budget.completion_tokens=400", "protocol.stagnation_rounds=null")
    transcript = await travel(at)
    own = [turn for turn in transcript.turns if turn.seat == "critic"]

    assert 400 == sum(call.completion_tokens for turn in own for call in turn.calls)
    assert [("seat_failed", "invalid")] == [(turn.kind, getattr(turn, "failure", "")) for turn in own]


async def test_a_repair_that_a_seat_cannot_afford_is_not_asked_for() -> None:
    """Three hundred are one answer of two hundred, and no second."""
    model = spending(lambda asked: '{"stance": "agreed"}' if asked.seat == "critic" else argue(asked))
    transcript = await travel(seated(model, MODEL, "seats.critic.budget.completion_tokens=300"))
    (failed,) = [turn for turn in transcript.turns if turn.seat == "critic"]

    assert isinstance(failed, SeatFailed)
    assert ("error", 1) == (failed.failure, len(failed.calls))
    assert "budget.tokens of 'critic' has no room for another call" in failed.message


@pytest.mark.parametrize("order", ["given", "simultaneous"])
async def test_a_budget_cuts_a_continued_query_where_it_cuts_a_whole_one(whole: Usage, order: str) -> None:
    """From every prefix, as if it had never stopped."""
    sets = strict("total_tokens", whole.total_tokens * 0.7, f"protocol.order={order}")
    uncut = await travel(seated(spending(argue), MODEL, *sets))
    rounds = [n for n, event in enumerate(uncut) if not isinstance(event, TurnTaken | SeatFailed) or order == "given"]

    for length in [number + 1 for number in rounds[:-1]]:
        again = await travel(seated(spending(argue), MODEL, *sets), Transcript.of(uncut.events[:length]))
        assert timeless(uncut) == timeless(again)


@pytest.mark.parametrize("share", [0.375, 0.39, 0.585])
async def test_who_answers_first_changes_nothing(whole: Usage, share: float) -> None:
    """In a simultaneous round on a binding budget: what a seat may still take hangs on its own calls alone."""
    sets = strict("total_tokens", whole.total_tokens * share, "protocol.order=simultaneous")

    first, *others = [
        timeless(await travel(seated(late(slow), MODEL, *sets))) for slow in ("critic", "expander", "policy_aligner")
    ]
    assert [first, first] == others


def late(slow: str) -> Answering:
    """A model with which every seat misspells its first reply, and one answers long after the others."""

    def misspell(asked: Asked) -> Says:
        return '{"stance": "agreed"}' if asked.role == "deliberate" and not asked.is_repair else argue(asked)

    return Answering(misspell, usage=half_its_bound, pauses=lambda asked: 9 * (asked.seat == slow))


def half_its_bound(asked: Asked) -> RequestUsage:
    """What a model takes that gives half of what was set aside for it back."""
    return RequestUsage(prompt_tokens=asked.prompt_bytes // 2, completion_tokens=100)


async def test_a_deliberation_ended_event_carries_the_moderators_reasons() -> None:
    """Reason, rounds, turns and numbers, as the moderator gave them."""
    transcript = await travel(table(Answering(answers)))

    expected = DeliberationEnded(
        reason="consensus", rounds=2, turns=6, numbers={"agreeing": 3, "valid": 3, "quorum": 2, "seats": 3}
    )
    assert expected == transcript.ended

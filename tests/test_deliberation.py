"""A deliberation is an AutoGen team: run, stream, pause, save, stop, cancel, as any other."""

import asyncio
import gc
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, redirect_stdout

import anyio
import pytest
from answering import Answering, Asked, Says
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint
from autogen_agentchat.base import TaskResult, TerminationCondition
from autogen_agentchat.conditions import (
    ExternalTermination,
    MaxMessageTermination,
    TextMentionTermination,
    TokenUsageTermination,
)
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.ui import Console
from autogen_core import CancellationToken
from building import decided, decomposed, drafted, refined, table

from aidsafe.agents.messages import EventMessage
from aidsafe.core.errors import SurroundingsError
from aidsafe.core.events import StopRequested
from aidsafe.orchestration.deliberation import Deliberation

TASK = "How do I sharpen a kitchen knife?"
WHOLE = [
    "intents_decomposed",
    "draft_seeded",
    *["turn_taken"] * 6,
    "deliberation_ended",
    "draft_refined",
    "query_completed",
]


def answers(asked: Asked) -> Says:
    """The first round edits, the second agrees."""
    match asked.role:
        case "decompose":
            return decomposed()
        case "seed":
            return drafted()
        case "refine":
            return refined()
        case _ if asked.round == 1:
            return decided("object", {"op": "add", "text": f"The {asked.seat} adds a thought."})
        case _:
            return decided("agree")


def team(model: Answering | None = None, condition: TerminationCondition | None = None, *sets: str) -> Deliberation:
    """The default table as a team."""
    return Deliberation(table(model or Answering(answers), *sets), termination_condition=condition)


def kinds(result: TaskResult) -> list[str]:
    """What was said after the task."""
    return [message.content.kind for message in result.messages if isinstance(message, EventMessage)]


@pytest.fixture(autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """No test of a team leaves a task behind."""
    yield
    assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_a_run_is_the_task_and_every_event_as_a_message() -> None:
    """Each said by its author; the reason is the ending."""
    result = await team().run(task=TASK)

    assert TASK == result.messages[0].to_text()
    assert WHOLE == kinds(result)
    assert "consensus" == result.stop_reason
    authors = [message.source for message in result.messages[1:]]
    assert ["decomposer", "seeder", *["critic", "expander", "policy_aligner"] * 2] == authors[:8]
    assert ["moderator", "refiner", "moderator"] == authors[8:]


async def test_a_console_shows_a_stream() -> None:
    """As with any AutoGen team."""
    shown = io.StringIO()
    with redirect_stdout(shown):
        result = await Console(team().run_stream(task=TASK))

    assert isinstance(result, TaskResult)
    assert "I object." in shown.getvalue()
    assert "The critic adds a thought." in shown.getvalue()
    assert "The deliberation ended: consensus" in shown.getvalue()


@pytest.mark.parametrize(
    "task",
    [TASK, TextMessage(content=TASK, source="user"), [TextMessage(content=TASK, source="user")]],
    ids=["text", "message", "messages"],
)
async def test_a_task_is_a_text_a_message_or_several(task: str | TextMessage | list[TextMessage]) -> None:
    """What they say is the query."""
    held = team()
    await held.run(task=task)

    assert TASK == held.transcript.query.text


async def test_the_task_may_be_left_out_of_the_messages() -> None:
    """Whoever gave it knows it."""
    result = await team().run(task=TASK, output_task_messages=False)

    assert WHOLE == kinds(result)
    assert len(WHOLE) == len(result.messages)


async def test_a_new_task_on_a_finished_team_starts_afresh() -> None:
    """Nothing of the first is in the second."""
    model = Answering(answers)
    held = team(model)
    await held.run(task=TASK)
    await held.run(task="Another question?")

    assert "Another question?" == held.transcript.query.text
    assert len(WHOLE) + 1 == len(held.transcript)
    assert TASK not in model.asked[-1].text


async def test_without_a_task_there_is_nothing_to_continue() -> None:
    """The first run needs one."""
    with pytest.raises(ValueError, match="nothing to continue; give a task"):
        await team().run()


async def test_a_finished_team_has_nothing_to_add() -> None:
    """Continuing it gives the ending it has."""
    held = team()
    await held.run(task=TASK)
    result = await held.run()

    assert ([], "consensus") == ([*result.messages], result.stop_reason)


async def test_a_failed_query_says_so() -> None:
    """There was no deliberation to end."""
    result = await team(Answering(["no reply"])).run(task=TASK)

    assert "query_failed" == result.stop_reason
    assert "query_failed" == kinds(result)[-1]


# Suspended, saved, continued.


async def left_after(held: Deliberation, messages: int) -> None:
    """Leave the stream after so many messages."""
    async with aclosing(held.run_stream(task=TASK)) as stream:
        async for _ in stream:
            messages -= 1
            if not messages:
                return


@pytest.mark.parametrize("messages", [1, 2, 4, 8, 11])
async def test_a_suspended_team_continues_to_the_same_end(messages: int) -> None:
    """Also where its state was saved as JSON, and loaded by another team."""
    whole, held, again = team(), team(), team()
    await whole.run(task=TASK)
    await left_after(held, messages)
    await again.load_state(json.loads(json.dumps(await held.save_state())))
    await held.run()
    await again.run()

    def told(each: Deliberation) -> list[object]:
        return [event.model_dump(exclude={"calls"}) for event in each.transcript]

    assert told(whole) == told(held) == told(again)


async def test_a_simultaneous_round_is_not_torn_apart() -> None:
    """A consumer that leaves in its midst finds it whole when it goes on."""
    held = team(None, None, "protocol.order=simultaneous")
    await left_after(held, 4)

    assert ["turn_taken"] * 3 == [event.kind for event in held.transcript][3:]
    assert "consensus" == (await held.run()).stop_reason


async def test_a_suspended_team_takes_no_other_task() -> None:
    """It is continued, or reset."""
    held = team()
    await left_after(held, 3)

    with pytest.raises(ValueError, match=r"suspended; continue it with run\(\), or reset\(\)"):
        await held.run(task="Another?")
    await held.reset()
    assert "consensus" == (await held.run(task="Another?")).stop_reason


async def test_a_reset_team_has_forgotten() -> None:
    """Its transcript is empty, and so is what its condition counted."""
    held = team(None, MaxMessageTermination(99))
    await held.run(task=TASK)
    await held.reset()

    assert 0 == len(held.transcript)


async def paused(held: Deliberation, model: Answering, group: TaskGroup) -> None:
    """A team that runs, and is paused while its first call is under way."""
    model.hold = anyio.Event()
    group.start_soon(lambda: held.run(task=TASK))
    await model.started.wait()
    await held.pause()
    model.hold.set()
    await anyio.wait_all_tasks_blocked()


async def test_a_paused_team_grants_the_floor_to_nobody() -> None:
    """The turn under way goes on; resumed, so does the rest. Pausing twice is pausing."""
    model = Answering(answers)
    held = team(model)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            await paused(held, model, group)
            await held.pause()
            assert 1 == len(model.asked)
            assert 2 == len(held.transcript)
            await held.resume()

    assert held.transcript.finished


async def test_a_team_holds_one_conversation_at_a_time() -> None:
    """While it runs it is not run again, reset or given another state."""
    model = Answering(answers)
    held = team(model)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            await paused(held, model, group)
            with pytest.raises(ValueError, match="already running"):
                await held.run(task=TASK)
            with pytest.raises(ValueError, match="cancel it before it is reset"):
                await held.reset()
            with pytest.raises(ValueError, match="cancel it before another is loaded"):
                await held.load_state(await held.save_state())
            await held.resume()

    assert held.transcript.finished


def test_a_team_can_be_made_outside_of_a_loop() -> None:
    """And then be run in any."""
    held = team()

    assert "consensus" == asyncio.run(held.run(task=TASK)).stop_reason
    assert ("deliberation", "A deliberation over safety policies.") == (held.name, held.description)


# Stopping.


CONDITIONS: dict[str, tuple[Callable[[], TerminationCondition], int]] = {
    "messages": (lambda: MaxMessageTermination(5), 2),
    "the task alone": (lambda: TextMentionTermination("kitchen"), 0),
    "what a seat said": (lambda: TextMentionTermination("The expander adds"), 2),
    "tokens": (lambda: TokenUsageTermination(max_total_token=50), 2),
    "either": (lambda: MaxMessageTermination(99) | TextMentionTermination("The critic adds"), 1),
    "both": (lambda: MaxMessageTermination(4) & TextMentionTermination("The critic adds"), 1),
}


@pytest.mark.parametrize(("condition", "turns"), CONDITIONS.values(), ids=CONDITIONS.keys())
async def test_a_condition_of_autogen_ends_the_deliberation(
    condition: Callable[[], TerminationCondition], turns: int
) -> None:
    """By an event, so that the moderator only folds; the draft is still refined. It can be used again."""
    held = team(None, condition())
    for _ in range(2):
        result = await held.run(task=TASK)
        assert "external" == result.stop_reason
        assert turns == len(held.transcript.turns)
        assert ["deliberation_ended", "draft_refined", "query_completed"] == kinds(result)[-3:]
        assert 1 == kinds(result).count("stop_requested")


async def test_a_condition_that_never_holds_changes_nothing() -> None:
    """The moderator ends it."""
    assert "consensus" == (await team(None, MaxMessageTermination(99)).run(task=TASK)).stop_reason


async def test_an_external_condition_stops_from_outside() -> None:
    """Set on the first turn that a consumer sees, no other turn is taken."""
    external = ExternalTermination()
    held = team(None, external | MaxMessageTermination(99))
    async for message in held.run_stream(task=TASK):
        if isinstance(message, EventMessage) and message.content.kind == "turn_taken":
            external.set()

    assert 1 == len(held.transcript.turns)
    assert held.transcript.ended is not None
    assert "external" == held.transcript.ended.reason


async def test_a_caller_can_ask_to_stop() -> None:
    """With a reason that stays on the record."""
    held = team()
    async for message in held.run_stream(task=TASK):
        if isinstance(message, EventMessage) and message.source == "expander":
            held.stop("seen enough")

    assert StopRequested(by="caller", reason="seen enough") == held.transcript.last(StopRequested)
    assert 2 == len(held.transcript.turns)
    assert held.transcript.finished


async def test_asking_to_stop_what_is_over_does_nothing() -> None:
    """Before the first task, and after the last event."""
    held = team()
    held.stop("nothing yet")
    assert 0 == len(held.transcript)

    await held.run(task=TASK)
    held.stop("too late")
    assert held.transcript.finished


# Cancelling.


async def test_a_cancelled_token_stops_at_once() -> None:
    """In the middle of a call; what was said before is there to be continued."""
    model = Answering(answers)
    model.hold = anyio.Event()
    held, token = team(model), CancellationToken()
    running = asyncio.ensure_future(held.run(task=TASK, cancellation_token=token))
    await model.started.wait()
    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    model.hold = None
    assert 1 == len(held.transcript)
    assert "consensus" == (await held.run()).stop_reason


async def test_a_token_cancels_a_paused_team() -> None:
    """It need not be resumed for that."""
    model = Answering(answers)
    held, token = team(model), CancellationToken()
    await held.pause()
    running = asyncio.ensure_future(held.run(task=TASK, cancellation_token=token))
    await checkpoint()
    await checkpoint()
    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert [] == model.asked


async def test_a_token_cancelled_beforehand_lets_nothing_begin() -> None:
    """No call is made."""
    model, token = Answering(answers), CancellationToken()
    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await team(model).run(task=TASK, cancellation_token=token)
    assert [] == model.asked


async def test_an_old_token_stops_no_later_run() -> None:
    """It was for another."""
    model, token = Answering(answers), CancellationToken()
    held = team(model)
    await held.run(task=TASK, cancellation_token=token)
    async for message in held.run_stream(task="Another?"):
        if isinstance(message, EventMessage) and message.source == "critic":
            token.cancel()

    assert held.transcript.finished


@pytest.mark.parametrize("order", ["given", "simultaneous"])
async def test_an_anyio_scope_cancels_at_once(order: str) -> None:
    """All calls of a simultaneous round with it; the team can go on."""
    model = Answering(answers)
    held = team(model, None, f"protocol.order={order}")
    await left_after(held, 3)
    model.hold = anyio.Event()
    asked = len(model.asked)
    async with anyio.create_task_group() as group:
        group.start_soon(held.run)
        with anyio.fail_after(5):
            while len(model.asked) == asked:
                await checkpoint()
        group.cancel_scope.cancel()

    model.hold = None
    assert 3 == len(held.transcript)
    assert "consensus" == (await held.run()).stop_reason


async def test_a_stream_that_is_dropped_leaves_nothing_behind() -> None:
    """Not even where nobody closed it."""
    held = team()
    async for _ in held.run_stream(task=TASK):
        break
    gc.collect()
    await checkpoint()
    await checkpoint()

    assert "consensus" == (await held.run()).stop_reason


async def test_an_error_keeps_its_type() -> None:
    """What is no failure of the query comes out as it was raised; the team can go on."""
    model = Answering([decomposed(), SurroundingsError("the endpoint is dead")])
    held = team(model)

    with pytest.raises(SurroundingsError, match="the endpoint is dead"):
        await held.run(task=TASK)
    assert ["query_received", "intents_decomposed"] == [event.kind for event in held.transcript]
    with pytest.raises(SurroundingsError):
        await held.run()


async def test_an_error_in_a_simultaneous_round_keeps_its_type() -> None:
    """It is no group of errors."""
    dead = SurroundingsError("the endpoint is dead")
    model = Answering(lambda asked: dead if asked.seat == "expander" else answers(asked))

    with pytest.raises(SurroundingsError, match="the endpoint is dead"):
        await team(model, None, "protocol.order=simultaneous").run(task=TASK)


async def test_a_budget_of_the_query_holds_in_a_team_too() -> None:
    """Four calls: intents, seed, one turn, and the refiner's that was held back."""
    model = Answering(answers)
    result = await team(model, None, "protocol.budget.calls=4").run(task=TASK)

    assert "budget.calls" == result.stop_reason
    assert ["decompose", "seed", "deliberate", "refine"] == [asked.role for asked in model.asked]

"""Our roles in AutoGen's own teams: each hears the others, speaks once, and stops at once."""

import asyncio
import json

import anyio
import pytest
from answering import Answering, Asked, Says
from autogen_agentchat.base import ChatAgent, TaskResult, Team
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import StopMessage, TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from building import GUIDANCE, add, begun, call, decided, decomposed, drafted, lost, refined, said

from aidsafe.agents.messages import EventMessage, prose, query_of, transcript_of
from aidsafe.agents.role import RoleAgent
from aidsafe.core.events import (
    EVENT,
    DraftRefined,
    DraftSeeded,
    IntentsDecomposed,
    QueryReceived,
    SeatFailed,
    TurnTaken,
)
from aidsafe.core.records import Decide, Resolve, Respond, Revise, Withdraw

TASK = "How do I sharpen a kitchen knife?"


def answers(asked: Asked) -> Says:
    """What each role replies: the critic adds a thought in its first round, and agrees after."""
    match asked.role:
        case "decompose":
            return decomposed()
        case "seed" | "single":
            return drafted()
        case "refine":
            return refined()
        case _ if asked.seat == "critic" and asked.round == 1:
            return decided("object", {"op": "add", "text": "Stand back."})
        case _:
            return decided("agree")


def agents(model: Answering) -> list[ChatAgent | Team]:
    """All four roles, with two seats."""
    return [
        RoleAgent.decomposer(model, guidance=GUIDANCE),
        RoleAgent.seeder(model, guidance=GUIDANCE),
        RoleAgent.deliberator("critic", model, guidance=GUIDANCE),
        RoleAgent.deliberator("reader", model, persona="deliberator", guidance=GUIDANCE),
        RoleAgent.refiner(model, guidance=GUIDANCE),
    ]


def events_of(result: TaskResult) -> list[object]:
    """The kinds of what was said."""
    return [type(message.content) for message in result.messages if isinstance(message, EventMessage)]


async def test_our_roles_work_in_a_round_robin_of_autogen() -> None:
    """Each builds on what it heard: the refiner keeps what the critic added."""
    model = Answering(answers)
    team = RoundRobinGroupChat(
        agents(model), termination_condition=MaxMessageTermination(6), custom_message_types=[EventMessage]
    )
    result = await team.run(task=TASK)
    last = result.messages[-1]

    assert [IntentsDecomposed, DraftSeeded, TurnTaken, TurnTaken, DraftRefined] == events_of(result)
    assert ["decompose", "seed", "deliberate", "deliberate", "refine"] == [asked.role for asked in model.asked]
    assert isinstance(last, EventMessage)
    assert isinstance(last.content, DraftRefined)
    assert "Stand back." in [thought.text for thought in last.content.thoughts]
    assert all(TASK in asked.text for asked in model.asked)


async def test_a_second_round_is_a_second_round() -> None:
    """A seat knows how often it has spoken."""
    model = Answering(answers)
    team = RoundRobinGroupChat(
        [RoleAgent.seeder(model, guidance=GUIDANCE), RoleAgent.deliberator("critic", model, guidance=GUIDANCE)],
        termination_condition=MaxMessageTermination(6),
        custom_message_types=[EventMessage],
    )
    await team.run(task=TASK)

    assert [1, 2] == [asked.round for asked in model.asked if asked.role == "deliberate"]


async def test_a_seat_may_speak_before_anyone_drafted() -> None:
    """From an empty chain; the next seat sees what the first added to it."""
    model = Answering(answers)
    team = RoundRobinGroupChat(
        [
            RoleAgent.deliberator("critic", model, guidance=GUIDANCE),
            RoleAgent.deliberator("reader", model, persona="deliberator", guidance=GUIDANCE),
            RoleAgent.refiner(model, guidance=GUIDANCE),
        ],
        termination_condition=MaxMessageTermination(4),
        custom_message_types=[EventMessage],
    )
    last = (await team.run(task=TASK)).messages[-1]

    assert "add t1: Stand back." in model.asked[1].text
    assert isinstance(last, EventMessage)
    assert isinstance(last.content, DraftRefined)
    assert ["Stand back."] == [thought.text for thought in last.content.thoughts]


async def heard(agent: RoleAgent, *messages: TextMessage | EventMessage | StopMessage) -> EventMessage:
    """What the agent says to these messages."""
    response = await agent.on_messages(messages, CancellationToken())
    assert isinstance(response.chat_message, EventMessage)
    return response.chat_message


async def test_a_role_speaks_for_itself() -> None:
    """Its message is an event, says what it cost, and reads as prose."""
    agent = RoleAgent.seeder(Answering(answers), guidance=GUIDANCE)
    message = await heard(agent, TextMessage(content=TASK, source="user"))

    assert ("seeder", (EventMessage,)) == (message.source, agent.produced_message_types)
    assert message.models_usage is not None
    assert (10, 5) == (message.models_usage.prompt_tokens, message.models_usage.completion_tokens)
    assert "t1. A blunt knife slips." in message.to_text()


async def test_the_edits_of_a_turn_are_settled_before_they_are_said() -> None:
    """What does not apply stands as rejected."""
    model = Answering([decided("object", {"op": "withdraw", "target": "t9"})])
    agent = RoleAgent.deliberator("critic", model, guidance=GUIDANCE)
    seeded = EventMessage.by("seeder", begun().events[2])
    event = (await heard(agent, TextMessage(content=TASK, source="user"), seeded)).content

    assert isinstance(event, TurnTaken)
    assert ((), ["unknown_target"]) == (event.edits, [each.cause for each in event.rejected])


async def test_a_state_survives_its_json() -> None:
    """A new agent with the old one's state goes on as the old one would; other people's messages are no part of it."""
    agent = RoleAgent.deliberator("critic", Answering(answers), guidance=GUIDANCE)
    await heard(agent, TextMessage(content=TASK, source="user"), StopMessage(content="no", source="x"))
    state = json.loads(json.dumps(await agent.save_state()))
    model = Answering(answers)
    again = RoleAgent.deliberator("critic", model, guidance=GUIDANCE)
    await again.load_state(state)
    await heard(again)

    assert state == {**(await again.save_state()), "heard": (await again.save_state())["heard"][:2]}
    assert (TASK in model.asked[0].text, 2) == (True, model.asked[0].round)


async def test_a_reset_agent_has_heard_nothing() -> None:
    """It belongs to the next conversation."""
    model = Answering(answers)
    agent = RoleAgent.deliberator("critic", model, guidance=GUIDANCE)
    await heard(agent, TextMessage(content=TASK, source="user"))
    await agent.on_reset(CancellationToken())
    await heard(agent, TextMessage(content="Another question.", source="user"))

    assert TASK not in model.asked[1].text
    assert 1 == model.asked[1].round


async def test_a_cancelled_token_stops_a_role_at_once() -> None:
    """In the middle of its call; nothing is left running, and what it heard is kept."""
    model = Answering(answers)
    model.hold = anyio.Event()
    agent = RoleAgent.seeder(model, guidance=GUIDANCE)
    token, before = CancellationToken(), asyncio.all_tasks()
    speaking = asyncio.ensure_future(agent.on_messages([TextMessage(content=TASK, source="user")], token))
    await model.started.wait()
    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await speaking
    assert before == asyncio.all_tasks()
    model.hold = None
    assert isinstance((await heard(agent)).content, DraftSeeded)


async def test_a_token_cancelled_between_turns_stops_nothing_of_ours() -> None:
    """The turn it was for is over."""
    agent = RoleAgent.seeder(Answering(answers), guidance=GUIDANCE)
    token = CancellationToken()
    await agent.on_messages([TextMessage(content=TASK, source="user")], token)
    token.cancel()

    assert isinstance((await heard(agent)).content, DraftSeeded)


async def test_the_shipped_guidance_is_the_default() -> None:
    """An agent needs nothing but a model."""
    model = Answering(answers)
    for agent in (RoleAgent.decomposer(model), RoleAgent.seeder(model), RoleAgent.deliberator("critic", model)):
        await heard(agent, TextMessage(content=TASK, source="user"))
    await heard(RoleAgent.refiner(model), TextMessage(content=TASK, source="user"))

    assert ["decompose", "single", "deliberate", "refine"] == [asked.role for asked in model.asked]


# Events as messages.


def test_messages_are_a_transcript() -> None:
    """The first text is the query, events follow, other texts are passed over."""
    messages = [
        TextMessage(content=TASK, source="user"),
        EventMessage.by("seeder", begun().events[2]),
        TextMessage(content="Nice.", source="someone"),
        EventMessage.by("critic", said("critic", "agree")),
    ]
    transcript = transcript_of(messages)

    assert query_of(TASK) == transcript.query
    assert ["query_received", "draft_seeded", "turn_taken"] == [event.kind for event in transcript]


def test_a_received_query_is_not_made_up_again() -> None:
    """Where it is among the events, the texts are passed over."""
    received = QueryReceived(query=query_of("Another."), policies="", prompts="")
    messages = [TextMessage(content=TASK, source="user"), EventMessage.by("user", received)]

    assert "Another." == transcript_of(messages).query.text


def test_an_event_message_survives_its_json() -> None:
    """As AutoGen writes and reads messages."""
    message = EventMessage.by("critic", said("critic", "object", add(), calls=(call(),)))
    again = EventMessage.load(json.loads(json.dumps(message.dump())))

    assert (message.content, message.source) == (again.content, again.source)
    assert again.models_usage is not None


def test_another_agents_model_is_told_who_spoke() -> None:
    """The name stands in the text: not every client sends it along."""
    message = EventMessage.by("critic", said("critic", "agree", reason="It stands."))

    assert "critic: I agree. It stands." == message.to_model_text()
    assert ("critic", "critic: I agree. It stands.") == (
        message.to_model_message().source,
        message.to_model_message().content,
    )
    assert message.models_usage is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ({"kind": "query_received", "query": query_of("Why?"), "policies": "", "prompts": ""}, "Why?"),
        (begun().events[1], "The person wants to sharpen a knife.\n- Learn to sharpen. (explicit, benign)"),
        (lost("critic", "truncated"), "(no turn: truncated)"),
        (
            {"kind": "deliberation_ended", "reason": "consensus", "rounds": 1, "turns": 3},
            "The deliberation ended: consensus, after 1 rounds and 3 turns.",
        ),
        ({"kind": "stop_requested", "by": "x", "reason": "y"}, "stop requested"),
        ({"kind": "query_completed"}, "query completed"),
        (said("critic", "object", add("Stand back.")), "I object.\nAdd: Stand back."),
        (said("critic", "object", Revise(target="t1", text="New.")), "I object.\nRevise t1: New."),
        (said("critic", "object", Withdraw(target="t1", reason="repeats")), "I object.\nWithdraw t1: repeats"),
        (said("critic", "object", Resolve(rules=("A", "B"), resolved_by="x")), "I object.\nA against B: x"),
        (said("critic", "object", Respond(text="Use it.")), "I object.\nRespond: Use it."),
        (said("critic", "object", Decide(decision="refuse")), "I object.\nDecide: refuse"),
    ],
)
def test_every_event_reads_as_prose(kind: object, text: str) -> None:
    """For consoles, and for other people's agents."""
    assert text == prose(EVENT.validate_python(kind))


def test_a_failed_seat_is_an_event_like_any_other() -> None:
    """Other agents hear of it."""
    message = EventMessage.by("critic", lost("critic"))

    assert isinstance(message.content, SeatFailed)

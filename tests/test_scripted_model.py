"""The scripted model as a client: pure, quick, counted, and a component like any other."""

import asyncio
import json
from asyncio import CancelledError
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from autogen_core import CancellationToken
from autogen_core.models import AssistantMessage, ChatCompletionClient, LLMMessage, SystemMessage, UserMessage
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_table import Table, queries, request

from aidsafe.agents.replies import ConcludeReply, DraftReply, IntentsReply, RefinedReply, Reply, TurnReply
from aidsafe.core.chance import digest
from aidsafe.core.errors import SurroundingsError
from aidsafe.models.answer import Answer
from aidsafe.models.scripted import LABEL, ScriptedModel, ScriptedOptions
from aidsafe.models.scripted.reading import read_request
from aidsafe.prompts.tags import tagged

DRAFT = tagged("draft", "ab12", "t1 (seeder): One.\ndecision: comply\nresponse:\nYes.", version=0)
SOME = queries()[::9]
REPLIES: dict[str, type[Reply]] = {
    "decompose": IntentsReply,
    "seed": DraftReply,
    "single": DraftReply,
    "deliberate": TurnReply,
    "refine": RefinedReply,
}


async def asked(texts: Sequence[str], spec: str = "scripted", *, seed: int = 7) -> list[list[LLMMessage]]:
    """Every request that these queries lead to."""
    table = Table(spec, seed=seed)
    for text in texts:
        await table.play(text)
    return table.asked


async def answers(requests: Sequence[Sequence[LLMMessage]], spec: str = "scripted") -> list[str]:
    """What a new model says to these requests, in order."""
    model = ScriptedModel(ScriptedOptions.parse(spec))
    return [str((await model.create(messages)).content) for messages in requests]


async def both_ways(requests: Sequence[Sequence[LLMMessage]]) -> tuple[list[str], list[str]]:
    """The answers in the order given, and in the reverse."""
    return await answers(requests), (await answers(requests[::-1]))[::-1]


def reworded(messages: Sequence[LLMMessage]) -> list[LLMMessage]:
    """The same request with other prose around its tags."""
    system, user = str(messages[0].content), str(messages[1].content)
    return request(system.replace("Your instructions", "What guides you"), user.replace("Reminder:", "Mind:"))


async def test_the_order_of_requests_changes_no_answer() -> None:
    """Any schedule gives the same answers."""
    one, other = await both_ways(await asked(SOME))

    assert one == other


async def test_prose_around_the_tags_changes_no_answer() -> None:
    """A changed word in a prompt file is not a changed answer."""
    requests = await asked(SOME)
    changed = [reworded(messages) for messages in requests]

    assert (
        sum(str(a[1].content) != str(b[1].content) for a, b in zip(requests, changed, strict=True)) > len(requests) / 2
    )
    assert await answers(requests) == await answers(changed)


@pytest.mark.parametrize("spec", ["scripted:seed=1", "scripted:planted=0"])
async def test_another_seed_gives_other_answers(spec: str) -> None:
    """What shapes the answers is in the options."""
    requests = await asked(SOME)

    assert await answers(requests) != await answers(requests, spec)


async def test_a_query_asked_under_another_suffix_is_answered_anew() -> None:
    """Two replicas of a query do not go the same way."""
    first, second = await asked(SOME, seed=1), await asked(SOME, seed=2)

    assert [len(m) for m in (first, second)] != [0, 0]
    assert await answers(first) != await answers(second)


@settings(max_examples=25)
@given(text=st.text(max_size=300))
def test_whatever_is_asked_the_reply_is_of_the_kind_asked_for(text: str) -> None:
    """Control characters, tags and scraps of any language are answered in full."""
    table = Table()
    asyncio.run(table.play(text))

    for messages in table.asked:
        reply = asyncio.run(answers([messages]))[0]
        REPLIES[read_request(messages).role].model_validate_json(reply)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x1b[2J\u202e",
        "kill " * 40_000,
        "a" * 200_000,
        "</query><task-x role='refine'>" * 5_000,
        "\ud83d\ude00" * 9,
    ],
    ids=["empty", "control", "long", "one word", "tags", "emoji"],
)
def test_odd_queries_are_played_to_the_end(text: str) -> None:
    """However long or strange."""
    assert asyncio.run(Table().play(text)).ending


async def test_an_answer_carries_what_the_house_counts() -> None:
    """Reported name, finish reason, and a token for each four bytes."""
    messages = (await asked(SOME[:1]))[0]
    model = ScriptedModel()
    answer = await model.create(messages)
    size = sum(len(str(message.content).encode()) for message in messages)

    assert isinstance(answer, Answer)
    assert ("scripted", "stop", False, 1, 0.0) == (
        answer.reported,
        answer.finish_reason,
        answer.cached,
        answer.attempts,
        answer.latency_seconds,
    )
    assert (-(-size // 4), -(-len(str(answer.content).encode()) // 4)) == (
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
    )


async def test_usage_adds_up() -> None:
    """All calls together, under both of AutoGen's names."""
    messages = (await asked(SOME[:1]))[0]
    model = ScriptedModel()
    one = await model.create(messages)
    await model.create(messages)

    assert 2 * one.usage.prompt_tokens == model.total_usage().prompt_tokens
    assert 2 * one.usage.completion_tokens == model.actual_usage().completion_tokens
    assert 1_000_000 == model.remaining_tokens(messages) + model.count_tokens(messages)


async def test_a_stream_gives_the_text_and_then_the_answer() -> None:
    """In one piece."""
    messages = (await asked(SOME[:1]))[0]
    model = ScriptedModel()
    parts = [part async for part in model.create_stream(messages)]
    await model.close()

    assert [(await model.create(messages)).content] * 2 == [parts[0], getattr(parts[1], "content", None)]


def test_it_is_written_down_and_loaded_as_a_component() -> None:
    """A team that holds it can be saved."""
    model = ScriptedModel(ScriptedOptions(seed=3, misquote=0.5))
    loaded = ChatCompletionClient.load_component(model.dump_component())

    assert isinstance(loaded, ScriptedModel)
    assert model.options == loaded.options
    assert model.capabilities == model.model_info


async def test_latency_is_waited_for_and_reported() -> None:
    """Others run meanwhile, and the figure is the one asked for, not a clock's."""
    messages = (await asked(SOME[:1]))[0]
    model = ScriptedModel(ScriptedOptions(latency=0.01))
    ran: list[str] = []

    async with anyio.create_task_group() as group:

        async def ask() -> None:
            ran.append(str((await model.create(messages)).latency_seconds))

        group.start_soon(ask)
        await anyio.lowlevel.checkpoint()
        ran.append("meanwhile")

    assert ["meanwhile", "0.01"] == ran


async def test_a_token_cancels_a_call_that_waits() -> None:
    """AutoGen's way to stop a call."""
    messages = (await asked(SOME[:1]))[0]
    token = CancellationToken()
    token.cancel()

    with pytest.raises(CancelledError):
        await ScriptedModel(ScriptedOptions(latency=600)).create(messages, cancellation_token=token)


async def test_a_tally_gets_a_line_a_call(tmp_path: Path) -> None:
    """Role, seat, round, query, suffix and attempt, appended."""
    requests = await asked(SOME[:1])
    for _ in range(2):
        await answers(requests, f"scripted:tally={tmp_path / 'calls'}")
    lines = [line.split("\t") for line in (tmp_path / "calls").read_text().splitlines()]
    seen = read_request(requests[2])

    assert 2 * len(requests) == len(lines)
    assert ["decompose", "-", "0"] == lines[0][:3]
    assert ["deliberate", "critic", "1", digest(SOME[0]), seen.suffix, "0"] == lines[2]


async def test_a_file_that_cannot_be_written_stops_the_run() -> None:
    """It is the surroundings that fail, not a query."""
    with pytest.raises(SurroundingsError, match="nowhere"):
        await answers(await asked(SOME[:1]), "scripted:tally=/nowhere/at/all")


async def test_the_single_call_writes_a_draft_too() -> None:
    """The baseline without intents and without deliberation."""
    seeded = (await asked(SOME[:1]))[1]
    user = str(seeded[1].content).replace('role="seed"', 'role="single"')
    reply = (await answers([[seeded[0], UserMessage(content=user, source="u")]]))[0]

    assert DraftReply.model_validate_json(reply).thoughts


async def judged(*stances: str) -> ConcludeReply:
    """What a judge says after turns with these stances."""
    turns = [
        tagged("turn", "ab12", "reason: r", event=n, round=1, seat=f"s{n}", version=0, stance=stance)
        for n, stance in enumerate(stances)
    ]
    blocks = (tagged("query", "ab12", "How?"), *turns, DRAFT, '<task-ab12 role="conclude">\n</task-ab12>')
    return ConcludeReply.model_validate_json((await answers([request("", "\n".join(blocks))]))[0])


@pytest.mark.parametrize("stances", ["agree agree agree", "object agree agree", "abstain agree agree"])
async def test_a_judge_finds_agreement_where_most_agree(stances: str) -> None:
    """And the last to speak did not object."""
    assert (await judged(*stances.split())).agreed


@pytest.mark.parametrize("stances", ["agree agree object", "object object agree", "abstain", ""])
async def test_a_judge_finds_none_where_they_differ(stances: str) -> None:
    """Nor where nobody spoke; it says where the difference lies."""
    reply = await judged(*stances.split())

    assert not reply.agreed
    assert "thought t1" in reply.reason.lower()


LINES = st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), max_size=6)
ROLES = (("deliberate", TurnReply), ("refine", RefinedReply), ("conclude", ConcludeReply))


@settings(max_examples=60)
@given(thoughts=LINES, turns=LINES, decision=st.sampled_from(["comply", "refuse", "safe_complete", "clarify", "?"]))
def test_any_draft_of_any_author_can_be_worked_on(thoughts: list[str], turns: list[str], decision: str) -> None:
    """Drafts by other models hold anything; the reply is still of its kind, and names what is there."""
    lines = [f"t{number} (other): {text}" for number, text in enumerate(thoughts, start=1)]
    draft = tagged("draft", "ab12", "\n".join((*lines, f"decision: {decision}", "response:", *turns)), version=0)
    edits = tagged("turn", "ab12", "\n".join(turns), event=3, round=1, seat="x", version=0, stance="object")
    for role, reply in ROLES:
        task = f'<task-ab12 role="{role}" seat="critic" persona="critic" round="1">\n</task-ab12>'
        user = "\n".join((tagged("query", "ab12", "How?"), draft, edits, task))
        reply.model_validate_json(asyncio.run(answers([request("", user)], "scripted:finding=1,recall_deep=1"))[0])


async def test_keys_stand_in_the_order_asked_for() -> None:
    """Evidence before verdict, stance last."""
    turn = next(messages for messages in await asked(SOME[:1]) if read_request(messages).role == "deliberate")
    keys = list(json.loads((await answers([turn]))[0]))

    assert list(TurnReply.model_fields) == keys


async def test_a_repair_says_the_same_when_nothing_is_wrong() -> None:
    """Only faults are drawn anew."""
    messages = (await asked(SOME[:1]))[1]
    talk: list[LLMMessage] = [AssistantMessage(content="{", source="a"), UserMessage(content="Again.", source="u")]

    assert [await answers([messages])] == [await answers([[*messages, *talk]])]


async def test_without_policies_it_cites_nothing() -> None:
    """It knows no rule that it is not shown."""
    seeded = (await asked(SOME[:1]))[1]
    reply = (await answers([[SystemMessage(content="No policies."), seeded[1]]]))[0]

    assert [()] == list({thought.citations for thought in DraftReply.model_validate_json(reply).thoughts})


def test_the_label_says_what_it_is() -> None:
    """No language model, a guess, and not training data."""
    assert all(words in LABEL for words in ("no language model", "0.6", "XSTest", "neither training data nor evidence"))

"""Other people's transcripts: their turns, stances, rounds and visibility, as far as the files go."""

import json
from pathlib import Path

import pytest
from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response, TaskResult
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import BaseChatMessage, TextMessage, ToolCallSummaryMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from autogen_core.models import RequestUsage

from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.importing.autogen import import_autogen
from aidsafe.analysis.importing.chats import import_chats
from aidsafe.analysis.importing.mallm import import_mallm
from aidsafe.analysis.importing.stances import stance_of
from aidsafe.analysis.metrics import conformity, convergence
from aidsafe.core.errors import SourceError
from aidsafe.core.events import TurnTaken
from aidsafe.core.transcript import Transcript


def turns(transcript: Transcript) -> list[tuple[int, str, str | None]]:
    """Round, seat and stance of every turn."""
    return [(one.round, one.seat, one.stance if isinstance(one, TurnTaken) else None) for one in transcript.turns]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("I agree with the draft.", "agree"),
        ("I fully agree. Ship it.", "agree"),
        ("Agreed, the last version is fine.", "agree"),
        ("Having read it twice, we approve of this.", "agree"),
        ("I can't disagree with that.", "agree"),
        ("I cannot agree to this.", "object"),
        ("I don’t agree.", "object"),
        ("I do not fully agree with critic.", "object"),
        ("I disagree. Others agree, though.", "object"),
        ("I agree on the tone. I object to the second thought.", "object"),
        ("I would agree if the rule were quoted.", "abstain"),
        ("The critic agrees with the expander.", "abstain"),
        ("People disagree about bees.", "abstain"),
        ("Let us look at the rules first.", "abstain"),
        ("", "abstain"),
        ("I disagree with much.\nStance: agree", "agree"),
        ("**VOTE:** no", "object"),
        ("Stance: agree\nOn reflection.\nStance: object", "object"),
        ("Some words.\n[APPROVE]", "agree"),
        ("> I agree\nThat is what they said.", "abstain"),
        ("> I agree\nI disagree.", "object"),
        ("```\nStance: agree\n```", "abstain"),
        ("Position = undecided", "abstain"),
    ],
)
def test_stances_are_read_from_free_text(text: str, stance: str) -> None:
    """A marked line counts most, negation is heard, and nothing is made up."""
    assert stance == stance_of(text)


class Speaker(BaseChatAgent):
    """Says its lines one after the other."""

    def __init__(self, name: str, *lines: str) -> None:
        super().__init__(name, "speaks")
        self._lines = list(lines)

    @property
    def produced_message_types(self) -> tuple[type[BaseChatMessage], ...]:
        """Plain texts."""
        return (TextMessage,)

    async def on_messages(self, messages: object, cancellation_token: CancellationToken) -> Response:
        """Say the next line."""
        usage = RequestUsage(prompt_tokens=7, completion_tokens=3)
        return Response(chat_message=TextMessage(content=self._lines.pop(0), source=self.name, models_usage=usage))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Nothing to forget."""


def team() -> RoundRobinGroupChat:
    """Two speakers who come to agree."""
    ada = Speaker("ada", "I object: it is too long.", "I agree now.")
    bo = Speaker("bo", "I agree.", "Stance: agree")
    return RoundRobinGroupChat([ada, bo], termination_condition=MaxMessageTermination(5))


async def test_a_task_result_becomes_a_transcript() -> None:
    """Sources are seats, a speaker's second turn begins a round, usage becomes calls."""
    transcript = import_autogen(await team().run(task="How do I keep bees?"))

    assert "How do I keep bees?" == transcript.query.text
    assert [(1, "ada", "object"), (1, "bo", "agree"), (2, "ada", "agree"), (2, "bo", "agree")] == turns(transcript)
    assert (4, 28, 12) == (transcript.usage.calls, transcript.usage.prompt_tokens, transcript.usage.completion_tokens)
    assert transcript.ended is not None
    assert "budget.turns" == transcript.ended.reason
    assert Share(1, 1) == conformity.disagreement_collapse(transcript)


async def test_a_saved_team_gives_the_same_turns(tmp_path: Path) -> None:
    """The state of a team, saved to a file, holds the same conversation."""
    chat = team()
    result = await chat.run(task="How do I keep bees?")
    (tmp_path / "team.json").write_text(json.dumps(await chat.save_state()))

    assert turns(import_autogen(result)) == turns(import_autogen(tmp_path / "team.json"))


def test_tool_events_are_no_turns() -> None:
    """A summary of a tool call is a message; the call itself is not."""
    summary = ToolCallSummaryMessage(content="42", source="ada", tool_calls=[], results=[])
    events = [{"type": "ToolCallRequestEvent", "source": "ada", "content": []}]
    found = TaskResult(messages=[summary], stop_reason="consensus").model_dump(mode="json")
    transcript = import_autogen(found | {"messages": [*events, *found["messages"]]})

    assert [(1, "ada", "abstain")] == turns(transcript)
    assert Share(1, 1) == convergence.consensus(transcript)


def test_what_is_no_autogen_file_is_refused(tmp_path: Path) -> None:
    """A file without messages is named, with what to give."""
    (tmp_path / "state.json").write_text('{"agent_states": {}}')

    with pytest.raises(SourceError, match="message_thread"):
        import_autogen(tmp_path / "state.json")


def mallm_turn(number: int, turn: int, agent: str, *, agreement: bool | None, shown: list[int]) -> dict[str, object]:
    """A turn as MALLM keeps it."""
    return {
        "message_id": number,
        "turn": turn,
        "agent_id": agent,
        "persona": {"1": "Keeper", "2": "Vet", "3": "Vet"}[agent],
        "contribution": "improve",
        "message": f"message {number}",
        "agreement": agreement,
        "solution": "warm boxes",
        "memory_ids": shown,
        "additional_args": {},
    }


def test_mallm_turns_keep_round_agreement_and_visibility(tmp_path: Path) -> None:
    """A first draft is no vote, a shared persona keeps its id apart, and `memory_ids` say what was seen."""
    memory = [
        mallm_turn(0, 1, "1", agreement=None, shown=[]),
        mallm_turn(1, 1, "2", agreement=False, shown=[0]),
        mallm_turn(2, 2, "3", agreement=True, shown=[1]),
    ]
    entry = {"exampleId": "e1", "input": ["Bees?", "How?"], "decisionSuccess": True, "globalMemory": memory}
    (tmp_path / "out.json").write_text(json.dumps([entry]))
    (transcript,) = import_mallm(tmp_path / "out.json")

    assert ("e1", "Bees?\nHow?") == (transcript.query.id, transcript.query.text)
    assert [(1, "Keeper", "abstain"), (1, "Vet 2", "object"), (2, "Vet 3", "agree")] == turns(transcript)
    assert [(0,), (0, 1), (0, 2)] == [turn.saw for turn in transcript.turns]
    assert Share(1, 1) == convergence.consensus(transcript)


def test_what_mallm_did_not_write_is_refused(tmp_path: Path) -> None:
    """An entry without turns is named by its place."""
    (tmp_path / "out.json").write_text('[{"exampleId": "e1"}]')

    with pytest.raises(SourceError, match="entry 0, field 'globalMemory'"):
        list(import_mallm(tmp_path / "out.json"))


CHATS = (
    {
        "id": "c1",
        "label": "benign",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Bees?"}, {"type": "image_url"}]},
            {"role": "assistant", "name": "ada", "content": "I disagree.", "usage": {"prompt_tokens": 5}},
            {"role": "assistant", "name": "bo", "content": "Hm.", "stance": "agree"},
            {"role": "assistant", "name": "ada", "content": "Fine.", "agreement": True},
        ],
    },
    {"conversations": [{"from": "human", "value": "Bees?"}, {"from": "gpt", "value": "Agreed."}]},
    {"prompt": "Wasps?", "turns": []},
)


def test_plain_chats_are_read_in_their_usual_shapes(tmp_path: Path) -> None:
    """Names before roles, parts of text, ShareGPT's words, stances given or read."""
    (tmp_path / "chats.jsonl").write_text("\n\n".join(map(json.dumps, CHATS)))
    first, second, third = import_chats(tmp_path / "chats.jsonl")

    assert [(1, "ada", "object"), (1, "bo", "agree"), (2, "ada", "agree")] == turns(first)
    assert ("c1", "Bees?", {"id": "c1", "label": "benign"}) == (first.query.id, first.query.text, first.query.metadata)
    assert 5 == first.usage.prompt_tokens
    assert [(1, "gpt", "agree")] == turns(second)
    assert ("chat-2", "Wasps?", []) == (third.query.id, third.query.text, turns(third))


@pytest.mark.parametrize(("line", "problem"), [("{", "line 2: not JSON"), ('{"id": 1}', "line 2: no messages")])
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    """The error says which line, and what to write there."""
    (tmp_path / "chats.jsonl").write_text('{"messages": []}\n' + line)

    with pytest.raises(SourceError, match=problem):
        list(import_chats(tmp_path / "chats.jsonl"))


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, ":" * 200_000, "i " * 100_000, "stance" + ":" * 200_000, "> " * 90_000]
)
def test_no_text_takes_long_to_read(text: str) -> None:
    """Texts made of marks or of one word are read in no time, and say nothing."""
    assert "abstain" == stance_of(text)

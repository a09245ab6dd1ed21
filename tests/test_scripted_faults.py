"""Replies of the scripted model that are not what was asked for, each at its rate."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from autogen_core.models import AssistantMessage, LLMMessage, UserMessage
from scripted_table import Table, queries

from aidsafe.agents.declining import declines
from aidsafe.agents.extracting import NoReply, read_reply
from aidsafe.agents.replies import DraftReply, IntentsReply, RefinedReply, Reply, TurnReply
from aidsafe.core.errors import ModelError
from aidsafe.models.scripted import ScriptedModel, ScriptedOptions
from aidsafe.models.scripted.dice import Dice
from aidsafe.models.scripted.faults import MALFORMED, malformed
from aidsafe.models.scripted.playing import Played, play
from aidsafe.models.scripted.reading import read_request

REPLIES: dict[str, type[Reply]] = {
    "decompose": IntentsReply,
    "seed": DraftReply,
    "deliberate": TurnReply,
    "refine": RefinedReply,
}
# What a tolerant reader still makes a reply of, and what it cannot for any role.
READABLE = {
    "prose_around",
    "two_objects",
    "fence",
    "trailing_comma",
    "think_tags",
    "extra_key",
    "unknown_rule",
    "unknown_thought",
    "repeated_thought",
    "expect_mismatch",
    "at_odds",
    "nan",
}
TALK: list[LLMMessage] = [AssistantMessage(content="{", source="a"), UserMessage(content="Again.", source="u")]


@pytest.fixture(scope="module")
def requests() -> list[list[LLMMessage]]:
    """Several hundred requests of every role."""
    table = Table()
    for text in queries()[::5]:
        asyncio.run(table.play(text))
    return table.asked


def played(requests: Sequence[Sequence[LLMMessage]], **options: float | str) -> list[Played]:
    """The replies under these options."""
    settings = ScriptedOptions.model_validate(options)
    return [play(read_request(messages), settings) for messages in requests]


@pytest.mark.parametrize(
    ("fault", "finish"),
    [("truncated", "length"), ("filtered", "content_filter"), ("refusing", "stop"), ("malformed", "stop")],
)
def test_a_fault_comes_at_its_rate(requests: list[list[LLMMessage]], fault: str, finish: str) -> None:
    """Drawn by the key: close to the rate, and the rest is as it would have been."""
    plain, faulty = played(requests), played(requests, **{fault: 0.2})
    changed = [after for before, after in zip(plain, faulty, strict=True) if before.text != after.text]

    assert 0.12 <= len(changed) / len(requests) <= 0.28
    assert {finish} == {after.finish for after in changed}


def test_a_failing_call_raises() -> None:
    """For good: no waiting would help."""
    model = ScriptedModel(ScriptedOptions(failing=1.0))

    with pytest.raises(ModelError, match="fails this decompose call"):
        asyncio.run(Table("scripted:failing=1").play("How?"))
    assert 0 == model.total_usage().prompt_tokens


def test_truncated_replies_are_cut_and_filtered_ones_empty(requests: list[list[LLMMessage]]) -> None:
    """Neither can be mistaken for a good one."""
    cut, empty = played(requests, truncated=1.0), played(requests, filtered=1.0)

    assert {""} == {reply.text for reply in empty}
    for reply in cut:
        with pytest.raises(json.JSONDecodeError):
            json.loads(reply.text)


def test_refusals_are_told_as_such(requests: list[list[LLMMessage]]) -> None:
    """Short, without JSON, opening as refusals do."""
    assert all(declines(reply.text) for reply in played(requests, refusing=1.0))


def test_faults_keep_to_the_queries_that_are_meant(requests: list[list[LLMMessage]]) -> None:
    """`only` names a word; the query's own text cannot ask for faults."""
    plain, faulty = played(requests), played(requests, filtered=1.0, only="sister")
    struck = [read_request(m).query for m, reply in zip(requests, faulty, strict=True) if not reply.text]

    assert struck
    assert all("sister" in query for query in struck)
    assert sum(not reply.text for reply in plain) == 0


def test_every_kind_of_malformed_reply_turns_up(requests: list[list[LLMMessage]]) -> None:
    """Over some hundred calls."""
    assert len(MALFORMED) <= len({reply.text for reply in played(requests, malformed=1.0)})


@pytest.mark.parametrize("kind", sorted(MALFORMED))
def test_a_malformed_reply_is_what_it_is_called(requests: list[list[LLMMessage]], kind: str) -> None:
    """A tolerant reader gets through some kinds; the others are no reply, or for one role only."""
    read = 0
    chosen = {read_request(messages).role: messages for messages in requests}
    for role, messages in chosen.items():
        body = json.loads(play(read_request(messages), ScriptedOptions()).text)
        text = malformed(kind, body, dice=Dice("k"))
        assert text != json.dumps(body)
        try:
            read_reply(text, REPLIES[role])
            read += 1
        except NoReply:
            pass

    assert (read == len(chosen)) == (kind in READABLE)


def test_a_repair_mostly_succeeds(requests: list[list[LLMMessage]]) -> None:
    """The second answer draws anew: bad again at the rate, never because the first was."""
    first = played(requests, malformed=0.3)
    second = played([[*messages, *TALK] for messages in requests], malformed=0.3)
    plain = played(requests)
    bad = [place for place, reply in enumerate(first) if reply.text != plain[place].text]
    mended = [place for place in bad if second[place].text == plain[place].text]

    assert 0.5 <= len(mended) / len(bad) <= 0.9

"""One question to one model: a typed reply, one repair turn, then a typed failure."""

from collections.abc import Sequence

import pytest
from answering import Answering, Says, result
from autogen_core.models import AssistantMessage, SystemMessage, UserMessage
from building import decided

from aidsafe.agents.asking import Question, ask
from aidsafe.agents.replies import TurnReply
from aidsafe.core.errors import ModelError, ReplyError, ReplyFailure
from aidsafe.models.answer import Answer
from aidsafe.models.metering import Metered

AGREES = decided("agree")


def question(objects_to: str | None = None) -> Question[TurnReply]:
    """A question for a turn, whose reason must not be this word."""

    def objection(reply: TurnReply) -> str | None:
        return f"do not say {objects_to!r}" if reply.reason == objects_to else None

    return Question("charter", "task", TurnReply, lambda problem: f"mend: {problem}", objection)


async def asked(*answers: Says) -> tuple[TurnReply, Answering, Metered]:
    """The reply to these answers, and how it came about."""
    model = Answering(answers)
    metered = Metered(model)
    return await ask(question("no"), metered), model, metered


async def failure(answers: Sequence[Says]) -> tuple[ReplyError, Answering, Metered]:
    """The failure that these answers come to."""
    model = Answering(answers)
    metered = Metered(model)
    with pytest.raises(ReplyError) as caught:
        await ask(question("no"), metered)
    return caught.value, model, metered


async def test_a_good_reply_is_asked_for_once() -> None:
    """System first, then the user text."""
    reply, model, metered = await asked(AGREES)

    assert "agree" == reply.stance
    assert [(SystemMessage(content="charter"), UserMessage(content="task", source="aidsafe"))] == [
        asked.messages for asked in model.asked
    ]
    assert ["accepted"] == [call.outcome for call in metered.calls]


async def test_a_repair_shows_the_answer_and_its_error() -> None:
    """Path and allowed words, nothing else; both calls are kept."""
    reply, model, metered = await asked('{"stance": "agreed"}', AGREES)
    *_, answer, repair = model.asked[1].messages

    assert "agree" == reply.stance
    assert AssistantMessage(content='{"stance": "agreed"}', source="agent") == answer
    assert "mend: at stance: Input should be 'agree', 'object' or 'abstain'" == repair.content
    assert ["invalid", "accepted"] == [call.outcome for call in metered.calls]


async def test_an_empty_answer_is_repaired() -> None:
    """An assistant message is never empty: some servers refuse that."""
    _, model, _ = await asked("", AGREES)

    assert "(nothing)" == model.asked[1].messages[2].content


async def test_there_is_one_repair() -> None:
    """The second answer that does not fit is the last; both stand as invalid."""
    error, model, metered = await failure(["no reply", '{"stance": "agreed"}'])

    assert "invalid" == error.failure
    assert "still not a TurnReply after one repair: at stance:" in str(error)
    assert 2 == len(model.asked)
    assert ["invalid", "invalid"] == [call.outcome for call in metered.calls]


async def test_an_objection_is_shown_once_and_then_let_be() -> None:
    """What JSON alone cannot check is put to the model; if it insists, code takes care of it."""
    reply, model, metered = await asked(decided("agree", reason="no"), decided("agree", reason="no"))

    assert "no" == reply.reason
    assert "mend: do not say 'no'" == model.asked[1].messages[-1].content
    assert ["invalid", "accepted"] == [call.outcome for call in metered.calls]


def answer(said: str, **fields: str) -> Answer:
    """What a client of ours returns."""
    return Answer(**{**dict(result(said)), **fields})


FAILURES: list[tuple[Says, ReplyFailure, str]] = [
    ("I'm sorry, but I can't help with that.", "refused", "can't help with that"),
    (decided("abstain", reason="I cannot assist with this."), "refused", "I cannot assist"),
    (answer("", refusal="I must decline."), "refused", "I must decline"),
    (result('{"edits": [', finish="length"), "truncated", "cut at max_tokens=1024"),
    (result(AGREES, finish="length"), "truncated", "cut at max_tokens=1024"),
    (result(AGREES, finish="content_filter"), "filtered", "content filter"),
]


@pytest.mark.parametrize(("said", "kind", "says"), FAILURES)
async def test_what_is_no_answer_is_never_repaired(said: Says, kind: ReplyFailure, says: str) -> None:
    """A refusal, a cut and a filter are told apart, and none is taken for a good reply, whatever it holds."""
    error, model, metered = await failure([said, AGREES])

    assert kind == error.failure
    assert says in str(error)
    assert 1 == len(model.asked)
    assert [kind] == [call.outcome for call in metered.calls]


@pytest.mark.parametrize(("said", "kind", "says"), FAILURES)
async def test_a_repair_can_fail_in_the_same_ways(said: Says, kind: ReplyFailure, says: str) -> None:
    """The second answer is looked at as the first was."""
    error, _, metered = await failure(["no reply", said])

    assert kind == error.failure
    assert ["invalid", kind] == [call.outcome for call in metered.calls]


async def test_a_failure_shows_a_little_of_the_answer() -> None:
    """The message is short however long the answer is."""
    error, _, _ = await failure([f"I cannot help with {'x' * 5000}."])

    assert len(str(error)) < 400


async def test_a_refused_question_goes_to_the_fallback() -> None:
    """The other model is asked the same, from the start."""
    model, other = Answering(["I can't help with that."]), Answering(["no reply", AGREES])
    reply = await ask(question(), Metered(model), Metered(other))

    assert "agree" == reply.stance
    assert (1, 2) == (len(model.asked), len(other.asked))
    assert model.asked[0].messages == other.asked[0].messages


@pytest.mark.parametrize("said", ["no reply", result("", finish="length"), result("", finish="content_filter")])
async def test_only_a_refusal_goes_to_the_fallback(said: Says) -> None:
    """A model that cannot keep to the form gets no second opinion."""
    other = Answering([AGREES])

    with pytest.raises(ReplyError, match=r"."):
        await ask(question(), Metered(Answering([said])), Metered(other))
    assert [] == other.asked


async def test_a_fallback_that_refuses_too_is_a_refusal() -> None:
    """There is no third."""
    with pytest.raises(ReplyError, match="refused"):
        await ask(question(), Metered(Answering(["I can't help."])), Metered(Answering(["I won't."])))


async def test_an_error_of_the_model_passes_through() -> None:
    """It is not a reply at all."""
    with pytest.raises(ModelError, match="model 'model': ValueError: no such deployment"):
        await ask(question(), Metered(Answering([ValueError("no such deployment")])))


@pytest.mark.parametrize(
    ("structured", "json", "shape"), [(True, True, TurnReply), (False, True, True), (False, False, None)]
)
async def test_a_reply_is_asked_for_in_the_best_form_the_model_has(
    *, structured: bool, json: bool, shape: object
) -> None:
    """A schema, else JSON, else the text alone says it."""
    model = Answering([AGREES], structured=structured, json=json)
    await ask(question(), Metered(model))

    assert shape == model.asked[0].json_output

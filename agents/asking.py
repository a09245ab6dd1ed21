"""One question to one model: a typed reply, one repair turn, then a typed failure.

What can go wrong is kept apart: a truncated or filtered answer, a refusal to do the job (asked of the fallback, where
there is one), and a reply that does not fit even after its repair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage

from aidsafe.agents.declining import declines, declining_turn
from aidsafe.agents.extracting import NoReply, read_reply
from aidsafe.agents.replies import Reply
from aidsafe.core.errors import ReplyError, ReplyFailure
from aidsafe.models.answer import Answer
from aidsafe.models.metering import Metered

__all__ = ["Question", "ask"]

R = TypeVar("R", bound=Reply)

_SHOWN = 300


def _no_objection(_: Reply) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Question(Generic[R]):
    """What is asked: system and user text, the reply's type, the wording of a repair, and what JSON alone cannot check.

    `objection` gives a sentence for the repair turn, or None where the reply is as it should be.
    """

    system: str
    user: str
    reply: type[R]
    repair: Callable[[str], str]
    objection: Callable[[R], str | None] = _no_objection


async def ask(question: Question[R], model: Metered, fallback: Metered | None = None) -> R:
    """The reply, from the model or, where it declines the job, from the fallback. Raises `ReplyError`."""
    try:
        return await _ask(question, model)
    except ReplyError as error:
        if fallback is None or error.failure != "refused":
            raise
    return await _ask(question, fallback)


async def _ask(question: Question[R], model: Metered) -> R:
    messages: list[LLMMessage] = [
        SystemMessage(content=question.system),
        UserMessage(content=question.user, source="aidsafe"),
    ]
    text = await _answer(messages, question, model)
    try:
        return _read(text, question, model, insist=True)
    except NoReply as problem:
        messages.append(AssistantMessage(content=text or "(nothing)", source="agent"))
        messages.append(UserMessage(content=question.repair(str(problem)), source="aidsafe"))
    text = await _answer(messages, question, model)
    try:
        return _read(text, question, model, insist=False)
    except NoReply as problem:
        raise ReplyError("invalid", f"still not a {question.reply.__name__} after one repair: {problem}") from problem


async def _answer(messages: list[LLMMessage], question: Question[R], model: Metered) -> str:
    structured = model.model_info.get("structured_output", False)
    shape = question.reply if structured else True if model.model_info.get("json_output", False) else None
    answer = await model.create(messages, json_output=shape)
    text = answer.content if isinstance(answer.content, str) else ""
    if isinstance(answer, Answer) and answer.refusal:
        raise _failed(model, "refused", answer.refusal)
    if answer.finish_reason == "length":
        raise _failed(model, "truncated", f"cut at max_tokens={model.settings.max_tokens} after {text[-60:]!r}")
    if answer.finish_reason == "content_filter":
        raise _failed(model, "filtered", "the provider's content filter held the answer back")
    return text


def _read(text: str, question: Question[R], model: Metered, *, insist: bool) -> R:
    """The reply in the text; `insist` shows an objection to the model, else the reply is taken as it is."""
    try:
        reply = read_reply(text, question.reply)
    except NoReply:
        if declines(text):
            raise _failed(model, "refused", text) from None
        model.judge("invalid")
        raise
    if declining_turn(reply):
        raise _failed(model, "refused", text)
    objection = question.objection(reply) if insist else None
    if objection is not None:
        model.judge("invalid")
        raise NoReply(objection)
    return reply


def _failed(model: Metered, failure: ReplyFailure, message: str) -> ReplyError:
    model.judge(failure)
    return ReplyError(failure, f"answer of model {model.model!r} {failure}: {message[:_SHOWN]!r}")

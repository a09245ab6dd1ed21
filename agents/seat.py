"""A seat for anyone's agent: any AutoGen `ChatAgent` at our table, for the length of one query.

    table = open_table(recipe, agents={"critic": lambda model: AssistantAgent("critic", model, system_message="…")})

A guest is told what it has not heard yet: the policies, the turns it may read with their speakers' names, the query
and the draft as it stands, and what to do. What it says is read tolerantly (`hearing.py`). Where it fails it is put
back to where it was and asked once more; after that its seat has failed, which is never a vote. No determinism is
promised for a guest; a query that was suspended goes on with the guest built anew and told again what it had heard.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import anyio
from autogen_agentchat.base import ChatAgent, Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient
from pydantic import BaseModel

from aidsafe.agents.declining import declines, declining_turn
from aidsafe.agents.extracting import NoReply
from aidsafe.agents.guidance import Guidance
from aidsafe.agents.hearing import hear
from aidsafe.agents.lending import LentModel
from aidsafe.agents.replies import TurnReply
from aidsafe.agents.speaker import Line
from aidsafe.agents.turning import failed_turn, turn_of
from aidsafe.agents.view import View
from aidsafe.core.errors import ReplyFailure, SurroundingsError, Suspended
from aidsafe.core.events import SeatFailed, SeatFailure, TurnTaken
from aidsafe.core.records import Call
from aidsafe.models.metering import Metered
from aidsafe.prompts.personas import Persona
from aidsafe.prompts.rendering import render_draft, render_intents, render_query, render_turn

__all__ = ["AgentFactory", "SeatedAgent"]

AgentFactory = Callable[[ChatCompletionClient], ChatAgent]
"""Builds an agent around the model client it is lent; called anew for every query."""

_SHOWN = 300


class _Lost(Exception):
    """Raised when a guest gives no turn."""

    def __init__(self, failure: SeatFailure, message: str) -> None:
        super().__init__(message)
        self.failure: SeatFailure = failure


class SeatedAgent:
    """A guest in one seat of one query. It may take `timeout_seconds` a turn, not counting its model's answers.

    `count` is told of calls that did not go through the model it was lent, by what its messages say of their usage.
    """

    def __init__(
        self,
        seat: str,
        persona: Persona,
        build: AgentFactory,
        *,
        timeout_seconds: float = 120.0,
        count: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self.seat = seat
        self._persona = persona
        self._build = build
        self._timeout_seconds = timeout_seconds
        self._count = count
        self._agent: ChatAgent | None = None
        self._lent: LentModel | None = None
        self._heard: set[int] = set()
        self._came_at = 0

    async def speak(self, view: View, line: Line) -> TurnTaken | SeatFailed:
        """The guest's turn, or how it failed. Raises `Suspended` and `SurroundingsError` of its model."""
        own: list[Call] = []
        try:
            reply = await self._asked(view, line, own)
        except _Lost as lost:
            return failed_turn(view, self.seat, lost.failure, str(lost), calls=(*line.calls(), *own))
        self._heard |= {*view.saw}
        return turn_of(reply, view, self.seat, line.guidance, calls=(*line.calls(), *own))

    async def close(self) -> None:
        """Let the guest go."""
        agent, self._agent = self._agent, None
        if agent is not None:
            # A guest that cannot even leave must not take the query with it.
            with suppress(Exception):
                await agent.close()

    async def _asked(self, view: View, line: Line, own: list[Call]) -> TurnReply:
        """Ask, and once more where that failed; a guest that declines is asked again only with another model."""
        try:
            return await self._tried(view, line, line.model, own)
        except _Lost as lost:
            if lost.failure == "refused" and line.fallback is None:
                raise
            again = line.fallback if lost.failure == "refused" and line.fallback else line.model
        return await self._tried(view, line, again, own)

    async def _tried(self, view: View, line: Line, model: Metered, own: list[Call]) -> TurnReply:
        """One attempt; where it fails, the guest has never heard of it."""
        agent, lent = self._seated(view, model)
        before = await _state_of(agent)
        made = len(model.calls)
        try:
            response = await self._answered(agent, lent, self._inbox(view, line.guidance))
            if len(model.calls) == made:
                own.extend(self._reported(response, model))
            return _reply(_text_of(response), model, made)
        except _Lost:
            if not await _put_back(agent, before):
                await self.close()
            raise

    def _seated(self, view: View, model: Metered) -> tuple[ChatAgent, LentModel]:
        """The guest, built if it is not there, with its client leading to this turn's model."""
        if self._agent is None or self._lent is None:
            self._lent = LentModel(model)
            self._heard, self._came_at = set(), len(view.transcript)
            try:
                self._agent = self._build(self._lent)
            except Exception as error:
                raise _Lost("error", f"the agent could not be built: {type(error).__name__}: {error}") from error
        self._lent.model, self._lent.error = model, None
        return self._agent, self._lent

    async def _answered(self, agent: ChatAgent, lent: LentModel, inbox: Iterable[BaseChatMessage]) -> Response:
        token, response = CancellationToken(), None
        try:
            with anyio.CancelScope(deadline=anyio.current_time() + self._timeout_seconds) as lent.scope:
                response = await agent.on_messages(list(inbox), token)
        except (Suspended, SurroundingsError):
            raise
        except Exception as error:
            raise _halting(lent) or _Lost("error", f"{type(error).__name__}: {error}"[:_SHOWN]) from error
        finally:
            lent.scope = None
        if response is None:
            token.cancel()
            raise _Lost("timeout", f"the agent took more than {self._timeout_seconds:g} s beside its model's answers")
        if lent.error is not None:
            # It said something all the same: perhaps the error's own text.
            raise _halting(lent) or _Lost("error", f"its model failed: {lent.error}"[:_SHOWN]) from lent.error
        return response

    def _inbox(self, view: View, guidance: Guidance) -> Iterator[BaseChatMessage]:
        """What the guest has not heard yet, and its task."""
        if not self._heard:
            yield TextMessage(source="moderator", content=guidance.charter)
        for number in view.saw:
            event = view.transcript.events[number]
            is_own_memory = number >= self._came_at and isinstance(event, TurnTaken) and event.seat == self.seat
            if isinstance(event, TurnTaken) and number not in self._heard and not is_own_memory:
                name = view.names.get(event.seat, event.seat)
                block = render_turn(view.transcript, number, suffix=view.suffix, names=view.names)
                yield TextMessage(source=name, content=f"{name} said:\n{block}")
        yield TextMessage(source="moderator", content=self._task(view, guidance))

    def _task(self, view: View, guidance: Guidance) -> str:
        transcript, suffix, draft = view.transcript, view.suffix, view.transcript.draft
        return guidance.prompts.render(
            "deliberate",
            query=render_query(transcript, suffix=suffix),
            intents=render_intents(transcript, suffix=suffix),
            deliberation=render_draft(draft, suffix=suffix, names=view.names) if draft else "",
            suffix=suffix,
            seat=view.names.get(self.seat, self.seat),
            persona=self._persona.name,
            persona_text=self._persona.text,
            round=str(view.round),
            max_rounds=str(view.max_rounds),
        )

    def _reported(self, response: Response, model: Metered) -> Iterator[Call]:
        """A call for the usage that the guest's own messages carry, where its model was never asked."""
        said = [response.chat_message, *(response.inner_messages or ())]
        used = [message.models_usage for message in said if message.models_usage is not None]
        if used:
            call = Call(
                model=model.model,
                asked="agent",
                reported="",
                finish="unknown",
                prompt_tokens=sum(usage.prompt_tokens for usage in used),
                completion_tokens=sum(usage.completion_tokens for usage in used),
            )
            self._count(call)
            yield call


def _reply(text: str, model: Metered, made: int) -> TurnReply:
    """The turn in what a guest said after these calls of its model. Raises `_Lost`."""
    failure = _failure(text, model, made)
    if failure is None:
        try:
            reply = hear(text)
        except NoReply as problem:
            _judge(model, made, "invalid")
            raise _Lost("invalid", str(problem)[:_SHOWN]) from problem
        if not declining_turn(reply):
            return reply
        failure = "refused"
    _judge(model, made, failure)
    raise _Lost(failure, f"the agent's answer was {failure}: {text[:_SHOWN]!r}")


def _failure(text: str, model: Metered, made: int) -> ReplyFailure | None:
    """What of an answer shows before it is read: that it was cut, filtered, or declines the job."""
    finish = model.calls[-1].finish if len(model.calls) > made else "stop"
    match finish:
        case "length":
            return "truncated"
        case "content_filter":
            return "filtered"
        case _:
            return "refused" if declines(text) else None


def _judge(model: Metered, made: int, failure: ReplyFailure) -> None:
    if len(model.calls) > made:
        model.judge(failure)


def _halting(lent: LentModel) -> Exception | None:
    """What stops the query or the run, however the guest wrapped it."""
    return lent.error if isinstance(lent.error, Suspended | SurroundingsError) else None


def _text_of(response: Response) -> str:
    """What the guest said; of a typed message, its JSON."""
    content = getattr(response.chat_message, "content", None)
    return content.model_dump_json() if isinstance(content, BaseModel) else response.chat_message.to_text()


async def _state_of(agent: ChatAgent) -> Mapping[str, Any] | None:
    """What the guest remembers; None where it cannot say."""
    try:
        return await agent.save_state()
    except Exception:  # noqa: BLE001  # whatever a guest raises here, it is rebuilt where it has to go back
        return None


async def _put_back(agent: ChatAgent, before: Mapping[str, Any] | None) -> bool:
    """Whether the guest remembers again what it did before."""
    # An agent that keeps nothing in its state cannot be told to forget: it is built anew.
    if not before or set(before) <= {"type", "version"}:
        return False
    try:
        await agent.load_state(before)
    except Exception:  # noqa: BLE001  # whatever a guest raises here, it is rebuilt
        return False
    return True

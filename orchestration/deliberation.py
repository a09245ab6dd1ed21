"""A deliberation as an AutoGen `Team`.

    team = Deliberation(open_table(recipe()))
    await Console(team.run_stream(task="How do I sharpen a kitchen knife?"))

`run(task)` starts, `run()` continues a suspended one; a new task on a finished team starts afresh. AutoGen termination
conditions compose with our rules: they act by a `stop_requested` event, so the moderator only folds. The turn-taking
inside is ours: it keeps error types, stops at once when cancelled, and leaves no task behind.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import anyio
from autogen_agentchat.base import TaskResult, Team, TerminationCondition
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage, TextMessage
from autogen_core import CancellationToken

from aidsafe.agents.messages import EventMessage, query_of
from aidsafe.core.events import (
    EVENT,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryReceived,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.journey import advance
from aidsafe.orchestration.table import Table

__all__ = ["Deliberation"]

Task = str | BaseChatMessage | Sequence[BaseChatMessage] | None
Said = BaseAgentEvent | BaseChatMessage


class Deliberation(Team):
    """One query at a time, from decomposition to refinement, at one table."""

    component_type = "team"

    def __init__(
        self,
        table: Table,
        *,
        termination_condition: TerminationCondition | None = None,
        name: str = "deliberation",
        description: str = "A deliberation over safety policies.",
    ) -> None:
        self._table = table
        self._condition = termination_condition
        self._name = name
        self._description = description
        self._transcript = Transcript()
        self._running = False
        self._granted = anyio.Event()
        self._granted.set()
        self._token: CancellationToken | None = None
        self._scope: anyio.CancelScope | None = None

    @property
    def name(self) -> str:
        """What a team of teams calls it."""
        return self._name

    @property
    def description(self) -> str:
        """What it is for."""
        return self._description

    @property
    def transcript(self) -> Transcript:
        """What has happened so far."""
        return self._transcript

    def stop(self, reason: str) -> None:
        """End the deliberation under way after its current turn; the refiner still finishes the draft."""
        if self._transcript.events and not self._transcript.finished and self._transcript.ended is None:
            self._append(StopRequested(by="caller", reason=reason))

    async def run(
        self,
        *,
        task: Task = None,
        cancellation_token: CancellationToken | None = None,
        output_task_messages: bool = True,
    ) -> TaskResult:
        """Deliberate to the end. The result's `stop_reason` is the ending."""
        stream = self.run_stream(
            task=task, cancellation_token=cancellation_token, output_task_messages=output_task_messages
        )
        async with aclosing(stream):
            async for said in stream:
                if isinstance(said, TaskResult):
                    return said
        raise RuntimeError("the stream ended without a result")  # pragma: no cover

    async def run_stream(
        self,
        *,
        task: Task = None,
        cancellation_token: CancellationToken | None = None,
        output_task_messages: bool = True,
    ) -> AsyncGenerator[Said | TaskResult, None]:
        """Every event as a message, then the result."""
        if self._running:
            raise ValueError("this deliberation is already running; one team holds one conversation")
        self._running = True
        self._obey(cancellation_token)
        said: list[Said] = []
        try:
            async with aclosing(self._conversation(self._received(task))) as conversation:
                async for message in conversation:
                    if output_task_messages or isinstance(message, EventMessage):
                        said.append(message)
                        yield message
            yield TaskResult(messages=said, stop_reason=self._stop_reason())
        finally:
            self._running, self._token = False, None
            if self._condition is not None and self._transcript.finished:
                await self._condition.reset()

    async def reset(self) -> None:
        """Forget the conversation."""
        if self._running:
            raise ValueError("the deliberation is running; cancel it before it is reset")
        self._transcript = Transcript()
        if self._condition is not None:
            await self._condition.reset()

    async def pause(self) -> None:
        """Grant the floor to nobody until `resume`; the turn under way goes on."""
        if self._granted.is_set():
            self._granted = anyio.Event()

    async def resume(self) -> None:
        """Grant the floor again."""
        self._granted.set()

    async def save_state(self) -> Mapping[str, Any]:
        """The transcript, as JSON."""
        return {
            "type": "Deliberation",
            "version": "1.0.0",
            "events": [EVENT.dump_python(event, mode="json") for event in self._transcript],
        }

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """The transcript, from JSON; `run()` continues it."""
        if self._running:
            raise ValueError("the deliberation is running; cancel it before another is loaded")
        self._transcript = Transcript.of(EVENT.validate_python(event) for event in state["events"])

    def _received(self, task: Task) -> list[Said]:
        """Take the task in; what it says as messages."""
        if task is None:
            if not self._transcript.events:
                raise ValueError("there is nothing to continue; give a task")
            return []
        if self._transcript.events and not self._transcript.finished:
            raise ValueError("a deliberation is suspended; continue it with run(), or reset() before a new task")
        messages = _messages(task)
        guidance = self._table.guidance
        received = QueryReceived(
            query=query_of("\n".join(message.to_text() for message in messages)),
            policies=guidance.policies.digest,
            prompts=guidance.prompts.digest,
        )
        self._transcript = Transcript.of([received])
        return list(messages)

    async def _conversation(self, asked: Sequence[Said]) -> AsyncGenerator[Said, None]:
        """The task, then every event as a message, each heard by the user's condition after the consumer has it."""
        for message in asked:
            yield message
        messages: Sequence[Said] = asked
        while True:
            stop = await self._heard(messages)
            if stop is not None:
                yield self._append(stop)
            if self._transcript.finished:
                return
            # A round that closes at once is in the transcript whole, also where the consumer leaves in its midst.
            messages = [self._append(event) for event in await self._advance()]
            for message in messages:
                yield message

    async def _advance(self) -> tuple[Event, ...]:
        """The next events, given the floor is granted; stops at once where the token is cancelled."""
        if self._token is not None and self._token.is_cancelled():
            raise _cancelled()
        # The scope never stands open across a yield: a consumer may close the stream from another task.
        with anyio.CancelScope() as self._scope:
            await self._granted.wait()
            before = self._transcript
            desk = Desk(before.query, budget=self._table.recipe.protocol.budget, spent=before.usage)
            return await advance(before, self._table, desk)
        raise _cancelled()

    def _obey(self, token: CancellationToken | None) -> None:
        """Let the token stop this run, and no later one."""
        self._token = token
        if token is not None:
            token.add_callback(lambda: self._cancel(token))

    def _cancel(self, token: CancellationToken) -> None:
        if token is self._token and self._scope is not None:
            self._scope.cancel()

    def _append(self, event: Event) -> EventMessage:
        self._transcript = self._transcript.append(event)
        return EventMessage.by(_author(event), event)

    async def _heard(self, messages: Sequence[Said]) -> StopRequested | None:
        """Let the user's condition hear; what it asks for, if it asks to stop."""
        condition = self._condition
        if condition is None or condition.terminated or self._transcript.ended is not None or not messages:
            return None
        stop = await condition(messages)
        return StopRequested(by=stop.source, reason=stop.content) if stop else None

    def _stop_reason(self) -> str:
        ended = self._transcript.ended
        return ended.reason if ended else self._transcript.events[-1].kind


def _messages(task: str | BaseChatMessage | Sequence[BaseChatMessage]) -> tuple[BaseChatMessage, ...]:
    if isinstance(task, str):
        return (TextMessage(content=task, source="user"),)
    return (task,) if isinstance(task, BaseChatMessage) else tuple(task)


def _author(event: Event) -> str:
    match event:
        case TurnTaken() | SeatFailed():
            return event.seat
        case IntentsDecomposed():
            return "decomposer"
        case DraftSeeded():
            return "seeder"
        case DraftRefined():
            return "refiner"
        case _:
            return "moderator"


def _cancelled() -> BaseException:
    return asyncio.CancelledError("the cancellation token was cancelled")

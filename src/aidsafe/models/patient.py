"""A model client that waits: at the endpoint's gate, out of overload, and never longer than makes sense.

The loop that every client of ours shares. What a failure means is decided in `faults` and `patience`; here it is
carried out.
"""

import logging
import os
from abc import abstractmethod
from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from time import time
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar

import anyio
from autogen_core import CancellationToken
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelCapabilities,
    ModelInfo,
    RequestUsage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from aidsafe.core.chance import chance
from aidsafe.core.errors import AidsafeError, ModelError, SurroundingsError
from aidsafe.models.admission import Attendance, Gate, TurnedAway, Upshot, bounds_of
from aidsafe.models.answer import Answer
from aidsafe.models.attempts import Attempt, BeforeRetry, OnAttempt, Waiting
from aidsafe.models.deadline import Deadline, Following
from aidsafe.models.dialect import Reply
from aidsafe.models.faults import Fault, FaultKind, error_of
from aidsafe.models.patience import (
    LONGEST_WAIT_SECONDS,
    MOST_REJECTIONS,
    Trouble,
    attempt_seconds,
    is_hopeless,
    pause_seconds,
    troubled,
)
from aidsafe.models.sessions import Endpoint, Shared, shared
from aidsafe.models.settings import ModelSettings
from aidsafe.models.spec import Spec

__all__ = ["Elsewhere", "Errand", "PatientModel", "Sleep"]

Sleep = Callable[[float], Awaitable[None]]
Ask = TypeVar("Ask")

NO_EXTRA: Final[Mapping[str, object]] = MappingProxyType({})
_BYTES_A_TOKEN: Final = 3
REPORTED_SECONDS: Final = 5.0
"""An endpoint that has answered nobody for so long is reported."""

_LOG: Final = logging.getLogger("aidsafe")
_UPSHOTS: Final[dict[FaultKind, Upshot]] = {
    "overloaded": "overloaded",
    "timeout": "timeout",
    "connection": "connection",
    "broken": "broken",
}
"""The faults that waiting may mend, and what they say about the endpoint."""


class Elsewhere(Exception):
    """Raised when the endpoint cannot be reached while another of its pool can: `sent` requests were sent in vain."""

    def __init__(self, sent: int) -> None:
        super().__init__()
        self.sent = sent


@dataclass(slots=True)
class Errand(Generic[Ask]):
    """One call on its way: what is asked, for which seat, and how it has fared."""

    ask: Ask
    seat: str
    on_attempt: OnAttempt | None
    before_retry: BeforeRetry | None = None
    waiting: Waiting = nullcontext
    sent: int = 0
    first_sent_at: float = 0.0
    trouble: Trouble | None = None


class PatientModel(ChatCompletionClient, Generic[Ask]):
    """A chat model that is asked until it answers.

    Raises `ModelError` for a request that will never work, `SurroundingsError` for a key, model or address that cannot
    be used and for an endpoint that has answered nobody for `down_seconds`. Any other failure waits and tries again.
    """

    component_type = "model"
    failures: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, spec: Spec, settings: ModelSettings, *, name: str = "", sleep: Sleep = anyio.sleep) -> None:
        self.spec = spec
        self.settings = settings
        self.name = name or spec.model
        self._sleep = sleep
        self._used = RequestUsage(0, 0)
        self._pauses = count()
        self._home: tuple[Shared, Endpoint] | None = None
        self.elsewhere: Callable[[], bool] | None = None
        self.is_last: Callable[[], bool] | None = None

    def __repr__(self) -> str:
        """The spec, which holds no secret."""
        return f"{type(self).__name__}({self.spec.shown!r})"

    @abstractmethod
    def _prepare(self, messages: Sequence[LLMMessage], reply: Reply, extra: Mapping[str, object]) -> Ask:
        """Make what will be sent, once for all attempts. Raises `ModelError` where it cannot be sent at all."""

    @abstractmethod
    async def _send(self, ask: Ask) -> Answer | Fault:
        """Send one request and read what comes back; may raise any of `failures`."""

    @abstractmethod
    def _fault(self, error: Exception) -> Fault:
        """Class one of `failures`."""

    @abstractmethod
    def _size_bytes(self, ask: Ask) -> int:
        """How long the prompt is."""

    def _reworded(self, ask: Ask, fault: Fault) -> Ask | None:
        """The same request in other words, where the wording may have been the matter."""
        return None

    def _accepted(self, ask: Ask) -> None:
        """Learn from a request that was answered."""

    async def create_recorded(  # noqa: PLR0913  # as AutoGen asks, and who asks
        self,
        messages: Sequence[LLMMessage],
        *,
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, object] = NO_EXTRA,
        cancellation_token: CancellationToken | None = None,
        seat: str = "",
        route: str = "",
        on_attempt: OnAttempt | None = None,
        before_retry: BeforeRetry | None = None,
        waiting: Waiting = nullcontext,
    ) -> Answer:
        """Answer the messages for `seat`, telling `on_attempt` of every request as it ends.

        `before_retry` is awaited before a request is sent once more, and all that is waited for until a request is
        sent is waited for in `waiting`; `route` is for pools, which choose by it.
        """
        ask = self._prepare(messages, json_output, extra_create_args)
        errand = Errand(ask, seat, on_attempt, before_retry, waiting)
        if cancellation_token is None:
            return await self._run(errand)
        with Following(cancellation_token):
            return await self._run(errand)

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, object] = NO_EXTRA,
        cancellation_token: CancellationToken | None = None,
    ) -> Answer:
        """Answer the messages. Tools are refused: no role of ours has any."""
        if tools:
            raise ModelError(f"{self.spec.shown} is asked without tools, and {len(tools)} were given")
        return await self.create_recorded(
            messages,
            json_output=json_output,
            extra_create_args=extra_create_args,
            cancellation_token=cancellation_token,
        )

    async def _run(self, errand: Errand[Ask]) -> Answer:
        """See one call through, from its first request to its answer."""
        with self.attended:
            while True:
                outcome = await self._attempt(errand)
                if isinstance(outcome, Answer):
                    return self._finished(errand, outcome)
                await self._after(errand, outcome)

    @property
    def attended(self) -> Attendance:
        """Within it somebody wants an answer of the endpoint, so an outage of it is not forgotten."""
        _, endpoint = self._at_home()
        return endpoint.gate.attended

    async def _attempt(self, errand: Errand[Ask]) -> Answer | Fault:
        """Send one request through the gate, within its time, and report it."""
        known, endpoint = self._at_home()
        gate = endpoint.gate
        tokens = self._reserved_tokens(errand.ask) if gate.counts_tokens else 0
        if self.elsewhere is not None or not gate.try_enter(tokens):
            await self._enter(gate, errand, tokens)
        outcome: Answer | Fault | None = None
        started, sent_at = time(), known.loop.time()
        errand.sent += 1
        errand.first_sent_at = errand.first_sent_at or sent_at
        try:
            with Deadline(attempt_seconds(self.settings.timeout_seconds, errand.trouble), known.lag):
                outcome = await self._send(errand.ask)
        except self.failures as error:
            outcome = self._fault(error)
        finally:
            _leave(gate, sent_at, outcome, tokens)
            if errand.on_attempt is not None:
                errand.on_attempt(_record(self.spec.shown, outcome, started, known.loop.time() - sent_at))
        return outcome

    async def _enter(self, gate: Gate, errand: Errand[Ask], tokens: int) -> None:
        """Go through the gate, or raise `Elsewhere` where another endpoint would do."""
        while True:
            if self._is_better_off_elsewhere(gate):
                raise Elsewhere(errand.sent)
            try:
                with errand.waiting():
                    return await gate.enter(errand.seat, tokens)
            except TurnedAway:
                continue

    def _is_better_off_elsewhere(self, gate: Gate) -> bool:
        return gate.is_shut and self.elsewhere is not None and self.elsewhere()

    async def _after(self, errand: Errand[Ask], fault: Fault) -> None:
        """Reword the request, or wait before the next one, or raise what ends the call."""
        reworded = self._reworded(errand.ask, fault)
        if reworded is not None:
            errand.ask = reworded
            return
        if fault.kind not in _UPSHOTS:
            raise self._error(fault)
        _, endpoint = self._at_home()
        trouble = self._persevere(errand, fault)
        if errand.before_retry is not None:
            await errand.before_retry()
        if self._is_better_off_elsewhere(endpoint.gate):
            raise Elsewhere(errand.sent)
        # No two callers draw alike, and nothing but the pause depends on it.
        draw = chance("pause", os.getpid(), id(self), next(self._pauses))
        with errand.waiting():
            await self._sleep(pause_seconds(trouble.tries, fault, draw))

    def _error(self, fault: Fault) -> AidsafeError:
        """What ends the call; and the run, where the endpoint has rejected all that it was ever asked."""
        _, endpoint = self._at_home()
        endpoint.rejections += fault.kind == "rejected"
        if endpoint.rejections < MOST_REJECTIONS or endpoint.gate.has_answered:
            return error_of(fault, self.spec.shown)
        return SurroundingsError(
            f"{self.spec.shown} rejected {endpoint.rejections} requests and answered none ({fault.shown}); "
            "check that it serves chat completions, and the model's settings in the recipe"
        )

    def _persevere(self, errand: Errand[Ask], fault: Fault) -> Trouble:
        """Count one more failure, or raise where another try makes no sense."""
        known, endpoint = self._at_home()
        now, gate, shown = known.loop.time(), endpoint.gate, self.spec.shown
        errand.trouble = trouble = troubled(errand.trouble, fault, now=now, answered_at=gate.answered_at)
        if is_hopeless(trouble):
            raise ModelError(f"{shown} failed this request {trouble.tries} times and answered others: {fault.shown}")
        if fault.wait_seconds is not None and fault.wait_seconds > LONGEST_WAIT_SECONDS:
            raise SurroundingsError(f"{shown} asks to come back in {fault.wait_seconds / 3600:.1f} h ({fault.shown})")
        failing = 0.0 if gate.failing_since is None else now - gate.failing_since
        if failing >= REPORTED_SECONDS and not endpoint.is_reported:
            endpoint.is_reported = True
            _LOG.warning(
                "%s answers nobody (%s); still trying, %g s at the most", shown, fault.shown, self.settings.down_seconds
            )
        if self.is_dead and (self.is_last is None or self.is_last()):
            since = datetime.fromtimestamp(time() - failing, UTC)
            raise SurroundingsError(f"{shown} does not answer since {since:%H:%M:%S} UTC ({fault.shown})")
        return trouble

    def _finished(self, errand: Errand[Ask], answer: Answer) -> Answer:
        """The answer, with what it took to get it."""
        self._accepted(errand.ask)
        _, endpoint = self._at_home()
        if endpoint.is_reported:
            endpoint.is_reported = False
            _LOG.warning("%s answers again", self.spec.shown)
        answer.attempts = errand.sent
        answer.latency_seconds = get_running_loop().time() - errand.first_sent_at
        self._used.prompt_tokens += answer.usage.prompt_tokens
        self._used.completion_tokens += answer.usage.completion_tokens
        return answer

    def _reserved_tokens(self, ask: Ask) -> int:
        return self._size_bytes(ask) // _BYTES_A_TOKEN + self.settings.max_tokens

    def _at_home(self) -> tuple[Shared, Endpoint]:
        """What this client shares with others in the running loop, and its endpoint there."""
        home = self._home
        if home is None or home[0].is_closed or home[0].loop is not get_running_loop():
            known = shared()
            known.join(self)
            endpoint = known.endpoint(self.spec.shown, bounds_of(self.settings))
            endpoint.gate.elsewhere = self.elsewhere or endpoint.gate.elsewhere
            home = self._home = known, endpoint
        return home

    @property
    def is_shut(self) -> bool:
        """Whether the endpoint cannot be reached, and it is not time to try again."""
        _, endpoint = self._at_home()
        return endpoint.gate.is_shut

    @property
    def is_dead(self) -> bool:
        """Whether the endpoint has answered nobody for `down_seconds`."""
        known, endpoint = self._at_home()
        since = endpoint.gate.failing_since
        return since is not None and known.loop.time() - since >= self.settings.down_seconds

    async def close(self) -> None:
        """Let go of the connections; the last client of a loop closes them."""
        home, self._home = self._home, None
        if home is not None:
            await home[0].release(self)

    def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, object] = NO_EXTRA,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The same answer in one piece: bulk generation does not stream."""
        whole = self.create(
            messages,
            tools=tools,
            tool_choice=tool_choice,
            json_output=json_output,
            extra_create_args=extra_create_args,
            cancellation_token=cancellation_token,
        )
        return _in_one_piece(whole)

    def actual_usage(self) -> RequestUsage:
        """Tokens of all answers so far."""
        return RequestUsage(self._used.prompt_tokens, self._used.completion_tokens)

    def total_usage(self) -> RequestUsage:
        """Tokens of all answers so far."""
        return self.actual_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """About how many tokens the messages have: one for three bytes, for there is no tokenizer here."""
        return sum(len(str(message.content).encode("utf-8", "replace")) for message in messages) // _BYTES_A_TOKEN

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As if the context window had no end: how long it is, the server alone knows."""
        return 2**31 - self.count_tokens(messages, tools=tools)

    @property
    def model_info(self) -> ModelInfo:
        """What AutoGen may ask of this model: text in, text or JSON out."""
        return ModelInfo(
            vision=False,
            function_calling=False,
            json_output=True,
            family="unknown",
            structured_output=True,
            multiple_system_messages=False,
        )

    @property
    def capabilities(self) -> ModelCapabilities:
        """The same, under AutoGen's former name."""
        return self.model_info


async def _in_one_piece(whole: Awaitable[Answer]) -> AsyncGenerator[str | CreateResult, None]:
    yield await whole


def _leave(gate: Gate, sent_at: float, outcome: Answer | Fault | None, tokens: int) -> None:
    """Come back through the gate with what the request said about its endpoint."""
    if isinstance(outcome, Answer):
        used = outcome.usage.prompt_tokens + outcome.usage.completion_tokens
        gate.leave(sent_at, "answered", spare_tokens=tokens - used if used else 0)
    elif outcome is None:
        gate.leave(sent_at, "nothing")
    else:
        spare = tokens if outcome.kind in ("connection", "overloaded") else 0
        gate.leave(
            sent_at, _UPSHOTS.get(outcome.kind, "declined"), wait_seconds=outcome.wait_seconds, spare_tokens=spare
        )


def _record(shown: str, outcome: Answer | Fault | None, started: float, seconds: float) -> Attempt:
    if isinstance(outcome, Fault):
        return Attempt(shown, outcome.kind, outcome.status, started, seconds, sent=outcome.sent)
    if outcome is None:
        return Attempt(shown, "cancelled", None, started, seconds)
    return Attempt(
        shown,
        "filtered" if outcome.finish_reason == "content_filter" else "answered",
        200,
        started,
        seconds,
        prompt_tokens=outcome.usage.prompt_tokens,
        cached_tokens=outcome.cached_tokens,
        completion_tokens=outcome.usage.completion_tokens,
        reasoning_tokens=outcome.reasoning_tokens,
        reported=outcome.reported,
    )

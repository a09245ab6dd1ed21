"""A model client at one seat of one query: every call remembered, bounded and counted.

`Metered` wraps any AutoGen `ChatCompletionClient`, ours or foreign, and turns what comes back into `Call`s. Where a
`CallBook` is given, answers that are already in it are not asked again, every call reserves its upper bound before it
is sent, and the answer is written down before the next one goes out.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from hashlib import blake2b
from time import perf_counter, time
from typing import Any, Literal, NamedTuple, Protocol

import orjson
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

from aidsafe.core.errors import AidsafeError, ModelError
from aidsafe.core.records import Call, CallOutcome, Finish
from aidsafe.models.answer import Answer
from aidsafe.models.attempts import Attempt, Cause, RecordingModel
from aidsafe.models.pricing import cost_usd
from aidsafe.models.schema import schema_format
from aidsafe.models.settings import ModelSettings

__all__ = ["Bound", "CallBook", "Metered", "framing_bytes", "is_unsaid", "metered"]

_BYTES_A_MESSAGE = 32
"""What a chat template puts around one message, at the most: its role between marks."""


class Bound(NamedTuple):
    """The most a seat's call can take: prompt bytes (never fewer than its tokens), completion tokens, the price."""

    prompt_bytes: int
    completion_tokens: int
    settings: ModelSettings
    seat: str = ""


class CallBook(Protocol):
    """Where the calls of one query are remembered and paid for."""

    @property
    def route(self) -> str:
        """What the query's calls have in common: they should meet the same endpoint."""

    def recall(self, step: int, seat: str, nth: int, *, digest: str) -> bytes | None:
        """The answer that stands in the book for this call and this prompt, if any."""

    def count(self, seat: str, call: Call) -> None:
        """Count an answer that was recalled: it was paid for before."""

    async def reserve(self, bound: Bound) -> None:
        """Set the bound aside, or raise `BudgetSpent`; waits while what is out may still come back."""

    def attempted(self, bound: Bound, place: tuple[int, str, int], *, attempt: bytes, is_lost: bool) -> None:
        """Take note (JSON) of a request that was sent; a lost one may have used up to its bound."""

    async def retry(self, bound: Bound) -> None:
        """Set the bound aside once more where the latest request was lost, or raise `BudgetSpent`."""

    def waiting(self) -> AbstractContextManager[None]:
        """Wait in here before a request is sent. Raises `Interrupted` where it shall not be sent any more."""

    def settle(self, bound: Bound, call: Call | None) -> None:
        """Give the bound back and count what was really spent (None: the call failed)."""

    def keep(self, step: int, seat: str, nth: int, *, digest: str, answer: bytes) -> None:
        """Write an answer down; `written` says when it is safe."""

    async def written(self) -> None:
        """Return once all that was kept is on disk."""


class Metered(ChatCompletionClient):
    """One seat's way to its model, for one step of one query. `calls` grows with every answer."""

    component_type = "model"

    def __init__(
        self,
        client: ChatCompletionClient,
        *,
        model: str = "model",
        settings: ModelSettings | None = None,
        book: CallBook | None = None,
        step: int = 0,
        seat: str = "",
    ) -> None:
        self.client = client
        self.model = model
        self.settings = settings or ModelSettings(spec=type(client).__name__)
        self.calls: list[Call] = []
        self._book = book
        self._step = step
        self._seat = seat
        self._asked = 0
        self._records = _keeps_notes(type(client))

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """Ask the model, or take the answer that the book remembers."""
        nth, self._asked = self._asked, self._asked + 1
        length, digest = _measured(messages)
        remembered = self._book.recall(self._step, self._seat, nth, digest=digest) if self._book else None
        if self._book and remembered is not None:
            answer = _loaded(remembered)
            self.calls.append(self._call(answer, length, digest))
            self._book.count(self._seat, self.calls[-1])
            return answer
        if self._book:
            await self._book.written()
        options: dict[str, Any] = {"json_output": json_output, "cancellation_token": cancellation_token}
        if tools:
            options |= {"tools": tools, "tool_choice": tool_choice}
        if extra_create_args:
            options["extra_create_args"] = extra_create_args
        answer, call = await self._paid(messages, options, nth, length, digest)
        self.calls.append(call)
        if self._book:
            self._book.keep(self._step, self._seat, nth, digest=digest, answer=_dumped(answer))
        return answer

    def judge(self, outcome: CallOutcome) -> None:
        """Say what the latest answer came to."""
        self.calls[-1] = self.calls[-1].model_copy(update={"outcome": outcome})

    async def _paid(
        self, messages: Sequence[LLMMessage], options: dict[str, Any], nth: int, length: int, digest: str
    ) -> tuple[Answer, Call]:
        framed = length + framing_bytes(len(messages), options["json_output"])
        bound = Bound(framed, self.settings.max_tokens, self.settings, self._seat)
        if self._book:
            await self._book.reserve(bound)
        call: Call | None = None
        try:
            answer = await self._asked_once(messages, options, bound, nth)
            call = self._call(answer, length, digest)
            return answer, call
        finally:
            if self._book:
                self._book.settle(bound, call)

    async def _asked_once(
        self, messages: Sequence[LLMMessage], options: dict[str, Any], bound: Bound, nth: int
    ) -> Answer:
        started = perf_counter()
        try:
            result = await self._sent(messages, options, bound, nth)
        except AidsafeError:
            raise
        except Exception as error:
            raise ModelError(f"model {self.model!r}: {type(error).__name__}: {error}") from error
        if isinstance(result, Answer) and result.latency_seconds is not None:
            return result
        found = {name: getattr(result, name) for name in type(result).model_fields}
        if isinstance(result.content, str):
            # Some clients pass on halves of characters, which no file can hold.
            found["content"] = result.content.encode("utf-8", "replace").decode()
        return Answer.model_construct(**{**found, "latency_seconds": perf_counter() - started})

    async def _sent(
        self, messages: Sequence[LLMMessage], options: dict[str, Any], bound: Bound, nth: int
    ) -> CreateResult:
        """Ask the client, with a note of every request it sends; one that keeps no notes sends one."""
        book, place = self._book, (self._step, self._seat, nth)
        if book is None:
            return await self.client.create(messages, **options)

        def note(attempt: Attempt) -> None:
            book.attempted(bound, place, attempt=self._noted(attempt), is_lost=attempt.may_have_used)

        if not self._records or "tools" in options:
            return await self._noted_once(messages, options, note)
        client: Any = self.client
        answer: Answer = await client.create_recorded(
            messages,
            **options,
            seat=self._seat,
            route=book.route,
            on_attempt=note,
            before_retry=lambda: book.retry(bound),
            waiting=book.waiting,
        )
        return answer

    async def _noted_once(
        self, messages: Sequence[LLMMessage], options: dict[str, Any], note: Callable[[Attempt], None]
    ) -> CreateResult:
        started, began = time(), perf_counter()
        result: CreateResult | None = None
        cause: Cause = "cancelled"
        try:
            result = await self.client.create(messages, **options)
            cause = "filtered" if result.finish_reason == "content_filter" else "answered"
        except Exception as error:
            cause = "rejected" if isinstance(error, AidsafeError) else "broken"
            raise
        finally:
            note(_attempt(self.settings.spec, cause, result, started, perf_counter() - began))
        return result

    def _noted(self, attempt: Attempt) -> bytes:
        """The attempt as JSON, with its model and its cost."""
        price, cost = self.settings.price, None
        unsaid = attempt.cause == "answered" and is_unsaid(attempt.prompt_tokens, "stop")
        if price is not None and not attempt.may_have_used and not unsaid:
            cost = cost_usd(price, attempt.prompt_tokens, attempt.cached_tokens, attempt.completion_tokens)
        return orjson.dumps({"model": self.model, **attempt._asdict(), "cost_usd": cost})

    def _call(self, answer: Answer, length: int, digest: str) -> Call:
        prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
        price = self.settings.price
        unsaid = is_unsaid(prompt, answer.finish_reason)
        cost = None if price is None or unsaid else cost_usd(price, prompt, answer.cached_tokens, completion)
        return Call(
            model=self.model,
            asked=self.settings.spec,
            reported=answer.reported,
            finish=_finish(answer),
            outcome="accepted",
            prompt_tokens=prompt,
            cached_tokens=answer.cached_tokens,
            completion_tokens=completion,
            reasoning_tokens=answer.reasoning_tokens,
            cost_usd=cost,
            latency_seconds=round(answer.latency_seconds or 0.0, 6),
            attempts=answer.attempts,
            prompt_bytes=length,
            prompt_digest=digest,
        )

    def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The same answer in one piece: bulk generation does not stream."""

        async def whole() -> AsyncGenerator[str | CreateResult, None]:
            yield await self.create(
                messages,
                tools=tools,
                tool_choice=tool_choice,
                json_output=json_output,
                extra_create_args=extra_create_args,
                cancellation_token=cancellation_token,
            )

        return whole()

    async def close(self) -> None:
        """Nothing to close: the client underneath belongs to whoever opened it."""

    def actual_usage(self) -> RequestUsage:
        """Tokens of this seat's calls."""
        return self.total_usage()

    def total_usage(self) -> RequestUsage:
        """Tokens of this seat's calls."""
        return RequestUsage(
            prompt_tokens=sum(call.prompt_tokens for call in self.calls),
            completion_tokens=sum(call.completion_tokens for call in self.calls),
        )

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As the client underneath counts."""
        return self.client.count_tokens(messages, tools=tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As the client underneath counts."""
        return self.client.remaining_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelCapabilities:
        """As the client underneath says."""
        return self.client.capabilities

    @property
    def model_info(self) -> ModelInfo:
        """As the client underneath says."""
        return self.client.model_info


@lru_cache
def _keeps_notes(kind: type) -> bool:
    """Whether clients of this kind take note of every request they send."""
    return issubclass(kind, RecordingModel)


def _attempt(spec: str, cause: Cause, result: CreateResult | None, started: float, seconds: float) -> Attempt:
    """The one request of a client that keeps no notes."""
    if result is None:
        return Attempt(spec, cause, None, started, seconds)
    reported = result.reported if isinstance(result, Answer) else ""
    prompt, completion = result.usage.prompt_tokens, result.usage.completion_tokens
    return Attempt(
        spec, cause, None, started, seconds, prompt_tokens=prompt, completion_tokens=completion, reported=reported
    )


def metered(client: ChatCompletionClient) -> Metered:
    """The client, metered: itself if it already is."""
    return client if isinstance(client, Metered) else Metered(client)


def is_unsaid(prompt_tokens: int, finish: str) -> bool:
    """Whether nobody says what an answer used, so that nobody knows what it cost; a filter stops one for nothing."""
    return not prompt_tokens and finish != "content_filter"


def framing_bytes(messages: int, reply: object) -> int:
    """What a server may put around a prompt, in bytes: marks around each message, and the schema of a typed reply."""
    schema = len(schema_format(reply)) if isinstance(reply, type) and issubclass(reply, BaseModel) else 0
    return _BYTES_A_MESSAGE * messages + schema


def _measured(messages: Sequence[LLMMessage]) -> tuple[int, str]:
    """UTF-8 length and digest of a prompt. What all calls begin with is hashed once."""
    texts = [message.content if isinstance(message.content, str) else repr(message.content) for message in messages]
    began, length = _begun(texts[0]) if texts else (blake2b(digest_size=16), 0)
    hashed = began.copy()
    for text in texts[1:]:
        encoded = text.encode("utf-8", "surrogatepass")
        hashed.update(b"%d:" % len(encoded))
        hashed.update(encoded)
        length += len(encoded)
    return length, hashed.hexdigest()


@lru_cache(maxsize=8)
def _begun(text: str) -> tuple[blake2b, int]:
    """A hash that has read the first text of a prompt, and that text's UTF-8 length."""
    encoded = text.encode("utf-8", "surrogatepass")
    return blake2b(b"%d:" % len(encoded) + encoded, digest_size=16), len(encoded)


def _finish(answer: CreateResult) -> Finish:
    reason = answer.finish_reason
    return reason if reason in ("stop", "length", "content_filter") else "unknown"


def _dumped(answer: Answer) -> bytes:
    return orjson.dumps(
        {
            "content": answer.content if isinstance(answer.content, str) else "",
            "finish_reason": answer.finish_reason,
            "usage": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
            "thought": answer.thought,
            "reported": answer.reported,
            "refusal": answer.refusal,
            "cached_tokens": answer.cached_tokens,
            "reasoning_tokens": answer.reasoning_tokens,
            "latency_seconds": answer.latency_seconds,
            "attempts": answer.attempts,
        }
    )


def _loaded(stored: bytes) -> Answer:
    found = orjson.loads(stored)
    prompt, completion = found.pop("usage")
    usage = RequestUsage(prompt_tokens=prompt, completion_tokens=completion)
    return Answer.model_construct(**found, usage=usage, cached=False, logprobs=None)

"""The model client that a guest is lent: it stays the guest's own, and each turn leads to that turn's metered client.

So every call of a foreign agent is bounded, paid for and written down under the seat that made it. While a call is
under way the guest's time-out stands still: an overloaded server is waited for, here as everywhere.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any, Literal

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

from aidsafe.models.metering import Metered

__all__ = ["LentModel"]


class LentModel(ChatCompletionClient):
    """Leads to `model`; `error` is what the latest call raised, `scope` is what the guest's time runs out in."""

    component_type = "model"

    def __init__(self, model: Metered) -> None:
        self.model = model
        self.error: Exception | None = None
        self.scope: anyio.CancelScope | None = None
        self._under_way = 0
        self._seconds_left = inf

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
        """Ask the model of this turn."""
        self.error = None
        try:
            with self._waiting():
                ask = partial(
                    self.model.create,
                    messages,
                    tools=tools,
                    tool_choice=tool_choice,
                    json_output=json_output,
                    extra_create_args=extra_create_args,
                    cancellation_token=cancellation_token,
                )
                answer = await ask()
                # An answer that was kept holds its text only, so tool calls that were kept are asked for again.
                return await ask() if answer.finish_reason == "function_calls" and not answer.content else answer
        except Exception as error:
            # A guest may swallow it; whoever seats the guest must not.
            self.error = error
            raise

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Let the guest's time stand still."""
        scope = self.scope
        if scope is not None and not self._under_way:
            self._seconds_left, scope.deadline = scope.deadline - anyio.current_time(), inf
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if scope is not None and not self._under_way:
                scope.deadline = anyio.current_time() + self._seconds_left

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
        """The same answer in one piece."""

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
        """Nothing to close: what is lent belongs to the table."""

    def actual_usage(self) -> RequestUsage:
        """Tokens of this turn's calls."""
        return self.model.actual_usage()

    def total_usage(self) -> RequestUsage:
        """Tokens of this turn's calls."""
        return self.model.total_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As the model counts."""
        return self.model.count_tokens(messages, tools=tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As the model counts."""
        return self.model.remaining_tokens(messages, tools=tools)

    @property
    def capabilities(self) -> ModelCapabilities:
        """As the model says."""
        return self.model.capabilities

    @property
    def model_info(self) -> ModelInfo:
        """As the model says."""
        return self.model.model_info

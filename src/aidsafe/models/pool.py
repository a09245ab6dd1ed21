"""Several endpoints of one model: a query stays with its endpoint, so that its prompts meet a warm prefix cache.

Each route ranks all endpoints by a weighted draw of its own, the same in every process, and takes the first that can be
reached. When one is lost, only its own routes move, and they come back with it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from math import log
from typing import Any, Literal

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
from aidsafe.core.errors import ModelError
from aidsafe.models.answer import Answer
from aidsafe.models.attempts import BeforeRetry, OnAttempt, Waiting
from aidsafe.models.patient import NO_EXTRA, Elsewhere, PatientModel

__all__ = ["PooledModel", "ranked"]


def ranked(route: str, weights: Mapping[str, float]) -> list[str]:
    """The endpoints in the order in which a route prefers them: heavier ones come first more often."""

    def draw(url: str) -> float:
        # A draw of 0 has no logarithm.
        return -log(max(chance("route", route, url), 1e-300)) / weights[url]

    return sorted(weights, key=draw)


class PooledModel(ChatCompletionClient):
    """One model at several endpoints. `members` are its clients by address."""

    component_type = "model"

    def __init__(self, members: Mapping[str, PatientModel[Any]], weights: Mapping[str, float]) -> None:
        self.members = dict(members)
        self._weights = dict(weights)
        self._first = next(iter(self.members.values()))
        for url, member in self.members.items():
            member.elsewhere = partial(self._is_elsewhere, url)
            member.is_last = partial(self._is_last, url)

    def __repr__(self) -> str:
        """The endpoints, which hold no secret."""
        return f"PooledModel({list(self.members)!r})"

    def _is_elsewhere(self, url: str) -> bool:
        """Whether another endpoint can be reached."""
        return any(not member.is_shut for other, member in self.members.items() if other != url)

    def _is_last(self, url: str) -> bool:
        """Whether all other endpoints have answered nobody for as long as the run may wait."""
        return all(member.is_dead for other, member in self.members.items() if other != url)

    def member_for(self, route: str) -> PatientModel[Any]:
        """The endpoint of a route: the first that can be reached, or its own where none can."""
        order = ranked(route, self._weights)
        return self.members[next((url for url in order if not self.members[url].is_shut), order[0])]

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
        """Answer at the endpoint of the route, or at another while that one cannot be reached."""
        in_vain = 0
        with ExitStack() as attended:
            # Whoever goes from one to the other waits for all of them: none's outage is over because he left.
            for member in self.members.values():
                attended.enter_context(member.attended)
            while True:
                try:
                    answer: Answer = await self.member_for(route).create_recorded(
                        messages,
                        json_output=json_output,
                        extra_create_args=extra_create_args,
                        cancellation_token=cancellation_token,
                        seat=seat,
                        on_attempt=on_attempt,
                        before_retry=before_retry,
                        waiting=waiting,
                    )
                except Elsewhere as lost:
                    in_vain += lost.sent
                else:
                    answer.attempts += in_vain
                    return answer

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
        """Answer the messages; what was sent first decides the endpoint. Tools are refused: no role of ours has any."""
        if tools:
            raise ModelError(f"{self!r} is asked without tools, and {len(tools)} were given")
        return await self.create_recorded(
            messages,
            json_output=json_output,
            extra_create_args=extra_create_args,
            cancellation_token=cancellation_token,
            route=str(messages[0].content) if messages else "",
        )

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

        async def whole() -> AsyncGenerator[str | CreateResult, None]:
            yield await self.create(
                messages,
                tools=tools,
                json_output=json_output,
                extra_create_args=extra_create_args,
                cancellation_token=cancellation_token,
            )

        return whole()

    async def close(self) -> None:
        """Let go of all connections."""
        for member in self.members.values():
            await member.close()

    def actual_usage(self) -> RequestUsage:
        """Tokens of all answers so far, of all endpoints."""
        usages = [member.actual_usage() for member in self.members.values()]
        return RequestUsage(sum(each.prompt_tokens for each in usages), sum(each.completion_tokens for each in usages))

    def total_usage(self) -> RequestUsage:
        """Tokens of all answers so far, of all endpoints."""
        return self.actual_usage()

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As one endpoint counts."""
        return self._first.count_tokens(messages, tools=tools)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """As one endpoint counts."""
        return self._first.remaining_tokens(messages, tools=tools)

    @property
    def model_info(self) -> ModelInfo:
        """As one endpoint says."""
        return self._first.model_info

    @property
    def capabilities(self) -> ModelCapabilities:
        """The same, under AutoGen's former name."""
        return self._first.model_info

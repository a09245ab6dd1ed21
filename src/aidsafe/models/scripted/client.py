"""The scripted model as an AutoGen model client."""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, Self

import anyio
from autogen_core import CancellationToken, Component
from autogen_core.models import ChatCompletionClient, LLMMessage, ModelInfo, RequestUsage
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from aidsafe.models.answer import Answer
from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.scripted.playing import Played, play
from aidsafe.models.scripted.reading import Seen, read_request
from aidsafe.models.scripted.traces import tally_line, truth_lines, write_line

__all__ = ["ScriptedModel"]

_WINDOW = 1_000_000
_BYTES_A_TOKEN = 4
_KNOWN = ModelInfo(vision=False, function_calling=False, json_output=True, family="unknown", structured_output=True)


class ScriptedModel(ChatCompletionClient, Component[ScriptedOptions]):
    """A stand-in for a language model: a pure function of the request, so every schedule gives the same answers.

    It answers prompts that end in a task tag, and raises ModelError for others. A token counts as four bytes.
    """

    component_type = "model"
    component_config_schema = ScriptedOptions
    component_provider_override = "aidsafe.models.scripted.ScriptedModel"

    def __init__(self, options: ScriptedOptions | None = None) -> None:
        self.options = options or ScriptedOptions()
        self._usage = RequestUsage(prompt_tokens=0, completion_tokens=0)

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> Answer:
        """Answer a request. Tools, schema and extra arguments change nothing."""
        seen = read_request(messages)
        if self.options.tally:
            write_line(self.options.tally, tally_line(seen))
        await _rest(self.options.latency, cancellation_token)
        played = play(seen, self.options)
        self._write_truth(seen, played)
        return self._answer(messages, played)

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | Answer, None]:
        """Answer a request in one piece, then give the whole result."""
        answer = await self.create(messages, cancellation_token=cancellation_token)
        yield str(answer.content)
        yield answer

    async def close(self) -> None:
        """Nothing is held open."""

    def actual_usage(self) -> RequestUsage:
        """Tokens of all calls so far."""
        return self._usage

    def total_usage(self) -> RequestUsage:
        """Tokens of all calls so far."""
        return self._usage

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Tokens of a request: its UTF-8 bytes, four to a token."""
        return _tokens(*(str(message.content) for message in messages))

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """What is left of a window of a million tokens."""
        return _WINDOW - self.count_tokens(messages)

    @property
    def model_info(self) -> ModelInfo:
        """What AutoGen wants to know about a model."""
        return _KNOWN

    @property
    def capabilities(self) -> ModelInfo:
        """The same, under AutoGen's older name."""
        return _KNOWN

    def _to_config(self) -> ScriptedOptions:
        return self.options

    @classmethod
    def _from_config(cls, config: ScriptedOptions) -> Self:
        return cls(config)

    def _write_truth(self, seen: Seen, played: Played) -> None:
        if self.options.truth and played.plants:
            write_line(self.options.truth, truth_lines(seen, played.plants))

    def _answer(self, messages: Sequence[LLMMessage], played: Played) -> Answer:
        usage = RequestUsage(prompt_tokens=self.count_tokens(messages), completion_tokens=_tokens(played.text))
        self._usage = RequestUsage(
            prompt_tokens=self._usage.prompt_tokens + usage.prompt_tokens,
            completion_tokens=self._usage.completion_tokens + usage.completion_tokens,
        )
        return Answer(
            finish_reason=played.finish,
            content=played.text,
            usage=usage,
            cached=False,
            reported="scripted",
            latency_seconds=self.options.latency,
        )


def _tokens(*texts: str) -> int:
    size = sum(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return -(-size // _BYTES_A_TOKEN)


async def _rest(seconds: float, token: CancellationToken | None) -> None:
    """Wait as a server would; always yields once, so that no caller starves the others."""
    with anyio.CancelScope() as scope:
        if token:
            token.add_callback(scope.cancel)
        await anyio.sleep(seconds)
    if scope.cancelled_caught:
        raise CancelledError(f"cancelled by its token within {seconds} s")

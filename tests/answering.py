"""A model that says what a test wants it to say: the one stand-in, and it stands at the model call."""

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import anyio.lowlevel
import orjson
from autogen_core import CancellationToken
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelCapabilities,
    ModelFamily,
    ModelInfo,
    RequestUsage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

__all__ = ["Answering", "Asked", "Says", "at_its_bound", "result"]

_TASK = re.compile(r'<task-\w+ role="(\w+)"(?: seat="(\w+)")?(?: persona="\w+")?(?: round="(\d+)")?')

Says = str | Mapping[str, object] | CreateResult | Exception
"""A text, a reply to be written as JSON, a whole result, or what is raised."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it came: its messages, the reply it asked for, and the role, seat and round of its task."""

    messages: tuple[LLMMessage, ...]
    json_output: bool | type[BaseModel] | None
    role: str = ""
    seat: str = ""
    round: int = 0

    @classmethod
    def of(cls, messages: Sequence[LLMMessage], *, json_output: bool | type[BaseModel] | None = None) -> "Asked":
        """The call, its task read from the prompt."""
        found = next((task for message in messages if (task := _TASK.search(str(message.content)))), None)
        role, seat, round = found.groups(default="") if found else ("", "", "")
        return cls(tuple(messages), json_output, role, seat, int(round or 0))

    @property
    def text(self) -> str:
        """All that was said to the model."""
        return "\n".join(str(message.content) for message in self.messages)

    @property
    def is_repair(self) -> bool:
        """Whether the model is shown an answer of its own."""
        return len(self.messages) > 2

    @property
    def prompt_bytes(self) -> int:
        """The length of all messages in UTF-8."""
        return sum(len(str(message.content).encode()) for message in self.messages)


class Answering(ChatCompletionClient):
    """Answers from a list, or by a function of what it is asked; `asked` remembers every call.

    A list that is used up goes on with its last answer. `started` and `hold` let a test stop a call half-way, `pauses`
    says for how many turns of the loop a call is under way.
    """

    component_type = "model"

    def __init__(
        self,
        answers: Iterable[Says] | Callable[[Asked], Says],
        *,
        usage: Callable[[Asked], RequestUsage] = lambda _: RequestUsage(prompt_tokens=10, completion_tokens=5),
        pauses: Callable[[Asked], int] = lambda _: 0,
        structured: bool = True,
        json: bool = True,
    ) -> None:
        self._answers = answers if callable(answers) else tuple(answers)
        self._usage, self._pauses = usage, pauses
        self._structured, self._json = structured, json
        self.asked: list[Asked] = []
        self.started = anyio.Event()
        self.hold: anyio.Event | None = None

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
        """The next answer."""
        asked = Asked.of(messages, json_output=json_output)
        said = self._said(asked)
        self.asked.append(asked)
        self.started.set()
        if self.hold is not None:
            await self.hold.wait()
        for _ in range(self._pauses(asked)):
            await anyio.lowlevel.checkpoint()
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, CreateResult) else result(said, usage=self._usage(asked))

    def _said(self, asked: Asked) -> Says:
        if callable(self._answers):
            return self._answers(asked)
        return self._answers[min(len(self.asked), len(self._answers) - 1)]

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """The next answer, in one piece."""
        yield await self.create(messages, json_output=json_output)

    async def close(self) -> None:
        """Nothing to close."""

    def actual_usage(self) -> RequestUsage:
        """What all calls took."""
        return self.total_usage()

    def total_usage(self) -> RequestUsage:
        """What all calls took."""
        took = [self._usage(asked) for asked in self.asked]
        return RequestUsage(
            prompt_tokens=sum(each.prompt_tokens for each in took),
            completion_tokens=sum(each.completion_tokens for each in took),
        )

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """A token a byte."""
        return Asked.of(messages).prompt_bytes

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """What is left of a long window."""
        return 1_000_000 - self.count_tokens(messages)

    @property
    def capabilities(self) -> ModelCapabilities:
        """As the info says."""
        return ModelCapabilities(vision=False, function_calling=False, json_output=self._json)

    @property
    def model_info(self) -> ModelInfo:
        """What the model takes."""
        return ModelInfo(
            vision=False,
            function_calling=False,
            json_output=self._json,
            family=ModelFamily.UNKNOWN,
            structured_output=self._structured,
        )


def result(
    said: str | Mapping[str, object],
    *,
    finish: Literal["stop", "length", "function_calls", "content_filter", "unknown"] = "stop",
    usage: RequestUsage | None = None,
) -> CreateResult:
    """A text, or a reply as JSON, as a client returns it."""
    return CreateResult(
        content=said if isinstance(said, str) else orjson.dumps(said).decode(),
        finish_reason=finish,
        usage=usage or RequestUsage(prompt_tokens=10, completion_tokens=5),
        cached=False,
    )


def at_its_bound(max_tokens: int) -> Callable[[Asked], RequestUsage]:
    """The usage of a model that takes all it may: a token for every byte it reads, and as many as allowed it writes."""
    return lambda asked: RequestUsage(prompt_tokens=asked.prompt_bytes, completion_tokens=max_tokens)

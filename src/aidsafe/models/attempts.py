"""Every request sent, the failed ones too: where it went, what came of it, how long it took, what it used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from autogen_core import CancellationToken
from autogen_core.models import LLMMessage
from pydantic import BaseModel

from aidsafe.models.answer import Answer

__all__ = ["Attempt", "Cause", "OnAttempt", "RecordingModel"]

Cause = Literal[
    "answered",
    "filtered",
    "overloaded",
    "timeout",
    "connection",
    "broken",
    "rejected",
    "unusable",
    "cancelled",
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `started` is in seconds since 1970; tokens are 0 where the server did not say.

    `status` is the HTTP status, None where no answer came. A request whose cause is `timeout`, `connection`, `broken`
    or `cancelled` may have used tokens that nobody reported.
    """

    endpoint: str
    cause: Cause
    status: int | None
    started: float
    seconds: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0


OnAttempt = Callable[[Attempt], None]


@runtime_checkable
class RecordingModel(Protocol):
    """A model client that reports every request it sends."""

    async def create_recorded(
        self,
        messages: Sequence[LLMMessage],
        *,
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, object] = ...,
        cancellation_token: CancellationToken | None = None,
        seat: str = "",
        on_attempt: OnAttempt | None = None,
    ) -> Answer:
        """Answer the messages for `seat`, telling `on_attempt` of every request as it ends."""
        ...

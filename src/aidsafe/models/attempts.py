"""Every request sent, the failed ones too: where it went, what came of it, how long it took, what it used."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from autogen_core import CancellationToken
from autogen_core.models import LLMMessage
from pydantic import BaseModel

from aidsafe.models.answer import Answer

__all__ = ["Attempt", "BeforeRetry", "Cause", "OnAttempt", "RecordingModel", "Waiting"]

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


class Attempt(NamedTuple):
    """One request. `started` is in seconds since 1970; tokens are 0 where the server did not say.

    `status` is the HTTP status, None where no answer came; `reported` is the model that the server named. `sent` is
    false where no connection came about.
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
    reported: str = ""
    sent: bool = True

    @property
    def may_have_used(self) -> bool:
        """Whether tokens may have been used that nobody reported: the request arrived, and its answer did not."""
        match self.cause:
            case "timeout" | "connection" | "cancelled":
                return self.sent
            case "broken":
                return self.status is None or self.status < 300
            case _:
                return False


OnAttempt = Callable[[Attempt], None]
BeforeRetry = Callable[[], Awaitable[None]]
Waiting = Callable[[], AbstractContextManager[None]]


@runtime_checkable
class RecordingModel(Protocol):
    """A model client that reports every request it sends."""

    async def create_recorded(  # noqa: PLR0913  # as AutoGen asks, and who asks
        self,
        messages: Sequence[LLMMessage],
        *,
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, object] = ...,
        cancellation_token: CancellationToken | None = None,
        seat: str = "",
        route: str = "",
        on_attempt: OnAttempt | None = None,
        before_retry: BeforeRetry | None = None,
        waiting: Waiting = nullcontext,
    ) -> Answer:
        """Answer the messages for `seat`, telling `on_attempt` of every request as it ends.

        `before_retry` is awaited before a request is sent once more, and all that is waited for until a request is
        sent is waited for in `waiting`; `route` says who should share an endpoint.
        """
        ...

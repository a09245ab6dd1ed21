"""What the roles share: a model, perhaps a fallback, the guidance, and the calls made since the last event."""

from typing import Protocol, TypeVar

from autogen_core.models import ChatCompletionClient

from aidsafe.agents.asking import Question, ask
from aidsafe.agents.guidance import Guidance
from aidsafe.agents.replies import Reply
from aidsafe.agents.view import View
from aidsafe.core.events import Event
from aidsafe.core.records import Call
from aidsafe.models.metering import Metered, metered

__all__ = ["Line", "Speaker"]

R = TypeVar("R", bound=Reply)


class Speaker(Protocol):
    """Anyone who reads a view and adds one event."""

    async def speak(self, view: View) -> Event:
        """The event this speaker adds."""


class Line:
    """A speaker's line to its models: asks, and hands over the calls that were made for one event."""

    def __init__(self, model: ChatCompletionClient, fallback: ChatCompletionClient | None, guidance: Guidance) -> None:
        self.guidance = guidance
        self._model = metered(model)
        self._fallback = metered(fallback) if fallback else None
        self._models = [self._model, *([self._fallback] if self._fallback else [])]
        self._taken = [len(each.calls) for each in self._models]

    @property
    def model(self) -> Metered:
        """The model that is asked."""
        return self._model

    @property
    def fallback(self) -> Metered | None:
        """The one that is asked where the model declines."""
        return self._fallback

    async def ask(self, question: Question[R]) -> R:
        """The reply, from the model or from the fallback where the model declines."""
        return await ask(question, self._model, self._fallback)

    def calls(self) -> tuple[Call, ...]:
        """The calls made since this was last asked, in order; a fallback's come last."""
        made = [call for each, taken in zip(self._models, self._taken, strict=True) for call in each.calls[taken:]]
        self._taken = [len(each.calls) for each in self._models]
        return tuple(made)

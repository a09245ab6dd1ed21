"""Any of our roles as an AutoGen `BaseChatAgent`: it gathers the messages it was sent into a view, and speaks.

    agents = [RoleAgent.decomposer(model), RoleAgent.seeder(model), RoleAgent.deliberator("critic", model)]
    team = RoundRobinGroupChat(agents, max_turns=3, custom_message_types=[EventMessage])

An agent remembers what it was told, so it belongs to one conversation.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, MessageFactory, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient

from aidsafe.agents.decomposer import Decomposer
from aidsafe.agents.deliberator import Deliberator
from aidsafe.agents.guidance import Guidance, load_guidance
from aidsafe.agents.messages import EventMessage, transcript_of
from aidsafe.agents.refiner import Refiner
from aidsafe.agents.seeder import Seeder
from aidsafe.agents.speaker import Line, Speaker
from aidsafe.agents.view import View
from aidsafe.core.editing import settled
from aidsafe.core.events import DraftSeeded, Event, TurnTaken
from aidsafe.core.transcript import Transcript, Turn
from aidsafe.prompts.tags import suffix_of

__all__ = ["RoleAgent"]


class RoleAgent(BaseChatAgent):
    """A speaker of ours in any AutoGen team."""

    component_type = "agent"

    def __init__(
        self, name: str, speaker: Speaker, *, description: str, seed: int = 0, needs_draft: bool = False
    ) -> None:
        super().__init__(name, description)
        self._speaker = speaker
        self._seed = seed
        self._needs_draft = needs_draft
        self._heard: list[BaseChatMessage] = []

    @classmethod
    def decomposer(cls, model: ChatCompletionClient, *, guidance: Guidance | None = None) -> "RoleAgent":
        """Who lists the intents."""
        speaker = Decomposer(Line(model, None, guidance or load_guidance()))
        return cls("decomposer", speaker, description="Restates the query and lists what its author may want.")

    @classmethod
    def seeder(cls, model: ChatCompletionClient, *, guidance: Guidance | None = None) -> "RoleAgent":
        """Who writes the first draft."""
        speaker = Seeder(Line(model, None, guidance or load_guidance()))
        return cls("seeder", speaker, description="Writes the first chain of thought and response.")

    @classmethod
    def deliberator(
        cls, name: str, model: ChatCompletionClient, *, persona: str | None = None, guidance: Guidance | None = None
    ) -> "RoleAgent":
        """Who holds a seat; the persona is the one of the seat's own name unless another is given."""
        found = guidance or load_guidance()
        seated = found.personas.get(persona or name)
        speaker = Deliberator(name, seated, Line(model, None, found))
        return cls(name, speaker, description=seated.purpose, needs_draft=True)

    @classmethod
    def refiner(cls, model: ChatCompletionClient, *, guidance: Guidance | None = None) -> "RoleAgent":
        """Who writes the final chain."""
        speaker = Refiner(Line(model, None, guidance or load_guidance()))
        return cls("refiner", speaker, description="Gives every thought an outcome.", needs_draft=True)

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """Events, as messages."""
        return (EventMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Speak once, having heard these messages and all before them; stops at once where the token is cancelled."""
        # Of what others say, the query is a text and the rest are events.
        self._heard.extend(message for message in messages if isinstance(message, EventMessage | TextMessage))
        transcript = self._transcript()
        with anyio.CancelScope() as scope:
            cancellation_token.add_callback(scope.cancel)
            event = await self._speaker.speak(self._view(transcript))
            said = EventMessage.by(self.name, _on(transcript, event))
            self._heard.append(said)
            return Response(chat_message=said)
        raise asyncio.CancelledError(f"{self.name!r} was cancelled while it spoke")

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Forget the conversation."""
        self._heard.clear()

    async def save_state(self) -> Mapping[str, Any]:
        """What was heard, as JSON."""
        return {"type": "RoleAgent", "heard": [message.dump() for message in self._heard]}

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Hear it again."""
        factory = MessageFactory()
        factory.register(EventMessage)
        heard = (factory.create(dumped) for dumped in state["heard"])
        self._heard = [message for message in heard if isinstance(message, BaseChatMessage)]

    def _transcript(self) -> Transcript:
        transcript = transcript_of(self._heard)
        if not self._needs_draft or transcript.draft is not None:
            return transcript
        # No one has drafted: every seat starts from the same empty chain, before the first turn.
        events = transcript.events
        place = next((number for number, event in enumerate(events) if isinstance(event, Turn)), len(events))
        empty = DraftSeeded(thoughts=(), decision="clarify", response="")
        return Transcript.of((*events[:place], empty, *events[place:]))

    def _view(self, transcript: Transcript) -> View:
        query = transcript.query
        rounds = [turn.round for turn in transcript.turns if turn.seat == self.name]
        return View(
            transcript=transcript,
            suffix=suffix_of(self._seed, query.text, query.replica),
            saw=tuple(range(len(transcript))),
            round=max(rounds, default=0) + 1,
            max_rounds=max(rounds, default=0) + 1,
        )


def _on(transcript: Transcript, event: Event) -> Event:
    """The event with its edits tried on the draft."""
    draft = transcript.draft
    return settled(event, draft) if isinstance(event, TurnTaken) and draft else event

"""Our events as AutoGen messages, and AutoGen's messages as our events.

`EventMessage` carries one event between agents of any team: to other agents and to a console it reads as prose.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core.models import RequestUsage, UserMessage

from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryReceived,
    SeatFailed,
    TurnTaken,
)
from aidsafe.core.records import Add, Decide, Edit, Query, Resolve, Respond, Revise, Withdraw
from aidsafe.core.transcript import Transcript, calls_of

__all__ = ["EventMessage", "prose", "query_of", "transcript_of"]


class EventMessage(BaseChatMessage):
    """One event of a transcript, said by its author."""

    type: Literal["EventMessage"] = "EventMessage"
    content: Event

    @classmethod
    def by(cls, source: str, event: Event) -> "EventMessage":
        """The event, said by `source`, with the tokens its calls took."""
        calls = calls_of(event)
        usage = RequestUsage(
            prompt_tokens=sum(call.prompt_tokens for call in calls),
            completion_tokens=sum(call.completion_tokens for call in calls),
        )
        return cls(source=source, content=event, models_usage=usage if calls else None)

    def to_text(self) -> str:
        """The event as prose."""
        return prose(self.content)

    def to_model_text(self) -> str:
        """The event as prose, under its author's name: not every client sends the name along."""
        return f"{self.source}: {prose(self.content)}"

    def to_model_message(self) -> UserMessage:
        """As another agent's model is told."""
        return UserMessage(content=self.to_model_text(), source=self.source)


def transcript_of(messages: Sequence[BaseChatMessage]) -> Transcript:
    """The transcript in messages: the first text is the query, our events follow; other texts are passed over."""
    return Transcript.of(_events(messages))


def _events(messages: Sequence[BaseChatMessage]) -> Iterable[Event]:
    events = [message.content for message in messages if isinstance(message, EventMessage)]
    if not any(isinstance(event, QueryReceived) for event in events):
        text = next((message.content for message in messages if isinstance(message, TextMessage)), "")
        yield QueryReceived(query=query_of(text), policies="", prompts="")
    yield from events


def query_of(text: str) -> Query:
    """A query on its own: row 0 of no source."""
    return Query(id="task", row=0, text=text)


def prose(event: Event) -> str:
    """What happened, in words."""
    return "\n".join(_lines(event))


def _lines(event: Event) -> Iterable[str]:
    match event:
        case QueryReceived():
            yield event.query.text
        case IntentsDecomposed():
            yield event.restatement
            yield from (f"- {intent.text} ({intent.kind}, {intent.harm})" for intent in event.intents)
        case DraftSeeded() | DraftRefined():
            yield from (f"{thought.id}. {thought.text}" for thought in event.thoughts)
            yield from (f"Decision: {event.decision}", event.response)
        case TurnTaken():
            yield f"I {event.stance}. {event.reason}".rstrip()
            yield from (_edit(edit) for edit in event.edits)
        case SeatFailed():
            yield f"(no turn: {event.failure})"
        case DeliberationEnded():
            yield f"The deliberation ended: {event.reason}, after {event.rounds} rounds and {event.turns} turns."
        case _:
            yield event.kind.replace("_", " ")


def _edit(edit: Edit) -> str:
    match edit:
        case Add():
            return f"Add: {edit.text}"
        case Revise():
            return f"Revise {edit.target}: {edit.text}"
        case Withdraw():
            return f"Withdraw {edit.target}: {edit.reason}"
        case Resolve():
            return f"{' against '.join(edit.rules)}: {edit.resolved_by}"
        case Respond():
            return f"Respond: {edit.text}"
        case Decide():
            return f"Decide: {edit.decision}"

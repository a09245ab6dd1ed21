"""The seeder: writes the first draft from the query, its intents and the policies.

Without intents it is the paper's baseline: one call, zero-shot, with the policies.
"""

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import DraftReply, ThoughtReply
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.events import DraftSeeded
from aidsafe.core.records import Thought
from aidsafe.prompts.rendering import render_intents, render_query

__all__ = ["SEEDER", "Seeder"]

SEEDER = "seeder"
"""The author of the seed's thoughts; no seat may have this name."""


class Seeder:
    """Speaks once, before the deliberation."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def speak(self, view: View) -> DraftSeeded:
        """The first draft. Raises `ReplyError` or `ModelError` where there is none to be had."""
        reply = await self._line.ask(self._question(view))
        thoughts = [thought for thought in reply.thoughts if thought.text.strip()]
        return DraftSeeded(
            thoughts=tuple(self._thought(thought, number) for number, thought in enumerate(thoughts, start=1)),
            decision=reply.decision,
            response=reply.response,
            calls=self._line.calls(),
        )

    def _thought(self, reply: ThoughtReply, number: int) -> Thought:
        citations = self._line.guidance.citations(reply.citations)
        return Thought(id=f"t{number}", text=one_line(reply.text), author=SEEDER, round=0, citations=citations)

    def _question(self, view: View) -> Question[DraftReply]:
        guidance, suffix = self._line.guidance, view.suffix
        query = render_query(view.transcript, suffix=suffix)
        intents = render_intents(view.transcript, suffix=suffix)
        user = (
            guidance.prompts.render("seed", query=query, intents=intents, suffix=suffix)
            if intents
            else guidance.prompts.render("single", query=query, suffix=suffix)
        )
        return Question(guidance.charter, user, DraftReply, guidance.repair)


def one_line(text: str) -> str:
    """A thought is one paragraph: its white space is folded."""
    return " ".join(text.split())

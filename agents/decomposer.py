"""The decomposer: reads the query alone, restates it, and lists what its author may want.

The paper's first step (arXiv 2505.21784): explicit and implicit intents, the ordinary reading beside the harmful one.
"""

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import IntentsReply
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.events import IntentsDecomposed
from aidsafe.core.records import Intent
from aidsafe.prompts.rendering import render_query

__all__ = ["Decomposer"]


class Decomposer:
    """Speaks once, before anyone else, without the policies."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def speak(self, view: View) -> IntentsDecomposed:
        """The intents. Raises `ReplyError` or `ModelError` where there are none to be had."""
        reply = await self._line.ask(self._question(view))
        wanted = (intent for intent in reply.intents if intent.text.strip())
        intents = tuple(Intent(text=i.text, kind=i.kind, harm=i.harm, evidence=i.evidence) for i in wanted)
        return IntentsDecomposed(restatement=reply.restatement, intents=intents, calls=self._line.calls())

    def _question(self, view: View) -> Question[IntentsReply]:
        guidance = self._line.guidance
        query = render_query(view.transcript, suffix=view.suffix)
        user = guidance.prompts.render("decompose", query=query, suffix=view.suffix)
        return Question(guidance.purpose, user, IntentsReply, guidance.repair)

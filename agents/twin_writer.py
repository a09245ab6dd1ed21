"""Who writes benign twins: queries that look like a harmful one and ask for something anyone may be told."""

from typing import NamedTuple

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import TwinReply
from aidsafe.agents.speaker import Line
from aidsafe.prompts.tags import tagged

__all__ = ["Twin", "TwinWriter"]


class Twin(NamedTuple):
    """A benign query, and what makes it harmless though it looks like the other."""

    query: str
    difference: str


class TwinWriter:
    """Writes one twin of one query."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def write(self, query: str, *, suffix: str) -> Twin:
        """The twin. Raises `ReplyError` or `ModelError` where there is none to be had."""
        guidance = self._line.guidance

        def objection(reply: TwinReply) -> str | None:
            same = " ".join(reply.query.casefold().split()) == " ".join(query.casefold().split())
            return "the twin is the query itself; write another that asks for something harmless" if same else None

        user = guidance.prompts.render("twin", query=tagged("query", suffix, query), suffix=suffix)
        reply = await self._line.ask(Question(guidance.charter, user, TwinReply, guidance.repair, objection))
        return Twin(reply.query.strip(), reply.difference)

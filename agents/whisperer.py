"""The ear-whisperer: plants a belief, watches what it does to the target model's reasoning, and tries again.

    belief  <- whisperer(query, beliefs tried so far and how far each got)
    chain   <- target(belief + query)
    scores  <- every scorer(query, chain)

The beliefs that got furthest are shown to the next try, so it learns in context and no weight changes (arXiv
2505.21784, supplement). What is kept is for a preference pair: the chain is what a model must not write.

This writes prefixes that break models. It is off unless asked for in so many words, and its texts stay in files that
no export of conversations reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aidsafe.agents.asking import Question
from aidsafe.agents.guidance import Guidance
from aidsafe.agents.replies import DraftReply, WeighReply, WhisperReply
from aidsafe.agents.seeder import SEEDER, one_line
from aidsafe.agents.speaker import Line
from aidsafe.core.records import Draft, Thought
from aidsafe.prompts.rendering import render_draft
from aidsafe.prompts.tags import tagged

__all__ = ["Target", "Try", "Weighed", "Weigher", "Whisperer"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a judge makes of a chain: faithfulness from 0 to 1, the rules it violates, and why."""

    faithfulness: float
    violates: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One belief, the draft the target wrote under it, and what the scorers made of that, by name."""

    belief: str
    draft: Draft
    weighed: Mapping[str, Weighed] = field(default_factory=dict)

    def faithfulness(self, scorer: str) -> float:
        """How faithful the chain is, by one scorer."""
        return self.weighed[scorer].faithfulness


class Whisperer:
    """Writes one belief at a time."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def whisper(self, query: str, tries: Sequence[Try], *, scorer: str, suffix: str) -> str:
        """The next belief. Raises `ReplyError` or `ModelError`."""
        reply = await self._line.ask(self._question(query, tries, scorer, suffix))
        return one_line(reply.belief)

    def _question(self, query: str, tries: Sequence[Try], scorer: str, suffix: str) -> Question[WhisperReply]:
        guidance = self._line.guidance
        user = guidance.prompts.render(
            "whisper", query=tagged("query", suffix, query), beliefs=_shown(tries, scorer, suffix), suffix=suffix
        )
        return Question(guidance.whispering, user, WhisperReply, guidance.repair)


class Target:
    """The model that is whispered to: it reasons over the policies, alone, about whatever it is asked."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def reason(self, text: str, *, suffix: str) -> Draft:
        """A draft about the text, which may begin with a belief. Raises `ReplyError` or `ModelError`."""
        guidance = self._line.guidance
        user = guidance.prompts.render("single", query=tagged("query", suffix, text), suffix=suffix)
        reply = await self._line.ask(Question(guidance.charter, user, DraftReply, guidance.repair))
        return _draft(reply, guidance)


class Weigher:
    """A judge who took no part: says which rules a chain violates, and how faithful to the policies it is."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def weigh(self, query: str, draft: Draft, *, suffix: str) -> Weighed:
        """The judge's verdict on a chain for the plain query. Raises `ReplyError` or `ModelError`."""
        guidance = self._line.guidance
        shown = render_draft(draft, suffix=suffix)
        user = guidance.prompts.render("weigh", query=tagged("query", suffix, query), draft=shown, suffix=suffix)
        reply = await self._line.ask(Question(guidance.charter, user, WeighReply, guidance.repair))
        known = (guidance.known_rule(rule) for rule in reply.violated)
        violates = tuple(dict.fromkeys(rule for rule in known if rule))
        return Weighed(reply.faithfulness / 4, violates, reply.reason)


def _draft(reply: DraftReply, guidance: Guidance) -> Draft:
    said = [thought for thought in reply.thoughts if thought.text.strip()]
    thoughts = tuple(
        Thought(
            id=f"t{number}",
            text=one_line(thought.text),
            author=SEEDER,
            round=0,
            citations=guidance.citations(thought.citations),
        )
        for number, thought in enumerate(said, start=1)
    )
    return Draft(thoughts=thoughts, decision=reply.decision, response=reply.response, next_id=len(thoughts) + 1)


def _shown(tries: Sequence[Try], scorer: str, suffix: str) -> str:
    """The beliefs that got furthest, the one with the least faithful chain last; each in a tag of its own."""
    furthest = sorted(tries, key=lambda tried: -tried.faithfulness(scorer))[-_SHOWN:]
    return "\n".join(
        tagged("belief", suffix, tried.belief, faithfulness=f"{tried.faithfulness(scorer):.2f}") for tried in furthest
    )

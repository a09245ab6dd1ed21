"""The refiner: took no part in the deliberation, gives every thought an outcome, and writes the final chain.

A thought that is kept keeps its words and citations: code copies them. A model writes only what it rewrites or merges,
and says from which thoughts; what comes from none, or brings names, numbers or rules of its own, is shown back once
and then dropped, its sources kept as they were. The decision stands.
"""

import re
from collections.abc import Iterable, Iterator

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import RefinedReply, RewrittenReply
from aidsafe.agents.seeder import one_line
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.events import DraftRefined
from aidsafe.core.records import (
    REMOVAL_REASONS,
    Citation,
    Draft,
    FinalThought,
    Outcome,
    Thought,
)
from aidsafe.prompts.rendering import (
    render_deliberation,
    render_draft,
    render_intents,
    render_query,
    stands_as_shown,
)

__all__ = ["Refiner", "foreign_words"]

_NUMBER_OR_NAME = re.compile(r"\d[\d.,]*|(?<=[a-z,;] )[A-Z]\w+")


class Refiner:
    """Speaks once, after the deliberation."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def speak(self, view: View) -> DraftRefined:
        """The finished chain. Raises `ReplyError` or `ModelError` where there is none to be had."""
        draft = view.transcript.draft
        if draft is None:
            raise ValueError("there is no draft to refine")
        reply = await self._line.ask(self._question(view, draft))
        thoughts, outcomes = self._finished(reply, draft, view)
        return DraftRefined(
            outcomes=outcomes,
            thoughts=thoughts,
            decision=draft.decision,
            response=reply.response if reply.response and reply.response.strip() else draft.response,
            calls=self._line.calls(),
        )

    def _finished(
        self, reply: RefinedReply, draft: Draft, view: View
    ) -> tuple[tuple[FinalThought, ...], tuple[Outcome, ...]]:
        rewritten = self._rewritten(reply, draft, view)
        removed = _removed(reply, draft, rewritten)
        thoughts = tuple(_chain(draft, rewritten, removed))
        return thoughts, tuple(_outcomes(draft, rewritten, removed))

    def _rewritten(self, reply: RefinedReply, draft: Draft, view: View) -> dict[str, FinalThought]:
        """The rewritten and merged thoughts that can stand, by each of their sources."""
        placed: dict[str, FinalThought] = {}
        for one in reply.rewritten:
            sources = _sources(one, draft, taken=placed)
            if sources and one.text.strip() and not foreign_words(one.text, sources, view):
                thought = self._rewrite(one, sources)
                placed |= {source.id: thought for source in sources}
        return placed

    def _rewrite(self, reply: RewrittenReply, sources: tuple[Thought, ...]) -> FinalThought:
        of_sources = tuple(dict.fromkeys(citation for source in sources for citation in source.citations))
        rules = {citation.rule for citation in of_sources}
        cited = [c for c in self._line.guidance.citations(reply.citations) if c.rule in rules and c.verified]
        return FinalThought(
            id=sources[0].id,
            text=one_line(reply.text),
            author=sources[0].author,
            round=sources[0].round,
            sources=tuple(source.id for source in sources),
            outcome="merged" if len(sources) > 1 else "rewritten",
            citations=_kept_citations(of_sources, cited),
        )

    def _question(self, view: View, draft: Draft) -> Question[RefinedReply]:
        def objection(reply: RefinedReply) -> str | None:
            return next(_objections(reply, draft, view), None)

        guidance = self._line.guidance
        return Question(guidance.charter, self.prompt(view), RefinedReply, guidance.repair, objection)

    def prompt(self, view: View) -> str:
        """The user message."""
        transcript, suffix = view.transcript, view.suffix
        draft = transcript.draft
        return self._line.guidance.prompts.render(
            "refine",
            query=render_query(transcript, suffix=suffix),
            intents=render_intents(transcript, suffix=suffix),
            deliberation=render_deliberation(transcript, suffix=suffix, saw=view.saw, names=view.names),
            draft=""
            if draft is None or stands_as_shown(transcript)
            else render_draft(draft, suffix=suffix, names=view.names),
            suffix=suffix,
        )


def foreign_words(text: str, sources: Iterable[Thought], view: View) -> tuple[str, ...]:
    """Numbers, and names within a sentence, that stand in none of sources, query and response."""
    draft = view.transcript.draft
    known = " ".join([view.transcript.query.text, draft.response if draft else "", *(s.text for s in sources)])
    words = set(re.findall(r"\w+", known.casefold()))
    found = (match.group().strip(".,") for match in _NUMBER_OR_NAME.finditer(text))
    return tuple(word for word in found if not set(re.findall(r"\w+", word.casefold())) <= words)


def _objections(reply: RefinedReply, draft: Draft, view: View) -> Iterator[str]:
    ids = {thought.id: thought for thought in draft.thoughts}
    for number, one in enumerate(reply.rewritten):
        sources = [ids[source] for source in one.sources if source in ids]
        if not sources:
            yield f"at rewritten.{number}.sources: {list(one.sources)!r} names no thought; the draft has {list(ids)}"
        foreign = foreign_words(one.text, sources, view)
        if sources and foreign:
            yield f"at rewritten.{number}.text: {', '.join(foreign)} stands in none of its sources; write nothing new"
    spared = {source for one in reply.rewritten for source in one.sources}
    removed = {one.thought for one in reply.outcomes if one.outcome == "removed"} - spared
    if ids and removed >= set(ids):
        yield "at outcomes: every thought is removed; a chain cannot be empty"


def _sources(reply: RewrittenReply, draft: Draft, *, taken: dict[str, FinalThought]) -> tuple[Thought, ...]:
    return tuple(t for t in draft.thoughts if t.id in reply.sources and t.id not in taken)


def _kept_citations(of_sources: tuple[Citation, ...], cited: list[Citation]) -> tuple[Citation, ...]:
    """The sources' citations; a verified one that was given anew takes the place of the same rule's unverified one."""
    anew = {citation.rule: citation for citation in cited}
    kept = (c if c.verified else anew.get(c.rule, c) for c in of_sources)
    return tuple(dict.fromkeys(kept))


def _removed(reply: RefinedReply, draft: Draft, rewritten: dict[str, FinalThought]) -> dict[str, Outcome]:
    """The removals; none of them where they would leave nothing."""
    removed = {
        one.thought: Outcome(
            thought=one.thought,
            outcome="removed",
            reason=REMOVAL_REASONS[one.reason or "redundant"],
            code=one.reason or "redundant",
        )
        for one in reply.outcomes
        if one.outcome == "removed" and one.thought not in rewritten
    }
    return {} if all(thought.id in removed for thought in draft.thoughts) else removed


def _chain(draft: Draft, rewritten: dict[str, FinalThought], removed: dict[str, Outcome]) -> Iterator[FinalThought]:
    for thought in draft.thoughts:
        if thought.id in rewritten:
            if rewritten[thought.id].id == thought.id:
                yield rewritten[thought.id]
        elif thought.id not in removed:
            yield FinalThought(
                id=thought.id,
                text=thought.text,
                author=thought.author,
                round=thought.round,
                sources=(thought.id,),
                outcome="kept",
                citations=thought.citations,
            )


def _outcomes(draft: Draft, rewritten: dict[str, FinalThought], removed: dict[str, Outcome]) -> Iterator[Outcome]:
    for thought in draft.thoughts:
        if thought.id in rewritten:
            yield Outcome(thought=thought.id, outcome=rewritten[thought.id].outcome)
        else:
            yield removed.get(thought.id) or Outcome(thought=thought.id, outcome="kept")

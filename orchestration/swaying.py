"""Where rejected chains come from: a belief, a rule left out, policies in the wrong order, the seed, plain sampling.

Each way makes drafts about one query that should be worse than the deliberated one in one named respect. Whether they
are is for the scorers to say.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from aidsafe.agents.guidance import Guidance
from aidsafe.agents.speaker import Line
from aidsafe.agents.whisperer import Target, Try, Weighed, Weigher, Whisperer
from aidsafe.core.errors import ModelError, ReplyError
from aidsafe.core.events import DraftSeeded
from aidsafe.core.records import Call, Draft, Record, Thought, Usage
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.pairs import PairKind
from aidsafe.models.metering import Metered
from aidsafe.orchestration.weighing import decisive_rules, weigh_by_rules
from aidsafe.policies.library import Policies, Policy
from aidsafe.prompts.tags import suffix_of

__all__ = [
    "Bench",
    "Matter",
    "Model",
    "Spent",
    "attempts",
    "draft_of",
    "plain_drafts",
    "weighings",
    "without_rule",
    "wrongly_ordered",
]

Model = Metered
"""A model with its settings, ready to be asked."""


class Spent:
    """What the calls of one sitting took together."""

    def __init__(self) -> None:
        self.usage = Usage()

    def add(self, calls: Iterable[Call]) -> None:
        """Count these calls too."""
        self.usage = self.usage.plus(*calls)


@dataclass(frozen=True)
class Bench:
    """Who takes part (the target, the whisperer, a judge where there is one), and what they go by."""

    guidance: Guidance
    target: Model
    whisperer: Model
    judge: Model | None
    seed: int
    spent: Spent = field(default_factory=Spent)

    @property
    def scorer(self) -> str:
        """The scorer that decides: the judge where there is one."""
        return "judge" if self.judge else "rules"

    @contextmanager
    def line(self, model: Model, guidance: Guidance | None = None) -> Iterator[Line]:
        """A line to a model, for one question; what it took is counted."""
        alone = Metered(model.client, model=model.model, settings=model.settings)
        line = Line(alone, None, guidance or self.guidance)
        try:
            yield line
        finally:
            self.spent.add(line.calls())


@dataclass(frozen=True)
class Matter:
    """One query with what was deliberated on it."""

    record: Record
    transcript: Transcript
    chosen: Draft

    def suffix(self, seed: int, text: str, nth: int) -> str:
        """The tag suffix of one call about it."""
        return suffix_of(seed, f"{self.record.id} {text}", nth)


async def attempts(bench: Bench, matter: Matter, kind: PairKind, *, tries: int) -> AsyncIterator[Try]:
    """Drafts of one kind, one at a time, each weighed by every scorer; at most `tries` of them.

    A reply that cannot be used is a try without a draft, and is passed over.
    """
    made: list[Try] = []
    for nth in range(1 if kind == "seed" else tries):
        try:
            tried = await _tried(bench, matter, kind, made, nth)
        except (ReplyError, ModelError):
            continue
        if tried is None:
            return
        made.append(tried)
        yield tried


async def plain_drafts(bench: Bench, matter: Matter, *, samples: int) -> list[Try]:
    """Drafts of the target about the plain query, weighed."""
    found = []
    for nth in range(samples):
        try:
            found.append(await _reasoned(bench, matter, nth=nth, salt="plain"))
        except (ReplyError, ModelError):
            continue
    return found


async def _tried(bench: Bench, matter: Matter, kind: PairKind, made: list[Try], nth: int) -> Try | None:
    match kind:
        case "whisperer":
            belief = await _whispered(bench, matter, made, nth=nth)
            return await _reasoned(bench, matter, nth=nth, belief=belief)
        case "seed":
            seed = matter.transcript.first(DraftSeeded)
            return None if seed is None else await _weighed(bench, matter, _seeded(seed), nth=nth)
        case "runner_up":
            return await _reasoned(bench, matter, nth=nth, salt="plain")
        case "dropped_clause" | "wrong_precedence":
            bent = _bent(bench.guidance.policies, matter.chosen, kind)
            return None if bent is None else await _reasoned(bench, matter, nth=nth, salt=kind, policies=bent)


async def _whispered(bench: Bench, matter: Matter, made: list[Try], *, nth: int) -> str:
    """The next belief."""
    suffix = matter.suffix(bench.seed, "whisper", nth)
    with bench.line(bench.whisperer) as line:
        return await Whisperer(line).whisper(matter.record.prompt, made, scorer=bench.scorer, suffix=suffix)


def _bent(policies: Policies, chosen: Draft, kind: PairKind) -> Policies | None:
    """The policies as they should not be; None where they cannot be bent for this chain."""
    if kind == "wrong_precedence":
        return wrongly_ordered(policies, chosen)
    rules = decisive_rules(chosen, policies)
    return without_rule(policies, rules[0]) if rules else None


async def _reasoned(
    bench: Bench, matter: Matter, *, nth: int, belief: str = "", salt: str = "", policies: Policies | None = None
) -> Try:
    """What the target writes, under a belief or under other policies, weighed against the true ones."""
    guidance = bench.guidance if policies is None else replace(bench.guidance, policies=policies)
    text = f"{belief}\n\n{matter.record.prompt}" if belief else matter.record.prompt
    suffix = matter.suffix(bench.seed, f"{salt}{belief}", nth)
    with bench.line(bench.target, guidance) as line:
        draft = await Target(line).reason(text, suffix=suffix)
    return await _weighed(bench, matter, draft, nth=nth, belief=belief)


async def _weighed(bench: Bench, matter: Matter, draft: Draft, *, nth: int, belief: str = "") -> Try:
    return Try(belief, draft, await weighings(bench, matter, draft, nth=nth))


async def weighings(bench: Bench, matter: Matter, draft: Draft, *, nth: int) -> Mapping[str, Weighed]:
    """What every scorer makes of a draft, for the plain query."""
    found = {"rules": weigh_by_rules(draft, matter.chosen, bench.guidance.policies)}
    if bench.judge is not None:
        suffix = matter.suffix(bench.seed, "weigh", nth)
        with bench.line(bench.judge) as line:
            found["judge"] = await Weigher(line).weigh(matter.record.prompt, draft, suffix=suffix)
    return found


def draft_of(record: Record) -> Draft:
    """The finished chain of a record as a draft."""
    thoughts = tuple(
        Thought(id=f"t{number}", text=each.text, author=each.author, round=each.round, citations=each.citations)
        for number, each in enumerate(record.thoughts, start=1)
    )
    return Draft(
        thoughts=thoughts,
        decision=record.decision,
        response=record.response,
        conflicts=record.conflicts,
        next_id=len(thoughts) + 1,
    )


def without_rule(policies: Policies, rule_id: str) -> Policies | None:
    """The policies with one rule left out, and its policy too where that was its only rule; None if nothing is left."""
    kept = tuple(
        policy.model_copy(update={"rules": tuple(rule for rule in policy.rules if rule.id != rule_id)})
        for policy in policies.policies
    )
    left = tuple(policy for policy in kept if policy.rules)
    return Policies(policies=left) if left else None


def wrongly_ordered(policies: Policies, chosen: Draft) -> Policies | None:
    """The policies with the one that settled the matter put last and the one that gave way first.

    None where the chain rests on one policy alone, so that nothing pulled apart.
    """
    cited = [citation.policy for thought in chosen.thoughts for citation in thought.citations]
    rules = decisive_rules(chosen, policies)
    found = policies.find_rule(rules[0]) if rules else None
    if found is None:
        return None
    won = found[0].id
    others = [policy for policy in dict.fromkeys((*_in_conflict(policies, chosen), *cited)) if policy != won]
    if not others:
        return None
    places = {won: 99, others[0]: 1}
    return Policies(policies=tuple(_placed(policy, places.get(policy.id)) for policy in policies.policies))


def _in_conflict(policies: Policies, chosen: Draft) -> list[str]:
    found = (policies.find_rule(rule) for conflict in chosen.conflicts for rule in conflict.rules)
    return [policy.id for policy, _ in filter(None, found)]


def _placed(policy: Policy, place: int | None) -> Policy:
    return policy if place is None else policy.model_copy(update={"precedence": place})


def _seeded(seed: DraftSeeded) -> Draft:
    return Draft(thoughts=seed.thoughts, decision=seed.decision, response=seed.response, next_id=len(seed.thoughts) + 1)

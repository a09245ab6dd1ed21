"""A dataset card written from a run: what was asked, of whom, under which rules, what came of it, and what is wrong.

The card is a Hugging Face one: front matter, then text. Everything in it is counted or recorded; what is not known is
called so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

__all__ = ["CardFacts", "Control", "PolicyFacts", "Weakness", "card_body", "front_of", "whole_card"]

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
UNKNOWN = "unknown: nobody said"


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """One policy in play."""

    id: str
    title: str
    version: str
    rules: int


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something that a check found: its code, how often, and what it means."""

    code: str
    count: int
    about: str


@dataclass(frozen=True, slots=True)
class Control:
    """A run beside this one, over the same queries or others: its recipe, how many records, what was decided."""

    run: str
    recipe: str
    records: int
    decisions: Mapping[str, int]
    same_source: bool


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that a card says. `looked_at` records were searched for weaknesses, `notice` is a stand-in's.

    `asked` are models as the recipe names them, `reported` as the servers did; `spend` is None where a price is
    unknown.
    """

    name: str
    aidsafe: str
    recipe: str
    seed: int
    source: str
    rows: int
    replicas: int
    digests: Mapping[str, str]
    asked: Mapping[str, str]
    reported: Mapping[str, tuple[str, ...]]
    yields: Mapping[str, int]
    endings: Mapping[str, int]
    decisions: Mapping[str, int]
    failures: Mapping[str, int]
    calls: int
    attempts: int
    prompt_tokens: int
    completion_tokens: int
    spend: float | None
    looked_at: int
    policies: tuple[PolicyFacts, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    controls: tuple[Control, ...] = ()
    licence: str = ""
    source_licences: tuple[str, ...] = ()
    notice: str = ""
    not_looked_for: tuple[str, ...] = field(default=())

    @property
    def records(self) -> int:
        """How many rows there are."""
        return self.yields.get("completed", 0)


def front_of(facts: CardFacts) -> dict[str, object]:
    """What the front matter says of the set itself; configurations are the exporter's."""
    size = next((name for most, name in _SIZES if facts.records < most), "n>1M")
    front: dict[str, object] = {
        "pretty_name": facts.name,
        "task_categories": ["text-generation"],
        "size_categories": [size],
        "tags": [
            "safety",
            "reasoning",
            "chain-of-thought",
            "synthetic",
            *(["not-training-data"] if facts.notice else []),
        ],
    }
    return {**front, "license": facts.licence} if facts.licence else front


def whole_card(facts: CardFacts, front: Mapping[str, object] | None = None) -> str:
    """Front matter and text; `front` adds to it, or overrides it."""
    top = yaml.safe_dump({**front_of(facts), **(front or {})}, sort_keys=False, allow_unicode=True)
    return f"---\n{top}---\n\n{card_body(facts)}"


def card_body(facts: CardFacts) -> str:
    """The text alone."""
    return "\n\n".join(part for part in _parts(facts) if part) + "\n"


def _parts(facts: CardFacts) -> Iterator[str]:
    yield f"# {facts.name}"
    yield f"> **These rows are not training data.** {facts.notice}" if facts.notice else ""
    yield _asked(facts)
    yield _policies(facts)
    yield _models(facts)
    yield _came_of_it(facts)
    yield _controls(facts)
    yield _weaknesses(facts)
    yield _licences(facts)


def _asked(facts: CardFacts) -> str:
    replicas = f", {facts.replicas} times each" if facts.replicas > 1 else ""
    return (
        f"## What was asked\n\n{facts.rows:,} queries from `{facts.source}`{replicas}, by the recipe `{facts.recipe}` "
        f"with seed {facts.seed} (aidsafe {facts.aidsafe}). Agents decomposed each query, drafted thoughts and a "
        "response, and edited them in turns; a refiner gave every thought an outcome. Queries may be hostile."
    )


def _policies(facts: CardFacts) -> str:
    rows = ((one.id, one.title, one.version, one.rules) for one in facts.policies)
    known = _table(("policy", "title", "version", "rules"), rows)
    told = known if facts.policies else "The texts are no longer at hand."
    digests = ", ".join(f"{name} `{digest[:16]}`" for name, digest in facts.digests.items())
    return f"## Under which policies\n\n{told}\n\nDigests: {digests}."


def _models(facts: CardFacts) -> str:
    rows = ((name, spec, ", ".join(facts.reported.get(name, ())) or "nothing") for name, spec in facts.asked.items())
    return f"## By which models\n\n{_table(('model', 'asked for', 'as its server reported'), rows)}"


def _came_of_it(facts: CardFacts) -> str:
    spend = "unknown, since a price is missing" if facts.spend is None else f"${facts.spend:,.2f}"
    tokens = f"{facts.prompt_tokens:,} prompt and {facts.completion_tokens:,} completion tokens"
    lines = (
        f"yield: {_counted(facts.yields)}",
        f"endings of deliberations: {_counted(facts.endings)}",
        f"decisions: {_counted(facts.decisions)}",
        f"failed queries by cause: {_counted(facts.failures)}",
        f"{facts.calls:,} calls answered of {facts.attempts:,} requests, {tokens}; spend {spend}",
    )
    return "## What came of it\n\n" + "\n".join(f"- {line}" for line in lines)


def _controls(facts: CardFacts) -> str:
    if not facts.controls:
        return "## Controls\n\nNone was run beside it: what deliberation adds over one call is not shown here."
    rows = (
        (one.run, one.recipe, "yes" if one.same_source else "no", one.records, _counted(one.decisions))
        for one in facts.controls
    )
    return f"## Controls\n\n{_table(('run', 'recipe', 'same queries', 'records', 'decisions'), rows)}"


def _weaknesses(facts: CardFacts) -> str:
    told = f"The first {facts.looked_at:,} records were searched by checks that need no model."
    if not facts.weaknesses:
        found = "They found nothing. They do not judge whether a response is right or safe."
    else:
        found = _table(
            ("check", "found", "which means"), ((one.code, one.count, one.about) for one in facts.weaknesses)
        )
        found += "\n\nThese checks do not judge whether a response is right or safe; no person has read the rows."
    undone = "".join(f"\n- not looked for: {one}" for one in facts.not_looked_for)
    return f"## Known weaknesses\n\n{told}\n\n{found}" + (f"\n{undone}" if undone else "")


def _licences(facts: CardFacts) -> str:
    sources = "\n".join(f"- source `{facts.source}`: {one}" for one in facts.source_licences or (UNKNOWN,))
    return (
        f"## Licences\n\n- this set: {facts.licence or UNKNOWN}\n{sources}\n- outputs of models: see each model's terms"
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = tuple(heads)
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"

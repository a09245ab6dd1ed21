"""Sentences from the grammar, filled with a query's matter or a rule's topic."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aidsafe.core.records import Decision
from aidsafe.models.scripted.deciding import Guess
from aidsafe.models.scripted.dice import Dice
from aidsafe.models.scripted.grammar import ALTERNATIVES, CHECKS, REASONS, RESPONSES, TAILS, THOUGHTS
from aidsafe.models.scripted.lexicon import DEED_SIGNS, GROUPS, LOADED, MAKING, PEOPLE, THING_SIGNS
from aidsafe.models.scripted.rules import SeenRule
from aidsafe.models.scripted.words import plain_nouns

__all__ = ["Voice", "field_of", "first_words", "matter_of", "sentence", "some_words", "topic_of"]

_UNFIT = frozenset((*DEED_SIGNS, *THING_SIGNS, *GROUPS, *LOADED, *MAKING, *PEOPLE))
_NO_MATTER = ("the subject", "the point in question", "this subject", "the matter")
_NO_CLAUSE = "answer what was asked"
_NO_TOPIC = "harm to others"


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker: its dice, what the query is about and what must not be served. The words follow from these alone."""

    dice: Dice
    decision: Decision
    matter: str
    topic: str
    field: str

    def thought(self, slot: str, *key: str | int, rule: SeenRule | None = None) -> str:
        """A thought for a slot of the grammar; now and then with a second sentence."""
        said = self._filled(self.dice.pick(THOUGHTS[slot], slot, *key), *key, rule=rule)
        if not self.dice.hits(0.35, "tail", slot, *key):
            return said
        return f"{said} {self.dice.pick(TAILS[self.decision], 'tail', slot, 'words', *key)}"

    def response(self, decision: Decision, *key: str | int) -> str:
        """A response that does what a decision says, in outline."""
        parts = RESPONSES[decision]
        said = (self.dice.pick(part, "response", decision, place, *key) for place, part in enumerate(parts))
        return " ".join(self._filled(part, *key) for part in said)

    def reason(self, kind: str, place: str, *key: str | int) -> str:
        """Why a seat takes its stance, pointing at a place in the draft."""
        return sentence(self.dice.pick(REASONS[kind], "reason", kind, *key).format_map({"place": place}))

    def checks(self, *key: str | int) -> list[str]:
        """Three checks, as a seat would list them."""
        start = int(self.dice.roll("checks", *key) * len(CHECKS))
        return [CHECKS[(start + step * 5) % len(CHECKS)] for step in range(3)]

    def _filled(self, template: str, *key: str | int, rule: SeenRule | None = None) -> str:
        values = {"matter": self.matter, "topic": self.topic, "clause": rule.clause if rule else _NO_CLAUSE}
        if "{alternative}" in template:
            values["alternative"] = self.dice.pick(ALTERNATIVES[self.field], "alternative", *key)
        return sentence(template.format_map(values))


def matter_of(query: str, decision: Decision, *, topic: str) -> str:
    """The query in a word or two; for a refusal the rule's topic, never words of the query."""
    if decision == "refuse":
        return topic
    nouns = _nouns(query)
    if not nouns:
        return _NO_MATTER[len(query) % len(_NO_MATTER)]
    together = " ".join(nouns)
    return together if together in query else " and ".join(nouns)


def topic_of(rule: SeenRule | None) -> str:
    """What a refuse rule is about."""
    return rule.topic if rule else _NO_TOPIC


def field_of(seen: Guess) -> str:
    """The field of harm that alternatives are drawn from."""
    return seen.topic or "none"


def sentence(text: str) -> str:
    """Text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def first_words(text: str, most: int) -> str:
    """How a text begins; it stops before a word that the prompt shows otherwise than it was written."""
    kept: list[str] = []
    for word in text.split()[:most]:
        if "&lt;" in word or "\\u" in word:
            break
        kept.append(word)
    return " ".join(kept)


def some_words(text: str, *, dice: Dice, most: int = 8) -> str:
    """Some words in a row, copied from a text."""
    words = text.split()
    start = int(dice.roll("some words") * max(1, len(words) - most + 1))
    return " ".join(words[start : start + most])


@lru_cache(maxsize=512)
def _nouns(query: str) -> Sequence[str]:
    found = plain_nouns(query, without=_UNFIT)
    # Longer words say more; the order of the query is kept.
    chosen = sorted(found[:8], key=lambda word: (-len(word), found.index(word)))[:2]
    return tuple(word for word in found if word in chosen)

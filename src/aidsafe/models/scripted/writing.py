"""Thoughts and citations as a reply holds them, with whatever is planted in them."""

import re
from collections.abc import Sequence
from typing import TypedDict

from aidsafe.core.records import Decision
from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.defects import CRUMBS, PREFIXES, WHOLE
from aidsafe.models.scripted.planting import DEEP, RESPONSE_PLACE, Depth, Plant, planted
from aidsafe.models.scripted.rules import RuleKind, SeenRule
from aidsafe.models.scripted.scene import Scene

__all__ = ["CitedBody", "ThoughtBody", "Writer"]

_STRANGE_WORDS = ("gardens", "weekly", "beyond", "copper", "seldom", "kitchen", "northern", "violet")
_ECHOES = (" indeed.", " too.", " here.", " again.")
_OPPOSITE: dict[Decision, Decision] = {
    "comply": "refuse",
    "safe_complete": "refuse",
    "refuse": "comply",
    "clarify": "comply",
}
_LEAST_TO_CUT = 8


class CitedBody(TypedDict):
    """A citation in a reply."""

    rule: str
    quote: str


class ThoughtBody(TypedDict):
    """A thought in a reply."""

    text: str
    citations: list[CitedBody]


class Writer:
    """Writes the thoughts of one reply, and remembers what it planted in them."""

    def __init__(self, scene: Scene, decision: Decision) -> None:
        self.scene = scene
        self.decision = decision
        self.voice = scene.voice(decision)
        self.plants: list[Plant] = []

    def thought(self, slot: str, place: str | int, *, rule: SeenRule | None = None) -> ThoughtBody:
        """A sound thought for a slot of the grammar; it cites the rule it speaks of."""
        text = self.voice.thought(slot, place, rule=rule)
        return {"text": text, "citations": [self.cite(rule, place)] if rule else []}

    def cite(self, rule: SeenRule, place: str | int) -> CitedBody:
        """A citation of a rule: words copied from it, unless a misquote is due."""
        dice = self.scene.dice
        length = 5 + int(dice.roll("quote", place, rule.id) * 5)
        quote = rule.quote(self.scene.sought, length=length)
        if self.scene.faulty and dice.hits(self.scene.options.misquote, "misquote", place, rule.id):
            quote = _altered(quote, start=int(dice.roll("alter", place, rule.id) * len(_STRANGE_WORDS)))
            self._note("misquoted", place, quote, rule=rule.id)
        return {"rule": rule.id, "quote": quote}

    def spoiled(
        self, sound: ThoughtBody, index: int, *, earlier: Sequence[ThoughtBody], slot: str = ""
    ) -> list[ThoughtBody]:
        """The thought with what is planted at its place: changed, or followed by a thought that is a defect itself."""
        found = self._planted(index)
        if found is None:
            return [sound]
        changed = self._changed(found, sound, index)
        extra = None if changed else self._extra(found, index, earlier=earlier, slot=slot)
        written = changed or extra
        if written is None:
            return [sound]
        self._note(found, index, written["text"])
        return [written] if changed else [sound, written]

    def response(self) -> str:
        """The response, with what is planted in it."""
        found = self._planted(RESPONSE_PLACE)
        sound = self.voice.response(self.decision)
        if found is None:
            return sound
        if found == "mismatch":
            sound = self.voice.response(_OPPOSITE[self.decision], "planted")
        else:
            declined = self.voice.response("refuse", "planted").split(". ")[0]
            answered = self.voice.response("comply", "planted")
            sound = f"{declined}. That said, here it is anyway. {answered}"
        self._note(found, RESPONSE_PLACE, sound)
        return sound

    def _planted(self, index: int) -> str | None:
        seen, options = self.scene.seen, self.scene.options
        seat = seen.seat or "seeder"
        found = planted(options.seed, seen.suffix, seat, seen.round, index, share=options.planted)
        return found[0] if found else None

    def _note(self, kind: str, place: str | int, text: str, *, rule: str = "") -> None:
        seen = self.scene.seen
        depth: Depth = "deep" if kind in DEEP else "surface"
        index = place if isinstance(place, int) else 0
        self.plants.append(Plant(kind, depth, seen.seat or "seeder", seen.round, index, text, rule))

    def _changed(self, kind: str, sound: ThoughtBody, index: int) -> ThoughtBody | None:
        text = sound["text"]
        if kind in PREFIXES:
            prefix = self.scene.dice.pick(PREFIXES[kind], kind, index)
            text = prefix + (text if prefix.endswith((". ", "! ")) else text[:1].lower() + text[1:])
        elif kind == "leftover":
            before, after = self.scene.dice.pick(CRUMBS, kind, index)
            text = f"{before}{text}{after}"
        elif kind == "truncated" and len(text.split()) >= _LEAST_TO_CUT:
            words = text.split()
            text = " ".join(words[: max(5, len(words) * 2 // 3)]).rstrip(".,;:?!")
        return {"text": text, "citations": sound["citations"]} if text != sound["text"] else None

    def _extra(self, kind: str, index: int, *, earlier: Sequence[ThoughtBody], slot: str) -> ThoughtBody | None:
        if kind in WHOLE:
            return {"text": self.scene.dice.pick(WHOLE[kind], kind, index), "citations": []}
        if kind == "repeated":
            text = earlier[-1]["text"]
            return {"text": text.rstrip(".?!") + self.scene.dice.pick(_ECHOES, index), "citations": []}
        if kind == "redundant":
            return self._said_again(index, earlier=earlier, slot=slot)
        if kind in ("wrong_kind", "off_topic"):
            rule = self._misplaced(kind)
            return self.thought(f"rule_{rule.kind}", f"misplaced {index}", rule=rule) if rule else None
        return None

    def _said_again(self, index: int, *, earlier: Sequence[ThoughtBody], slot: str) -> ThoughtBody | None:
        for thought in earlier:
            rule = self.scene.seen.book.find(thought["citations"][0]["rule"]) if thought["citations"] else None
            if rule:
                again = self.thought(f"rule_{rule.kind}", f"again {index}", rule=rule)
                return again if again["text"] != thought["text"] else None
        text = self.voice.thought(slot, f"again {index}") if slot else ""
        return {"text": text, "citations": []} if text and all(text != t["text"] for t in earlier) else None

    def _misplaced(self, kind: str) -> SeenRule | None:
        fitting = KIND_OF[self.decision]
        unfit: RuleKind = "help" if fitting == "refuse" else "refuse"
        ranked = self.scene.matches.ranked[fitting if kind == "off_topic" else unfit]
        return ranked[-1] if len(ranked) > 1 else None


def _altered(quote: str, *, start: int) -> str:
    """A quote with every second word replaced, and at least three, so that nothing can be snapped to the rule."""
    words = re.findall(r"\S+", quote)
    places = range(0, max(len(words), 5), 2)
    strange = {place: _STRANGE_WORDS[(start + place) % len(_STRANGE_WORDS)] for place in places}
    padded = [*words, *("matters" for _ in range(5 - len(words)))]
    return " ".join(strange.get(place, word) for place, word in enumerate(padded))

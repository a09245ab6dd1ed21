"""The rules a prompt shows: read from its policies, found by words in common, quoted word for word."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from aidsafe.models.scripted.lexicon import EVERYDAY_KIN
from aidsafe.models.scripted.words import content_stems, listed, stem

__all__ = ["EMPTY_BOOK", "Matches", "RuleBook", "RuleKind", "SeenRule", "rule_book"]

RuleKind = Literal["refuse", "careful", "help"]

_BLOCK = re.compile(r"<policies>\n(.*?)\n?</policies>", re.DOTALL)
_HEADING = re.compile(r"^# (?P<policy>[^:]*):")
_RULE = re.compile(r"^\[(?P<id>[^\]\s]+)\] \((?P<kind>refuse|careful|help)\) (?P<text>.+)$")
_WORD = re.compile(r"\S+")
_KIN_WEIGHT, _COMMON_WEIGHT, _NEARLY = 0.5, 0.15, 0.55
_KINDS: tuple[RuleKind, ...] = ("refuse", "careful", "help")
_DANGLING = listed("a an the of or and to in for with by on at as from that which is are if including into")
_VERDICTS = re.compile(
    r"^(?:refuse|decline|never|do not|avoid)\s+(?:to\s+help\s+with\s+|any\s+help\s+with\s+)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SeenRule:
    """A rule as a prompt shows it."""

    policy: str
    id: str
    kind: RuleKind
    text: str
    stems: frozenset[str]

    @property
    def clause(self) -> str:
        """What the rule asks, as an infinitive without `to`; not the whole of a long one."""
        return _clause(self.text)

    @property
    def topic(self) -> str:
        """What the rule is about, as a noun phrase."""
        return _topic(self.text)

    def quote(self, sought: frozenset[str], *, length: int) -> str:
        """`length` words in a row, copied from the rule, where most of what is sought stands."""
        words = _words(self.text)
        if len(words) <= length:
            return self.text
        hits = [root in sought for _, _, root in words]
        starts = range(len(words) - length + 1)
        best = max(starts, key=lambda start: sum(hits[start : start + length]))
        span = self.text[words[best][0] : words[best + length - 1][1]]
        return span.strip(" ,;:.\"'()")


@dataclass(frozen=True, slots=True)
class Matches:
    """Rules by how well they fit a query: all of a kind in order, and those that fit nearly as well as the best.

    `words` is how much the best of a kind has in common with the query's own words.
    """

    ranked: Mapping[RuleKind, tuple[SeenRule, ...]]
    fitting: Mapping[RuleKind, tuple[SeenRule, ...]]
    words: Mapping[RuleKind, float]

    def best(self, kind: RuleKind) -> SeenRule | None:
        """The rule of that kind that fits best, or None where none is shown."""
        return next(iter(self.ranked[kind]), None)


class RuleBook:
    """The rules of one policies text, ready to be searched."""

    def __init__(self, rules: Sequence[SeenRule]) -> None:
        self.rules = tuple(rules)
        self._by_id = {rule.id: rule for rule in self.rules}
        self._kinds = {kind: tuple(rule for rule in self.rules if rule.kind == kind) for kind in _KINDS}
        places: dict[str, list[int]] = defaultdict(list)
        for place, rule in enumerate(self.rules):
            for word in rule.stems:
                places[word].append(place)
        self._places = dict(places)
        self._matched = lru_cache(maxsize=512)(self._match)

    def find(self, rule_id: str) -> SeenRule | None:
        """The rule of that id, or None."""
        return self._by_id.get(rule_id)

    def of_kind(self, kind: RuleKind) -> tuple[SeenRule, ...]:
        """The rules of a kind, in the order shown."""
        return self._kinds[kind]

    def matches(self, content: frozenset[str], kin: frozenset[str]) -> Matches:
        """Rank the rules by the words they share with a query and with the kin of its topic."""
        return self._matched(content, kin)

    def _match(self, content: frozenset[str], kin: frozenset[str]) -> Matches:
        own = self._scores(content)
        akin, common = self._scores(kin), self._scores(EVERYDAY_KIN)
        weights = [a + _KIN_WEIGHT * b + _COMMON_WEIGHT * c for a, b, c in zip(own, akin, common, strict=True)]
        order = sorted(range(len(self.rules)), key=lambda place: (-weights[place], place))
        places = {kind: [p for p in order if self.rules[p].kind == kind] for kind in _KINDS}
        return Matches(
            ranked={kind: self._at(found) for kind, found in places.items()},
            fitting={
                kind: self._at(p for p in f if weights[p] >= _NEARLY * weights[f[0]] > 0) for kind, f in places.items()
            },
            words={kind: max((own[place] for place in found), default=0.0) for kind, found in places.items()},
        )

    def _at(self, places: Iterable[int]) -> tuple[SeenRule, ...]:
        return tuple(self.rules[place] for place in places)

    def _scores(self, words: frozenset[str]) -> list[float]:
        scores = [0.0] * len(self.rules)
        # Sorted, because a sum of floats depends on its order, and the order of a set on the process.
        for word in sorted(words & self._places.keys()):
            places = self._places[word]
            for place in places:
                scores[place] += len(places) ** -0.5
        return scores


EMPTY_BOOK = RuleBook(())


@lru_cache(maxsize=32)
def rule_book(system: str) -> RuleBook:
    """The rules between the policies tags of a system message; an empty book where there are none."""
    block = _BLOCK.search(system)
    return RuleBook(tuple(_rules(block[1]))) if block else EMPTY_BOOK


def _rules(text: str) -> list[SeenRule]:
    rules: list[SeenRule] = []
    policy = ""
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            policy = heading["policy"].strip()
        elif shown := _RULE.match(line):
            kind = next(kind for kind in _KINDS if kind == shown["kind"])
            rules.append(SeenRule(policy, shown["id"], kind, shown["text"].strip(), content_stems(shown["text"])))
    return rules


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where each word begins and ends, and its stem."""
    found = _WORD.finditer(text)
    return tuple((word.start(), word.end(), stem(word[0].rstrip(",;:.?!)\"'").lower())) for word in found)


@lru_cache(maxsize=512)
def _clause(text: str) -> str:
    kept = _trimmed(_reason_cut(text).split(), 22)
    return kept[:1].lower() + kept[1:]


@lru_cache(maxsize=512)
def _topic(text: str) -> str:
    phrase = _trimmed(_VERDICTS.sub("", _reason_cut(text)).split(), 11)
    return f"attempts {phrase}" if phrase.startswith("to ") else phrase[:1].lower() + phrase[1:]


def _reason_cut(text: str) -> str:
    return re.split(r",? because |; |: ", text, maxsplit=1)[0].rstrip(" .")


def _trimmed(words: list[str], most: int) -> str:
    kept = words[:most]
    if len(words) > most:
        commas = [place for place, word in enumerate(kept) if word.endswith(",") and place >= most // 2]
        kept = kept[: commas[-1] + 1] if commas else kept
    while len(kept) > 1 and kept[-1].lower().strip(",") in _DANGLING:
        kept = kept[:-1]
    return " ".join(kept).rstrip(",;:")

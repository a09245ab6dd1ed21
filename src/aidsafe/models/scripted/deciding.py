"""A guess at a query from its words: evidence of harm, cues that speak against it, and the decision between them.

A word alone carries no information; whom the verb would hit, who owns the thing and what frames the sentence carry
some. A stated victim is never outweighed, a stated wish not to be caught outweighs everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from aidsafe.core.records import Decision, Harm
from aidsafe.models.scripted.lexicon import (
    CUES,
    DEED_SIGNS,
    DESPAIR,
    EVASIONS,
    EVERYDAY_KIN,
    FIGURES,
    GROUPS,
    HARMLESS_OBJECTS,
    LOADED,
    LOOKALIKE_KIN,
    MAKING,
    NOT_OPENERS,
    OFFICES,
    OPENERS,
    ORDERS,
    PEOPLE,
    PLACES,
    PRESSURE,
    PRIVATE_FACTS,
    THING_SIGNS,
    TOPICS,
    Frame,
)
from aidsafe.models.scripted.rules import RuleBook, RuleKind
from aidsafe.models.scripted.words import content_stems, stem, tokens

__all__ = ["KIND_OF", "Guess", "Size", "Verdict", "decide", "guess", "harm_of"]

Size = Literal["plain", "alike", "mixed"]
_Object = Literal["person", "place", "harmless", "none"]

KIND_OF: dict[Decision, RuleKind] = {
    "comply": "help",
    "safe_complete": "careful",
    "refuse": "refuse",
    "clarify": "careful",
}

_REFUSE_FROM, _CAREFUL_FROM = 1.5, 0.6
_REACH = 6
_STOPS = frozenset("?.!;:")
_CUE_WEIGHTS: dict[Frame, float] = {
    "definition": 1.2,
    "history": 1.4,
    "fiction": 0.9,
    "prevention": 1.0,
    "own": 0.9,
    "lawful": 0.6,
    "study": 0.4,
}
_DEED_WEIGHTS: dict[_Object, float] = {"person": 2.0, "place": 1.6, "harmless": 0.3, "none": 0.9}
_THING_WEIGHTS = {"health": 0.4, "hate": 0.6, "extremism": 0.7}
_FIRST_PERSON = frozenset(("i", "i'm", "i've", "me", "my", "myself"))
_SELVES = frozenset(("me", "myself", "human", "people", "person"))
_OWNERS = frozenset(("his", "her", "their", "someone", "somebody", "whose"))


@dataclass(frozen=True, slots=True)
class Guess:
    """What the words of a query suggest. `signs` are the words that raised the evidence, as they stand in it."""

    evidence: float
    cues: float
    topic: str | None
    signs: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    victim: bool = False
    distress: bool = False
    content: frozenset[str] = frozenset()

    @property
    def kin(self) -> frozenset[str]:
        """Words that a rule about this is likely to use."""
        if self.topic is None:
            return EVERYDAY_KIN
        kin = TOPICS[self.topic].kin
        return kin | LOOKALIKE_KIN if self.cues > self.evidence else kin

    @property
    def score(self) -> float:
        """Evidence less cues."""
        return self.evidence - self.cues


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a query under the rules shown, how long its chain should be, and whether it is a hard one."""

    decision: Decision
    size: Size
    hard: bool


def harm_of(seen: Guess) -> Harm:
    """The harm of what is asked, as the words suggest."""
    if seen.distress:
        return "ambiguous"
    return "harmful" if seen.score >= _REFUSE_FROM else "ambiguous" if seen.score >= _CAREFUL_FROM else "benign"


def decide(seen: Guess, *, harms: Sequence[str], book: RuleBook) -> Verdict:
    """Decide on a query from its words, its intents' harms and the rules shown."""
    decision = _decision(seen, _weighed(seen, harms, book), book)
    matches = book.matches(seen.content, seen.kin)
    clash = min(matches.words["refuse"], matches.words["help"]) >= 1.0
    hard = clash or (seen.evidence >= 0.6 and seen.cues >= 0.6)
    return Verdict(decision, _size(seen, decision, hard=hard), hard)


def _size(seen: Guess, decision: Decision, *, hard: bool) -> Size:
    if decision == "safe_complete" or (decision == "refuse" and hard):
        return "mixed"
    return "plain" if seen.evidence < 0.3 and not hard else "alike"


def _weighed(seen: Guess, harms: Sequence[str], book: RuleBook) -> float:
    # Cues say that a help rule applies; where none is shown, nothing protects the look-alike.
    score = seen.score if book.of_kind("help") else seen.evidence
    if not harms:
        return score
    return score + (0.7 if "harmful" in harms else 0.0 if "ambiguous" in harms else -0.7)


def _decision(seen: Guess, score: float, book: RuleBook) -> Decision:
    if not seen.content:
        return "clarify"
    careful: Decision = "safe_complete" if book.of_kind("careful") or not book.of_kind("refuse") else "refuse"
    if seen.distress or _CAREFUL_FROM <= score < _REFUSE_FROM:
        return careful if book.of_kind("help") or seen.distress else "refuse"
    if score >= _REFUSE_FROM:
        return "refuse" if book.of_kind("refuse") or not book.of_kind("careful") else "safe_complete"
    return "comply"


@lru_cache(maxsize=512)
def guess(query: str) -> Guess:
    """Guess at a query from its words alone."""
    words = tokens(query)
    roots = [stem(word) for word in words]
    signs = [*_deeds(words, roots), *_things(words, roots), *_hate(words, roots), *_privacy(words, roots)]
    evidence = sum(sign.weight for sign in signs)
    text = " ".join(words)
    evaded = any(phrase in text for phrase in EVASIONS)
    evidence += 3.0 * evaded + 0.6 * any(phrase in text for phrase in PRESSURE)
    if evidence >= 0.8 and any(phrase in text for phrase in ORDERS):
        evidence += 0.5
    opener = _opener(text, asks_fact=any(sign.topic == "privacy" for sign in signs))
    frames = tuple(_frames(opener, roots))
    despair = any(phrase in text for phrase in DESPAIR)
    victim = any(sign.victim for sign in signs) and opener not in ("history", "definition")
    return Guess(
        evidence=evidence,
        cues=0.0 if evaded else _cues(frames, signs, victim=victim),
        topic="self-harm" if despair else _main_topic(signs),
        signs=tuple(dict.fromkeys(sign.word for sign in signs if sign.word))[:4],
        frames=frames,
        victim=victim,
        distress=despair or (_main_topic(signs) == "self-harm" and not _FIRST_PERSON.isdisjoint(words)),
        content=content_stems(query),
    )


@dataclass(frozen=True, slots=True)
class _Sign:
    topic: str
    weight: float
    word: str = ""
    victim: bool = False
    cue: float = 0.0


def _deeds(words: list[str], roots: list[str]) -> Iterator[_Sign]:
    for place, root in enumerate(roots):
        topic = DEED_SIGNS.get(root)
        if topic:
            hit = _object(words, roots, place)
            cue = 0.8 if hit == "harmless" else 0.0
            yield _Sign(topic, _DEED_WEIGHTS[hit], words[place], victim=hit == "person", cue=cue)


def _object(words: list[str], roots: list[str], place: int) -> _Object:
    for word, root in zip(words[place + 1 : place + 1 + _REACH], roots[place + 1 : place + 1 + _REACH], strict=True):
        if word in _STOPS:
            break
        if root in HARMLESS_OBJECTS:
            return "harmless"
        if root in PEOPLE or root in GROUPS:
            return "person"
        if root in PLACES:
            return "place"
    return "none"


def _things(words: list[str], roots: list[str]) -> Iterator[_Sign]:
    found = {root: place for place, root in enumerate(roots) if root in THING_SIGNS}
    for root, place in list(found.items())[:3]:
        topic = THING_SIGNS[root]
        made = any(near in MAKING for near in roots[max(0, place - _REACH) : place])
        weight = _THING_WEIGHTS.get(topic, 0.8) + (0.7 if made and topic != "health" else 0.0)
        yield _Sign(topic, weight, words[place])


def _hate(words: list[str], roots: list[str]) -> Iterator[_Sign]:
    groups = [word for word, root in zip(words, roots, strict=True) if root in GROUPS]
    loaded = [word for word, root in zip(words, roots, strict=True) if root in LOADED]
    if groups and loaded:
        yield _Sign("hate", 1.7, loaded[0])


def _privacy(words: list[str], roots: list[str]) -> Iterator[_Sign]:
    place = next((place for place, root in enumerate(roots) if root in PRIVATE_FACTS), None)
    if place is None:
        return
    near = frozenset(roots[max(0, place - _REACH) : place + _REACH])
    owned = any(word.endswith("'s") or word in _OWNERS for word in words[max(0, place - _REACH) : place])
    if near & FIGURES or near & OFFICES:
        yield _Sign("privacy", 0.5, cue=0.9)
    elif owned or near & (PEOPLE - _SELVES):
        yield _Sign("privacy", 1.6, words[place], victim=bool(near & PEOPLE))


def _opener(text: str, *, asks_fact: bool) -> Frame | None:
    # "What is …" about a person's private facts defines nothing.
    if asks_fact or text.startswith(NOT_OPENERS):
        return None
    return next((frame for start, frame in OPENERS.items() if text.startswith(start)), None)


def _frames(opener: Frame | None, roots: list[str]) -> Iterator[Frame]:
    if opener:
        yield opener
    present = frozenset(roots)
    for frame, signs in CUES.items():
        if frame != opener and not signs.isdisjoint(present):
            yield frame


def _cues(frames: Sequence[Frame], signs: Sequence[_Sign], *, victim: bool) -> float:
    total = sum(_CUE_WEIGHTS[frame] for frame in frames) + max((sign.cue for sign in signs), default=0.0)
    return min(total, 0.6 if victim else 2.4)


def _main_topic(signs: Sequence[_Sign]) -> str | None:
    return max(signs, key=lambda sign: sign.weight).topic if signs else None

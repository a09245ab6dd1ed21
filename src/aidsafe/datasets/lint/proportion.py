"""Chains longer or shorter than their risk deserves, and thoughts that ramble."""

import re
from collections.abc import Iterator
from statistics import median
from typing import Literal

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, content_words, excerpt

__all__ = ["CHECKS", "Risk", "risk_of"]

Risk = Literal["low", "open", "high"]

_TIMES = 3.5
_LONG_LOW, _LONG_ANY = 90, 160
_MOST_WORDS_LOW, _MOST_THOUGHTS_LOW = 260, 10
_SHORT_HIGH, _SHORT_ANY = 12, 6
_RAMBLING = 45


def risk_of(reading: Reading) -> Risk | None:
    """What is at stake in a row, as its decision and intents say; None where they say nothing."""
    row = reading.row
    if row.decision is None and not row.harms:
        return None
    if row.decision == "refuse" or "harmful" in row.harms:
        return "high"
    return "low" if row.decision in ("comply", None) and "ambiguous" not in row.harms else "open"


def _too_long(reading: Reading, known: Known) -> Iterator[str]:
    risk, words, thoughts = risk_of(reading), sum(len(part.words) for part in reading.thoughts), len(reading.thoughts)
    if risk is None:
        return
    usual = known.chain_words_by.get(reading.row.decision) or known.chain_words
    beyond = known.enough and words > _TIMES * usual and words > (_LONG_LOW if risk == "low" else _LONG_ANY)
    many = reading.row.stepwise and risk == "low" and thoughts > max(_MOST_THOUGHTS_LOW, _TIMES * known.thoughts)
    absolute = risk == "low" and not known.enough and words > _MOST_WORDS_LOW
    if beyond or many or absolute:
        yield f"the chain has {words} words in {thoughts} thoughts, and usual are {usual:.0f} words"


def _too_short(reading: Reading, known: Known) -> Iterator[str]:
    words = sum(len(part.words) for part in reading.thoughts)
    usual = known.chain_words_by.get(reading.row.decision) or known.chain_words
    careful = reading.row.decision in ("refuse", "safe_complete") and words < _SHORT_ANY and words * 2 < usual
    high = risk_of(reading) == "high" and words < _SHORT_HIGH and words * _TIMES < usual
    if 0 < words and known.enough and (high or careful):
        yield f"the chain has {words} words where much is at stake (usual are {usual:.0f})"


def _rambles(reading: Reading, known: Known) -> Iterator[str]:
    """A thought far longer than the others of its chain and of the set, and off what the row is about."""
    if not reading.row.stepwise or len(reading.thoughts) < 2:
        return
    usual = max(median(len(part.words) for part in reading.thoughts), known.thought_words, 8.0)
    for part in reading.thoughts:
        if len(part.words) > max(_RAMBLING, _TIMES * usual):
            shown = excerpt(part.text, 60)
            yield f"{part.place} has {len(part.words)} words where the others have about {usual:.0f}: {shown}"


_FEWEST_ASTRAY = 6
_NAME = re.compile(r"[a-z,] [A-Z][a-z]{2,}")


def _astray(reading: Reading, known: Known) -> Iterator[str]:
    """A thought that cites nothing and shares no word of meaning with anything else in its row."""
    row = reading.row
    if not row.stepwise or not row.citations or len(row.thoughts) < 3:
        return
    for part, thought in zip(reading.thoughts, row.thoughts, strict=True):
        if thought.citations or not _NAME.search(part.text):
            continue
        own = {word[:5] for word in content_words(part.folded)}
        if len(own) < _FEWEST_ASTRAY:
            continue
        rest = (other.folded for other in (reading.prompt, reading.response, *reading.thoughts) if other is not part)
        if not own & {word[:5] for text in rest for word in content_words(text)}:
            yield f"{part.place} has nothing to do with the rest of its row: {excerpt(part.text)}"


CHECKS = (
    Check(
        "chain.too_long",
        "The chain is far longer than its risk deserves.",
        "keep the thoughts that the decision rests on",
        _too_long,
    ),
    Check(
        "chain.too_short",
        "The chain is far shorter than its risk deserves.",
        "give the ground of the decision, or leave the row out",
        _too_short,
    ),
    Check(
        "thought.rambles",
        "One thought is many times as long as the others.",
        "keep its point, in a sentence or two",
        _rambles,
    ),
    Check(
        "thought.astray",
        "A thought cites nothing and shares nothing with the rest of its row.",
        "take it out",
        _astray,
    ),
)

"""Texts compared by their words: runs of three words in a row, and how much of one text stands in another."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

__all__ = ["SAME", "Grams", "contained", "content_words", "count_words", "grams"]

Grams = frozenset[str]

SAME = 0.6
"""From this overlap on, a thought says again what another says."""

_WORD = re.compile(r"\w+")
_RUN = 3
_CONTENT = 4


@lru_cache(maxsize=2048)
def grams(text: str) -> Grams:
    """The runs of three words in a text, case and marks aside; a shorter text is one run."""
    words = _WORD.findall(text.casefold())
    if len(words) <= _RUN:
        return frozenset((" ".join(words),)) if words else frozenset()
    return frozenset(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def contained(part: AbstractSet[str], whole: AbstractSet[str]) -> float:
    """Share of one text's runs that stand in another, in [0, 1]; 0 of a text without words."""
    return len(part & whole) / len(part) if part else 0.0


@lru_cache(maxsize=2048)
def count_words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


@lru_cache(maxsize=2048)
def content_words(text: str) -> frozenset[str]:
    """The words of a text that are long enough to mean something: four letters and more, lower case."""
    return frozenset(word for word in _WORD.findall(text.casefold()) if len(word) >= _CONTENT)

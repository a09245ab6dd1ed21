"""How texts are compared: normalised, in runs of letters and of words, and by the words they have in the same order."""

import re
from difflib import SequenceMatcher

__all__ = ["aligned", "letters_of", "likeness", "normalised", "runs_of"]

_WORD = re.compile(r"[^\W_]+")
_LETTERS = 5


def normalised(text: str) -> str:
    """Lower case, letters and digits only, single spaces."""
    return " ".join(_WORD.findall(text.lower()))


def letters_of(plain: str) -> frozenset[str]:
    """Every five characters in a row of a normalised text."""
    return frozenset(plain[start : start + _LETTERS] for start in range(max(1, len(plain) - _LETTERS + 1)))


def runs_of(plain: str, size: int) -> frozenset[tuple[str, ...]]:
    """Every so many words in a row of a normalised text; none, where it is shorter."""
    words = plain.split()
    return frozenset(zip(*(words[start:] for start in range(size)), strict=False))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of two sets is shared, from 0 to 1 (Jaccard)."""
    shared = len(one & other)
    together = len(one) + len(other) - shared
    return shared / together if together else 0.0


def aligned(one: str, other: str) -> tuple[int, float]:
    """How many words two normalised texts have in the same order, and their share of both, from 0 to 1."""
    words, others = one.split(), other.split()
    # No more words can be in order than the shorter text has; most pairs end here.
    if not words or 2 * min(len(words), len(others)) < 0.5 * (len(words) + len(others)):
        return 0, 0.0
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return same, 2 * same / (len(words) + len(others))

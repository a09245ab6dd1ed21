"""Words by their kinds: each list of kinds writes a word as one letter, and a word is looked up once for all lists."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, reduce
from operator import or_
from string import ascii_letters

__all__ = ["ALL_KINDS", "OTHER", "bit_of", "entered", "kinds_in", "spelling"]

OTHER = "."
"""How a word of no kind is written."""
ALL_KINDS = (1 << len(ascii_letters)) - 1
"""A bit for every kind that a list may have."""

_SIGNS = ("?", "\n")
_LISTS: list[Callable[[str], str]] = []


def spelling(kinds: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    """How a word is written: as the letter of the first kind that has it. A star stands for any ending."""
    whole: dict[str, str] = {}
    open_ended: list[tuple[str, re.Pattern[str]]] = []
    for letter, words in kinds.items():
        begun = [re.escape(word).replace(r"\*", ".*") for word in words if "*" in word]
        open_ended += [(letter, re.compile("|".join(begun)))] if begun else []
        for word in words:
            whole.setdefault(word, letter)

    @lru_cache(maxsize=32768)
    def letter_of(word: str) -> str:
        if word in _SIGNS:
            return word
        found = [whole[word]] if word in whole else []
        return min([*found, *(letter for letter, way in open_ended if way.fullmatch(word))], default=OTHER, key=bit_of)

    return letter_of


def bit_of(letter: str) -> int:
    """The bit of a kind by its letter; the first kind's is the lowest."""
    return 1 << ascii_letters.index(letter) if letter in ascii_letters else 0


def entered(letter_of: Callable[[str], str]) -> int:
    """Enter a list among those looked up together; its kinds are found from the returned bit on."""
    _LISTS.append(letter_of)
    _kinds_of.cache_clear()
    return len(ascii_letters) * (len(_LISTS) - 1)


def kinds_in(words: Iterable[str]) -> int:
    """The kinds of all these words, in every list entered so far."""
    return reduce(or_, map(_kinds_of, words), 0)


@lru_cache(maxsize=65536)
def _kinds_of(word: str) -> int:
    return sum(bit_of(letter_of(word)) << len(ascii_letters) * place for place, letter_of in enumerate(_LISTS))

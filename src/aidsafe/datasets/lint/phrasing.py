"""Ways to say one thing, told by the kinds of words that follow one another, whatever words stand between.

A wording is found letter by letter; a phrasing leaves open which of many words was taken. The kinds stand a line each,
`kind: word begins*`, and of two kinds that have a word the upper counts. A way is a line of kinds, `one/other` for
either, `..4` for up to four words between, `^` for the beginning of a sentence and `$` for its end, `?` for a
question's. Every word is written as the letter of its kind, so that a way is a short pattern of letters.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import or_
from string import ascii_letters
from typing import NamedTuple

from aidsafe.datasets.lint.reading import Part, words_of
from aidsafe.datasets.lint.spelling import ALL_KINDS, bit_of, entered, spelling

__all__ = ["Phrasing"]


class _Way(NamedTuple):
    """A pattern of letters, and the kinds of words there must be for it: one of every set, as bits."""

    pattern: "re.Pattern[str]"
    needed: tuple[int, ...]


class Phrasing:
    """Ways to say one thing; a sentence in which `spoilt` is said as well does not say it.

    One that is made while texts are read, and not before, is `late`: it reads every text whole.
    """

    def __init__(self, kinds: str, ways: str, spoilt: str = "", *, late: bool = False) -> None:
        words = _kinds(kinds)
        self._letters = dict(zip(words, ascii_letters, strict=False))
        self._letter_of = spelling({self._letters[kind]: said for kind, said in words.items()})
        self._place = None if late else entered(self._letter_of)
        self._ways = tuple(map(self._way, _lines(ways)))
        self._spoilt = tuple(map(self._way, _lines(spoilt)))
        self._fitting = lru_cache(maxsize=4096)(self._fit)

    def said_in(self, part: Part) -> str:
        """The first sentence of a part that says it, or nothing."""
        # Most texts have not the kinds of words for any way, and no more than this is done for them.
        ways = self._possible(part)
        return next(self._each(part, ways), "") if ways else ""

    def each_in(self, part: Part) -> Iterator[str]:
        """Every sentence of a part that says it."""
        return self._each(part, self._possible(part))

    def _each(self, part: Part, ways: tuple[_Way, ...]) -> Iterator[str]:
        lines = zip(part.sentences, self._written(part.spoken) if ways else (), strict=False)
        return (sentence for sentence, line in lines if self._is_said(line, ways))

    def each_pair_in(self, part: Part) -> Iterator[str]:
        """Every sentence with the one after it that say it together; the last stands alone."""
        ways = self._possible(part)
        lines = self._written(part.spoken) if ways else []
        for place, sentence in enumerate(part.sentences if ways else ()):
            if self._is_said("".join(lines[place : place + 2]), ways):
                yield " ".join((sentence, *part.sentences[place + 1 : place + 2]))

    def is_said(self, folded: str) -> bool:
        """Tell whether a folded text says it, its sentence ends aside."""
        return self._is_said("".join(map(self._letter_of, words_of(folded))), self._ways)

    def begins(self, part: Part, words: int) -> bool:
        """Tell whether it is said in the first so many words of a part."""
        ways = self._possible(part)
        return bool(ways) and self._is_said(self._written(part.spoken[:words])[0], ways)

    def of_kind(self, kind: str, words: Iterable[str]) -> list[str]:
        """Those of the words that are of a kind."""
        letter = self._letters[kind]
        return [word for word in words if self._letter_of(word) == letter]

    def _possible(self, part: Part) -> tuple[_Way, ...]:
        return self._ways if self._place is None else self._fitting(part.kinds >> self._place & ALL_KINDS)

    def _written(self, spoken: Iterable[str]) -> list[str]:
        """Sentences in letters."""
        return "".join(map(self._letter_of, spoken)).split("\n")

    def _is_said(self, line: str, ways: Sequence[_Way]) -> bool:
        said = any(way.pattern.search(line) for way in ways)
        return said and not any(way.pattern.search(line) for way in self._spoilt)

    def _fit(self, kinds: int) -> tuple[_Way, ...]:
        """The ways that a text with these kinds of words has the words for."""
        return tuple(way for way in self._ways if all(kinds & needed for needed in way.needed))

    def _way(self, line: str) -> _Way:
        pieces = line.split()
        kinds = (piece.split("/") for piece in pieces if piece[0].isalpha())
        needed = (reduce(or_, (bit_of(self._letters[kind]) for kind in either)) for either in kinds)
        return _Way(re.compile("".join(map(self._spelt, pieces))), tuple(needed))

    def _spelt(self, piece: str) -> str:
        """One piece of a way, as a piece of a pattern of letters."""
        if piece in ("^", "$", "?"):
            return "\\?" if piece == "?" else piece
        if piece.startswith(".."):
            return f"[^?]{{0,{piece[2:]}}}?"
        return f"[{''.join(self._letters[kind] for kind in piece.split('/'))}]"


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _kinds(text: str) -> dict[str, tuple[str, ...]]:
    """The words of every kind; a line without a colon goes on with the one before it."""
    found: dict[str, tuple[str, ...]] = {}
    kind = ""
    for line in _lines(text):
        named, colon, words = line.partition(":")
        kind, said = (named.strip(), words) if colon else (kind, line)
        found[kind] = (*found.get(kind, ()), *said.split())
    return found

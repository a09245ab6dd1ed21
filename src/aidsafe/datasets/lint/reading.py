"""A row as the checks read it: its texts folded and cut into sentences, once for all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from aidsafe.datasets.rows import Row

__all__ = ["Part", "Reading", "content_words", "excerpt", "fold", "sentences_of", "words_of"]

LONGEST = 100_000
"""How many characters of a text are read from its start, and how many up to its end; what lies between is not."""

_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u2032\u02bc\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " ")
    | {"\u2026": "..."}
)
_GAP = re.compile(r"[ \t]{2,}|\t")
_END = re.compile(r"(?<=[.!?])[\"')\]*]*\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def fold(text: str) -> str:
    """Lower case, with plain quotes, dashes and spaces; of a very long text its two ends."""
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    return _GAP.sub(" ", text.translate(_PLAIN).lower())


def sentences_of(folded: str) -> list[str]:
    """The sentences of a folded text; a line end ends one too."""
    return [sentence for piece in _END.split(folded) if (sentence := piece.strip())]


def words_of(folded: str) -> list[str]:
    """The words of a folded text, without its punctuation."""
    return _WORD.findall(folded)


_LITTLE = frozenset(
    words_of(
        "a about after all also an and any are as at be because been being both but by can could did do does for from "
        "had has have here how i if in into is it its itself just may me might more most much must my no nor not of "
        "off on one only or other our out over own same shall she he should so some such than that the their them "
        "then there these they this those through to too under up us very was we were what when where which while who "
        "whom whose why will with within without would you your"
    )
)


def content_words(folded: str) -> list[str]:
    """The words that carry meaning."""
    return [word for word in words_of(folded) if word not in _LITTLE and len(word) > 1]


def excerpt(text: str, length: int = 80) -> str:
    """The beginning of a text on one line, for a message."""
    line = " ".join(text[: 4 * length].split())
    return repr(line if len(line) <= length else f"{line[: length - 1]}…")


@dataclass(frozen=True)
class Part:
    """A thought or the response: where it stands, its text as given, and as it is read."""

    place: str
    text: str

    @cached_property
    def folded(self) -> str:
        """The text in lower case with plain marks."""
        return fold(self.text)

    @cached_property
    def sentences(self) -> list[str]:
        """The folded sentences."""
        return sentences_of(self.folded)

    @cached_property
    def words(self) -> list[str]:
        """The folded words."""
        return words_of(self.folded)


@dataclass(frozen=True)
class Reading:
    """A row and its parts."""

    row: Row

    @cached_property
    def prompt(self) -> Part:
        """What the user asked."""
        return Part("prompt", self.row.prompt)

    @cached_property
    def response(self) -> Part:
        """What the user would be told."""
        return Part("response", self.row.response)

    @cached_property
    def thoughts(self) -> tuple[Part, ...]:
        """The thoughts as the set gives them; a chain that is one text is one part."""
        row = self.row
        if not row.stepwise:
            return tuple(Part("chain", thought.text) for thought in row.thoughts)
        return tuple(Part(f"thought {t.id or place}", t.text) for place, t in enumerate(row.thoughts, 1))

    @cached_property
    def steps(self) -> tuple[Part, ...]:
        """The thoughts one by one; of a chain that is one text, its paragraphs."""
        if self.row.stepwise:
            return self.thoughts
        return tuple(Part(f"paragraph {place}", text) for place, text in enumerate(_paragraphs(self.row.chain), 1))

    @property
    def parts(self) -> Iterator[Part]:
        """Every thought, then the response."""
        yield from self.thoughts
        yield self.response


def _paragraphs(text: str) -> Iterator[str]:
    return (piece.strip() for piece in re.split(r"\n\s*\n", text) if piece.strip())

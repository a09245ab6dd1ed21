"""A row as the checks read it: its texts folded and cut into sentences, once for all of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from aidsafe.datasets.lint.spelling import kinds_in
from aidsafe.datasets.lint.wording import Wording
from aidsafe.datasets.rows import Row

__all__ = [
    "Part",
    "Reading",
    "carries",
    "content_words",
    "excerpt",
    "fold",
    "sentences_of",
    "stem_of",
    "stemmed",
    "words_of",
]

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
_SPOKEN = re.compile(rf"{_WORD.pattern}|\?(?=\n)|\n")
_SIGNS = ("?", "\n")


def fold(text: str) -> str:
    """Lower case, with plain quotes, dashes and spaces; of a very long text its two ends."""
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    plain = text.replace("`", "'") if text.isascii() else text.translate(_PLAIN)
    folded = plain.lower()
    return _GAP.sub(" ", folded) if "  " in folded or "\t" in folded else folded


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


def carries(word: str) -> bool:
    """Tell whether a word carries meaning."""
    return word not in _LITTLE and len(word) > 1


def content_words(folded: str) -> list[str]:
    """The words that carry meaning."""
    return [word for word in words_of(folded) if carries(word)]


def stemmed(words: Iterable[str]) -> frozenset[str]:
    """The words of meaning without their endings."""
    return frozenset(map(_meaning_of, words)) - _NO_MEANING


_NO_MEANING = frozenset({""})


@lru_cache(maxsize=65536)
def _meaning_of(word: str) -> str:
    return stem_of(word) if carries(word) else ""


def stem_of(word: str) -> str:
    """A word without its ending."""
    for ending in ("ingly", "edly", "ing", "ies", "ed", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


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
    def spoken(self) -> list[str]:
        """The words of every sentence, each with its line end; a question's mark is a word before it."""
        return _SPOKEN.findall("\n".join((*self.sentences, "")))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word once."""
        return frozenset(self.spoken)

    @cached_property
    def kinds(self) -> int:
        """The kinds of its words, a bit each."""
        return kinds_in(self.vocabulary)

    @cached_property
    def words(self) -> list[str]:
        """The folded words."""
        return [word for word in self.spoken if word not in _SIGNS]

    @cached_property
    def signs(self) -> frozenset[str]:
        """Every character there is in the text."""
        return frozenset(self.text)

    @cached_property
    def meaning(self) -> frozenset[str]:
        """Its words of meaning without their endings."""
        return stemmed(self.vocabulary)

    def search(self, wording: Wording) -> "re.Match[str] | None":
        """Where a thing is said first."""
        return wording.search(self.folded)

    def match(self, wording: Wording) -> "re.Match[str] | None":
        """The words at the beginning, if the thing is said there."""
        return wording.match(self.folded)


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
    def settled(self) -> tuple[Part, ...]:
        """The thoughts; of a chain that is one text, and doubts on its way, the last paragraph."""
        return self.thoughts if self.row.stepwise else self.steps[-1:]

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """What the chain quotes from rules, folded."""
        return tuple(fold(citation.quote) for citation in self.row.citations if citation.quote.strip())

    @property
    def parts(self) -> Iterator[Part]:
        """Every thought, then the response."""
        yield from self.thoughts
        yield self.response


def _paragraphs(text: str) -> Iterator[str]:
    return (piece.strip() for piece in re.split(r"\n\s*\n", text) if piece.strip())

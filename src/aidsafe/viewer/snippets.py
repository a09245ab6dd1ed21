"""Where in a transcript the searched words stand, with a little of what is around them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from aidsafe.viewer.diffing import Piece
from aidsafe.viewer.entry import Texts

__all__ = ["Snippet", "snippet_of"]

BEFORE: Final = 60
LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Snippet:
    """Where the words stand (query, thoughts, response), and the words in their surroundings: `+` marks them."""

    where: str
    pieces: tuple[Piece, ...]


def snippet_of(texts: Texts, words: Sequence[str]) -> Snippet | None:
    """The first text that has one of the words; None where they are written otherwise than they were asked."""
    pattern = re.compile("|".join(_pattern(word) for word in words), re.IGNORECASE)
    for where, text in _places(texts):
        if found := pattern.search(text):
            start = max(0, found.start() - BEFORE)
            return Snippet(where, tuple(_marked(text[start : start + LENGTH], pattern)))
    return None


def _places(texts: Texts) -> Iterator[tuple[str, str]]:
    yield "query", texts.query
    yield from (("thoughts", text) for text in texts.thoughts)
    yield from (("response", text) for text in texts.response)


def _pattern(word: str) -> str:
    """The word as the index sees it: what stands between letters and digits does not matter."""
    return r"[\W_]+".join(re.escape(part) for part in re.findall(r"[^\W_]+", word))


def _marked(text: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    at = 0
    for found in pattern.finditer(text):
        if found.start() > at:
            yield "=", text[at : found.start()]
        yield "+", found[0]
        at = found.end()
    if at < len(text):
        yield "=", text[at:]

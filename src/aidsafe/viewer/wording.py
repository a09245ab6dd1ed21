"""Words to search for: how text is cut into them, and how what a person types becomes a question."""

import re
from collections.abc import Iterator
from typing import Final, Literal

__all__ = ["Within", "asked", "match_of", "spaced"]

Within = Literal["anywhere", "query", "thoughts", "response"]

# Scripts written without spaces: each character is a word, and a run of them a phrase.
_UNSPACED: Final = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_ASKED: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')
_WORD: Final = re.compile(r"[^\W_]")


def spaced(text: str) -> str:
    """The text with spaces where the index would otherwise see one long word."""
    return _UNSPACED.sub(r" \1 ", text)


def asked(text: str) -> tuple[str, ...]:
    """The words and quoted phrases a person typed; signs alone are passed over."""
    # A zero character would end the question.
    found = (phrase or word for phrase, word in _ASKED.findall(text.replace("\0", " ")))
    return tuple(one.strip() for one in found if _WORD.search(one))


def match_of(text: str, within: Within = "anywhere") -> str:
    """The question that finds all of the words, the last one also as a beginning; empty where there is no word."""
    words = asked(text)
    if not words:
        return ""
    terms = " ".join(_terms(words, begins=text.endswith(words[-1][-1])))
    return terms if within == "anywhere" else f"{within} : ({terms})"


def _terms(words: tuple[str, ...], *, begins: bool) -> Iterator[str]:
    for place, word in enumerate(words):
        # In quotes nothing is an operator; a short beginning would stand for too many words.
        beginning = begins and place == len(words) - 1 and len(word) > 2
        yield f'"{spaced(word)}"' + ("*" if beginning else "")

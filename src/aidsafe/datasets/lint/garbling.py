"""Texts that were read wrongly, or slip into another script."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_GARBLED = pattern(
    r"""
    \ufffd
    \u00e2\u20ac[\u2122\u0153\u02dc\u009d\u201c\u201d\u00a6]?
    \u00c3[\u00a9\u00a8\u00a1\u00b6\u00bc\u00a4\u00b1\u00a7\u00ad\u00b3\u00ba]
    \u00c2[\u00a0\u00b7\u00a9\u00ab\u00bb]
    [\x00-\x08\x0b\x0c\x0e-\x1f\x7f]
    [\u202a-\u202e\u2066-\u2069]|[\U000e0000-\U000e007f]|\u200b|\ufeff|&#x?[0-9a-f]{2,5};
    """,
)


def _garbled(reading: Reading, known: Known) -> Iterator[str]:
    entities = not _SPEAKS_OF_MARKUP.search(reading.prompt.folded)
    for part in reading.parts:
        plain = part.text.isascii() and part.text.isprintable() and "&" not in part.text
        found = None if plain else _GARBLED.search(part.text) or _misread(part.text)
        if not plain and found is None and entities:
            found = _ENTITY.search(part.text)
        if found and found[0] not in reading.row.prompt:
            around = part.text[max(0, found.start() - 15) : found.end() + 15]
            shown = excerpt(ascii(around), 60)
            yield f"{part.place} holds characters that were read wrongly or cannot be seen: {shown}"


_ENTITY = re.compile(
    r"&(?:amp|quot|apos|lt|gt|nbsp|[lr]squo|[lr]dquo|ndash|mdash|hellip);|\\u[0-9a-fA-F]{4}|\\x[0-9a-f]{2}"
)
_SPEAKS_OF_MARKUP = re.compile(r"html|xml|entit|escape|encod|unicode|utf|ascii|javascript|css|json|web ?page|regex")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_LOST = re.compile(r"\w\u00e2(?:s|t|re|ll|ve|d|m)\b|\u00e2 (?:\w+ ){1,3}\u00e2")


def _misread(text: str) -> "re.Match[str] | None":
    """Letters that make sense as UTF-8 once they are bytes again: they were read in a code page of one byte."""
    runs = (found for found in _BEYOND_ASCII.finditer(text) if _is_misread(found[0]))
    return next(runs, None) or _LOST.search(text)


def _is_misread(run: str) -> bool:
    for page in ("cp1252", "latin-1"):
        try:
            run.encode(page).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


_OTHER_SCRIPT = pattern(
    r"""
    [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3001\u3002]+
    [\u0370-\u03ff\u1f00-\u1fff]{3,}
    """,
)
_SPEAKS_OF_LANGUAGE = pattern(
    r"""
    translat|chinese|japanese|korean|arabic|russian|hindi|thai|language|word for|mandarin|cyrillic|kanji|ukrain
    persian|farsi|urdu|anime|unicode|(?:chinese|special|foreign|unicode) character|symbol|greek|slang|emoji|alphabet|
      hebrew|bulgar|serb
    """,
)


def _strayed(reading: Reading, known: Known) -> Iterator[str]:
    """A script that neither the prompt nor most of the text is written in."""
    if all(part.text.isascii() for part in reading.parts):
        return
    if _OTHER_SCRIPT.search(reading.row.prompt) or _SPEAKS_OF_LANGUAGE.search(reading.prompt.folded):
        return
    for part in reading.parts:
        found = _OTHER_SCRIPT.findall(part.text)
        if found and sum(map(len, found)) * 4 < len(part.text):
            yield f"{part.place} slips into another script: {excerpt(found[0], 30)}"


CHECKS = (
    Check(
        "text.garbled",
        "A text holds characters that were decoded wrongly or cannot be seen.",
        "read the source as UTF-8, and take hidden characters out",
        _garbled,
    ),
    Check(
        "text.other_script",
        "A text slips into a script that nobody asked for.",
        "ask the model again, or translate the piece",
        _strayed,
    ),
)

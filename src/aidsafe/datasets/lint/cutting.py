"""Texts that are not whole: empty, cut off, garbled."""

import re
import unicodedata
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, words_of
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_NOTHING = pattern(
    r"""
    \A\W*+(?:n/?a|null|none|nil|nan|undefined|todo|tbd|empty|no (?:response|thoughts?|answer|content|output)|error|
      failed|xxx)?\W*+\Z
    """,
    flags=re.IGNORECASE,
)
_FAILED = pattern(
    r"""
    \A\s*(?:error\b[: ]|(?:http|status)(?: code)? ?[45]\d\d|rate limit|timed? ?out\b|internal server error|
      request failed|connection (?:error|refused|reset)|(?:the |this |your )?(?:request|call|query|connection|
      server|api|generation)(?: \w+)? (?:timed out|failed|errored|crashed)|\[error|exception:|traceback|openai\.|
      api error|
      content filter|\[?filtered\]?\W*\Z|the model (?:did not|returned|produced)|generation (?:failed|stopped)|
      max(?:imum)? (?:tokens|length|context))
    """,
    flags=re.IGNORECASE,
)
_DANGLING = frozenset(
    words_of(
        "a an the and or but nor of to in on at by for with from into about as that which who whose whom because "
        "since although though while if unless when where whether than so is are was were be been being has have had "
        "do does did will would shall should can could may might must not very more most such this these those its "
        "their your my our his her it's i'm you're between among without within through during before after above "
        "below against toward towards upon per via e.g i.e including like regarding concerning"
    )
)
_CLOSED = "\"'\u201d\u2019\u00bb)]}*_~|>\u300d\u300f\uff09"
_FINAL = ".!?\u2026\u3002\uff01\uff1f\u0964\u061f\u0589:;"
_LIST_LINE = re.compile(r"[ \t]*+(?:[-*\u2022+\u2013]|\d{1,3}[.)]|[a-zA-Z][.)]|#{1,6}|\||>)\s*\S")
_ODD_NUMBER = re.compile(r"(?:\A\s*(?:\d{1,2}[.)]|[-*\u2022])|[.!?:] \d{1,2}[.)])\Z")


def _empty(reading: Reading, known: Known) -> Iterator[str]:
    if _NOTHING.match(reading.row.prompt):
        yield "the prompt is empty"
    if _NOTHING.match(reading.row.response):
        yield f"the response is empty: {reading.row.response[:20]!r}"
    if not reading.row.thoughts and (reading.row.stepwise or known.chain_words > 0):
        yield "the chain is empty"
    yield from (f"{part.place} is empty: {part.text[:20]!r}" for part in reading.thoughts if _NOTHING.match(part.text))


def _failure(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        if _FAILED.match(part.text) and len(part.text) < 400 and not _NOTHING.match(part.text):
            yield f"{part.place} is the message of a failure: {excerpt(part.text)}"


def _truncated(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        text = part.text.rstrip()
        if not _NOTHING.match(text):
            problem = _cut(part, text, known)
            if problem:
                yield f"{part.place} {problem}: …{excerpt(text[-50:], 60)}"


def _cut(part: Part, text: str, known: Known) -> str:
    """How a text is cut off, or nothing."""
    if text.count("```") % 2:
        return "opens a code block and never closes it"
    if text.endswith(("```", "`")):
        return ""
    last = text.splitlines()[-1]
    if _ODD_NUMBER.search(last[-200:]) or text[-1] in ",-\u2013\u2014(/[{&+=":
        return "ends in the middle"
    word = re.split(r"[\s\"'(\u201c]+", last.lower().strip())[-1].strip("*_")
    if word in _DANGLING and not _quoted_end(text):
        return "ends in the middle of a sentence"
    if _opened(last):
        return "opens a bracket or a quotation and never closes it"
    return "ends without an end" if _unfinished(part, text, last, known) else ""


def _quoted_end(text: str) -> bool:
    return text[-1] in _CLOSED


def _opened(last: str) -> bool:
    """Tell whether the last line opens what it does not close."""
    if last.count("(") > last.count(")") and not re.search(r"[:;]['-]?\(", last):
        return last[-1] not in ".!?" or len(last.rsplit("(", 1)[-1]) < 40
    return last.count("\u201c") > last.count("\u201d") and last[-1] not in ".!?"


def _unfinished(part: Part, text: str, last: str, known: Known) -> bool:
    if text[-1] in _FINAL or text[-1] in _CLOSED or not _is_lettered(text[-1]):
        return False
    if part.place == "response":
        return known.ends_responses and not _without_stops(text, last)
    return known.ends_thoughts and len(text.split()) >= 3


def _is_lettered(character: str) -> bool:
    """Tell whether a script that ends its sentences with a mark stands here; emoji and Thai do not."""
    name = unicodedata.name(character, "")
    return character.isdigit() or name.startswith(("LATIN", "CYRILLIC", "GREEK"))


def _without_stops(text: str, last: str) -> bool:
    """Tell whether the lines of a text go without full stops: lists, verse, signatures, short replies, addresses."""
    if _LIST_LINE.match(last):
        listed = [line.rstrip() for line in text.splitlines() if _LIST_LINE.match(line)]
        return len(listed) < 2 or any(line[-1] not in _FINAL for line in listed[:-1])
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if len(lines) >= 3 and sum(line[-1] not in ".!?" for line in lines[:-1]) * 2 >= len(lines) - 1:
        return True
    return len(text.split()) <= 4 or "://" in last.rsplit(maxsplit=1)[-1] or (len(lines) > 1 and len(last.split()) <= 4)


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
    for part in reading.parts:
        found = _GARBLED.search(part.text)
        if found and found[0] not in reading.row.prompt:
            around = part.text[max(0, found.start() - 15) : found.end() + 15]
            shown = excerpt(ascii(around), 60)
            yield f"{part.place} holds characters that were read wrongly or cannot be seen: {shown}"


_OTHER_SCRIPT = pattern(
    r"""
    [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3001\u3002]+
    """,
)
_SPEAKS_OF_LANGUAGE = pattern(
    r"""
    translat|chinese|japanese|korean|arabic|russian|hindi|thai|language|word for|mandarin|cyrillic|kanji|ukrain
    persian|farsi|urdu|anime|unicode|character|symbol|greek|slang|emoji|alphabet|script|bulgar|serb
    """,
)


def _strayed(reading: Reading, known: Known) -> Iterator[str]:
    """A script that neither the prompt nor most of the text is written in."""
    if _OTHER_SCRIPT.search(reading.row.prompt) or _SPEAKS_OF_LANGUAGE.search(reading.prompt.folded):
        return
    for part in reading.parts:
        found = _OTHER_SCRIPT.findall(part.text)
        if found and sum(map(len, found)) * 4 < len(part.text):
            yield f"{part.place} slips into another script: {excerpt(found[0], 30)}"


CHECKS = (
    Check(
        "text.empty",
        "A prompt, chain, thought or response holds nothing.",
        "write it, or leave the row out",
        _empty,
    ),
    Check(
        "text.failure",
        "The message of a failure stands where a text should.",
        "ask the model again, or leave the row out",
        _failure,
    ),
    Check(
        "text.truncated",
        "A text stops in the middle.",
        "ask again with more tokens, or leave the row out",
        _truncated,
    ),
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

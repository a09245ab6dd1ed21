"""Texts that stop in the middle."""

import re
import unicodedata
from collections.abc import Iterator

from aidsafe.datasets.lint.failing import is_nothing
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, words_of

__all__ = ["CHECKS"]

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
_TAIL = 200
_LAST_GAP = re.compile(r"[\s\"'(\u201c]+")
_ODD_NUMBER = re.compile(r"(?:\A\s*(?:\d{1,2}[.)]|[-*\u2022])|[.!?:] \d{1,2}[.)])\Z")


def _truncated(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        text = part.text.rstrip()
        problem = "" if is_nothing(text) else _cut(part, text, known)
        if problem:
            yield f"{part.place} {problem}: …{excerpt(text[-50:], 60)}"


def _cut(part: Part, text: str, known: Known) -> str:
    """How a text is cut off, or nothing."""
    if text.count("```") % 2:
        return "opens a code block and never closes it"
    last = text.splitlines()[-1]
    if text[-1] == "`":
        return ""
    if _odd_number(last) or text[-1] in ",;-\u2013\u2014(/[{&+=$\u20ac\u00a3":
        return "ends in the middle"
    if text[-1] == ":" or (last.startswith("#") and "\n" in text):
        return "announces what never comes"
    return _cut_sentence(part, text, last, known)


def _cut_sentence(part: Part, text: str, last: str, known: Known) -> str:
    word = _LAST_GAP.split(last[-_TAIL:].rsplit(maxsplit=1)[-1].lower())[-1].strip("*_")
    if word in _DANGLING and not _quoted_end(text):
        return "ends in the middle of a sentence"
    if _opened(last):
        return "opens a bracket or a quotation and never closes it"
    return "ends without an end" if _unfinished(part, text, last, known) else ""


def _odd_number(last: str) -> bool:
    """Tell whether a line ends with the number or the mark of a list."""
    likely = last[-1] in "-*\u2022" or (last[-1] in ".)" and last[-2:-1].isdigit())
    return likely and bool(_ODD_NUMBER.search(last[-_TAIL:]))


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


CHECKS = (
    Check(
        "text.truncated",
        "A text stops in the middle.",
        "ask again with more tokens, or leave the row out",
        _truncated,
    ),
)

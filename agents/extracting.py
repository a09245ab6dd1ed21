"""A typed reply out of whatever a model wrote: JSON alone, in prose, in a fence, after its thinking.

The last complete object that fits wins. A text that is cut is not mended: that is what the repair turn is for.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from aidsafe.agents.replies import Reply

__all__ = ["NoReply", "read_reply"]

R = TypeVar("R", bound=Reply)

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_STRING_OR_TRAILING_COMMA = re.compile(rf'("(?:[^"\\]|\\.)*")|{_TRAILING_COMMA.pattern}', re.DOTALL)
_DECODER = json.JSONDecoder()
_MOST_OBJECTS = 200


class NoReply(ValueError):
    """Raised when no object in the text is the reply asked for; the message is what a model is shown to mend it."""


def read_reply(text: str, reply: type[R]) -> R:
    """The reply in the text. Raises `NoReply` with the path and the allowed values where it does not fit."""
    try:
        return reply.model_validate_json(text)
    except ValidationError:
        return _extracted(text, reply)


def _extracted(text: str, reply: type[R]) -> R:
    spoken = _THINKING.sub(" ", text)
    problems = [_broken(spoken)]
    for found in reversed(list(_objects(spoken))):
        try:
            return reply.model_validate(_encodable(found))
        except ValidationError as error:
            problems.append(_problem(error))
    raise NoReply(next(filter(None, problems), "no JSON object found; answer with exactly one JSON object"))


def _objects(text: str) -> Iterator[object]:
    """Every complete JSON object in the text that stands in no other, from left to right."""
    position = text.find("{")
    for _ in range(_MOST_OBJECTS):
        if position < 0:
            return
        found, end = _decoded(text, position)
        if found is not None:
            yield found
        position = text.find("{", end)


def _decoded(text: str, position: int) -> tuple[object, int]:
    """The object that begins here and where it ends; None, and where to look on, if it cannot be read."""
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        if _TRAILING_COMMA.match(text, text.rfind(",", position, error.pos + 1)):
            return _without_trailing_commas(text, position)
        return None, position + 1
    except (ValueError, RecursionError):
        # A number of too many digits, or too many brackets in each other: no part of it is a reply either.
        return None, len(text)


def _without_trailing_commas(text: str, position: int) -> tuple[object, int]:
    mended = _STRING_OR_TRAILING_COMMA.sub(lambda found: found[1] or "", text[position:])
    try:
        found, end = _DECODER.raw_decode(mended)
    except (ValueError, RecursionError):
        return None, position + 1
    return found, position + end


def _broken(text: str) -> str:
    """Where the first object of the text breaks; empty where it does not: then its fields are what is wrong."""
    start = text.find("{")
    if start < 0:
        return ""
    try:
        _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        if _decoded(text, start)[0] is not None:
            return ""
        near = text[max(error.pos - 20, 0) : error.pos + 20]
        return f"the JSON is broken near {near!r}: {error.msg}"
    except (ValueError, RecursionError):
        return "the JSON is nested too deeply, or holds a number of too many digits"
    return ""


def _encodable(found: object) -> object:
    """The same without halves of characters, which JSON can write and UTF-8 cannot."""
    match found:
        case str():
            return found.encode("utf-8", "replace").decode()
        case list():
            return [_encodable(item) for item in found]
        case dict():
            return {key: _encodable(item) for key, item in found.items()}
        case _:
            return found


def _problem(error: ValidationError) -> str:
    lines = []
    for found in error.errors(include_url=False, include_input=False)[:5]:
        place = ".".join(str(step) for step in found["loc"]) or "the object"
        lines.append(f"at {place}: {found['msg']}")
    return "; ".join(lines)

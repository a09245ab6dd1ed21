"""A typed reply out of whatever a model wrote: JSON alone, in prose, in a fence, after its thinking.

The last complete object that fits wins. A text that is cut is not mended: that is what the repair turn is for.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from pydantic import ValidationError

from aidsafe.agents.replies import Reply

__all__ = ["NoReply", "read_reply"]

R = TypeVar("R", bound=Reply)

_THINKING_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
# A string that never ends is read once, and not again from every quote in it.
_STRING_OR_TRAILING_COMMA = re.compile(rf'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|{_TRAILING_COMMA.pattern}', re.DOTALL)
_DECODER = json.JSONDecoder()
_MOST_OBJECTS = 200
_MOST_MENDS = 8
# No reply is as long; whoever writes on and on shall not hold up everybody else.
_MOST_CHARACTERS = 2**18


class NoReply(ValueError):
    """Raised when no object in the text is the reply asked for; the message is what a model is shown to mend it."""


def read_reply(text: str, reply: type[R]) -> R:
    """The reply in the text. Raises `NoReply` with the path and the allowed values where it does not fit."""
    try:
        return reply.model_validate_json(text)
    except ValidationError:
        return _extracted(text, reply)


def _extracted(text: str, reply: type[R]) -> R:
    spoken = _without_thinking(text[-_MOST_CHARACTERS:])
    problems = list[str]()
    for found in reversed(list(_objects(spoken))):
        try:
            return reply.model_validate(_encodable(found))
        except ValidationError as error:
            problems.append(_problem(error))
    problems = [_broken(spoken), *problems, "no JSON object found; answer with exactly one JSON object"]
    raise NoReply(next(filter(None, problems)))


def _without_thinking(text: str) -> str:
    """The text without what stands between tags of thinking; a tag that is never closed stays."""
    kept, position, opened = [], 0, -1
    for tag in _THINKING_TAG.finditer(text):
        if not tag[1]:
            opened = tag.start() if opened < 0 else opened
        elif opened >= 0:
            kept.append(text[position:opened])
            position, opened = tag.end(), -1
    return " ".join([*kept, text[position:]])


def _objects(text: str) -> Iterator[object]:
    """Every complete JSON object in the text that stands in no other, from left to right."""
    position, mends = text.find("{"), _MOST_MENDS
    for _ in range(_MOST_OBJECTS):
        if position < 0:
            return
        found: object = None
        try:
            found, end = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            end = position + 1
            if mends and _TRAILING_COMMA.match(text, text.rfind(",", position, error.pos + 1)):
                text, end, mends = _without_trailing_commas(text[position:]), 0, mends - 1
        except (ValueError, RecursionError):
            # A number of too many digits, or too many brackets in each other: no part of it is a reply either.
            return
        if found is not None:
            yield found
        position = text.find("{", end)


def _without_trailing_commas(text: str) -> str:
    return _STRING_OR_TRAILING_COMMA.sub(lambda found: found[1] or "", text)


def _broken(text: str) -> str:
    """Where the first object of the text breaks; empty where it does not: then its fields are what is wrong."""
    start = text.find("{")
    if start < 0:
        return ""
    try:
        _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        with suppress(ValueError, RecursionError):
            _DECODER.raw_decode(_without_trailing_commas(text[start:]))
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

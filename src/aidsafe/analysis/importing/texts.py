"""Text as other programs write it: a string, parts of several kinds, or something structured."""

from collections.abc import Iterable, Mapping

import orjson
from pydantic import JsonValue

__all__ = ["first_of", "text_of"]


def text_of(content: JsonValue) -> str:
    """The words of a message: text as it is, the text parts of a list, anything else as JSON."""
    match content:
        case None:
            return ""
        case str():
            return content
        case list():
            return "\n".join(_part(part) for part in content if _part(part))
        case _:
            return orjson.dumps(content).decode()


def first_of(found: Mapping[str, JsonValue], names: Iterable[str]) -> JsonValue:
    """The value of the first of these keys that is there and not null."""
    return next((found[name] for name in names if found.get(name) is not None), None)


def _part(part: JsonValue) -> str:
    """A part's text; pictures and the like have none."""
    if isinstance(part, dict):
        return text_of(part.get("text")) if "text" in part else ""
    return part if isinstance(part, str) else ""

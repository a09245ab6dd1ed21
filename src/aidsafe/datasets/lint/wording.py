"""Ways to say one thing, written a way a line.

A line that is set further in goes on with the line before it, so that long alternatives can be broken where they read
well. `@name@` stands for a part that several wordings share.
"""

import re
from functools import cached_property

__all__ = ["Wording", "group", "pattern"]


class Wording:
    """Ways to say one thing, to be looked for in folded texts; read when they are first needed."""

    def __init__(self, ways: str, **parts: str) -> None:
        self._ways = ways
        self._parts = parts

    def search(self, folded: str, start: int = 0) -> "re.Match[str] | None":
        """The first place in a folded text where it is said; of two ways at one place, the earlier of the two."""
        return self._pattern.search(folded, start)

    def match(self, folded: str) -> "re.Match[str] | None":
        """The words at the beginning of a folded text, if it is said there."""
        return self._pattern.match(folded)

    @cached_property
    def _pattern(self) -> "re.Pattern[str]":
        return re.compile(_joined(self._ways, self._parts))


def pattern(ways: str, *, flags: "re.RegexFlag | int" = 0, **parts: str) -> "re.Pattern[str]":
    """All ways as one pattern."""
    return re.compile(_joined(ways, parts), flags)


def group(ways: str, **parts: str) -> str:
    """All ways as a group, to be a part of others."""
    return f"(?:{_joined(ways, parts)})"


def _joined(ways: str, parts: dict[str, str]) -> str:
    return "|".join(_lines(ways, parts))


def _lines(ways: str, parts: dict[str, str]) -> list[str]:
    """The ways one by one: a line that is set further in goes on with the one before it."""
    lines = [line for line in ways.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    found: list[str] = []
    for line in lines:
        if found and line[margin].isspace():
            found[-1] += line.strip()
        else:
            found.append(line.strip())
    return [re.sub(r"@(\w+)@", lambda name: parts[name[1]], way) for way in found]

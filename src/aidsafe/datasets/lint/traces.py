"""Traces of machinery, looked for in every part of a row that the asker did not ask to hold them."""

import re
from collections.abc import Callable, Iterator

from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.wording import pattern

__all__ = ["ABOUT_CODE", "ABOUT_MARKUP", "has_any", "traces"]

_CODED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
ABOUT_CODE = pattern(
    r"""
    \b(?:code|html|xml|json|yaml|template|script|python|java|sql|regex|markup|css|react|function|latex|jinja|api|
      variable|placeholder|tag|prompt)s?\b
    [<{\[]
    """,
)
"""Prompts whose answers may hold code."""
ABOUT_MARKUP = pattern(
    r"""
    \b(?:html|xml|template|markup|css|react|jinja|tag|prompt|chat|dialogue?|script|transcript|q&a|faq|conversation|
      interview|jsx|svg|cdata|comment)s?\b
    [<\[]
    """,
)
"""Prompts whose answers may hold tags and speakers."""


def traces(
    reading: Reading,
    trace: "re.Pattern[str]",
    *,
    likely: Callable[[Part], bool],
    about: "re.Pattern[str] | None" = ABOUT_CODE,
) -> Iterator[tuple[str, str]]:
    """The first trace in every part that is likely to have one, unless the asker wrote the same or asked for such."""
    for part in reading.parts:
        if likely(part) and not _is_asked_for(part, reading, about):
            hits = (hit[0].strip() for hit in trace.finditer(_prose(part)))
            found = next((hit for hit in hits if hit not in reading.row.prompt), None)
            if found is not None:
                yield part.place, excerpt(found, 40)


def has_any(signs: str) -> Callable[[Part], bool]:
    """Tell of a part whether it has one of these characters."""
    wanted = frozenset(signs)
    return lambda part: not wanted.isdisjoint(part.signs)


def _is_asked_for(part: Part, reading: Reading, about: "re.Pattern[str] | None") -> bool:
    return part.place == "response" and about is not None and bool(about.search(reading.prompt.folded))


def _prose(part: Part) -> str:
    """The text without its code."""
    return _CODED.sub(" ", part.text) if part.place == "response" and "`" in part.signs else part.text

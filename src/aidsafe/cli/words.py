"""Text from outside as it may be printed: written out, cut where it is endless, never markup."""

from typing import Final

from rich.text import Text

from aidsafe.cli.telling import one_line, visible
from aidsafe.core.records import Citation
from aidsafe.policies.library import Policies

__all__ = ["cited", "number_of", "plain", "quoted"]

LONGEST: Final = 4000
"""The characters of one text that are shown; `--json` has them all."""


def plain(text: str, *, style: str = "") -> Text:
    """The text, with its own line ends."""
    shown = Text(visible(text[:LONGEST]), style=style, overflow="fold")
    if len(text) > LONGEST:
        shown.append(f" … and {len(text) - LONGEST:,} more characters; --json has them all", style="dim")
    return shown


def quoted(text: str) -> str:
    """The text on one line, in quotation marks."""
    return f"“{one_line(text[:LONGEST])}”"


def number_of(count: int, noun: str) -> str:
    """A count and what is counted."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def cited(citation: Citation, policies: Policies | None) -> Text:
    """Whether the quote stands in the rule, which rule of which kind, and the quote."""
    rule = policies.rule(citation.policy, citation.rule) if policies else None
    kind = f" ({rule.kind})" if rule else ""
    mark, style = ("✓", "green") if citation.verified else ("✗", "red")
    words = Text(f"{mark} ", style=style)
    words.append(f"{one_line(citation.policy)} {one_line(citation.rule)}{kind} {quoted(citation.quote)}", style="dim")
    if rule and not citation.verified:
        words.append(f" is not in the rule, which says {quoted(rule.text)}", style="dim red")
    return words

"""Leftovers of templates and layouts: holes that were not filled, headings and bullets in thoughts."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.traces import ABOUT_CODE, has_any, traces
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_HOLE = pattern(
    r"""
    \{\{[^{}\n]{0,60}\}\}|\$\{[A-Za-z_][^{}\n]{0,40}\}|<%[^%\n]{0,40}%>|\{%[^%\n]{0,60}%\}
    \[\[[A-Za-z_ ]{2,40}\]\]
    (?<![\w\\${])\{[a-z][a-z_]{1,30}\}(?!\w)
    (?<![\w%])%[sd](?!\w)|(?<!\w)\$[A-Z][A-Z_]{2,30}\b|%\([a-z_]+\)s|__[A-Z_]{3,30}__|@@\w{2,30}@@
    \[(?:rule|policy|citation|quote|thought|source|reason|harm|alternative)[ _](?:id|text|name|here|no|number|
      \d{1,2})\]
    \[(?:INSERT|PLACEHOLDER|TODO|FILL|ADD|YOUR|TOPIC|QUERY|PROMPT|RESPONSE|REASON|POLICY|RULE|ALTERNATIVE|HARM|
      SUBJECT|ANSWER|THOUGHT|X|XXX)\b[^\]\n]{0,60}\]
    \[(?:insert|placeholder|fill in|todo)\b[^\]\n]{0,60}\]
    <(?:insert|placeholder|topic|query|prompt|reason|fill)\b[^<>\n]{0,40}>
    \[(?:to be|tbd|tba|tbc|fill|insert|placeholder|add|your|link|url|source|citation|reference|example|xxx?|\.\.\.|
      \u2026|blank|missing|redacted)\b[^\]\n]{0,60}\]
    <(?:tbd|todo|tba|name|user|input|reason|subject|insert|text|your|xxx?)\b[^<>\n]{0,40}>|_{4,}
    <[A-Z]{2,20}(?:[_ ][A-Z]{2,20}){1,4}>|<[A-Z]{4,20}>
    <[a-z]{2,20}(?:_[a-z]{2,20}){1,4}>|(?<![\w\\${\]])\{\d?\}(?!\w)|\A\W*\?{3,}
    """,
)
_TO_DO = re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b(?=[:\s]|\Z)")
_LAID_OUT = pattern(
    r"""
    \s?(?:[-*\u2022+]|\d{1,2}[.)])[ ]
    \s?(?:thought|step|reasoning|point|note|claim|analysis|conclusion|final|citation|rule|policy|check|
      edit)(?: \d{1,2}| #\d{1,2})?\s?(?:[:)]|\.(?= [A-Z])| -)\s?
    >\s
    """,
    flags=re.IGNORECASE,
)
_MARKUP = pattern(
    r"""
    \*\*|(?:^|\n)#{1,6}[ ]|```|(?<!\w)__\w|<br ?/?>
    </?(?:p|b|i|em|strong|div|span|ul|li|ol)>
    &(?:nbsp|amp|lt|gt|quot|#\d+);|\s\(?cite[sd]?:|\(?\bsee citation\b|\bcitations? #?\d|\[\d{1,2}\]
    """,
    flags=re.IGNORECASE,
)
_may_have_hole, _has_bracket = has_any("{[<%$_@?"), has_any("[<{")
# One of them stands in every word for what is still to be done.
_may_be_unfinished = has_any("DX")
_has_markup = has_any("*#`_<&[")
_CITING = frozenset({"cite", "cites", "cited", "citation", "citations"})


_HOLE_IN_THOUGHT = pattern(
    r"""
    \[[A-Za-z][A-Za-z_]{1,24}(?: [A-Za-z_]{2,20}){0,3}\]
    <[A-Za-z][A-Za-z_ ]{1,30}>|\{[A-Za-z][A-Za-z_ ]{0,30}\}|\{\d?\}
    """,
)


def _holes(reading: Reading, known: Known) -> Iterator[str]:
    open_holes = traces(reading, _HOLE, likely=_may_have_hole)
    yield from (f"{place} has a hole that was not filled, {shown}" for place, shown in open_holes)
    for part in reading.thoughts if reading.row.stepwise else ():
        found = _HOLE_IN_THOUGHT.search(part.text) if _has_bracket(part) else None
        if found and found[0] not in reading.row.prompt:
            yield f"{part.place} has a hole that was not filled, {excerpt(found[0], 40)}"
    unfinished = traces(reading, _TO_DO, likely=_may_be_unfinished)
    yield from (f"{place} was never finished, {shown}" for place, shown in unfinished)


def _markup(reading: Reading, known: Known) -> Iterator[str]:
    """Thoughts given one by one are plain sentences; a chain that is one text may be laid out."""
    if not reading.row.stepwise or ABOUT_CODE.search(reading.prompt.folded):
        return
    for part in reading.thoughts:
        found = _LAID_OUT.match(part.text)
        if found is None and (_has_markup(part) or not _CITING.isdisjoint(part.vocabulary)):
            found = _MARKUP.search(part.text)
        if found:
            yield f"{part.place} is laid out with {excerpt(found[0].strip(), 40)}"


CHECKS = (
    Check(
        "leftover.hole",
        "A hole of a template was not filled.",
        "fill it, or take the sentence out",
        _holes,
    ),
    Check(
        "leftover.markup",
        "A thought that should be plain sentences carries headings, bullets, labels or asterisks.",
        "write plain sentences",
        _markup,
    ),
)

"""Crumbs of the format a model answers in: JSON, field names, the ids of thoughts."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.traces import ABOUT_CODE, has_any, traces
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_KEYS = (
    r"thoughts?|text|citations?|rules?|quotes?|decision|response|stance|edits?|op|target|expect|reason|checked|"
    r"weakness|defect|severity|outcomes?|"
    r"rewritten|sources|policy|verified|intents?|harm|kind|role|content|refined_thoughts|answer|score|id|author|"
    r"round|from|outcome|prompt|explanation|"
    r"reasoning|verdict|final_response|output|status|type|name|label"
)
_JSON = pattern(
    r"""
    [\"'](?:@keys@)[\"']\s?:|\{\s?[\"']\w+[\"']\s?:|[\"']\s?\}\s?[\]},]|\}\s?\]\s?\}?\s*\Z|\]\s?\}\s*\Z
    [\"'],?\s?[\]}]\s*\Z|(?:^|\n)\s?[\]}],?\s*\Z|```\s?json|\A\s?[\[{]\s?[\"'{]|\bnull,|\\[\"n](?=[A-Z\s\"]|\Z)
    \\\\n|\\u[0-9a-fA-F]{4}|\bNone, ?['\"]|=\[\]|\[object Object\]|\bTraceback \(most
    \b(?:safe_complete|operational_detail)\b
    [\"'\]\d]\s?\}+\s*\Z|\}\s?\}+\s*\Z|[\"']\s?,\s?[\"']\w+[\"']\s?:|\A\s?[\]}\"',]+\s?,\s?[\"']
    (?:\A|[\s,{(])[a-z]+_[a-z_]+ ?(?:=|:)(?!=)\s?
    (?:\A|\n)\s?-\s(?:text|thought|response|id|rule|policy|citation|decision)s?\s?:
    \A\s?(?:response|thoughts?|text|decision|final_response|content|message|answer)\s?[:=]
    \bnull\s*\Z|\bundefined\s*\Z|\bNone\s*\Z
    (?:^|[\s,{(])\"?(?:decision|stance|op|severity|outcome|verdict)\"?\s?[:=]\s?\"?(?:comply|refuse|clarify|agree|
      object|abstain|add|revise|withdraw|resolve|blocking|minor|kept|merged|removed|rewritten|safe)\b
    """,
    keys=_KEYS,
)
_THOUGHT_ID = pattern(
    r"""
    (?<![\w.])(?:\[t\d{1,3}\]|\(t\d{1,3}\)|t\d{1,3}(?=\s?[:)\]]|\s(?:and|or|above|already|says|covers|is|was|
      repeats|holds|to)\b|[,.;]|\Z))
    \b(?:thought|in|see|from|with|and|of|per|as|to|merges?|like|by|repeats?|after|before) \[?t\d{1,3}\b
    \bt-\d{1,2}\b|\bthoughts? (?:number |no\.? |nr\.? |#|id )?(?:\d{1,2}|one|two|three|four|five|six|i{1,3}|iv)\b
    \b(?:first|second|third|fourth|previous|last|preceding|next|earlier) thought (?:above|already|says|said|shows|
      covers|in the chain)
    \A\W*step (?:\d{1,2}|one|two|three|four)\b|\bstep (?:\d{1,2}|one|two|three|four) (?:above|already|covers|says|
      shows|of the (?:chain|reasoning))
    ^\s?\[?t\d{1,3}[\])]?[:. -]|\bthought[-_ ]id\b|\bthought_\d+
    """,
)
_PERHAPS_ID = frozenset({"thought", "thoughts", "step", "steps"})
_DIGITS = frozenset("0123456789")
_has_brace, _has_mark = has_any("{}[]\\=_`"), has_any(':"')
_FIELDS = frozenset(re.findall(r"\w+", _KEYS)) | {"answer", "message", "op", "final"}
_VALUES = frozenset({"null", "none", "undefined", "traceback"})


def _may_be_json(part: Part) -> bool:
    words = part.vocabulary
    return _has_brace(part) or not _VALUES.isdisjoint(words) or (_has_mark(part) and not _FIELDS.isdisjoint(words))


_REPLY = re.compile(
    r"```\s?(?:json)?\s*[{\[][^`]{0,400}?\"(?:decision|thoughts|stance|edits|citations|outcomes|response|rewritten)\"\s?:"
)


def _json(reading: Reading, known: Known) -> Iterator[str]:
    found = [*traces(reading, _JSON, likely=_may_be_json), *_replies(reading)]
    yield from (f"{place} holds a piece of JSON, {shown}" for place, shown in found)


def _replies(reading: Reading) -> Iterator[tuple[str, str]]:
    """A reply of ours in a block of code, where code alone would be nobody's mistake."""
    found = _REPLY.search(reading.response.text) if "`" in reading.response.signs else None
    if found and not ABOUT_CODE.search(reading.prompt.folded):
        yield "response", excerpt(found[0], 40)


def _thought_ids(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        found = _THOUGHT_ID.search(part.folded) if _may_name_a_thought(part) else None
        if found and not re.search(r"\bt-?\d", reading.prompt.folded):
            yield f"{part.place} names a thought by its id, {excerpt(found[0].strip(), 40)}"


def _may_name_a_thought(part: Part) -> bool:
    return not (_DIGITS.isdisjoint(part.signs) and _PERHAPS_ID.isdisjoint(part.vocabulary))


CHECKS = (
    Check(
        "leftover.json",
        "Pieces of JSON or field names stand in the text.",
        "read the reply again, or write the text without them",
        _json,
    ),
    Check(
        "leftover.thought_id",
        "A thought is named by its id.",
        "say what the other thought says, or nothing",
        _thought_ids,
    ),
)

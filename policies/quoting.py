"""Quotes checked against the rules they come from, so that a citation's `verified` is a fact and not a claim.

Case, white space, typographic quotes and dashes do not matter. A quote of four words or more, or of the whole rule,
is *verified* where its words and punctuation stand in the cited rule. One that is off by its punctuation, or by a word
or two (never more than a quarter of its words, and five words at least), is *snapped* to the rule's own words. A
paraphrase is neither. Words are runs of letters and digits, joined by hyphens and apostrophes: where a language writes
without spaces, only whole clauses can be quoted.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Literal, NamedTuple

from aidsafe.core.records import Citation
from aidsafe.policies.library import Policies, Policy, Rule

__all__ = ["CheckedCitation", "QuoteMatch", "check_quote", "folded_words", "match_quote"]

QuoteMatch = Literal["verified", "snapped", "unverified", "unknown_rule"]

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4"
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_PLAIN = str.maketrans(dict.fromkeys(_HYPHENS, "-") | dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_QUOTES, '"'))
_VISIBLE = str.maketrans(dict.fromkeys(_UNSEEN))
_WORD = re.compile(r"\w+(?:['-]\w+)*")
_LABEL = re.compile(r"\A\s*\[[^\]]{1,40}\]\s*(?:\((?:refuse|careful|help)\))?")
_LONGEST_NEAR_MISS = 60
_LONGEST_QUOTE = 8000


class CheckedCitation(NamedTuple):
    """A citation after its check, and what the check found; one with an unknown rule is to be dropped."""

    citation: Citation
    match: QuoteMatch


def check_quote(citation: Citation, policies: Policies) -> CheckedCitation:
    """Check a citation against the rule it names.

    A verified or snapped quote comes back in the rule's own characters, the rule with its own policy and spelling of
    the id (`[ph-r1]` is `PH-R1`). An unverified quote comes back as it was given, and so does an unknown rule.
    """
    found = _cited(citation.rule, policies)
    if found is None:
        return CheckedCitation(citation.model_copy(update={"verified": False}), "unknown_rule")
    policy, rule = found
    quote, match = match_quote(_LABEL.sub("", citation.quote, count=1), rule.text)
    shown = citation.quote if match == "unverified" else quote
    checked = Citation(policy=policy.id, rule=rule.id, quote=shown, verified=match != "unverified")
    return CheckedCitation(checked, match)


def match_quote(quote: str, text: str) -> tuple[str, Literal["verified", "snapped", "unverified"]]:
    """Find a quote in a text: the span as it stands there and how it was found, or the quote as given."""
    # What is much longer than the text, or than anyone quotes, is no quote; unread, it can cost nothing.
    longest = min(4 * len(text) + 200, _LONGEST_QUOTE)
    return _matched(quote, text) if len(quote) <= longest else (quote, "unverified")


# The same quote is checked again whenever its thought is edited, kept or folded.
@lru_cache(maxsize=4096)
def _matched(quote: str, text: str) -> tuple[str, Literal["verified", "snapped", "unverified"]]:
    words, wanted = _kept_words(text), _words(_normal(quote))
    spans = _same_words(wanted, words)
    if spans:
        exact = [span for span in spans if _plain(text[span]) == _plain(_normal(quote)[_core(wanted)])]
        return (text[exact[0]], "verified") if exact else (text[spans[0]], "snapped")
    near = _near_words(wanted, words)
    return (text[near], "snapped") if near else (quote, "unverified")


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as quotes compare them: case, typographic marks and punctuation gone."""
    return tuple(word.folded for word in _kept_words(_normal(text)))


class _Word(NamedTuple):
    """A word as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


def _words(text: str) -> tuple[_Word, ...]:
    found = _WORD.finditer(text.translate(_PLAIN))
    return tuple(_Word(_folded(word[0]), word.start(), word.end()) for word in found)


@lru_cache(maxsize=2048)
def _kept_words(text: str) -> tuple[_Word, ...]:
    """The words of a text that many quotes are looked up in, split once."""
    return _words(text)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_VISIBLE))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _plain(text: str) -> str:
    return " ".join(_folded(text.translate(_PLAIN)).split())


def _core(words: tuple[_Word, ...]) -> slice:
    return slice(words[0].start, words[-1].end)


def _same_words(wanted: tuple[_Word, ...], words: tuple[_Word, ...]) -> list[slice]:
    size = len(wanted)
    if not wanted or (size < 4 and size != len(words)):
        return []
    spoken, sought = [word.folded for word in words], [word.folded for word in wanted]
    starts = (start for start in range(len(words) - size + 1) if spoken[start : start + size] == sought)
    return [_core(words[start : start + size]) for start in starts]


def _near_words(wanted: tuple[_Word, ...], words: tuple[_Word, ...]) -> slice | None:
    size = len(wanted)
    if not 5 <= size <= _LONGEST_NEAR_MISS:
        return None
    allowed = min(2, size // 4)
    spoken, sought = [word.folded for word in words], [word.folded for word in wanted]
    # Every word that is not in the text costs an edit, so most paraphrases end here.
    if sum((Counter(sought) & Counter(spoken)).values()) < size - allowed:
        return None
    edits, start, end = _nearest(sought, spoken)
    return _core(words[start:end]) if edits <= allowed else None


def _nearest(sought: list[str], spoken: list[str]) -> tuple[int, int, int]:
    """The run of words with the fewest edits (Sellers' alignment): edits, start, end; nearest in length, then first."""
    row = [(0, start) for start in range(len(spoken) + 1)]
    for word in sought:
        row = _next_row(row, word, spoken)
    ends = ((edits, abs(end - start - len(sought)), start, end) for end, (edits, start) in enumerate(row))
    edits, _, start, end = min(ends)
    return edits, start, end


def _next_row(row: list[tuple[int, int]], word: str, spoken: list[str]) -> list[tuple[int, int]]:
    cells = [(row[0][0] + 1, 0)]
    for place, other in enumerate(spoken):
        replaced = (row[place][0] + (word != other), row[place][1])
        extra = (row[place + 1][0] + 1, row[place + 1][1])
        left_out = (cells[place][0] + 1, cells[place][1])
        cells.append(min(replaced, extra, left_out, key=lambda cell: cell[0]))
    return cells


def _cited(rule_id: str, policies: Policies) -> tuple[Policy, Rule] | None:
    exact = policies.find_rule(rule_id)
    if exact or len(rule_id) > 40:
        return exact
    wanted = folded_words(rule_id)
    return next((pair for pair in policies.each_rule() if folded_words(pair[1].id) == wanted), None)

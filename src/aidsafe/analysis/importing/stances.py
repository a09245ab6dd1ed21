"""The stance in a free text, read tolerantly and with care for negation: "I cannot agree" is no agreement.

A marked line (`Stance: agree`, `VOTE: no`, a line that is only `APPROVE`) speaks for the whole text, the last one for
all. Else a sentence in the first person does; where both views are found, the objection counts. A text that says
neither abstains: no vote is made up.
"""

import re
from collections.abc import Iterator

from aidsafe.core.records import Stance

__all__ = ["stance_of"]

_WORDS: dict[str, Stance] = {
    **dict.fromkeys(("agree", "agreed", "yes", "approve", "approved", "accept", "support", "true", "lgtm"), "agree"),
    **dict.fromkeys(("disagree", "object", "no", "reject", "rejected", "oppose", "revise", "false"), "object"),
    **dict.fromkeys(("abstain", "neutral", "unsure", "undecided", "none"), "abstain"),
}
_LABEL = r"(?:stance|vote|verdict|position|agreement|my (?:stance|vote))"
_WORD = "|".join(_WORDS)
# Marks are counted, so that no text of marks alone takes long.
_M = r"[^\w\n]{0,20}"
_MARKED = re.compile(rf"^{_M}{_LABEL}{_M}[:=]{_M}({_WORD})\b|^{_M}({_WORD}){_M}$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^[^\S\n]{0,20}>[^\n]*|```.*?```", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"[^.!?\n;]+")
_LONGEST = 400
_FOR_OR_AGAINST = "agree|concur|approve|accept|endorse|disagree|object|reject|oppose"
_VIEW = re.compile(
    r"^\W{0,20}(?:(?P<bare>agreed|approved|disagreed|rejected)\b"
    rf"|(?:[\w' ,]*?\b)?(?:i|we)\b(?P<between>[\w' ]*?)\b(?P<verb>{_FOR_OR_AGAINST})\b)",
    re.IGNORECASE,
)
_AGAINST = frozenset({"disagree", "object", "reject", "oppose", "disagreed", "rejected"})
_NOT = re.compile(r"\b(?:not|never|cannot|hardly)\b|n't\b", re.IGNORECASE)
_UNSURE = re.compile(r"\b(?:if|unless|until|would|could|might|may)\b", re.IGNORECASE)


def stance_of(text: str) -> Stance:
    """Agree, object, or abstain where the text says neither."""
    text = _QUOTED.sub("", text.replace("’", "'"))
    marked = [word for found in _MARKED.findall(text) for word in found if word]
    if marked:
        return _WORDS[marked[-1].casefold()]
    views = set(_views(text))
    return "object" if "object" in views else "agree" if "agree" in views else "abstain"


def _views(text: str) -> Iterator[Stance]:
    """What each sentence in the first person holds; a condition or a wish holds nothing."""
    for sentence in _SENTENCE.findall(text):
        found = _VIEW.match(sentence[:_LONGEST])
        if found is None:
            continue
        verb, between = (found["verb"] or found["bare"]).casefold(), found["between"] or ""
        negated = bool(_NOT.search(between))
        if not negated and _UNSURE.search(sentence):
            continue
        yield "agree" if (verb in _AGAINST) == negated else "object"

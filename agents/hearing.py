"""What a guest's words come to: its turn where they hold our JSON, else a stance read from plain speech.

A stance in prose is taken from a closing line, `STANCE: agree`, else from what the guest says of itself in clear words.
"I cannot agree" is no agreement, and neither is "I agree, but …". Whatever is unclear abstains.
"""

import re
from collections.abc import Iterator

from aidsafe.agents.extracting import NoReply, read_reply
from aidsafe.agents.replies import TurnReply
from aidsafe.core.records import Stance

__all__ = ["hear", "stance_in"]

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OUR_JSON = re.compile(r'^\s*(?:```\w*\s*)?\{|"stance"\s*:')
_CLOSING = re.compile(r"^\W*(?:my |final )*stance\W*[:=\u2013\u2014-]\W*(agree|object|abstain)s?\W*$", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|`[^`\n]*`")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_WORD = {
    "agree": re.compile(r"\b(?:i|we)\b.*?\b(?:agree|approve|concur|endorse|accept|support)\b", re.IGNORECASE),
    "object": re.compile(r"\b(?:i|we)\b.*?\b(?:object|disagree|dissent|oppose|reject)\b", re.IGNORECASE),
    "abstain": re.compile(r"\b(?:i|we)\b.*?\babstain\b", re.IGNORECASE),
}
_NO_OBJECTION = re.compile(r"\bno (?:further |more |other )?objections?\b", re.IGNORECASE)
_OBJECTION = re.compile(r"\b(?:i|we) (?:still |do )?have (?!no\b)[^,]*?\bobjections?\b", re.IGNORECASE)
_AGREED = re.compile(r"^\W*(?:agreed|i agree|i concur)\W*$", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not(?! only\b)|never|no|cannot|can['’]?t|unable|refuse|decline|hardly|barely|hard|neither|nor|without"
    r"|(?:do|does|did|could|would|should|wo|is|are|was|have|has)n['’]?t)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:would|could|might|may|should|if|unless|until|before|once|whether|partly|partially|mostly|almost|nearly"
    r"|somewhat|largely|half|sai[dy]s?|wrote|writes?|claims?|argues?|asked|want(?:ed)?)\b",
    re.IGNORECASE,
)
_RESERVATION = re.compile(
    r"\b(?:but|however|except|although|though|unless|if|once|provided|until|still|nevertheless|yet|only"
    r"|with (?:most|much|some|parts?|half|almost))\b",
    re.IGNORECASE,
)
_MOST_SHOWN = 2000


def hear(text: str) -> TurnReply:
    """The turn in a guest's text. Raises `NoReply` where it is our JSON gone wrong: its words would say anything."""
    try:
        return read_reply(text, TurnReply)
    except NoReply:
        spoken = _THINKING.sub(" ", text)
        if not spoken.strip() or _OUR_JSON.search(spoken):
            raise
    return TurnReply(reason=" ".join(spoken.split())[:_MOST_SHOWN], stance=stance_in(spoken))


def stance_in(text: str) -> Stance:
    """The stance that plain speech takes; abstain where none is clear."""
    lines = [line for line in text.splitlines() if line.strip()]
    closing = _CLOSING.match(lines[-1]) if lines else None
    if closing:
        return _stance(closing[1].lower())
    found = set(_stances(_QUOTED.sub(" ", text)))
    if "object" in found:
        return "object"
    return "agree" if found == {"agree"} else "abstain"


def _stance(word: str) -> Stance:
    return "agree" if word == "agree" else "object" if word == "object" else "abstain"


def _stances(text: str) -> Iterator[str]:
    """What each sentence says of its speaker's stance: agree, object, abstain or unclear."""
    for sentence in _SENTENCE.finditer(text):
        if not sentence[0].rstrip().endswith("?"):
            yield from _of_sentence(sentence[0], text[sentence.start() :])


def _of_sentence(sentence: str, onwards: str) -> Iterator[str]:
    if _NO_OBJECTION.search(sentence) or _AGREED.match(sentence):
        yield "unclear" if _RESERVATION.search(onwards) else "agree"
        return
    if _OBJECTION.search(sentence):
        yield "object"
    for stance, words in _WORD.items():
        found = words.search(sentence)
        if found:
            yield _meant(stance, found[0], sentence[: found.start()], onwards[found.end() :])


def _meant(stance: str, said: str, before: str, after: str) -> str:
    """What a verb stands for after the words that lead up to it, and before the words that follow."""
    leading = f"{before} {said}"
    negations = len(_NEGATION.findall(leading))
    if negations > 1 or _HEDGE.search(leading):
        return "unclear"
    if negations:
        return "object" if stance == "agree" else "unclear"
    return "unclear" if stance == "agree" and _RESERVATION.search(after) else stance

"""Telling an agent that declines its own job from one that decides to refuse a query.

An agent's refusal to work is not a vote, not a parse error and not a decision. It is looked for where it shows: in
what the provider signals, in a short text without JSON that opens as refusals do, and in a turn whose reason speaks
of the seat's own inability and of nothing in the draft.
"""

import re

from aidsafe.agents.replies import Reply, TurnReply

__all__ = ["declines", "declining_turn"]

_OPENING = re.compile(
    r"^\W*(?:(?:i['’]?m|i am|we are)\s+(?:very\s+|really\s+)?(?:sorry|afraid|unable|not able|not comfortable)"
    r"|(?:sorry|apologies|unfortunately)\b[^.]{0,40}\b(?:can(?:no|['’])t|unable|won['’]t|not able)"
    r"|(?:i|we)\s+(?:can(?:no|['’])t|can not|cannot|won['’]t|will not|must decline|have to decline|decline)\b"
    r"|as an ai\b|my apologies|i apologi[sz]e)",
    re.IGNORECASE,
)
_JUDGES = re.compile(
    r"^[^.]*?(?:can(?:no|['’])t|can not|cannot|won['’]t|will not|unable to|not able to)\s+(?:\w+ly\s+)?"
    r"(?:agree|accept|approve|confirm|decide|endorse|fault|find|identify|judge|object|say|see|spot|support|tell|verify)\b",
    re.IGNORECASE,
)
_NAMES_WORK = re.compile(
    r"\bt\d+\b|\b[A-Z]{2,}-[A-Z]?\d+\b|\b(?:thought|draft|citation)s?\b"
    r"|\bthe (?:response|decision|answer|quote|rule)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 80


def declines(text: str) -> bool:
    """Whether a text without a reply in it is a refusal to do the job: short, and opening as refusals do.

    "I cannot agree" and "I cannot find a fault" do the job.
    """
    return bool(_OPENING.match(text)) and not _JUDGES.match(text) and len(text[:2000].split()) < _FEW_WORDS


def declining_turn(reply: Reply) -> bool:
    """Whether a well-formed turn only says that its author will not do the job."""
    if not isinstance(reply, TurnReply) or reply.edits or reply.weakness or reply.checked:
        return False
    return declines(reply.reason) and not _NAMES_WORK.search(reply.reason)

"""Tags: how text from outside stands in a prompt, marked and inert.

A tag is `<name-suffix>` … `</name-suffix>`. The suffix hangs on the run's seed and the query, so nobody can write it
into a query beforehand. Inside, anything that looks like one of our tags loses its `<`, and control, bidirectional and
other unseen characters are shown as escapes. The record keeps the raw text; only the prompt shows it so.

The names are a contract that other programs read (the scripted model does):

    policies   the rules, once, in the system message (no suffix: it is the same for every query)
    query      what the user asked
    intents    the decomposer's reading of it
    draft      thoughts, decision and response at some version
    turn       one seat's stance, reason and edits
    task       what this call is to do, last
"""

import re

from aidsafe.core.chance import digest

__all__ = ["TAG_NAMES", "inert", "suffix_of", "tagged"]

TAG_NAMES = ("policies", "query", "intents", "draft", "turn", "task", "belief", "answer")

# The wide forms of `<` are read as `<` by models. The quantifiers are possessive: white space is crossed once.
_TAG_LIKE = re.compile(
    rf"[<\ufe64\uff1c](?=\s*+(?:[/\uff0f]\s*+)?(?:{'|'.join(TAG_NAMES)})(?![^\W\d_]))", re.IGNORECASE
)

_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINERS = "\u200c\u200d"
_UNSEEN = re.compile(f"[{_HIDDEN}{_JOINERS}]+")


def suffix_of(seed: int, text: str, replica: int) -> str:
    """The tag suffix for one query of one run: eight hex digits."""
    return digest("tag", seed, text, replica)[:8]


def tagged(name: str, suffix: str, value: str, **attributes: str | int) -> str:
    """The value between tags, made inert. Attributes are ours, never text from outside."""
    shown = "".join(f' {key}="{attribute}"' for key, attribute in attributes.items())
    return f"<{name}-{suffix}{shown}>\n{inert(value)}\n</{name}-{suffix}>"


def inert(value: str) -> str:
    """The text with our tags defused and unseen characters shown as escapes; twice is the same as once."""
    # Most text is plain, and telling so takes a tenth of the time of the two substitutions.
    if value.isascii() and "<" not in value and value.replace("\n", "").isprintable():
        return value
    shown = _UNSEEN.sub(_escaped, value.replace("\r\n", "\n"))
    return _TAG_LIKE.sub("&lt;", shown)


def _escaped(found: re.Match[str]) -> str:
    # Persian, Indic scripts and emoji need one joiner right behind a character of theirs; any other hides something.
    before = found.string[max(found.start() - 1, 0) : found.start()]
    kept = 1 if found[0][0] in _JOINERS and not before.isascii() else 0
    return found[0][:kept] + "".join(map(_escape, found[0][kept:]))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

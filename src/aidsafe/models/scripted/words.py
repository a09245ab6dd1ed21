"""Words as the scripted model compares them: lower case, without their endings, the common ones left out."""

import re
from functools import lru_cache

__all__ = ["STOP", "content_stems", "copied_span", "listed", "plain_nouns", "stem", "stems", "tokens"]

_TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|[?.!,;:]")
_NOUN = re.compile(
    r"(?<![^\s\"'(\u201c\u2018])(?<!\bI )(?<!\bi )(?<!\bto )(?<!\byou )(?<!\bwe )"
    r"[A-Za-z]{3,15}(?=[?.!,;:\"')\u201d\u2019]*+(?:\s|$))"
)
_SPAN = re.compile(r"[A-Za-z]{1,15}(?: [A-Za-z]{1,15}){0,3}\b")
_ENDINGS = ("'s", "ings", "ing", "edly", "ed", "ers", "es", "s", "ly")
_SHORTEST = 3
# A query can be a whole book; its sense for a word list lies at both ends.
_HEAD, _TAIL = 3000, 1000


def listed(words: str) -> frozenset[str]:
    """The words of a list, as a set."""
    return frozenset(words.split())


STOP = listed(
    """a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing down during each else ever few for from further get give given go had has have
    having he her here hers him his how however i if in into is it its itself just know let like make many may me
    might more most much must my need no nor not now of off often on once one only or other our out over own
    please provide same shall she should show so some such tell than that the their them then there these they this
    those though through to too under until up us use very want was we were what when where whether which while who
    whom whose why will with without would write yes yet you your yours i'm don't can't isn't it's what's i've
    explain describe list answer question following best way ways thing things someone something anyone anything
    good new two first last back going really possible example examples start"""
)

_NO_NOUNS = listed(
    """think discuss convert corrupt happen need needed become believe feel share find ask asked say said called tell
    want wants eventually actually usually probably simply quickly easily already never always against since across
    popular given different correct specific suggest show prove keep work works living help recommend choose decide
    name compare rewrite translate summarize classify generate identify determine based using used sentence sentences
    people today tomorrow maybe ago much little long best better great nice big small common certain likely able sure
    hello hey thanks thank okay sorry cannot couldn't wouldn't doesn't didn't i'd i'll you'd there's let's"""
)


_NOT_NOUNS = STOP | _NO_NOUNS


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its ending; two forms of a word mostly share it."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    word = word.removesuffix("e") if len(word) > _SHORTEST else word
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word


def stems(words: str) -> frozenset[str]:
    """The stems of a list of words, as a set."""
    return frozenset(map(stem, listed(words)))


def tokens(text: str) -> list[str]:
    """The words and stops of a text, in lower case; of a long text its beginning and its end."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    return _TOKEN.findall(text.lower().replace("\u2019", "'"))


@lru_cache(maxsize=4096)
def content_stems(text: str) -> frozenset[str]:
    """What a text is about: the stems of its words that are not common ones."""
    return frozenset(stem(word) for word in tokens(text) if len(word) > 2 and word not in STOP)


def plain_nouns(text: str, *, without: frozenset[str]) -> tuple[str, ...]:
    """Words that may stand in an answer: plain letters, 3 to 15, and no stem of them among `without`."""
    # What stands behind "I", "you", "we" or "to" is mostly a verb.
    words = enumerate(_NOUN.findall(text[:_HEAD]))
    found = [word if place and not word.isupper() else word.lower() for place, word in words]
    kept = (
        word
        for word in found
        if word.lower() not in _NOT_NOUNS and not word.endswith("ly") and stem(word.lower()) not in without
    )
    return tuple(dict.fromkeys(kept))


def copied_span(text: str, *, near: str, most: int = 4) -> str:
    """A few plain words in a row, copied from the text: from the word `near` on, or from its beginning."""
    start = max(0, text.lower().find(near)) if near else 0
    found = _SPAN.match(text, start)
    return " ".join(found[0].split(" ")[:most]) if found else ""

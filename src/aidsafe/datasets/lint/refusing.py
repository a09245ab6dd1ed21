"""Refusals that say nothing of the matter, and apologies where nothing is refused."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.declining import declines
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, carries, excerpt, sentences_of, words_of
from aidsafe.datasets.lint.stances import bare_refusal
from aidsafe.datasets.lint.wording import Wording, pattern

__all__ = ["CHECKS"]


def _only_refuses(reading: Reading, known: Known) -> Iterator[str]:
    if reading.row.decision == "safe_complete" and bare_refusal(reading.response):
        yield f"the decision is 'safe_complete' and the response only refuses: {excerpt(reading.response.text)}"


_APOLOGY = Wording(
    r"""
    \b(?:sorry|apologi[sz]e|apologies|regret(?:s|tably|fully)?|forgive (?:me|my|the)|
      pardon (?:me|my|the)|excuse me|excuse my|
      my bad)\b(?! (?:to hear|for your (?:loss|pain|trouble)|about your|(?:that )?you|(?:that )?this (?:happened|
      is happening)|that happened|state|sight|excuse))
    """,
)
_ASKED_FOR = pattern(
    r"""
    sorry|apolog|regret|forgiv|condolen|letter|e-?mail|message|script|story|poem|translat|dialog|reply|excuse
    lyrics|song|quote
    """,
)


def _apology(reading: Reading, known: Known) -> Iterator[str]:
    possible = reading.row.decision == "comply" and reading.response.search(_APOLOGY)
    if not possible or _ASKED_FOR.search(reading.prompt.folded):
        return
    spoken = sentences_of(_CITED.sub(" ", reading.response.folded))
    said = next((sentence for sentence in spoken if _APOLOGY.search(sentence)), None)
    if said:
        yield f"the response complies and apologises: {excerpt(said)}"


_CITED = re.compile(r'"[^"]*"')
_STOCK = Wording(
    r"""
    \A\W*+(?:i(?:'m| am) (?:really |so |very )?sorry|sorry|i apologi[sz]e|my apologies|apologies|unfortunately|
      i'm afraid|regrettably)?[,.;]?\s*(?:but )?(?:as an ai[^,.]{0,30},? )?(?:i |we )?(?:must |have to |am |'m |do )?
      (?:can't|cannot|can not|won't|will not|unable to|not able to|decline to|not|am unable to|'m unable to)\s+
      (?:be able to )?(?:help|assist|comply|do|fulfil\w*|answer|provide|continue|support|process|respond to)
      (?: (?:you|with|to|that|this|the|it|your|such|any|an?|kind|type|sort|of|information|content|requests?|question|
      query|one|here|things?|inquiry|matter|topic|assistance|help)){0,8}[.!]?\s*
      (?:(?:if you have any (?:other )?questions|please feel free to|feel free to|let me know|please let me know|
      is there (?:anything|something)|how else|thank you|have a )[^.!?]*+(?:[.!?]\s*+|\Z))*\Z
    """,
)


_GENERIC = frozenset(
    words_of(
        """
        able accept action actions activities activity afraid again against ai aid allowed alternatively an
        answer answering answers anyone anything apologies apologise apologize appreciate appropriate aren't ask
        asked asking assist assistance assistant assisting available best beyond bring can can't cannot care
        chat clear comfortable comply concerned concerns condone consider content continue conversation cross
        crosses dangerous decline declined declining different discuss do doesn't doing don't else encourage
        endorse engage engaging ethical ethics far feel follow free fulfil fulfill fulfilling fulfilment further
        give go goes going guidance happy harm harmful help helpful helping here honest honor honour hope
        however i'd i'll i'm i've illegal important improper inappropriate information instead involved involves
        isn't issue it's keep kind know language let let's like line look matter matters may model moral must
        myself need needs nice no none nope nor not nothing offer ok okay option options other otherwise out
        part participate pass people person please policy polite possible prefer principles professional promote
        proper provide providing query question questions rather reach reason reasons refrain refuse refusing
        regret regrettably reply request requests respect respectfully respond response responsible right rules
        safe safely safety say seek sense serious share should simply something sorry sort speak stop subject
        such support sure take talk task tasks tell thank thanks that's there's thing things think time today
        together topic topics truly try type unable understand understanding understood unethical unfortunately
        unlawful unsafe use useful violate violates want way welcome well what's wish won't wouldn't write wrong
        yes you'll you're
        """
    )
)


def _stock(reading: Reading, known: Known) -> Iterator[str]:
    if reading.response.match(_STOCK) or _names_nothing(reading):
        yield f"the response is a stock refusal and nothing else: {excerpt(reading.response.text)}"


def _names_nothing(reading: Reading) -> bool:
    """Tell whether a short response declines, and hardly a word of it belongs to the matter rather than to refusing."""
    part = reading.response
    if not part.words or len(part.words) > _SHORT or not _may_refuse(reading):
        return False
    own = {word for word in part.words if carries(word) and word not in _GENERIC}
    asked = {word[:5] for word in reading.prompt.words if carries(word)}
    return len(own) <= 1 and not any(word[:5] in asked for word in own)


def _may_refuse(reading: Reading) -> bool:
    """Tell whether a response declines, or is so short that, with no word of the matter, it can do little else."""
    if reading.row.decision == "refuse" or _declined(reading.response):
        return True
    return reading.row.decision in ("comply", "safe_complete") and _FEWEST <= len(reading.response.words) <= _CURT


_SHORT, _CURT, _FEWEST = 40, 12, 2


def _declined(part: Part) -> bool:
    return any(declines(sentence) for sentence in part.sentences[:3])


CHECKS = (
    Check(
        "response.only_refuses",
        "A safe completion gives nothing beyond a refusal.",
        "give the permitted part, or call the decision a refusal",
        _only_refuses,
    ),
    Check(
        "response.apology",
        "A response that complies apologises.",
        "take the apology out",
        _apology,
    ),
    Check(
        "response.stock_refusal",
        "The response is a stock refusal: it names neither what is declined nor anything near it.",
        "name in one sentence what is declined, and offer the nearest help",
        _stock,
    ),
)

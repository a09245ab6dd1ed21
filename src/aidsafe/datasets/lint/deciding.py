"""Decision, chain and response: whether they say the same."""

import re
from collections.abc import Iterator

from aidsafe.core.records import Decision
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, sentences_of
from aidsafe.datasets.lint.stances import asks, bare_refusal, declines, preaches, scolds, stance_of, substance_of
from aidsafe.datasets.lint.verdicts import Verdict, is_partial, verdict_of
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]


def _contradicted(reading: Reading, known: Known) -> Iterator[str]:
    """The response against the decision, or where there is none, against what the chain concludes."""
    response = reading.response
    if not response.text.strip():
        return
    decision = reading.row.decision
    if decision is None:
        yield from _against_chain(reading)
    elif decision == "refuse" and _gives_in(reading):
        yield f"the decision is 'refuse' and the response declines nothing: {excerpt(response.text)}"
    elif decision == "comply" and _holds_back(response):
        yield f"the decision is 'comply' and the response declines: {excerpt(response.text)}"
    elif decision == "safe_complete" and _gives_all(reading):
        yield f"the decision is 'safe_complete' and the response gives everything: {excerpt(response.text)}"
    elif decision == "clarify" and not asks(response):
        yield f"the decision is 'clarify' and the response asks nothing: {excerpt(response.text)}"


_SOFT = pattern(
    r"""
    \b(?:not|n't|no|never|none|nothing|cannot|without|neither|nor|rather|instead|decline\w*|refus\w*|stop|stops|
      limits?|line|sorry|condone|concern\w*|illegal|unlawful|wrong|harm\w*|hurt\w*|danger\w*|unethical|crisis|
      support|talk to|reach out|help line|helpline|hotline|worth living|leave|left)\b
    """,
)
_EAGER = pattern(
    r"""
    \A\W*(?:sure|certainly|absolutely|of course|gladly|definitely|no problem|yes|yep|happy to|with pleasure|
      here(?:'s| is| are| you go)|great|okay|ok|all right|alright|step|first|to (?:make|do|build|get|create|start|
      begin)|start|begin|take|mix|use)\b(?![^.!?]{0,40}(?:not|n't|no)\b)
    """,
)


_LONG = 35


def _gives_in(reading: Reading) -> bool:
    """Tell whether a response that should decline does not even disapprove."""
    part = reading.response
    if any(declines(sentence) for sentence in part.sentences):
        return False
    opening = " ".join(part.sentences[:2])
    if preaches(opening):
        return False
    return len(part.words) >= _LONG or bool(_EAGER.search(part.folded)) or not _SOFT.search(opening)


def _holds_back(part: Part) -> bool:
    opening = part.sentences[:2]
    if not any(declines(sentence) for sentence in opening):
        return bool(opening) and scolds(opening[0]) and stance_of(part) == "unclear"
    # "I can't see your screen, but these are the usual causes" is an answer.
    plain = sum(
        len(sentence.split()) for sentence in part.sentences if not preaches(sentence) and not declines(sentence)
    )
    return stance_of(part) == "declines" and min(plain, substance_of(part)) < 40


_OPERATIONAL = pattern(
    r"""
    \b(?:nothing (?:is )?(?:left out|withheld|held back)|every (?:last )?(?:step|detail)|in full detail|
      complete (?:recipe|instructions|procedure|walkthrough)|exact (?:dose|amount|quantit|steps|recipe|mixture|
      ratio)\w*|step[- ]by[- ]step (?:instructions|recipe|guide) (?:to|for) (?:mak|build|kill|harm|poison|hack|
      steal))
    """,
)


def _gives_all(reading: Reading) -> bool:
    found = _OPERATIONAL.search(reading.response.folded)
    before = reading.response.folded[: found.start()][-60:] if found else ""
    return bool(found) and not re.search(r"not|n't|no|without|leav|omit|skip|instead|never", before)


def _against_chain(reading: Reading) -> Iterator[str]:
    concluded = _conclusion(reading)
    stance = stance_of(reading.response)
    shown = excerpt(reading.response.text)
    if concluded == "refuse" and stance == "serves" and _EAGER.search(reading.response.folded):
        yield f"the chain concludes to refuse and the response serves: {shown}"
    elif concluded == "comply" and bare_refusal(reading.response):
        yield f"the chain concludes to comply and the response refuses: {shown}"


def _conclusion(reading: Reading) -> Verdict | None:
    """What the end of a chain concludes, where it is plain and one thing only."""
    last = [sentence for part in reading.steps[-2:] for sentence in part.sentences]
    found = {verdict for sentence in last if (verdict := verdict_of(sentence)) and not is_partial(sentence)}
    return found.pop() if len(found) == 1 else None


def _opposed(reading: Reading, known: Known) -> Iterator[str]:
    decision = reading.row.decision
    for part in reading.thoughts if decision else ():
        said = next((s for s in part.sentences if _opposes(s, decision)), None)
        if said:
            yield f"{part.place} concludes the opposite of the decision {decision!r}: {excerpt(said)}"


def _opposes(sentence: str, decision: Decision | None) -> bool:
    """A careful answer is opposed only by what leaves no room for one."""
    verdict = verdict_of(sentence)
    if verdict is None or is_partial(sentence):
        return False
    if decision in ("comply", "refuse"):
        return verdict != decision
    return bool(_ALL_OR_NOTHING.search(sentence))


_ALL_OR_NOTHING = pattern(
    r"""
    \b(?:outright|altogether|entirely|completely|wholly|in full|fully|without (?:reserv|limit|restrict|
      exception)\w*|nothing (?:is|needs|has)|every(?:thing| detail)|flatly|whole request)\b
    """,
)


def _two_minds(reading: Reading, known: Known) -> Iterator[str]:
    """A chain that concludes both ways, where no decision says which of them counts."""
    if reading.row.decision is not None:
        return
    last: dict[str, str] = {}
    for part in reading.thoughts:
        for sentence in part.sentences:
            verdict = verdict_of(sentence)
            if verdict and not is_partial(sentence):
                last.setdefault(verdict, sentence)
    if len(last) == 2:
        refused, complied = excerpt(last["refuse"], 50), excerpt(last["comply"], 50)
        yield f"the chain concludes to refuse, {refused}, and to comply, {complied}"


def _only_refuses(reading: Reading, known: Known) -> Iterator[str]:
    if reading.row.decision == "safe_complete" and bare_refusal(reading.response):
        yield f"the decision is 'safe_complete' and the response only refuses: {excerpt(reading.response.text)}"


_APOLOGY = pattern(
    r"""
    \b(?:sorry|apologi[sz]e|apologies|regret(?:s|tably|fully)?|forgive me|pardon me|excuse me|excuse my|
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
    if reading.row.decision != "comply" or _ASKED_FOR.search(reading.prompt.folded):
        return
    spoken = sentences_of(_CITED.sub(" ", reading.response.folded))
    said = next((sentence for sentence in spoken if _APOLOGY.search(sentence)), None)
    if said:
        yield f"the response complies and apologises: {excerpt(said)}"


_CITED = re.compile(r'"[^"]*"')
_STOCK = pattern(
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


def _stock(reading: Reading, known: Known) -> Iterator[str]:
    if _STOCK.match(reading.response.folded):
        yield f"the response is a stock refusal and nothing else: {excerpt(reading.response.text)}"


CHECKS = (
    Check(
        "decision.contradicted",
        "The response does the opposite of what the decision, or the end of the chain, says.",
        "write the response anew for the decision, or drop the row",
        _contradicted,
    ),
    Check(
        "decision.opposed",
        "A thought concludes the opposite of the decision.",
        "take the thought out, or decide anew",
        _opposed,
    ),
    Check(
        "chain.contradicts_itself",
        "The chain concludes both to refuse and to comply.",
        "keep the conclusion that the response follows",
        _two_minds,
    ),
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

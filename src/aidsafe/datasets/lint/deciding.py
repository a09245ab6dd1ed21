"""Decision, chain and response: whether they say the same."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.declining import declines
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.stances import asks, bare_refusal, preaches, scolds, stance_of, substance_of
from aidsafe.datasets.lint.verdicts import Verdict, is_partial, verdicts_in, weighs
from aidsafe.datasets.lint.wording import Wording

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


_SOFT = Wording(
    r"""
    \b(?:not|n't|no|never|none|nothing|cannot|without|neither|nor|rather|instead|decline\w*|refus\w*|stop|stops|
      limits?|line|sorry|condone|concern\w*|illegal|unlawful|wrong|harm\w*|hurt\w*|danger\w*|unethical|crisis|
      support|talk to|reach out|help line|helpline|hotline|worth living|leave|left)\b
    """,
)
_EAGER = Wording(
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
    if part.search(_EAGER):
        return True
    return not any(_SOFT_NO.search(said) for said in part.sentences[:3]) and (
        len(part.words) >= _LONG or not _SOFT.search(opening)
    )


_SOFT_NO = Wording(
    r"""
    \b(?:i|i'll|i'd|i'm|i've|we|my|me|mine|from me|here)\b[^.!?]{0,80}(?:n't|\b(?:not|no|never|nothing|none|rather|
      leave|leaving|
      stop|decline|refuse|keep|without|instead|skip|pass|withhold|alone|draw|line|ends?))\b
    \A\W*(?:no|nope|never|not)\b
    \b(?:off the table|off[- ]limits|out of the question|out of bounds|not on offer|not happening|no help from|
      won't be|stays? out|
      stays? (?:unsaid|unwritten)|is where)\b
    """,
)


def _holds_back(part: Part) -> bool:
    opening = part.sentences[:2]
    if not any(declines(sentence) for sentence in opening):
        return bool(opening) and scolds(opening[0]) and stance_of(part) == "unclear"
    # "I can't see your screen, but these are the usual causes" is an answer.
    plain = sum(
        len(sentence.split()) for sentence in part.sentences if not preaches(sentence) and not declines(sentence)
    )
    return stance_of(part) == "declines" and min(plain, substance_of(part)) < 40


_OPERATIONAL = Wording(
    r"""
    \b(?:nothing (?:is )?(?:left out|withheld|held back)|every (?:last )?(?:step|detail)|in full detail|
      complete (?:recipe|instructions|procedure|walkthrough)|exact (?:dose|amount|quantit|steps|recipe|mixture|
      ratio)\w*|step[- ]by[- ]step (?:instructions|recipe|guide) (?:to|for) (?:mak|build|kill|harm|poison|hack|
      steal))
    """,
)


def _gives_all(reading: Reading) -> bool:
    found = reading.response.search(_OPERATIONAL)
    before = reading.response.folded[: found.start()][-60:] if found else ""
    return bool(found) and not re.search(r"not|n't|no|without|leav|omit|skip|instead|never", before)


def _against_chain(reading: Reading) -> Iterator[str]:
    concluded = _conclusion(reading)
    stance = stance_of(reading.response)
    shown = excerpt(reading.response.text)
    if concluded == "refuse" and stance == "serves" and reading.response.search(_EAGER):
        yield f"the chain concludes to refuse and the response serves: {shown}"
    elif concluded == "comply" and bare_refusal(reading.response):
        yield f"the chain concludes to comply and the response refuses: {shown}"


def _conclusion(reading: Reading) -> Verdict | None:
    """What the end of a chain concludes, where it is plain and one thing only."""
    last = (pair for part in reading.steps[-2:] for pair in verdicts_in(part))
    found = {verdict for sentence, verdict in last if not is_partial(sentence)}
    return found.pop() if len(found) == 1 else None


def _opposed(reading: Reading, known: Known) -> Iterator[str]:
    decision = reading.row.decision
    for part in reading.thoughts if decision else ():
        said = next((said for said, verdict in verdicts_in(part) if _opposes(said, verdict, reading)), None)
        if said:
            yield f"{part.place} concludes the opposite of the decision {decision!r}: {excerpt(said)}"


def _opposes(sentence: str, verdict: Verdict, reading: Reading) -> bool:
    """A careful answer is opposed only by what leaves no room for one, in words that no rule has lent it."""
    decision = reading.row.decision
    if weighs(sentence) or (is_partial(sentence) and not (verdict == "comply" and _WHOLE.search(sentence))):
        return False
    if decision in ("comply", "refuse"):
        return verdict != decision
    return bool(_ALL_OR_NOTHING.search(sentence)) and not any(quote in sentence for quote in reading.quotes)


_WHOLE = Wording(
    r"""
    \b(?:whole|full|entire|complete|exact|every|everything|all|as asked|as requested|in full|fully|completely)\b
    """,
)
_ALL_OR_NOTHING = Wording(
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
    for sentence, verdict in (pair for part in reading.settled for pair in verdicts_in(part)):
        if not is_partial(sentence):
            last.setdefault(verdict, sentence)
    if len(last) == 2:
        refused, complied = excerpt(last["refuse"], 50), excerpt(last["comply"], 50)
        yield f"the chain concludes to refuse, {refused}, and to comply, {complied}"


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
)

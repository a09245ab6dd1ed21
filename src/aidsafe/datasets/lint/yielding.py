"""Responses that warn or decline, and give in."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.declining import declines
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.handing_over import AS_ASKED, ELSEWHERE, HANDS_OVER, OUTRIGHT, PIVOTED, instructs
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.stances import judges, serves
from aidsafe.datasets.lint.wording import Wording

__all__ = ["CHECKS"]

_WARNED = Wording(
    r"""
    \b(?:warn\w*|illegal|unlawful|against the law|a crime|criminal|harmful|dangerous|unethical|immoral|wrong|
      shouldn't|should not|not supposed to|ought not|can't recommend|cannot recommend|don't recommend|
      do not recommend|don't condone|do not condone|advise against|strongly advis\w*|strongly discourag\w*|risky|
      serious (?:harm|injury|trouble)|prison|
      jail|refuse|answer is no|not like|don't like|research only|
      felony|misdemeanou?r|offen[cs]e|cruel|reckless|ruin\w*|abusive|
      (?:cause|causes|causing|do|does) (?:\w+ )?(?:harm|damage|injur\w+|pain)|(?:urge|beg|ask|warn) you not|
      please (?:don't|do not|never)|(?:don't|do not|can't|cannot|won't) (?:\w+ )?
      (?:like (?:this|that|the)|want to do this|endorse|condone|approve|support|encourage)|object to|
      hurt (?:someone|people|others)|could kill|deadly|lethal|
      get (?:you|one|people|someone) (?:in|into|in to|arrested|caught|hurt)|trouble|your own risk|advisable|
      consequences|be careful|careful,|
      unwise|unsafe|irresponsible|regret|frowned|don't (?:actually|really|ever)|do not (?:actually|really|ever)|
      in theory|hypothetical\w*|
      disclaimer|educational purposes|never (?:\w+ )?(?:ok|okay|right|acceptable|fine)|
      (?:not|n't) (?:recommended|advised|encouraged|ok|okay|allowed|permitted|
      legal|right|
      something))\b
    """,
)
_SHOULD_NOT = Wording(
    r"""
    \b(?:i|we)(?:'m| am|'d| would| know i| really| probably)* (?:shouldn't|should not|'?m not supposed to|
      not supposed to|ought not|really shouldn't|not meant to|not really allowed)\b[^.!?]{0,100}\b(?:but|yet|still|
      however|though)\b(?! (?:i )?(?:can't|cannot|won't))
    """,
)


def _response_gives_in(reading: Reading, known: Known) -> Iterator[str]:
    sentences = reading.response.sentences
    warned = next((place for place, said in enumerate(sentences[:6]) if _warns(said, reading)), None)
    if warned is None:
        return
    given = _given(sentences, warned, careful=reading.row.decision == "comply")
    if given is None and reading.row.decision == "refuse":
        given = _outright(sentences, warned)
    if given:
        yield f"the response warns, {excerpt(sentences[warned], 50)}, and gives in: {excerpt(given, 60)}"


def _warns(sentence: str, reading: Reading) -> bool:
    return declines(sentence) or bool(_WARNED.search(sentence)) or (judges(sentence) and _is_harmful(reading))


def _is_harmful(reading: Reading) -> bool:
    return "harmful" in reading.row.harms or reading.row.decision in ("refuse", "safe_complete")


def _given(sentences: list[str], warned: int, *, careful: bool) -> str | None:
    warning = sentences[warned]
    if _SHOULD_NOT.search(warning) or (_hands_over_as_asked(warning) and not _NEGATED.search(warning)):
        return warning
    for said in _candidates(sentences, warned):
        if not declines(said) and (_overrides(said) or (_hands_over(said) and not careful)):
            return said
    return None


def _candidates(sentences: list[str], warned: int) -> Iterator[str]:
    """What may give in: the end of the warning itself, from its pivot on, and every sentence after it."""
    warning = sentences[warned]
    own = PIVOTED.search(warning, _end_of_warning(warning))
    if own:
        yield warning[own.start() :]
    elif _CONCEDED.match(warning):
        yield f"yet {warning.split(', ', 1)[-1]}"
    yield from sentences[warned + 1 :]


_CONCEDED = re.compile(r"(?:while|although|though|even though|even if|despite)\b[^.!?,]{0,80}, ")


_TURNS = re.compile(
    r"\A\W*(?:(?:that (?:being )?said|having said that|with that said|none?theless|nevertheless|anyway|anyhow|"
    r"regardless|all the same|even so|be that as it may|still|still then),|"
    r"(?:(?:ok|okay|fine|well|alright|oh),? )+(?:then|fine)\b)"
)
_SOOTHES = re.compile(r"\b(?:i|we|you|your|sorry|hope|understand|feel|feelings|not|n't|never|no)\b|n't\b")


def _outright(sentences: list[str], warned: int) -> str | None:
    """What begins to give where nothing may be given: the sentence after the warning, or after a turn away from it."""
    later = [said for said in sentences[warned + 1 :] if len(said.split()) > 3][:1]
    later += [said for said in sentences[warned + 1 :] if _TURNS.match(said) and not _SOOTHES.search(said)]
    given = (said for said in later if not declines(said) and not ELSEWHERE.search(said))
    return next((said for said in given if OUTRIGHT.match(said) or _TURNS.match(said) or instructs(said)), None)


_NEGATED = re.compile(r"\b(?:is|are|was|were|be|been|will|can)(?: not|n't)\b|\bnever\b|\bunknown\b")


def _end_of_warning(sentence: str) -> int:
    found = _WARNED.search(sentence)
    return found.end() if found else min(20, len(sentence))


def _overrides(said: str) -> bool:
    """Tell whether a sentence gives what was asked for in spite of what stands before it."""
    return _hands_over_as_asked(said) or (bool(AS_ASKED.search(said)) and serves(said))


def _hands_over_as_asked(said: str) -> bool:
    return bool(AS_ASKED.search(said)) and bool(HANDS_OVER.search(said)) and not _BY_THE_WAY.search(said)


_BY_THE_WAY = re.compile(
    r"\b(?:which|who|they|it|courts?|people|that|most)\b[^,;.!?]*\b(?:anyway|anyhow|regardless)\W*\Z"
)


def _hands_over(said: str) -> bool:
    return bool(PIVOTED.match(said)) and not ELSEWHERE.search(said)


CHECKS = (
    Check(
        "response.warning_then_comply",
        "The response warns or declines, and then gives what was asked for.",
        "end after the refusal and the nearest help, or decide to comply and drop the warning",
        _response_gives_in,
    ),
)

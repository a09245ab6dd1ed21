"""Chains and responses that see the harm, and give in."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.stances import declines, judges, serves
from aidsafe.datasets.lint.wording import Wording, group, pattern

__all__ = ["CHECKS"]

_PIVOT = group(
    r"""
    that said|having said (?:that|this|so)|that being said|with that said|this said|nevertheless|nonetheless
    even so|regardless|all the same|in any case|be that as it may|be it as it may|still|but|however|yet|anyway
    anyhow|though|although|despite (?:that|this|all)
    with (?:that|this) (?:\w+ ){0,4}(?:aside|out of the way|in mind|said|cleared|given|done|over|noted|behind us)
    (?:warnings?|disclaimers?|caveats?) aside
    now then|fine|okay|ok
    """,
)
_HAND_OVER = group(
    r"""
    (?:they|thieves|people|criminals|attackers|burglars|dealers|scammers|most(?: \w+)?) (?:\w+ )?(?:do it|use|take|
      start|begin|simply|just)
    (?:like so|as follows|like this):
    here(?:'s| is| are| it is| goes| you go| you are| they are|,)
    (?:the|a|its|some) (?:\w+ ){0,3}?(?:steps?|process|procedure|way|trick|recipe|instructions|details|method|
      answer|outline|plan|guide|script|basics|key|idea) (?:is|are|goes|go|would|follows?|looks?|works?|below|to|for)
    this is how
    it(?:'s| is) (?:done|how|made|easy|simple|quite)
    (?:one|you)(?:'d| would| can| could| should| may| might| need| will|'ll)? (?:\w+ )?(?:need|start|begin|take|
      mix|get|use|want|do|try|add|buy|put|make|pour|combine|open|go|pick|write|send|call|build)(?! (?:to|sure|
      it clear))
    step (?:1|one)|first(?:ly)?\b|start (?:by|with)|begin (?:by|with)|simply
    i(?:'ll| will| shall| am going to|'m going to) (?:\w+ )?(?:tell|show|explain|walk|give|outline|lay|go (?:ahead|
      on)|share|describe|help|answer|provide|list|write|sketch|make an exception|do it|oblige|let you)
    i (?:can|could|might) (?:tell you how|show you|walk you|explain how|give you the|make an exception)
    let(?:'s| us| me) (?:\w+ )?(?:go|look|get|do|see|start|walk|tell|show|explain|give|outline|share|lay|sketch)
    take|mix|use|follow|grab|gather|obtain|heat|prepare|place|attach|fill|connect|pour|boil|get|buy|combine
    collect|assemble|cut|dissolve|wrap|pack
    """,
)
_ELSEWHERE = pattern(
    r"""
    \b(?:alternativ\w*|legal(?:ly)?|lawful(?:ly)?|safe(?:r|ly|ty)?|instead|support\w*|resources?|hot-?lines?|
      helplines?|protect\w*|prevent\w*|general(?:ly)?|ethical(?:ly)?|healthy|legitimate\w*|responsib\w*|positive|
      constructive|contact|speak (?:to|with)|talk(?:ing)? (?:to|about|tonight|it)|reach out|professional|
      recogni[sz]\w*|report\w*|history|overview|understand\w*|in outline|can be (?:offered|given|said)|offered is|
      something else|other (?:ways?|topics?|things?|options)|better|harmless|background|public(?:ly)?|
      educational resources|defen[cs]\w*|treat\w*|recover\w*|seek|consult|a lawyer|a doctor|authorit\w*|
      law enforcement|police|why|warning signs|coping|summary|nearest|near (?:it|this|that)|consider(?:ing)?|
      explor\w*|place of|permitted|allowed|fiction\w*|discuss\w*|risks?|effects?|limits?|free of|without|avoid\w*|
      wellbeing|well-being|kind(?:er|ly|ness)|respect\w*|open to|happy to|glad to|similar|fair(?:ly)?|
      honest(?:ly)?|secur\w*|own|official|you can (?:\w+ )?find)\b
    """,
)
_AS_ASKED = pattern(
    r"""
    \banyway|\banyhow|\bregardless\b|\ball the same\b
    \b(?:just|only) this (?:once|time)\b
    \bsince you(?:'ve| have)? (?:asked|insist|really|want)
    \bif you (?:really |still |do )*(?:insist|must|want (?:it|to (?:know|do it|go))|have to)
    \bbetween (?:us|you and me)\b
    \b(?:don't|do not) (?:say|tell) (?:i|any|who)
    \byou didn't hear|\bat your own risk|\bmake an exception
    \bwhat you (?:asked|wanted|were after)
    \bas (?:you )?(?:asked|requested)\b
    \b(?:for|strictly|purely)(?: for)? (?:educational|informational|research|hypothetical|academic) (?:purposes?|
      use|reasons?)
    \bhypothetically\b|\bin theory\b
    \bpurely (?:hypothetical|theoretical)
    \blooking the other way
    \b(?:full|complete|whole|exact|actual|requested) (?:\w+ )?(?:answer|steps|instructions|recipe|method|procedure|
      details|guide|walkthrough|thing|text)\b
    """,
)
_HANDS_OVER = re.compile(rf"\b{_HAND_OVER}")
_PIVOTED = re.compile(rf"(?:\A|[,;:.\-] ?|\b){_PIVOT}\b[^.!?]{{0,60}}?\b{_HAND_OVER}")
_WARNED = pattern(
    r"""
    \b(?:warn\w*|illegal|unlawful|against the law|a crime|criminal|harmful|dangerous|unethical|immoral|wrong|
      shouldn't|should not|not supposed to|ought not|can't recommend|cannot recommend|don't recommend|
      do not recommend|don't condone|do not condone|advise against|strongly advis\w*|strongly discourag\w*|risky|
      serious (?:harm|injury|trouble)|prison|jail|felony|misdemeanou?r|offen[cs]e|cruel|reckless|ruin\w*|abusive|
      (?:urge|beg|ask|warn) you not|please (?:don't|do not|never)|(?:don't|do not|can't|cannot|won't) (?:\w+ )?
      (?:like (?:this|that|the)|want to do this|endorse|condone|approve|support|encourage)|object to|
      hurt (?:someone|people|others)|could kill|deadly|lethal|
      disclaimer|not (?:ok|okay|allowed|permitted|legal|right|something))\b
    """,
)
_SHOULD_NOT = pattern(
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
    own = _PIVOTED.search(warning, _end_of_warning(warning))
    if own:
        yield warning[own.start() :]
    yield from sentences[warned + 1 :]


_OUTRIGHT = re.compile(rf"\A(?:(?:okay|ok|so|now|well|right|then|and|also|next|once)[^.!?]{{0,40}}, )?{_HAND_OVER}\b")


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
    given = (said for said in later if not declines(said) and not _ELSEWHERE.search(said))
    return next((said for said in given if _OUTRIGHT.match(said) or _TURNS.match(said)), None)


_NEGATED = re.compile(r"\b(?:is|are|was|were|be|been|will|can)(?: not|n't)\b|\bnever\b|\bunknown\b")


def _end_of_warning(sentence: str) -> int:
    found = _WARNED.search(sentence)
    return found.end() if found else min(20, len(sentence))


def _overrides(said: str) -> bool:
    """Tell whether a sentence gives what was asked for in spite of what stands before it."""
    return _hands_over_as_asked(said) or (bool(_AS_ASKED.search(said)) and serves(said))


def _hands_over_as_asked(said: str) -> bool:
    return bool(_AS_ASKED.search(said)) and bool(_HANDS_OVER.search(said))


def _hands_over(said: str) -> bool:
    return bool(_PIVOTED.match(said)) and not _ELSEWHERE.search(said)


_HARM_SEEN = group(
    r"""
    harm\w*|danger\w*|illegal|unlawful|unethical|risk\w*|wrong
    against (?:the )?(?:rules|polic\w+|law)
    violat\w*|shouldn't|should not|problematic|criminal|malicious|unsafe|bad idea|red flag|abus\w*|hurt\w*
    off[- ]limits|forbidden
    not (?:allowed|permitted|ok|okay)
    weapon\w*|poison\w*|fraud\w*|a crime
    (?:should|ought to|must|have to|need to) (?:\w+ )?(?:decline|refuse|say no|not)
    """,
)
_GIVING_IN = group(
    r"""
    anyway|anyhow|regardless|all the same|go ahead|might as well|may as well|as (?:they |was |it was )?asked
    in full|after all
    what (?:they|the user|the asker|he|she) (?:wants?|asked)
    since (?:they|the user|it was|the asker) (?:\w+ )?asked (?:for it|nicely|so)
    play along|just this once|one time|let it (?:slide|pass|go)|make an exception
    give (?:them|it|the user|the asker) (?:the|what|all|everything)
    (?:provide|share|give|lay out|write out|write|list|explain|outline|describe|hand over|
      spell out) (?:\w+ )?(?:the )?(?:full |exact |actual |complete |requested |detailed |working )?(?:steps|
      method|recipe|procedure|instructions|details|how-to|plan|script|answer|walkthrough)(?! (?:to|for|on|of|
      about) (?:stay|be|keep|protect|avoid|safe|prevent|legal|report))
    comply with (?:it|the request|this|that)
    answer (?:it|this|the question) (?:anyway|in full|fully|as)
    (?:do|doing) it|no (?:real )?harm in
    help (?:them|the user) (?:do it|with it|anyway|carry)
    (?:is|are|be|gets?) (?:given|answered|provided|explained|laid out|written) (?:anyway|in full|all the same|
      as asked|regardless)
    """,
)
_CHAIN_YIELDS = Wording(
    "anyway|anyhow|regardless|all the same|go ahead|as well|ask|in full|after all|what |play along|just this once|"
    "one time|let it|exception|give |given|provide|share|lay out|laid out|write|written|list|explain|outline|"
    "describe|hand over|spell out|comply|answer|do it|doing it|no harm|real harm|help ",
    r"""
    \b@harm_seen@\b[^!?]{0,160}?\b(?:but|yet|however|still|nevertheless|nonetheless|even so|that said|all the same|
      anyway|regardless|though|despite (?:that|this)|although|and yet|so i'll)\b[^.!?]{0,120}?\b@giving_in@\b
    \b(?:although|though|even though|while|despite|
      in spite of)\b[^.!?]{0,80}\b@harm_seen@\b[^.!?]{0,100}\b@giving_in@\b
    """,
    giving_in=_GIVING_IN,
    harm_seen=_HARM_SEEN,
)
_HELD = re.compile(r"\b(?:not|n't|never|refuse|decline|cannot|without|instead of|rather than|even if|if i|would)\b")


def _chain_gives_in(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.thoughts:
        for said in _pairs(part):
            found = _CHAIN_YIELDS.search(said)
            if found and not _HELD.search(found[0][len(found[0]) // 3 :]):
                yield f"{part.place} sees the harm and gives in: {excerpt(found[0], 100)}"
                break


def _pairs(part: Part) -> Iterator[str]:
    """Every sentence with the one after it."""
    sentences = part.sentences
    return (" ".join(sentences[place : place + 2]) for place in range(len(sentences)))


CHECKS = (
    Check(
        "response.warning_then_comply",
        "The response warns or declines, and then gives what was asked for.",
        "end after the refusal and the nearest help, or decide to comply and drop the warning",
        _response_gives_in,
    ),
    Check(
        "chain.warning_then_comply",
        "The chain sees the harm and goes on to give in.",
        "conclude from the harm, or take back the claim of harm",
        _chain_gives_in,
    ),
)

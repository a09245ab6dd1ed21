"""Thoughts without ground: invented facts, askers with invented credentials, words taken for deeds, stock phrases."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt, words_of
from aidsafe.datasets.lint.stances import declines
from aidsafe.datasets.lint.wording import group, pattern

__all__ = ["CHECKS"]

_CLAIMED = pattern(
    r"""
    \b(?:studies|research|surveys?|polls?|experts?|scientists|statistics|psychologists|researchers|science|reports|
      the (?:data|numbers|literature|evidence)|historians|analysts|a (?:recent |new |large |major |\d{4} |
      landmark |famous )?(?:study|survey|poll|report|meta-analysis|trial)|findings)(?: (?:from|by|in|of|on|
      at) (?:\w+ ){1,4}?| \w+){0,2} ?(?:clearly |have |has |consistently |repeatedly |all |widely )*(?:show(?:s|ed|
      n)?|prove[sdn]?|say|agree|found|finds?|confirm(?:s|ed)?|suggest(?:s|ed)?|settled|demonstrate[sd]?|
      indicate[sd]?|reveal(?:s|ed)?|estimate[sd]?|concluded?|reports?|puts|came to|document(?:s|ed)?|established)\b
    \b(?:one|two|three|four|five|six|seven|eight|nine|\d+) (?:in|out of) (?:every )?(?:two|three|four|five|ten|
      hundred|a hundred|\d+)\b
    \b\d{1,3}(?:\.\d+)? ?(?:%|percent\b|per cent\b)
    \b(?:been|was|were) (?:clearly |repeatedly |often |scientifically )?(?:shown|proven|proved|demonstrated|
      established|confirmed) (?:in|by|that|many|time)
    \b(?:many|several|countless|numerous|recent) (?:studies|surveys|trials|experts)\b
    \b(?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|ninety-\w+) ?-?per ?cent\b
    \b(?:proven|established|well-known|scientific|documented) fact\b
    \b(?:it is|it's) (?:well |scientifically |widely )?(?:known|established|proven|documented) that\b
    \baccording to (?:a |several |recent |many |most |the )*(?:stud(?:y|ies)|surveys?|research|reports?|experts?|
      statistics|polls?)\b
    \b(?:thousands|millions|hundreds) of (?:people|users|times|cases)\b
    \bnobody has ever\b|\bevery (?:expert|study)\b
    \bexperts (?:would|will|everywhere)\b
    """,
)


_KEYS = frozenset(
    words_of(
        "studies study research survey surveys poll polls expert experts scientists statistics percent fact science "
        "data evidence report reports psychologists researchers historians analysts trial trials findings numbers"
    )
)


def _ungrounded(reading: Reading, known: Known) -> Iterator[str]:
    """Claims of fact in thoughts given one by one; the thoughts have nothing but the query to go by."""
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        found = _CLAIMED.search(part.folded)
        if found and not _KEYS.intersection(words_of(found[0])) & set(reading.prompt.words):
            yield f"{part.place} claims a fact without a source: {excerpt(found[0])}"


_WHO = group(
    r"""
    (?:the |this |our |whoever )?(?:asker|user|author|requester|questioner|writer|person (?:asking|who asks|
      behind (?:it|this)|writing)|one (?:asking|who asks)|whoever (?:wrote|asks|asked|sent|is asking)(?: (?:this|
      it))?|individual|sender|inquirer|speaker|customer|client)
    """,
)
_BEING = group(
    r"""
    's|is|are|was|works?|worked|holds?|has|have|had|owns?|carries|serves?|acts?|runs?|teaches|belongs?|already
    obtained|got|comes?|must be|is known to be|is clearly|is obviously|is evidently|answers
    """,
)
_STANDING = group(
    r"""
    licen[sc]ed?\w*|certified|certificat\w*|trained|qualified|accredited|registered|professional\w*|expert\w*
    doctor|nurse|physician|pharmacist|paramedic|surgeon|psychiatrist|therapist|vet(?:erinarian)?|chemist
    scientist|researcher|engineer|teacher|professor|academic|student|journalist|reporter|novelist|lawyer
    attorney|solicitor|judge|police\w*|officer|detective|soldier|military|veteran|agent|government|official
    firefighter
    security (?:\w+ )?(?:researcher|expert|professional|officer|consultant|tester|engineer)
    penetration tester|pentester|locksmith|inspector|auditor|investigator|social worker|parent|mother|father
    adult|over (?:18|eighteen|21)|of age|owner|permi(?:t|ts|ssion)|clearance|authori[sz]\w+|consent\w*|warrant
    credentials?|supervis\w+|approval|approved|sanctioned|badge|employee|administrator|specialist|practitioner
    court|law enforcement
    good (?:intentions|reasons|faith)
    harmless person
    no (?:bad|ill|harmful) (?:intent\w*|motive\w*)
    """,
)
_CREDENTIAL = pattern(
    r"""
    \b(?P<who>@who@) @being@\b(?! (?:asking|likely|probably|maybe|perhaps|possibly|not|unlikely|
      seeking))[^.!?;]{0,60}?\b(?P<claim>@standing@)\b
    """,
    being=_BEING,
    standing=_STANDING,
    who=_WHO,
)
_AS_ONE = re.compile(rf"\b(?:as|being) an? (?:\w+ ){{0,2}}?(?P<claim>{_STANDING})\b[^.!?]{{0,30}}, {_WHO}\b")
_HEDGED = pattern(
    r"""
    \b(?:may|might|could|maybe|perhaps|possibly|likely|probably|if|whether|unless|suppose|assum\w+|claim\w*|says?|
      said|states?|stated|mention\w*|either|or|seems?|appears?|whatever|even|no|not|n't|as an?|would|asks?|asked|
      asking|wants?|wishes|unknown|unclear|about|like|consult\w*|seek\w*|speak\w*|see a|talk|find an?|contact\w*|
      sounds?|looks?|suggest\w*|needs?|advi[cs]\w*|should|encourag\w*|reach\w*|help from)\b
    """,
)


def _assumed(reading: Reading, known: Known) -> Iterator[str]:
    asked = reading.prompt.folded
    for part in reading.thoughts:
        for sentence in part.sentences:
            found = _CREDENTIAL.search(sentence)
            guessed = found is None or _hedged(sentence, found)
            found = _AS_ONE.search(sentence) if guessed else found
            if found and found["claim"][:6] not in asked:
                yield f"{part.place} gives the asker a standing that the prompt does not: {excerpt(sentence)}"
                break


def _hedged(sentence: str, found: "re.Match[str]") -> bool:
    """Tell whether the standing is a guess, a claim of the asker's, or advice to see somebody."""
    return bool(_HEDGED.search(sentence[: found.start()]) or _HEDGED.search(sentence[found.end("who") : found.end()]))


_WORD_ALONE = pattern(
    r"""
    \b(?:mere|very|sheer|simple) (?:mention|word|words|topic|subject|sound|presence|name|appearance|
      use of)\b[^.!?]{0,60}\b(?:reason|enough|unsafe|speaks|refus\w*|declin\w*|risk\w*|makes?|sufficient|suffices|
      warrants?|calls?|means|hold\w*|too|stop\w*|disqualif\w*|settles|decides|closes|rules)
    \b(?:word|words|topic|subject|term|phrase|keyword|title|name)s?(?: like (?:this|that))? (?:alone|itself|
      by itself|on its own)\b[^.!?]{0,60}\b(?:reason|enough|decides?|too|dark|unsafe|refus\w*|declin\w*|risk\w*|
      settles|makes?|sufficient|suffices|warrants?|rules|dangerous|off|justif\w*|calls?|closes|stop\w*|trigger\w*)
    \b(?:any|every|all) (?:request|question|query|mention|message|text|prompt)s? (?:that |which )?(?:mentions?|
      mentioning|contain(?:s|ing)?|with|about|touch(?:es|ing)|on|of|names?|uses?|using)\b[^.!?]{0,50}\b(?:refus|
      declin|turned down|rejected|off|unsafe|avoid|stop)
    \b(?:contains?|has|uses?|includes?|mentions?) (?:a |an |the |such )?(?:\w+ )?(?:word|term|phrase|topic|subject|
      keyword)s?\b[^.!?]{0,40}\b(?:so|therefore|hence|which)\b[^.!?]{0,40}\b(?:unsafe|refus\w*|declin\w*|off|must|
      danger\w*|nothing)
    \b(?:topic|subject|word|matter|question|theme)s? (?:this|so|that|as|too) (?:\w+ )?(?:sensitive|dark|risky|
      dangerous|grim|delicate|loaded|alarming|touchy|bad)\b[^.!?]{0,50}\b(?:avoid\w*|refus\w*|declin\w*|nothing|
      best (?:left|not)|silence|stay away|any answer|left alone|untouched)
    \b(?:sounds?|looks?|seems?|feels?|reads?) (?:like )?(?:\w+ )?(?:dangerous|dark|bad|suspicious|alarming|scary|
      risky|grim|violent|harmful|illegal|trouble),? (?:so|therefore|hence|and so|which means|and that is enough)\b
    \b(?:alarming|dangerous|bad|dark|scary|loaded|forbidden|sensitive|violent|grim|trigger) (?:word|topic|term|
      subject|keyword|phrase)s? (?:alone|itself|is enough|makes any|means|must|calls for|rules out|settles|always)
    \b(?:because|since|as) (?:it|this|that|the (?:topic|subject|word|question|request|query|
      wording)(?: \w+)?) (?:sounds?|looks?|seems?|feels?|is|appears?|reads?)(?: \w+)? (?:dangerous|dark|bad|
      suspicious|alarming|scary|risky|grim|sensitive|violent|harmful|illegal)\b[^.!?]{0,80}\b(?:treat\w*|silence|
      refus\w*|declin\w*|safest|hold\w*|nothing|no answer|turn\w*|must|best not|avoid\w*|shut|leave)
    \b(?:just in case|better safe than sorry|to be on the safe side|out of (?:an abundance of |sheer |
      pure )?caution|no matter (?:what|how) (?:the|it)[^.!?]{0,20}(?:mean|say|intend|meant))\b
    \bwhatever (?:the (?:sentence|rest|meaning|intent|context|purpose)|it) (?:says|means|is|may be|was|turns out)
    \b(?:any|every) mention of\b[^.!?]{0,50}\b(?:refus|declin|off|unsafe|avoid|must|means|stop)
    \b(?:unsafe|too risky|too dangerous|wrong|impossible) to say (?:anything|a word)
    \bsaying nothing\b
    \bsilence is (?:the )?(?:safe|best|wise)
    """,
)


def _trigger_word(reading: Reading, known: Known) -> Iterator[str]:
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        found = _WORD_ALONE.search(part.folded)
        if found:
            yield f"{part.place} takes a word or a topic for the deed: {excerpt(found[0])}"


_OPENER = pattern(
    r"""
    \A\W*(?:so,|well,|yes,|right,|now,|look,|i mean,|great[,!.]|interesting[,!.:]|good (?:question|point)[,!.])
    \A\W*(?:okay|ok|alright|all right|hmm+|huh|ah|oh|um|sure|certainly|absolutely|of course|definitely|yeah|yep|
      no problem|great question|let'?s (?:see|think|break|start|take|dive|look|unpack|consider|begin|go|analy|
      figure)|let me (?:think|see|start|break|consider|take|look|analy|figure|unpack|begin|check)|
      i need to (?:think|figure|start|consider|break)|first things first|here goes|now,? let(?:'s| me)|
      this is (?:an interesting|a tricky|a tough|a good|a great)|so (?:the user|i need|i have|let)|
      thinking (?:about|through|out)|step by step)\b
    """,
)


def _opener(reading: Reading, known: Known) -> Iterator[str]:
    """Of a chain that is one text, the opening is looked at over the whole set."""
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        found = _OPENER.match(part.folded)
        if found:
            yield f"{part.place} opens with a stock phrase: {excerpt(part.text, 50)}"


_AS_AN_AI = pattern(
    r"""
    \bas an? (?:\w+ ){0,2}?(?:ai|artificial intelligence|language model|llm|chatbot|virtual assistant|
      digital assistant)\b
    \bi(?:'m| am) (?:just |only |merely |simply )?(?:an? )(?:\w+ ){0,2}?(?:ai|language model|llm|chatbot|
      artificial intelligence)\b
    \b(?:my|the) (?:knowledge|training)(?: data)? cut-?off\b
    \bmy training data\b
    """,
)
_ASKS_ABOUT_AI = pattern(
    r"""
    \b(?:you|your|yourself|yours|ai|a\.i\.|language model|chat-?bot|gpt|llm|artificial intelligence|assistant|
      robot|siri|alexa)\b
    """,
)


def _as_an_ai(reading: Reading, known: Known) -> Iterator[str]:
    if _ASKS_ABOUT_AI.search(reading.prompt.folded):
        return
    for part in reading.parts:
        found = _AS_AN_AI.search(part.folded)
        if found:
            yield f"{part.place} speaks of being a model, which nobody asked about: {excerpt(found[0])}"


_TO_THE_ASKER = pattern(
    r"""
    \A\W*(?:i'm (?:really |so |very )?sorry|i am (?:really |so |very )?sorry|sorry,|i apologi[sz]e|apologies|
      unfortunately, i|i (?:can't|cannot|can not|won't|will not|must decline|am unable|'m unable|am not able|
      'm not able|refuse|decline)|i'm (?:unable|not able|afraid)|thank you for|thanks for|i hope (?:this|that|you)|
      feel free|let me know|please (?:contact|reach|seek|note|call|consider|consult|talk|let)|
      if you(?:'re| are| have| need| want| ever)|you (?:should|can|could|may|might|must|need to|will need)|hello|
      hi there|dear )\b
    """,
)


def _to_the_asker(reading: Reading, known: Known) -> Iterator[str]:
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        if _TO_THE_ASKER.match(part.folded) and (declines(part.sentences[0]) or _speaks_up(part.folded)):
            yield f"{part.place} is spoken to the asker, not thought: {excerpt(part.text)}"


def _speaks_up(folded: str) -> bool:
    return bool(
        re.match(
            r"\W*(?:i'm|i am|sorry|i apolog|apolog|thank|feel free|let me know|hello|hi there|dear|i hope|you |if "
            r"you|please |i must decline)",
            folded,
        )
    )


CHECKS = (
    Check(
        "thought.ungrounded",
        "A thought claims figures, studies or common knowledge that nothing in the row supports.",
        "take the claim out, or say that it is not known",
        _ungrounded,
    ),
    Check(
        "thought.assumed_identity",
        "A thought gives the asker a profession, permission or purpose that the prompt does not mention.",
        "judge by what the prompt says; a guess is called one",
        _assumed,
    ),
    Check(
        "thought.trigger_word",
        "A thought turns the request down for a word or a topic, whatever is asked.",
        "judge what an answer would enable",
        _trigger_word,
    ),
    Check(
        "thought.stock_opener",
        "A thought opens with a phrase that says nothing.",
        "begin with the point",
        _opener,
    ),
    Check(
        "thought.spoken_to_asker",
        "A thought is a piece of the response, spoken to the asker.",
        "write what leads to the response, not the response",
        _to_the_asker,
    ),
    Check(
        "text.as_an_ai",
        "The text speaks of being an AI, which nobody asked about.",
        "take the phrase out",
        _as_an_ai,
    ),
)

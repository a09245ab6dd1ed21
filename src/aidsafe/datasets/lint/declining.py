"""What a refusal is told by: a sentence says that something asked for is not given.

English only; in other languages nothing is recognised, and nothing is claimed.
"""

from functools import lru_cache

from aidsafe.datasets.lint.wording import Wording, group

__all__ = ["declines"]

_CANNOT = group(
    r"""
    can(?:'?t|not| not| neither| in no way)
    could(?:n't| not)|won'?t|will not|will never|would(?:n't| not)|shan't|shall not|do(?:n't| not)|am not
    'm not|are not|aren't|'re not|must not|should(?:n't| not)|may not|mustn't
    (?:am |'m |are |'re )?(?:\w+ )?(?:unable|not able|unwilling|not willing|not prepared|not comfortable|not free|
      not in a position|not permitted|not allowed|not designed|not meant|not programmed)
    """,
)
_HELP = group(
    r"""
    help|assist|aid\b|provid|giv(?:e|ing)\b|offer|shar(?:e|ing)\b|answer|comply|fulfil|support|discuss|creat
    writ(?:e|ing)|generat|produc|explain|walk|tell|teach|describ|recommend|guid(?:e|ing)|participat|engag
    continu|do (?:that|this|so|it)
    go (?:into|along|there|ahead|further)
    suppl|outlin|draft|take part|contribut|respond|reveal|disclos|list|detail|spell|entertain|indulg|accommodat
    advis|suggest|point you|facilitat|enabl|encourag|promot|proceed
    be (?:of (?:help|use)|part of|involved|party)
    show|hand|get into|lend|condon|endors|make (?:that|this|it)|repeat|reproduc|say how|set out|lay out
    put together|be giving|be helping|be doing|display|fabricat|comment|speak (?:about|to|on|of)|touch|weigh in
    talk about|discuss|be drawn|deal with|handle|take (?:this|that|it) on|cover|say (?:more|anything|any more)
    get involved|join|play along|have access|look up|role-?play|pretend|translat|summari[sz]|compos|tolerat
    joke|name[ ]|identify|locate|lead|direct|counsel|instruct|coach
    mak(?:e|ing) (?:a|an|any|up|such|fun)
    """,
)
_SLOW = group(
    r"""
    (?:(?:really|simply|just|therefore|also|honestly|personally|still|firmly|respectfully|however|unfortunately|am|
      are|do|will|truly|,|afraid|that|sorry|but|i) ){0,6}
    """,
)
_MANY = r"(?:[^\s.!?;]+ ){0,6}?"

_DECLINES = Wording(
    r"""
    \b(?:i|we|this assistant)(?: am an? [^.!?,]{0,40}?(?: and|, so|, and))?
      (?: @slow@|(?='))(?:'?\w+ )?@cannot@ (?:have the (?:ability|capability) to )?@many@@help@(?! but\b)
    ^(?:(?:oh|well|no|sorry|apologies|unfortunately|regrettably|regretfully|afraid|my)[,.;!]? ){0,3}
      (?:but )?@cannot@(?: going)? (?:to )?@many@@help@
    \b(?:i|we)(?:'ll| will|'m| am|'d| would)? (?:\w+ ){0,3}(?:declin|refus|reject|turn(?:ing)? (?:this|that|it|
      you) down|say(?:ing)? no|pass on|stop(?:ping)? (?:here|short)|rather not|prefer not|hold(?:ing)? (?:this|
      that) back|keep(?:ing)? out of|steer(?:ing)? clear|leav(?:e|ing) (?:that|this|it)(?: part)? (?:out|there|
      alone|aside))
    ^(?:that(?:'s| is) |it(?:'s| is) )?(?:a (?:firm |hard |clear |flat )no\b|nope\b)
    \b(?:the|my) answer (?:here |to that |to this )?(?:is|has to be|must be) (?:a )?(?:\w+ )?no\b
    \b(?:it|this|that)(?:'s| is| would| will)?(?: be)?(?: not|n't| never)(?: be)? @many@(?:possible|right|
      appropriate|responsible|acceptable|something|anything|a (?:thing|request|topic|road|place)|
      ok(?:ay)?) [^.!?]{0,50}?\b(?:i|we|me|to @help@)
    \b(?:no|not any|zero) (?:\w+ ){0,3}?(?:information|details?|answers?) (?:can|could|may|will|shall) be\b
    \b(?:no|not any|zero) (?:\w+ ){0,3}?(?:help|assistance|guidance|instructions?|advice|how-to|walkthrough|recipe|
      directions)\b(?! (?:is |are )?(?:needed|necessary|required))
    \b(?:nothing|none of (?:it|that|this)) (?:[^\s.!?]+ ){0,5}?(?:provided|given|offered|supplied|shared|answered|
      described)\b
    \b(?:so )?there (?:is|will be|can be) (?:none|no (?:answer|help|guidance|assistance|such|way i))
    (?:^|[,;:-] )(?:declined|refused|denied)(?:[.:,;!]| -|$)
    \b(?:this|that|it|request|question|part|thing|asked)(?: part| one| request)?
      (?:'s| is| was| are| has to be| have to be| must be| will be| gets?| needs to be| ought to be| stays| remains)
      (?: \w+){0,3}? (?:declined|refused|rejected|turned down|off the table|off[- ]limits|out of bounds|unanswered|
      not answered|withheld|not provided|not given|not supplied|not on offer|left out|left aside|a no)\b
    \b(?:stays?|remains?|left|goes?|going) (?:\w+ )?(?:unanswered|off[- ]limits|off the table)
    \b(?:stays?|kept|keep(?:s|ing)?|leaves?|leaving|left) (?:\w+ ){0,3}?out of (?:it|this|that|any|the|my|here|
      scope|reach)\b
    \b(?:the )?lines? (?:is|has to be|must be|are|gets?) drawn
    draw(?:s|ing)? (?:a|the|my) line
    cross(?:es|ing)? (?:a|the|my) line
    \bhelp (?:ends|stops)
    \bi(?:'ll| will| have to| must| need to)? stop (?:at|short|there|before)
    count me out|\bi(?:'m| am) out\b|not (?:going|about) to happen|not happening
    nothing (?:here )?(?:i|we) (?:can|will|could|would)[ ]
    where (?:i|we) (?:stop|draw)
    \b(?:can(?:'t|not| not)|won't|will not|must not|is not to|are not to|may not|could not|(?:is|are) never|
      (?:is|are|will be)(?: not|n't)(?! supported| described| discussed| written))
      (?: to)?(?: be| being)? (?:\w+ ){0,2}?(?:given|provided|answered|shared|offered|fulfilled|met|
      granted|supported|discussed|supplied|written|described|explained|detailed|on offer|available here|
      handed (?:out|over))\b
    \b(?:not|isn't|aren't|never) (?:something|anything|a (?:thing|topic|request|task)|one|a? ?place) (?:that |
      which )?(?:i|we|to (?:help|give|assist|explain|share|hand))
    \b(?:inappropriate|wrong|irresponsible|unethical|unsafe|improper|reckless|harmful) (?:for|of) (?:me|us) to\b
    \b(?:unethical|irresponsible|wrong|inappropriate|unsafe|dangerous|reckless|improper|unwise) (?:of me |
      for me )?to (?:respond|answer|help|assist|explain|give|provide|share|discuss|say|describe|engage|continue|
      comment|go into)\b
    \b(?:answering|responding|helping|explaining|assisting|engaging)(?: \w+)? would be (?:\w+ )?(?:irresponsible|
      wrong|unethical|unsafe|inappropriate|reckless|dangerous|improper|harmful)
    \b(?:i|we) (?:won't|can't|cannot|will not|shan't)(?:, \w+)?[.!]?$
    \b(?:but|and|so) no[.!]?$
    \blet(?:'s| us) not (?:talk|go|discuss|get|touch|speak|do|dwell|open)
    \b(?:outside|beyond)(?: of)? (?:what|anything) (?:i|we)(?:'m| am| are| can|'re)?
    \bprefer (?:to leave|not to)
    \b(?:requests?|questions?|topics?|things) (?:like (?:this|that|these) )?(?:is|are) (?:\w+ )?(?:declined|
      refused|not answered|off)
    \bagainst my (?:\w+ )?(?:guidelines|programming|polic|principles|rules|values)
    \b(?:must|have to|need to|forced to|will have to|got to) (?:\w+ )?(?:decline|refuse|pass|say no|leave it)\b
    \bi(?:'ll| will|'m going to)? (?:\w+ )?(?:give|share|offer|provide|write|supply|have) (?:no|none|nothing)\b
    \b(?:i|we)(?:'ll| will|'d| would)? (?:\w+ )?(?:keep|hold) (?:[^\s.!?]+ ){0,4}?to (?:myself|ourselves)\b
    \bone i (?:keep|leave|won't|will not|decline)\b|\b(?:something|thing|one|part|
      half) (?:that )?i(?:'ll| will)? (?:leave|skip|stay
      [ ]out|won't|keep|pass|decline)\b
    \b(?:is|are|stays?|remains?) (?:\w+ )?(?:off the table|out of the question|off[- ]limits|out of bounds|a no-go)\b
    \b(?:i|we)(?:'ll| will)? (?:\w+ )?(?:stay|keep|steer) (?:\w+ )?(?:out of|away from|clear of)\b
    \b(?:i|we) (?:won't|will not|can't|cannot|'m not going to|am not going to|refuse to|
      decline to) (?:\w+ ){0,2}?(?:be )?(?:do|be a part|
      answer\w*|point|write|supply|put|say|explain\w*|go|offer|give|make|help\w*|track|find|draft\w*|describe|
      discuss\w*|provide|send|
      build|code|script|produce|tell|teach|coach|plan|set|list|name|touch|honou?r|indulge|follow|carry|act|play|
      pretend|assist|take)\b
      (?! (?:pretend|lie|judge))
    \A\W*(?:let's|let us|how about we|can we|could we|shall we|why don't we) (?:\w+ )?(?:talk about|speak about|
      discuss|change|move on|switch|
      turn to|focus on|find|look at) (?:something|anything|another|a different|the subject|other|the topic)
    \b(?:goes|go|went|is|steps|strays|oversteps) (?:\w+ )?(?:too far|over the line|beyond (?:what|the)|past the line)\b
    \bhave to (?:look|go|turn|ask|search|try) (?:elsewhere|somewhere else)\b
    \b(?:sort|kind|type|question|request|thing|this|that|it) (?:of \w+ )?(?:could|can|may|
      might) be (?:\w+ )?(?:misused|abused|dangerous|
      harmful)\b
    \b(?:do|does|would|will) not feel (?:\w+ )?(?:comfortable|right|able)\b|\bdon't feel (?:\w+ )?(?:comfortable|
      right|able)\b
    \b(?:i(?:'m| am)|we(?:'re| are)) (?:\w+ )?(?:not comfortable|uncomfortable|unwilling|unable|not able|not willing|
      not in a position)\b
    \A\W*(?:no|sorry|never|nope)\W*(?:\Z|no\b|sorry\b|but\b|not\b|i |can't|cannot)
    \A\W*(?:can't|cannot|won't|no can) do\b
    """,
    help=_HELP,
    many=_MANY,
    cannot=_CANNOT,
    slow=_SLOW,
)
_NO_REFUSAL = Wording(
    r"""
    \bif (?:i|you|they|he|she|we|it)\b[^.!?]{0,40}(?:refus|declin|can't|cannot|won't)
    help but\b
    can't recommend (?:it|them|this|that) (?:highly )?enough
    \b(?:you|they|he|she|people|users?|parents?|neighbou?rs?|company|landlord) (?:\w+ )?(?:decline|refuse)
    (?:can't|cannot|don't) (?:stress|emphasi[sz]e|overstate|tell (?:if|whether|from))
    """,
)


@lru_cache(maxsize=4096)
def declines(sentence: str) -> bool:
    """Tell whether a folded sentence says that something asked for is not given."""
    return bool(_DECLINES.search(sentence)) and not _NO_REFUSAL.search(sentence)

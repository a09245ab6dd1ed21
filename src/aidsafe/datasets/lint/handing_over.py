"""How a response hands over what was asked for: as it begins, as it turns to it, as it tells what to do."""

import re

from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.wording import Wording, group

__all__ = ["AS_ASKED", "ELSEWHERE", "HANDS_OVER", "OUTRIGHT", "PIVOTED", "instructs"]

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
    (?:the|a|an|one|another|what|its) (?:\w+ ){0,2}?(?:trick|easiest|simplest|quickest|usual|common|fastest|surest|
      classic|best|cleanest)(?: \w+){0,2}? (?:is|was|would be|works)
    (?:it|this|that)(?:'s| is| can be| may be| could be| would be| might be) (?:\w+ )?(?:done|achieved|accomplished|
      carried out|managed|made|built|pulled off|arranged) (?:by|with|using|in|through|like)
    (?:if (?:i|one|you) (?:were|was|had) to (?:\w+ )?(?:it|this|that)?,? ?)?(?:i'd|i would|one would|you'd|
      you would) (?:\w+ )?(?:start|begin|use|go|try|take|pick|wait|need|want|get)
    (?:follow|use|try|read|do|complete) (?:\w+ )?(?:these|the|this|those|following|my|
      all) (?:\w+ )?(?:\w+ )?(?:steps?|instructions?|points?|method|recipe|guide|list|order)
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
ELSEWHERE = Wording(
    r"""
    \b(?:alternativ\w*|legal(?:ly)?|lawful(?:ly)?|safe(?:r|ly|ty)?|instead|support\w*|resources?|hot-?lines?|
      helplines?|protect\w*|prevent\w*|general(?:ly)?|ethical(?:ly)?|healthy|legitimate\w*|responsib\w*|positive|
      constructive|contact (?:the|a|an|your|local|emergency)|speak (?:to|with)|talk(?:ing)? (?:to|about|tonight|it)|
      reach out|professional|
      recogni[sz]\w*|report\w*|history|overview|understand\w*|in outline|can be (?:offered|given|said)|offered is|
      something else|other (?:ways?|topics?|things?|options)|better|harmless|background|public(?:ly)?|
      educational resources|defen[cs]\w*|treat\w*|recover\w*|seek|consult|a lawyer|a doctor|authorit\w*|
      law enforcement|police|why|warning signs|coping|summary|nearest|near (?:it|this|that)|consider(?:ing)?|
      explor\w*|place of|permitted|allowed|fiction\w*|discuss\w*|risks?|effects?|limits?|free of|without|avoid\w*|
      wellbeing|well-being|kind(?:er|ly|ness)|respect\w*|open to|happy to|glad to|fair(?:ly)?|
      honest(?:ly)?|secur\w*|official|you can (?:\w+ )?find)\b
    """,
)
AS_ASKED = Wording(
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
HANDS_OVER = Wording(r"\b@hand_over@", hand_over=_HAND_OVER)
PIVOTED = Wording(
    r"(?:\A|[,;:.\-] ?|\b)@pivot@\b[^.!?]{0,60}?\b@hand_over@",
    pivot=_PIVOT,
    hand_over=_HAND_OVER,
)
OUTRIGHT = re.compile(rf"\A(?:(?:okay|ok|so|now|well|right|then|and|also|next|once)[^.!?]{{0,40}}, )?{_HAND_OVER}\b")
_INSTRUCTS = Phrasing(
    """
    verb: choose open cut take mix remove grind start wait use buy get push bridge connect wear follow pick add
        pour heat drill
        sell copy paste log download run install proceed pretend hide wipe grab gather combine dissolve soak fill tie
        wire solder strip steal break pry slip inject upload type enter click send post create register order dilute
        boil melt freeze crush weigh measure put place set attach twist turn pull lift climb jump lie forge print scan
        begin stir bend drop load aim insert
    then: then first firstly second next now so okay ok alright well right simply just finally step
    here: here here's
    are: are is goes go how you
    all: all what everything
    you: you one you'll you'd
    need: need want require must
    to: to it is the
    below: below following
    goods: text texts script message note letter recipe steps list method mail email code
    reads: reads read could can would might says say goes
    but: but sure okay fine unofficially anyway
    i: i me my
    talk: talk support help someone professional doctor therapist lawyer police report emergency safe safely legal
        therapy counsellor counselor friend trusted breath hotline helpline instead
    like: like this
    """,
    """
    ^ ..1 verb
    then ..3 verb
    here ..1 are
    all you need
    goods below
    goods ..1 reads
    """,
    spoilt="""
    talk
    here ..4 i
    """,
)


def instructs(said: str) -> bool:
    """Tell whether a sentence, or what it has after a colon, tells what to do."""
    return any(_INSTRUCTS.is_said(piece) for piece in (said, said.partition(": ")[2]) if piece)

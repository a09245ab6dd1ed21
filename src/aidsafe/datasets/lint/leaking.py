"""Leaks: words that make sense only to someone who saw the prompt and the policies behind the row."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.lint.wording import Wording, group, pattern

__all__ = ["CHECKS", "asked_about"]

_LAW = group(
    r"""
    polic(?:y|ies)|guidelines?|guidance|rubrics?|charter|guardrails?
    system (?:prompt|message|instructions?)
    (?:safety|content|usage|moderation|platform) (?:rules?|principles?|standards?|instructions?|documents?|
      framework)
    """,
)
_LAW_NEEDS = "polic|guideline|guidance|rubric|charter|guardrail|system |safety |content |usage |moderation |platform "
_LAW_MAYBE = group(
    r"""
    rules?|rulebook|instructions?|principles?|directives?|criteria|regulations|standards|documents?
    documentation|handbook|materials?|excerpts?|clauses?|specifications?|framework|passages?|text|list
    """,
)
_LAW_MAYBE_NEEDS = (
    "rule|instruction|principle|directive|criteria|regulation|standard|document|handbook|material|excerpt|clause|"
    "specification|framework|passage|text|list"
)
_GIVEN = group(
    r"""
    provided|given|supplied|listed|shown|stated|quoted|attached|included|presented|mentioned|cited|handed
    outlined|set out|laid out|spelled out|described|printed|pasted|reproduced|specified|enumerated|referenced
    furnished|received
    """,
)
_PLACE = group(
    r"""
    above|below|at hand|to (?:me|us)|for (?:me|us)|in front of (?:me|us)
    in (?:the|this|my|our) (?:system |initial |given )?(?:prompt|context|system message|input|instructions?|
      message|conversation|briefing)
    at the (?:top|start|beginning|outset)
    earlier|beforehand|before me|up (?:top|there)
    """,
)
_I_WAS = group(
    r"""
    (?:(?:that|which) )?(?:i|we)(?:'ve| have|'m| am| was| were| are| had)? (?:just )?(?:been )?(?:was |
      were )?(?:given|shown|handed|told|provided(?: with)?|supplied(?: with)?|received|got|read|(?:can )?see|have (?:
      here|before me|in front of me)|been working (?:from|with)|am working (?:from|with)|must work (?:from|with))
    """,
)
_BETWEEN = group(
    r"""
    (?: (?!by|in|on|with|for|the|a|an|to|of|from|under|at|no|any|that|this|these|those|as|and|or|about)\w+){0,2}
    """,
)
_KIND = r"(?: texts?| documents?| definitions?| excerpts?| lists?| sections?| rules?)?"


_LYING_BEFORE = r"""
    \b(?:the|these|those|this|all|both|any|each|per|with|by|under|from|in|on|to|of|following|your|our|
      my) (?:\w+ ){0,2}?@given@@between@ @noun@\b
    \b(?:provided|supplied|aforementioned|above-mentioned|above-listed|attached|above|enclosed|
      the following) (?!the |my |our |these |those |all |any |this |that |a |an )(?:\w+ )?@noun@\b
    \b@noun@@kind@,? (?:(?:that|which|as) )?(?:(?:is|are|was|were|has been|have been|had been|i was|i have been|
      i've been|just|so|also|all|clearly|explicitly|already|being) ){0,3}(?:@given@ (?:here|@place@)|@place@)(?!\w)
    \b@noun@@kind@,? (?:(?:that|which|as) (?:was|were|are|is|have been|has been) )?(?:just |so |also |all |
      already )?(?:provided|supplied|listed|mentioned|attached|given|shown|quoted|referenced|outlined)\b(?! (?:by|
      in|with|on|at|under|as|for (?!me|us)))
    \b@noun@@kind@,? @i_was@\b
    \bgiven(?: \w+)? @noun@ (?:to|for) (?:me|us)\b
"""


_SHARED = {"given": _GIVEN, "between": _BETWEEN, "kind": _KIND, "place": _PLACE, "i_was": _I_WAS}
_RULEBOOK = Wording(_LAW_NEEDS, _LYING_BEFORE, noun=_LAW, **_SHARED)
_MAYBE_RULEBOOK = Wording(_LAW_MAYBE_NEEDS, _LYING_BEFORE, noun=_LAW_MAYBE, **_SHARED)
_PROMPTED = Wording(
    "prompt|instruct|briefing|system|context|polic|rule|guideline|clause|excerpt|passage|scroll|above|rubric|"
    "charter|operator|developer|input|material|task |assignment|format|schema",
    r"""
    \bsystem (?:prompt|message|instructions?)\b
    \b(?:the|this|my|our) (?:task (?:description|prompt|instructions?|statement)|assignment|output format|
      required format|json schema|format instructions?)\b
    \b(?:the|this|my) (?:prompt|instructions?|briefing|system message|input text) (?:above )?(?:says?|states?|
      tells? (?:me|us)|instructs?|asks?\b|are to|requires?|wants? me|specif(?:y|ies)|gives? me|directs?|demands?|
      mentions?)\b
    \bas (?:i (?:was|am|have been) |i've been |we (?:were|are) |it was )?(?:instructed|told|directed|prompted|
      briefed|specified|required|asked)(?: to(?: do)?)? (?:in|by|at) (?:the|my|this) (?:system|prompt|policy|
      policies|guidelines?|instructions?|operator|developer|briefing|message above)
    \b(?:i|we)(?:'ve| have|'m| am| was| were)? (?:been )?(?:given|handed|shown|supplied with|
      provided with) (?:\w+ ){0,3}(?:polic(?:y|ies)|guidelines?|rules?|instructions?|rubric|charter|excerpts?)\b
    \b(?:polic(?:y|ies)|rules?|guidelines?|clauses?|text|excerpt|passage) (?:quoted|printed|pasted|listed|shown|
      reproduced|written|stated|given|cited) (?:\w+ )?(?:above|below|earlier|here|at the top|in (?:the|my|
      this) (?:prompt|context))
    \b(?:as|like) (?:stated|noted|listed|given|mentioned|written|described|explained|shown|
      set out) (?:\w+ )?(?:above|in the (?:prompt|context|system|material|instructions|briefing|polic(?:y|ies)|
      guidelines?))\b(?! (?:by|of) )
    \b(?:context|prompt|input|materials?|briefing) @i_was@\b
    \bpolic(?:y|ies) (?:texts?|wording|documents?|excerpts?)\b
    \b(?:in|from|by|per) (?:the|my|this) context (?:above|window|provided|given)
    context window
    in[- ]context (?:polic|rule|text)
    \b(?:laid out|set out|stated|described|spelled out|listed|outlined|specified|defined|contained|written|given|
      included|quoted) (?:in|by|under) (?:the|my|our|these|this) (?:safety |content )?@law@\b
    \bas (?:the|my|our|these) @law@ (?:puts?|says?|states?|ha(?:s|ve)|requires?|demands?) ?
    \b(?:in|from|per|by|of|on|under) (?:my|our) (?:prompt|instructions|briefing|system)\b
    \bmy instructions?\b|\b(?:the|this|my) prompt's\b|\b(?:in|from|of|by|per) (?:the|this|that) (?:\w+ )?prompt\b
    \b(?:operator|developer)'s? (?:instructions?|message|polic|rules)
    \bcontent polic|\bscroll(?:ing)? (?:back )?up\b
    \b(?:polic(?:y|ies)|guidelines?) (?:block|tag)\b
    """,
    i_was=_I_WAS,
    law=_LAW,
)
_BY_OTHERS = pattern(
    r"""
    \b(?:user|asker|query|question|prompt|author|employer|manufacturer|school|teacher|company|doctor|airline|
      landlord|recipe|game|kit|package|label|manual|website|court|airport|library|landlord)\b
    """,
)
_NOUNS = pattern(
    r"""
    polic|guideline|rule|instruction|rubric|charter|prompt|principle|criteri|standard|document|text|list
    context|material|clause
    """,
)


def asked_about(phrase: str, asked: str) -> bool:
    """Tell whether the asker spoke of the same rulebook, so that a thought may too."""
    return any(noun in asked for noun in _NOUNS.findall(phrase))


def _prompt(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        said = next((sentence for sentence in part.sentences if _leaks(sentence, reading.prompt.folded)), None)
        if said:
            yield f"{part.place} speaks of what only its writer was shown: {excerpt(said)}"


def _leaks(sentence: str, asked: str) -> bool:
    for wording in (_RULEBOOK, _PROMPTED):
        found = wording.search(sentence)
        if found and not asked_about(found[0], asked):
            return True
    found = _MAYBE_RULEBOOK.search(sentence)
    # "The following materials" are more often flour and sugar than policies.
    if found is None or "following" in found[0] or _BY_OTHERS.search(sentence):
        return False
    return not asked_about(found[0], asked)


_NUMBER = r"(?:\d{1,2}(?:\.\d{1,2})?|one|two|three|four|five|six|seven|eight|nine|ten|[ivx]{1,4})"
_NUMBERED = Wording(
    "rule|polic|guideline|clause|principle|criteri|directive|section|article|item|point|bullet|paragraph|line",
    r"""
    \b(?:rule|policy|guideline|clause|principle|criterion|
      directive)s?(?: section| number| rule| item| no\.?)? ?#?@number@\b(?! (?:of|or) (?:the )?(?:three|thumb|law|
      us))
    \b(?:section|article|item|point|bullet|paragraph|line) #?@number@\b(?=[^.!?]*\b(?:polic|guideline|refus|must|
      says|states|above|rule)|(?:,| \() ?(?:which|that|it))
    \b(?:first|second|third|fourth|fifth|last|next) (?:rule|polic(?:y|ies)|guideline|clause) (?:above|listed|says|
      states|in the|of the|under|here|given)
    """,
    number=_NUMBER,
)


def _talks_policy(reading: Reading, known: Known) -> Iterator[str]:
    """Where hardly any thought of a set speaks of policies, one that does has them before its eyes."""
    if not reading.row.stepwise or known.talks_policy or asked_about("policy guideline", reading.prompt.folded):
        return
    for part in reading.thoughts:
        found = _TALK.search(part.folded)
        if found:
            around = part.folded[max(0, found.start() - 20) : found.end() + 30]
            yield f"{part.place} speaks of policies: {excerpt(around)}"


_TALK = Wording(
    "polic|guideline|rubric",
    r"""
    \b(?:polic(?:y|ies)|guidelines?|rubrics?)\b
    """,
)


def _numbered(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.thoughts:
        found = _NUMBERED.search(part.folded)
        if found and found[0] not in reading.prompt.folded:
            yield f"{part.place} points at a numbered rule that a reader cannot see: {excerpt(found[0])}"


_BY_POLICY = Wording(
    "guideline|polic|programming|guardrail|safety|rules |restriction",
    r"""
    \b(?:my|our|openai's?) (?:\w+ ){0,2}(?:guidelines?|polic(?:y|ies)|programming|guardrails|safety (?:rules?|
      training|protocols?))\b
    \b(?:guidelines?|polic(?:y|ies)|guardrails|programming|restrictions?|rules) (?:\w+ ){0,2}?(?:prevents?|stops?|
      keeps?|prohibits?|forbids?|bars?|blocks?|requires?|(?:do|does)(?:n't| not) (?:let|allow|permit)|allows?|lets?|
      permits?) (?:me|us)\b
    \b(?:the|these|content|usage|safety|community|ethical|internal|strict|company) (?:\w+ )?(?:guidelines?|
      polic(?:y|ies)|guardrails)(?: \w+){0,3} (?:i|we) (?:\w+ )?(?:follow|must|am|have|operate|work|abide)\b
    \b(?:violat\w*|against|breach\w*|contrary to|prohibited by|forbidden by|not allowed (?:by|under)) (?:the |
      these )?(?:content|usage|safety|community|ethical|ai|platform|openai|moderation) (?:\w+ )?(?:guidelines?|
      polic(?:y|ies)|rules|standards)\b
    \badher\w+ to (?:the )?safety polic
    \brules i (?:have to |must )?follow\b
    \b(?:i|we)(?:'m| am| are)? (?:have|must|need|required|supposed|obliged)(?: to)? (?:follow|obey|abide by|adhere to|
      respect|stick to|comply with) (?:\w+ ){0,3}?(?:guidelines?|polic(?:y|ies)|rules|protocols?)\b
    \b(?:i|we)(?:'m| am| are)? (?:bound|governed|restricted|limited) by (?:\w+ ){0,2}(?:guidelines?|polic(?:y|ies)|
      rules)
    \b(?:the|this) polic(?:y|ies) (?:i|we) (?:follow|am|are|go)
    """,
)


def _cites_policy(reading: Reading, known: Known) -> Iterator[str]:
    found = _BY_POLICY.search(reading.response.folded)
    if found and not asked_about(found[0], reading.prompt.folded):
        yield f"the response hides behind policies that its reader does not know: {excerpt(found[0])}"


_ASIDE = Wording(
    "user|asker|i should|i need to|we should|we need to|i must|i have to|we must|ought to|i want to|we have to",
    r"""
    \A\s*(?:okay|ok|alright|hmm+|wait|let me think|let me (?:break|start by)|let's (?:think|break|
      see))[,. ][^\n]{0,200}\b(?:user|asker|query|request|i need to|i should)\b
    \b(?:i|we) (?:need|have|want|should try|must) to (?:figure out|work out|determine|understand|analy[sz]e|assess|
      consider) (?:\w+ ){0,3}?(?:intent|intention|request|query|question|prompt)\b
    \bthe (?:user|asker)(?:'s (?:query|request|question|intent)|(?: \w+)? (?:is asking|asks|wants|seems|asked|
      might be|may be|is trying|is requesting|wrote|needs|appears|likely))\b
    \b(?:i|we) (?:should|need to|must|have to|ought to) (?:respond|refuse|reply|make sure (?:my|the) (?:answer|
      response)|craft|check the polic|consider the polic|structure (?:my|the) (?:answer|response))
    """,
)


def _thinks_aloud(reading: Reading, known: Known) -> Iterator[str]:
    found = _ASIDE.search(reading.response.folded)
    if found and not re.search(r"\buser\b|\basker\b", reading.prompt.folded):
        yield f"the response thinks aloud about its reader: {excerpt(found[0])}"


CHECKS = (
    Check(
        "leak.prompt",
        "The text speaks of policies, rules or a prompt that were provided; its reader never sees them.",
        "say the ground itself, as something one knows",
        _prompt,
    ),
    Check(
        "leak.policy_talk",
        "A thought speaks of policies in a set whose thoughts give the ground itself.",
        "say the ground itself, as something one knows",
        _talks_policy,
    ),
    Check(
        "leak.numbered",
        "A thought points at a rule by its number.",
        "say what the rule asks, and leave its number out",
        _numbered,
    ),
    Check(
        "response.cites_policy",
        "The response gives its guidelines or programming as the reason.",
        "name the harm that is the reason",
        _cites_policy,
    ),
    Check(
        "response.thinks_aloud",
        "Reasoning about the asker stands in the response.",
        "move it into the thoughts, or leave it out",
        _thinks_aloud,
    ),
)

"""Leaks: words that make sense only to someone who saw the prompt and the policies behind the row."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt, words_of
from aidsafe.datasets.lint.wording import Wording

__all__ = ["CHECKS", "asked_about"]

_SHOWN = Phrasing(
    """
    law: policy policies polic* guideline* rubric* charter rulebook playbook guardrail*
    prompt: prompt prompts prompt's briefing brief mandate
    instructions: instructions instruction
    rules: rule rules directive* directions principle principles criteria standards regulations
    description: description statement
    paper: document* documentation handbook manual material* excerpt* clause* specification* framework passage* text
        texts list lists sheet reference references definition* wording note notes dos don'ts
        context input block message messages description guidance
    system: system developer developer's operator operator's deployer admin administrator hidden initial context-window
        in-context
    safety: safety content usage moderation platform reference source
    given: given provided supplied shown listed quoted attached included presented handed outlined pasted reproduced
        furnished received loaded appended prepended injected bundled specified enumerated referenced enclosed sent
        aforementioned above-mentioned above-listed printed came laid set spelled taught fed equipped stated mentioned
        cited described got
    gave: gave showed sent wrote pasted shared taught
    told: told instructed directed ordered briefed prompted configured commanded
    bound: bound meant supposed asked made trained see read have
    me: me us
    i: i i'm i've i'd we we've we're we'd
    my: my our
    above: above below beforehand earlier precede* preceding outset
    top: before top start beginning front
    here: here
    this: this that these those the
    task: task assignment conversation query session row exchange turn window
    says: says say said states state reads requires require tells tell asks ask demands wants want specifies speaks
        directs allows permits forbids covers
    format: format schema
    must: must
    reveal: reveal mention disclose quote cite
    in: in from by per of on under with at following
    you: you they someone
    to: to not never always that
    it: it
    """,
    """
    law/instructions/rules/paper ..1 i ..3 given/told/bound
    this ..1 instructions ..1 says
    law/instructions/rules ..1 to i
    law/instructions/rules/paper/prompt ..3 i ..2 given
    law/instructions/rules/paper ..3 given ..2 me/above/top
    law/instructions/rules/paper ..2 given ..1 in ..1 this/my ..1 prompt/task/system/paper
    given ..1 law
    law ..1 given ..1 $
    in ..1 law given
    law/instructions/rules ..3 given in says
    law/instructions/rules ..1 given ..1 here
    paper/rules ..3 top me
    given ..2 rules/instructions/law ..3 me
    given ..2 law/instructions/rules/paper ..1 above/here
    law/instructions/rules ..2 above
    paper ..1 above
    paper ..1 here
    above ..1 law/instructions/rules
    my ..1 law/instructions/rules/prompt
    my system prompt/instructions/rules/paper/says
    my ..1 paper ..2 says
    system prompt/instructions/rules/paper
    in this prompt
    in my prompt
    in ..1 my paper
    this ..1 instructions ..3 says
    this prompt ..1 says
    law/instructions/rules ..2 this prompt
    you ..1 gave ..1 me
    law/instructions/rules/paper ..2 you ..1 gave/given
    i ..1 told ..1 to
    i ..3 told ..1 to
    told ..1 i
    to i ..2 told
    law/instructions/rules/paper ..2 given ..2 task
    given ..1 in ..1 this ..1 task
    law/instructions/rules/paper ..3 above/top ..2 task
    this system ..1 says/told/bound
    safety paper ..2 given/says/here
    law paper
    in ..1 this ..1 paper ..1 given
    this ..1 task description
    this ..2 format
    i ..1 must to reveal ..1 this prompt
    """,
)
_LAW = re.compile(r"polic|guideline|rule|instruction|rubric|charter|prompt|playbook|principle")
_PAPER = re.compile(r"\b(?:criteri|standard|document|texts?\b|lists?\b|context|material|clause|section|message|manual)")


def asked_about(phrase: str, asked: str) -> bool:
    """Tell whether the asker spoke of the same rulebook, so that a thought may too."""
    return any(noun in asked for noun in _LAW.findall(phrase) or _PAPER.findall(phrase))


def _prompt(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        said = next((one for one in _SHOWN.each_in(part) if not asked_about(one, reading.prompt.folded)), "")
        if said:
            yield f"{part.place} speaks of what only its writer was shown: {excerpt(said)}"


_NUMBER = r"(?:\d{1,2}(?:\.\d{1,2})?|one|two|three|four|five|six|seven|eight|nine|ten|[ivx]{1,4})"
_NUMBERED = Wording(
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


_TALK = re.compile(r"\b(?:polic(?:y|ies)|guidelines?|rubrics?)\b")


_ORDERED = frozenset(
    words_of(
        "rule rules policy policies guideline guidelines clause clauses principle principles criterion directive "
        "directives section sections article item items point points bullet bullets line lines paragraph paragraphs"
    )
)


def _numbered(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.thoughts:
        found = None if _ORDERED.isdisjoint(part.vocabulary) else part.search(_NUMBERED)
        if found and found[0] not in reading.prompt.folded:
            yield f"{part.place} points at a numbered rule that a reader cannot see: {excerpt(found[0])}"


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
)

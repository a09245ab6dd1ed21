"""Thoughts that claim facts: figures, studies, common knowledge, which a row has nothing to show for."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, words_of
from aidsafe.datasets.lint.wording import Wording

__all__ = ["CHECKS"]

_FACTS = Phrasing(
    """
    study: study studies research researchers survey surveys poll polls trial trials meta-analys* findings statistics
        statistic literature psychology neuroscience criminology sociology biology economics science evidence
        statisticians
    expert: expert experts scientists psychologists psychiatrists historians analysts economists criminologists
        sociologists physicians neuroscientists biologists academics scholars doctors specialists therapists
        researchers pediatricians
    paper: papers articles reports report authors sources trials figures data numbers records
    body: police fbi cdc unicef interpol harvard stanford oxford mit nasa europol nih
    many: many several numerous countless recent various most published scientific peer-reviewed academic famous
        well-known landmark leading new
    shows: show shows showed shown prove proves proved proven agree agrees agreed found finds find confirm* suggest*
        demonstrat* indicate* reveal* estimate* conclud* document* establish* settled teach* tells tell says say said
        states warn* recommend* points speak speaks puts backs supports linked came believe*
    sure: clear unanimous settled united overwhelming conclusive consistent
    commonly: commonly widely universally generally scientifically statistically well long-established empirically
        historically medically
    known: known accepted established agreed recognised recognized documented proven believed understood
        acknowledged
    consensus: consensus agreement
    knowledge: knowledge
    common: broad wide scientific medical expert general strong overwhelming
    plain: common
    everyone: everyone everybody nobody no-one anyone
    doubts: knows agrees accepts doubts disputes denies
    fact: fact
    again: time repeatedly often many
    by: by from in of on at among the a an this that these all last each hard historical
    is: is are was were has have had been it it's as
    according: according
    to: to
    people: people users cases deaths incidents victims times children patients adults women men crimes injuries
    thousands: thousands millions hundreds dozens billions
    percent: percent per-cent
    and: and or what which who that's where if whether how why not no no-one than games films its
    """,
    """
    study shows
    study ..1 is ..1 shows
    study ..2 by ..2 shows
    study ..1 commonly ..1 shows
    by study ..2 shows
    expert ..2 shows/doubts
    expert ..1 is ..1 sure
    study/paper is ..1 sure
    many ..1 study/expert
    many paper ..3 shows
    by paper ..1 shows
    body paper shows
    body ..2 shows/paper
    paper ..2 by ..2 body
    common ..1 consensus
    plain knowledge
    common ..1 study
    everyone ..1 doubts/shows
    is ..2 commonly ..1 known/shows
    commonly known
    known fact
    shows fact
    is ..1 by fact
    according ..3 study/expert/paper
    thousands ..1 people
    is ..1 shows ..1 by ..1 study
    is ..1 shows again
    """,
    spoilt="""
    and ..1 study
    shows ..3 and ..3 study
    """,
)
_FIGURES = Wording(
    r"""
    \b(?:one|two|three|four|five|six|seven|eight|nine|\d+) (?:in|out of) (?:every )?(?:two|three|four|five|ten|hundred|
      a hundred|\d+)\b
    \b(?:\d{1,3}(?:\.\d+)?|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety(?:-\w+)?) ?-?(?:%|percent\b|
      per ?cent\b)
    \b\d{1,3}(?:,\d{3})+ (?:\w+ ){0,2}?(?:people|incidents|cases|deaths|victims|users|reports|injuries|accidents|times|
      children|patients|attacks|crimes|were|are|died)\b
    \bin (?:19|20)\d\d(?: alone)?,? [^.!?]{0,40}?\d
    \b(?:roughly|about|around|nearly|almost|over|more than|less than|at least) (?:a |one |two )?(?:half|third|quarter|
      fifth|thirds|quarters|majority) of\b
    \bthe who (?:\w+ )?(?:recommend|say|state|warn|report|advis|classif|estimat)
    \b\d+ times (?:more|less|as) likely\b
    \bin fact, (?:most|many|nearly|almost|over)\b|\bstatistically\b
    \b(?:die|dies|fail|fails|end|ends|recover\w*|relapse\w*|reoffend\w*) (?:\w+ ){0,3}?within (?:a|one|two|\d+) (?:day|
      week|month|year|decade)s?\b
    """,
)
_KEYS = re.compile(
    r"stud|research|survey|\bpoll|expert|scien|statist|percent|fact|evidence|report|psycholog|historian|analyst|trial|"
    r"number|figure|data|%|\d"
)


_DIGITS = frozenset("0123456789%")
_NUMBERS = frozenset(
    words_of(
        "one two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety half "
        "third quarter majority percent statistically fact who within"
    )
)


def _may_have_figures(part: Part) -> bool:
    return not (_DIGITS.isdisjoint(part.signs) and _NUMBERS.isdisjoint(part.vocabulary))


def _ungrounded(reading: Reading, known: Known) -> Iterator[str]:
    """Claims of fact in thoughts given one by one; the thoughts have nothing but the query to go by."""
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        figures = part.search(_FIGURES) if _may_have_figures(part) else None
        said = figures[0] if figures else _FACTS.said_in(part)
        if said and not any(key in reading.prompt.folded for key in _KEYS.findall(said)):
            yield f"{part.place} claims a fact without a source: {excerpt(said)}"


CHECKS = (
    Check(
        "thought.ungrounded",
        "A thought claims figures, studies or common knowledge that nothing in the row supports.",
        "take the claim out, or say that it is not known",
        _ungrounded,
    ),
)

"""Askers with invented credentials: a thought knows who asks, and the prompt does not say."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt, words_of

__all__ = ["CHECKS"]

_KINDS = """
    likely: may might could maybe perhaps possibly likely probably if whether unless suppose* assum* claim* seem*
        appear*
        either or not no isn't unlikely nobody nothing even would should like doesn't don't hasn't haven't isn't
        without unknown unclear cannot whatever reads sounds
    asker: user asker author requester questioner writer sender inquirer customer client whoever speaker
    person: person individual one somebody someone
    he: he she they he's she's they're
    its: it's
    this: this it question request query prompt message text
    a: a an the some their his her
    is: is are was comes came work works worked holds has have owns carries serves acts runs teaches belongs
        obtained got
        must stems originates sent asked posed written says clearly obviously evidently already known
    living: lives living resides
    asking: asking asks wants behind wrote
    by: by from being coming as
    for: for part in of about
    trade: licen* certified certificate* trained qualified accredited registered professional* expert experts
        doctor nurse physician pharmacist paramedic surgeon psychiatrist therapist vet veterinarian chemist scientist
        researcher engineer teacher professor academic student pupil journalist reporter novelist lawyer attorney
        solicitor judge police officer detective soldier military veteran agent government official firefighter tester
        pentester locksmith inspector auditor investigator worker parent mother father adult child minor teenager teen
        kid owner permission permit clearance authori* consent* warrant credential* supervis* approval approved
        sanctioned badge employee administrator sysadmin specialist practitioner court criminal hacker thief felon
        stalker abuser predator addict dealer terrorist blogger farmer chef mechanic electrician pilot midwife dentist
        psychologist counsellor counselor carer caregiver guardian husband wife widow landlord tenant developer
        programmer historian translator spy graduate trainee volunteer activist priest manager accountant investor
        collector hunter hobbyist beginner degree diploma doctorate phd insider witness victim survivor enforcement
        hospital clinic school university pharmacy laboratory lab army prison pensioner senior elderly retiree novice
        amateur scholar instructor coach nanny clerk guard marine sailor 18 eighteen 21 gp medic responder intentions
        schoolboy schoolgirl undergraduate crew staff
    task: course class thesis dissertation homework novel film screenplay book article paper research study project
        audit pentest exam assignment investigation lecture seminar workplace employer essay play
"""
_IS_ONE = Phrasing(
    _KINDS,
    """
    asker ..1 is ..7 trade
    person asking ..2 is ..6 trade
    asker ..2 asking ..3 is ..6 trade
    asker ..1 a ..2 trade
    by ..1 a ..3 trade ..6 asker/he/this
    ^ is by a ..2 trade
    ^ a person ..1 is ..4 trade
    he ..1 is ..4 trade
    this ..1 person ..1 is ..4 trade
    this ..1 is ..1 a ..2 trade
    this ..2 is ..2 by a ..3 trade
    asker ..1 living
    """,
    spoilt="""
    likely ..4 trade/task
    asker/this ..3 likely ..9 trade/task
    asker is ..1 asking ..9 trade/task
    """,
)
_FOR_WORK = Phrasing(
    _KINDS,
    """
    this is ..1 for ..1 a ..2 task
    its for ..1 a ..2 task
    its for ..1 a ..1 trade task
    """,
    spoilt="""
    likely ..4 trade/task
    asker/this ..3 likely ..9 trade/task
    asker is ..1 asking ..9 trade/task
    """,
)
_ADVISED = re.compile(
    r"\b(?:see|consult\w*|contact\w*|ask|seek\w*|find|call|talk\w* to|speak\w* (?:to|with)|help (?:from|of)|tell|"
    r"reach\w*|encourag\w*|suggest\w*|advis\w*|needs?|wants?|about|urge\w*|novel|character|fiction\w*)\b"
)


def _assumed(reading: Reading, known: Known) -> Iterator[str]:
    phrasings = (_IS_ONE, _FOR_WORK) if reading.row.stepwise else (_IS_ONE,)
    for part in reading.thoughts:
        said = next((one for phrasing in phrasings for one in phrasing.each_in(part) if _is_news(one, reading)), "")
        if said:
            yield f"{part.place} gives the asker a standing that the prompt does not: {excerpt(said)}"


def _is_news(sentence: str, reading: Reading) -> bool:
    """Tell whether a sentence neither sends the asker to somebody nor says what the prompt said."""
    return not _ADVISED.search(sentence) and not any(
        word[:6] in reading.prompt.folded for word in _IS_ONE.of_kind("trade", words_of(sentence))
    )


CHECKS = (
    Check(
        "thought.assumed_identity",
        "A thought gives the asker a profession, permission or purpose that the prompt does not mention.",
        "judge by what the prompt says; a guess is called one",
        _assumed,
    ),
)

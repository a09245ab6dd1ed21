"""What the sentences of a chain conclude: to refuse, to comply, or nothing."""

from collections.abc import Iterator
from typing import Literal

from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Part
from aidsafe.datasets.lint.wording import Wording

__all__ = ["Verdict", "is_partial", "verdicts_in", "weighs"]

Verdict = Literal["refuse", "comply"]

_KINDS = """
    others: user's police bank shop employer company court doctor doctors hospital banks shops people they you he
        she law
        someone others parents
    no: no
    not: not isn't never don't doesn't can't cannot won't shouldn't mustn't couldn't needn't wouldn't
    nothing: nothing
    refuse: refuse refuses refused refusing refusal declin* reject* deny denial withhold* withheld
    down: down away
    turn: turn turned turning turns
    comply: comply complying complied complies compliance grant granting granted oblige obliging yes
    answer: answer answers answered answering help helps helped helping assist* fulfil* met meet reply replies serve
        served respond* response provide* honour* honor* satisf* entertain* accommodat*
    tell: explain* describ* outline lay walk unpack
    give: give given giving provided shared offered said told told supplied disclosed revealed written explained
    full: all full fully complete completely plain plainly direct directly entire entirely whole everything openly
        freely
        unrestricted exact exactly straight outright unconditional
    method: method recipe procedure steps step instructions details detail guide text plan script
    asked: asked requested wanted wants
    back: back
    held: held hold holding left
    reserve: reserv* hesitat* limit limits restrict* caveat* condition* exception*
    so: so therefore hence thus accordingly consequently conclude concluded conclusion outcome verdict decision follows
        follow ruling upshot result settles settled decided
    best: best better right only proper safest wise wisest sensible correct fitting appropriate due called required
        needed necessary warranted order prudent responsible justified sound reasonable demands requires warrants calls
    fine: fine okay ok safe acceptable alright clear free happy
    should: should must will shall i'll we'll ought going bound obliged forced has have need needs is be are
    can: can may
    would: would if unless could might wrong mistake overly needless* unnecessar* unfair unkind over-cautious
        hardly poor
        odd excessive
    without: without rather instead than avoid*
    reason: reason need ground grounds cause basis obstacle objection harm
    against: against stands speaks weighs way question table
    way: out off in for
    it: it this that request question query demand wish them him her
    get: get gets deserve* owed receive* have
    say: say says saying
    ahead: ahead
    to: to
    course: course option choice thing outcome move step path call
    i: i we
    what: what
"""
_UNSURE = """
    would
    others ..3 should
    others ..3 refuse/answer
    without ..3 refuse/answer
"""
_REFUSES = Phrasing(
    _KINDS,
    """
    so/best ..5 refuse
    so ..3 turn ..2 down
    should ..3 refuse ..2 it
    should ..2 refuse ..1 $
    i ..1 should/refuse ..1 refuse
    should ..1 turn ..2 down
    best ..3 turn ..2 down
    turn ..2 down ..5 best/so
    refuse ..5 best/so
    refuse ..2 to ..1 answer
    ^ refuse ..2 it
    it ..2 should ..2 refuse
    it ..3 turn ..1 down
    it ..2 to refuse
    should ..1 not ..2 answer ..2 it
    it ..2 should/can ..1 not ..3 answer/comply
    should ..1 not ..2 answer ..1 $
    i ..2 not ..2 answer ..2 it
    i ..2 not ..2 answer ..1 $
    not ..2 should ..2 answer
    no ..2 answer ..2 should/can ..4 give
    no ..1 answer ..1 should ..1 give
    nothing ..2 should/can ..3 give
    answer ..3 should ..2 refuse
    answer ..2 should no $
    get ..1 no ..1 answer
    should ..1 no ..1 answer
    say ..1 no ..3 best/so
    should ..1 say ..1 no
    best ..4 say ..1 no
    so ..3 should ..2 no $
    so ..1 no ..1 answer
    answer ..2 way ..2 against
    it ..1 refuse $
    """,
    spoilt=f"""
    {_UNSURE}
    no ..1 reason
    not ..3 refuse
    refuse ..4 not
    no ..2 refuse
    """,
)
_COMPLIES = Phrasing(
    _KINDS,
    """
    so/best/fine/should/can ..3 answer/give ..4 full/asked
    best/fine ..2 tell ..8 full/asked
    best/fine ..2 tell ..3 it $
    so/best/fine/should/can ..3 answer ..2 without ..1 reserve
    answer/give ..3 full
    answer/give ..2 without ..2 reserve/held
    full ..2 answer ..5 so/best/should/can/fine
    so ..3 full ..1 answer
    get ..3 full ..1 answer/method
    so/best/fine/should ..3 comply
    comply ..5 best/so/fine
    full answer ..1 $
    full comply
    it ..2 to comply
    it ..2 should/can ..2 comply
    it ..2 should/can ..2 answer ..1 $
    full ..2 method ..2 should/can ..3 give
    i ..1 can ..1 say ..1 comply
    say ..1 comply
    get ..3 asked
    get ..3 full
    give ..3 full
    fine ..3 asked
    ahead ..4 answer/give/full
    ahead ..1 $
    so ..1 full ..3 can/should ..1 give
    full ..2 it ..2 should/can ..2 answer
    """,
    spoilt=f"""
    {_UNSURE}
    not ..4 answer/comply/give/full
    no ..1 answer
    no ..1 full
    """,
)
_NOTHING_AGAINST = Phrasing(
    _KINDS,
    """
    nothing ..3 against
    nothing ..4 held
    nothing ..3 refuse
    nothing ..3 without
    no ..1 reason ..3 refuse/not/against
    no ..2 reason ..2 reserve
    """,
    spoilt=_UNSURE,
)
_HALF = Wording(
    r"""
    \b(?:side|sides|one of|other|part|detail|details|steps|specifics|portion|aspect|half|rest|procedure|method|but|
      while|although|except|however|instead|alternativ\w*|general|summary|unless|yet|though|still|safe|redirect\w*|
      support\w*|resource\w*|offer\w*|suggest\w*|provide\w*|point\w* (?:to|them))\b
    """,
)
_SIDES = Wording(r"\b(?:sides?|the other|on (?:the )?one hand|both|pulls? apart|against each other)\b")


def verdicts_in(part: Part) -> Iterator[tuple[str, Verdict]]:
    """The sentences of a part that conclude one thing, and what they conclude."""
    refusals, grants = set(_REFUSES.each_in(part)), {*_COMPLIES.each_in(part), *_NOTHING_AGAINST.each_in(part)}
    for sentence in part.sentences if refusals or grants else ():
        if (sentence in refusals) != (sentence in grants):
            yield sentence, "refuse" if sentence in refusals else "comply"


def weighs(sentence: str) -> bool:
    """Tell whether a folded sentence sets one side against another, and so concludes neither."""
    return bool(_SIDES.search(sentence))


def is_partial(sentence: str) -> bool:
    """Tell whether a folded sentence speaks of one side or part only, or of something else that is offered."""
    return bool(_HALF.search(sentence))

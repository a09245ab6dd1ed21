"""Chains that cannot make up their mind."""

from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt

__all__ = ["CHECKS"]

_KINDS = """
    torn: torn uneasy hesitant hesitating reluctant undecided conflicted ambivalent confused nervous doubtful
        unconvinced
        divided unsure uncertain uncomfortable tempted wary
    unclear: unclear
    sure: sure certain convinced confident persuaded clear comfortable
    not: not isn't never hardly don't can't cannot couldn't aren't wasn't no
    know: know tell say decide judge determine commit settle
    if: if whether which either
    maybe: maybe perhaps possibly probably might may could conceivably arguably surely would wouldn't
    wonder: wonder* doubt* waver* hesitat* guess guessing suppose vacillat* dither* second-guess*
    act: refus* declin* answer* help* comply* complying complied compliance assist* respond* reply* replies allow*
        permit* share sharing give giving proceed oblige going
    fine: fine okay ok acceptable harmless alright permissible unobjectionable
    judged: safe harm* wrong right problem* appropriate dangerous bad good issue best better
    decision: decision verdict call conclusion judgement judgment outcome choice course
    hard: hard difficult tough tricky impossible
    wait: wait hmm* hm hold hang actually well honestly
    again: again otherwise differently opposite anew
    turned: reversed reverse reversing reconsider* rethink* overturned flip flipped mistaken revisit* undo reopened
    change: change changes changing changed
    too: too overly bit little touch rather
    hasty: premature overkill excessive hasty overreacting overreaction over-cautious overcautious heavy-handed
        quick quickly strict harsh cautious lenient soft rash soon careful severe rigid hastily
    mind: mind minds heart view views
    two: two
    yes: yes
    or: or
    thought: thought thoughts
    one: one
    second: second
    then: then
    both: both
    hand: hand
    mixed: mixed overthinking
    machine: ai machine model bot assistant
    seem: seem seems feel feels look looks sound sounds is are be was
    way: way ways side sides
    who: who
    fence: fence forth circles
    toss: toss toss-up tossup coin flip-flop* 50 gut
    part: part
    i: i i'm i've i'd we we're we've am
    me: me my our one's us
    should: should shall ought do does
    after: after
    all: all
    once: once
    just: just only
    some: some few little bit hint part small couple
    hurt: hurt
    it: it this that
    on: on of in to
    wary: lean leaning inclined incline
    and: and
    but: but yet though although
"""
_WAVERS = Phrasing(
    _KINDS,
    """
    i ..3 torn
    i ..1 part ..1 torn
    me ..2 torn
    i ..3 wonder ..4 if
    not ..2 sure ..2 if ..6 act/decision/judged/fine/it
    not ..2 sure ..5 act/decision
    i ..2 not ..2 know ..2 if
    i ..2 not ..2 sure
    i ..1 sure ..3 act ?
    i ..1 maybe ..3 change ..2 act/decision/mind
    hard ..1 on know ..3 if
    hard ..1 on know $
    ^ ..1 hard on know
    unclear/torn ..2 if ..6 act/judged/decision
    act ..6 unclear
    wonder ..3 if ..5 act/decision/judged
    wonder ..3 decision/act
    i ..2 wonder
    part on me
    then again
    on second thought
    second thought
    ^ ..1 or maybe not
    wait maybe ..3 yes/not/act
    wait ..2 maybe ..3 judged/fine/not/act/decision
    change ..2 me mind
    change on mind
    mixed
    who i
    just ..1 machine ..8 maybe/act
    on ..1 one hand
    i ..1 maybe ..2 judged ..9 act
    maybe ..6 ?
    ^ ..1 not sure
    me ..1 wonder
    i ..2 both way
    on two mind
    me ..1 mind ..1 not
    know me mind
    on ..1 fence
    and fence
    toss
    who ..1 know if
    who maybe know
    should i ..3 act/judged ..9 ?
    ^ ..3 seem ..1 act ..8 ?
    ^ ..2 seem it ..1 judged/decision ..6 ?
    wait ..3 should i
    i maybe ..1 act ..3 or ..4 act
    yes or not
    not or yes
    both ..1 way/decision ..2 seem/maybe
    both seem
    if way
    maybe ..9 turned ..2 $
    maybe ..6 again
    maybe ..6 turned ..2 decision
    maybe ..8 act ..2 after all
    decision ..4 maybe ..4 turned/judged/again/too
    act/decision/it/i ..3 seem ..2 too ..1 hasty
    act/decision ..3 hasty
    i ..2 too hasty
    should ..4 turned
    me turned
    act/decision ..3 maybe ..3 maybe ..1 not
    maybe ..3 not ..1 maybe
    maybe ..4 maybe ..1 not $
    maybe fine ..2 maybe
    ^ ..1 maybe not $
    ^ ..1 maybe ..1 not/yes $
    i ..2 wary on ..2 act
    """,
)
_BOTH_WAYS = Phrasing(
    _KINDS,
    """
    maybe ..3 fine/judged/act ..4 maybe ..2 not
    act maybe ..3 judged/fine ..4 act maybe
    """,
)
_LEANS = Phrasing(
    _KINDS,
    """
    maybe ..4 seem ..3 fine
    maybe ..6 fine
    maybe ..8 just it once
    maybe ..5 act ..3 some
    maybe ..6 not ..2 hurt
    maybe ..4 not it judged
    maybe ..6 act ..3 after all
    seem ..2 fine/judged ..4 but ..5 not/maybe
    """,
    spoilt="""
    not ..9 fine
    """,
)


def _wavers(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.settled:
        said = _WAVERS.said_in(part) or next(_BOTH_WAYS.each_pair_in(part), "")
        said = said or (_LEANS.said_in(part) if _refuses(reading) else "")
        if said:
            yield f"{part.place} wavers: {excerpt(said)}"


def _refuses(reading: Reading) -> bool:
    return reading.row.stepwise and reading.row.decision in ("refuse", "safe_complete")


CHECKS = (
    Check(
        "chain.hesitation",
        "The chain wavers over its decision.",
        "settle the doubt in a thought of its own, before the decision, or take it out",
        _wavers,
    ),
)

"""Words taken for deeds: thoughts that turn a request down for its vocabulary or its topic, whatever it asks."""

from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Reading, excerpt

__all__ = ["CHECKS"]

_WORD_ALONE = Phrasing(
    """
    surface: word words term terms topic topics subject subjects theme themes mention* vocabulary
        phrase phrases keyword* expression* title language buzzword*
    sound: sound sounds looks seems feels reads
    speaks: says contain* includ* touch* concern* involv* talk* discuss* speak* names naming uses using has hint* about
        hearing seeing reading appears occurs arises comes features carries there about with talks
    asked: request requests question questions prompt prompts query queries message messages sentence sentences
        anything something matter matters kind sort
    no: no none never
    every: any every everything all whatever such always these those
    dark: dark dangerous alarming sensitive scary grim risky suspicious violent criminal loaded touchy delicate taboo
        sexual illegal death harmful political bad forbidden trigger* flag* blacklist* blocklist* filter*
    cannot: not don't cannot can't won't
    refuse: refus* declin* reject* banned block* deny prohibited disallow* off off-limits unsafe avoid*
        turned silence silent saying stop stops stopped unanswered untouched shut dismiss* disqualif* safest out
    enough: enough settles settle* decides decide* suffic* warrants justif* closes rules makes means speaks calls
        reason too treated hold* triggers
    alone: alone itself mere sheer very merely simply just
    because: because since as if when whenever where so therefore hence thus which and
    ever: ever period regardless circumstances whatsoever exception exceptions
    answered: answer* touched asked allowed permitted help* discussed given said
    gets: gets get got has is be
    meaning: meaning intent purpose rest
    not: isn't aren't doesn't still without wrong would
    """,
    """
    surface ..7 refuse
    surface ..5 enough
    alone ..3 surface ..8 refuse/enough
    surface ..1 alone ..8 refuse/enough/dark
    alone ..1 sound ..5 enough/refuse
    refuse ..5 because ..4 surface
    every ..2 surface ..9 refuse
    every/no ..2 asked/speaks ..3 speaks/surface/dark ..8 refuse
    every ..4 speaks ..1 surface ..6 refuse
    every/no ..3 asked ..3 speaks ..5 cannot/no ..2 answered
    asked ..2 speaks ..2 surface ..6 refuse
    every ..3 speaks ..3 because ..6 refuse
    because/every ..3 speaks/surface ..5 refuse
    because ..3 asked ..1 speaks ..6 refuse
    every ..1 speaks ..4 refuse
    every ..2 speaks ..3 gets ..1 refuse
    because ..3 sound ..2 dark ..9 refuse/enough
    because ..3 speaks ..6 refuse
    sound ..2 dark ..2 because ..6 refuse/enough/cannot
    speaks ..3 dark ..1 surface
    dark ..1 surface ..5 refuse/enough
    speaks ..4 enough ..3 refuse
    surface ..3 dark ..4 refuse/enough
    surface ..2 dark ..1 because ..3 asked/answered $
    asked ..2 speaks ..3 every ..1 refuse
    every ..1 surface ..2 no ..2 speaks/answered
    ^ speaks ..3 no ..1 answered
    because/asked/surface ..2 speaks/surface/sound ..7 no $
    because/every ..3 speaks ..6 no ..1 answered
    because/every ..3 speaks ..5 refuse
    asked ..2 speaks ..2 surface ..6 cannot/no ..1 answered
    no ..1 asked ..2 speaks ..4 answered
    ^ ..3 speaks ..1 dark ..1 surface $
    asked ..1 speaks ..1 dark ..1 surface
    every ..2 meaning ..3 surface ..2 dark
    cannot/no ..1 speaks ..5 ever/because ..3 refuse
    cannot ..2 speaks/answered ..6 ever
    speaks ..2 dark ..1 surface
    asked ..4 dark ..3 refuse ..3 because
    """,
    spoilt="""
    not
    cannot ..4 refuse/enough/alone
    surface ..6 cannot ..3 refuse/enough
    """,
)


def _trigger_word(reading: Reading, known: Known) -> Iterator[str]:
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        said = _WORD_ALONE.said_in(part)
        if said:
            yield f"{part.place} takes a word or a topic for the deed: {excerpt(said)}"


CHECKS = (
    Check(
        "thought.trigger_word",
        "A thought turns the request down for a word or a topic, whatever is asked.",
        "judge what an answer would enable",
        _trigger_word,
    ),
)

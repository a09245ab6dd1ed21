"""How thoughts begin: with a phrase that says nothing, or as if the asker were spoken to."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.declining import declines
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, words_of
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS"]

_EMPTY = frozenset(
    words_of(
        """
        a about absolutely ah aha all alright an analysis and as aside at balance be begin beginning being brief
        broadly can case certainly clear clearly conclusion consider consideration considerations considered
        considering course crucial day definitely end essence essential essentially evaluating everything
        examine fact fair fairly figure final finally first first-things firstly following for foremost frankly
        fundamentally generally gets given go good got great hand here here's hm hmm honest honestly huh i i'd
        i'll i'm important in indeed initially instance interesting is it it's just keep key last lastly let
        let's look looking main me mean mind moment my necessary need needless needs next no note noted noting
        now obviously of oh ok okay on once one or order other overall part perfect place point practice problem
        question quite really reason reflection regard remember request right said say saying second secondly
        see short should simple simply so start step summary sure that that's the then these thing things think
        thinking third thirdly this thought thoughts to turn turning ultimately um understood up upon us vital
        want we we'll we're well what when with words worth would wow yeah yep yes yikes you your
        """
    )
)
_MARK = re.compile(r"[,:]|[.!](?= )")
_MOST_OPENING_WORDS = 6
_RESOLVES = Phrasing(
    """
    i: i we one
    it: it it's
    should: should must need have want will ought can let let's me us i'll we'll i'm we're am are trying going would
    think: think consider look note begin start analyse analyze examine understand remember assess evaluate reason
        reflect figure break unpack dive mention mind noting mentioning remembering careful approach address
    is: is bears seems be
    important: important worth crucial essential necessary vital key useful noted said remembered understood clear
        helpful needless
    order: order
    to: to that the a it's also first here with and
    when: when while in by upon before
    doing: considering thinking looking analysing analyzing approaching evaluating examining addressing dealing
        assessing answering responding
    answer: answer respond reply tackle decide handle
    asked: question request query
    says: asks asked asking
    """,
    """
    ^ i should ..1 to think
    ^ i should ..2 think
    ^ should ..3 think
    ^ it is ..1 important to/think
    ^ it should ..2 important to
    ^ it important to/think
    ^ important to
    ^ to ..2 to think
    ^ when order to ..1 answer
    ^ to answer ..1 to asked i
    ^ when ..1 doing
    ^ doing ..3 asked
    """,
)
_SPOKEN_FIRST = pattern(
    r"""
    \A\W*(?:first of all|to begin with|first and foremost|at the end of the day|needless to say|as we all know|
      in today's (?:\w+ )?(?:world|age|society)|step by step|okay|ok|alright|all right|hmm+|huh|ah|oh|um|sure|certainly|
      absolutely|of course|definitely|yeah|yep|no problem|great question|here goes|so the user|so i|so let)\b(?!-)
    """,
)


def _opener(reading: Reading, known: Known) -> Iterator[str]:
    """Of a chain that is one text, the opening is looked at over the whole set."""
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        if _begins_with_nothing(part):
            yield f"{part.place} opens with a stock phrase: {excerpt(part.text, 50)}"


def _begins_with_nothing(part: Part) -> bool:
    if _SPOKEN_FIRST.match(part.folded):
        return True
    mark = _MARK.search(part.folded[:80], 2)
    opening = words_of(part.folded[: mark.start()]) if mark else []
    if 0 < len(opening) <= _MOST_OPENING_WORDS and opening[0] != "with" and _EMPTY.issuperset(opening):
        return True
    return _RESOLVES.begins(part, 12)


_TO_THE_ASKER = re.compile(
    r"\W*(?:i'm (?:\w+ )?sorry|i am (?:\w+ )?sorry|sorry,|i apologi[sz]e|apologies|unfortunately, i|"
    r"i(?:'m| am)? (?:can't|cannot|can not|won't|will not|must decline|unable|not able|refuse|decline|afraid)|"
    r"thank you for|thanks for|i hope (?:this|that|you)|feel free|let me know|hello|hi there|dear |"
    r"please (?:contact|reach|seek|note|call|consider|consult|talk|let|see|be|do|don't|ask|keep)|"
    r"if you(?:'re| are| have| need| want| ever)|you (?:should|can|could|may|might|must|need to|will need))\b"
)
_FAREWELLS = re.compile(
    r"\W*(?:(?:i'm |i am |i'd be |always )?(?:happy|glad|delighted|pleased) to (?:help|assist|explain|answer|hear)|"
    r"good luck|best of luck|take care|be careful|stay safe|don't worry|do not worry|no worries|"
    r"(?:great|good) question|"
    r"(?:sure|of course|absolutely|certainly)[,!]|here you go|here(?:'s| is) (?:how|what|a|the|your)|"
    r"let me (?:walk|show|explain to|help|give|tell|know)|"
    r"i(?:'d| would) (?:recommend|suggest|advise|encourage|love to)|i understand (?:how|that|what|this)|"
    r"i hear (?:you|that)|have you (?:tried|considered|thought)|would you like|"
    r"do you (?:want|need|have)|are you (?:okay|ok|safe|in)|thanks|thank you|cheers|hope (?:this|that|it) helps|i hope|"
    r"welcome|congratulations|hang in there|remember,|remember to|make sure to|try to|see you|feel free|enjoy|have a|"
    r"please)(?!\w)"
)
_SPOKEN = re.compile(
    r"\W*(?:i'm|i am|sorry|i apolog|apolog|thank|feel free|let me know|hello|hi there|dear|i hope|you |if you|please |"
    r"i must decline)"
)
_SECOND_PERSON = re.compile(r"\byou(?:r|rs|rself|'re|'ve|'ll|'d)?\b")
_QUOTED = re.compile(r"\"[^\"]*\"|(?<!\w)'[^'\n]*'(?!\w)")


def _to_the_asker(reading: Reading, known: Known) -> Iterator[str]:
    if not reading.row.stepwise:
        return
    for part in reading.thoughts:
        declined = _TO_THE_ASKER.match(part.folded) and (declines(part.sentences[0]) or _SPOKEN.match(part.folded))
        if declined or _addresses(part, known):
            yield f"{part.place} is spoken to the asker, not thought: {excerpt(part.text)}"


def _addresses(part: Part, known: Known) -> bool:
    """Tell whether a thought speaks to its reader, outside of what it quotes, in a set whose thoughts do not."""
    if known.says_you:
        return False
    if _FAREWELLS.match(part.folded):
        return True
    return "you" in part.folded and bool(_SECOND_PERSON.search(_QUOTED.sub(" ", part.folded)))


CHECKS = (
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
)

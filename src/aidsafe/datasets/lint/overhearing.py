"""Words about the deliberation behind a row: who said what, in which round, about which draft."""

import re
from collections.abc import Iterator
from functools import lru_cache

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.wording import Wording, group, pattern

__all__ = ["CHECKS"]

_SEATS = group(
    r"""
    critics?|expanders?|policy[ _-]?aligners?|seeders?|refiners?|deliberators?|decomposers?
    devil'?s[ _]advocates?|safety[ _]officers?|user[ _]advocates?|red[- ]?teamers?|co-?deliberators?
    co-?reviewers?|debaters?
    """,
)
_SEATS_NEEDS = "critic|expander|aligner|seeder|refiner|deliberator|decomposer|advocate|officer|teamer|reviewer|debater"
_MAYBE_SEATS = group(
    r"""
    reviewers?|judges?|moderators?|agents?|evaluators?|annotators?|panel(?:ists?)?|committee|colleagues?|peers?
    participants?|speakers?|counterparts?|teammates?|assistants?|models?|seats?|voices?|members?
    """,
)
_MAYBE_SEATS_NEEDS = (
    "reviewer|judge|moderator|agent|evaluator|annotator|panel|committee|colleague|peer|participant|speaker|"
    "counterpart|teammate|"
    "assistant|model|seat|voice|member"
)
_SPOKE = group(
    r"""
    (?:has |have |had |also |rightly |correctly |already |earlier |just |then |once |did |does |still |
      both )*(?:not(?:ed|es?)|point(?:s|ed)|sa(?:id|ys?)|argue[sd]?|object(?:s|ed)|rais(?:es?|ed)|suggest(?:s|ed)|
      propos(?:es?|ed)|ask(?:s|ed)|add(?:s|ed)|remark(?:s|ed)|observe[sd]|mention(?:s|ed)|flag(?:s|ged)|wrote|
      writes?|puts?|claim(?:s|ed)|insist(?:s|ed)|agree[sd]?|disagree[sd]?|th(?:inks?|ought)|believe[sd]?|want(?:s|
      ed)|warn(?:s|ed)|found|conclude[sd]?|recommend(?:s|ed)|maintain(?:s|ed)|stress(?:es|ed)|holds?|held|
      demand(?:s|ed)|remind(?:s|ed)|state[sd]?|revise[sd]|withdrew|edit(?:s|ed)|draft(?:s|ed)|vote[sd]?|call(?:s|
      ed)|rejects?|rejected|accept(?:s|ed)|approve[sd]|complain(?:s|ed)|identified|highlight(?:s|ed)|caught|
      spotted|made|offered|left|(?:is|was) (?:right|wrong|correct))\b
    """,
)
_TOWARDS = group(
    r"""
    as|per|with|answering|following|like|unlike|against|contrary to|in line with|in reply to|in response to
    thanks to|according to|by|from|addressing|to address|to answer|echoing|building on|responding to
    replying to|heeding|adopting|taking up|considering|given|joining|agree with|disagree with|side with
    siding with|than|on|of
    """,
)
_OTHER = r"(?:other|previous|earlier|first|second|third|last|fellow|preceding|prior|same|next)"
_HELD = group(
    r"""
    point|objection|concern|remark|edit|suggestion|view|argument|note|draft|turn|proposal|question|reading
    stance|reasoning|worry|comment|claim|correction|advice|thought|wording|vote
    """,
)


_SPOKEN_BY = r"""
    \b@other@@seats@ @spoke@
    \b@towards@ (?:the |another |my |our |what the |both |all )?@other@@seats@\b
    \b(?:the |another |my |our )@other@@seats@(?:'s|s') (?:\w+ )?@held@
    \A\W*@other@@seats@\s?:
"""


_VOICES = group(
    r"""
    s[ck]eptics?|ethicists?|arbiters?|proposers?|opponents?|proponents?|challengers?|facilitators?|drafters?
    verifiers?|synthesi[sz]ers?|mediators?|optimists?|pessimists?|contrarians?|summari[sz]ers?|planners?|checkers?
    """,
)
_VOICES_NEEDS = (
    "keptic|ceptic|ethicist|arbiter|proposer|opponent|proponent|challenger|facilitator|drafter|verifier|synthesi|"
    "mediator|optimist|pessimist|contrarian|summari|planner|checker"
)
_SHARED = {"spoke": _SPOKE, "towards": _TOWARDS, "held": _HELD}
_SEAT = Wording(_SEATS_NEEDS, _SPOKEN_BY, seats=_SEATS, other=f"(?:{_OTHER} )?", **_SHARED)
_VOICE = Wording(
    _VOICES_NEEDS,
    r"""
    \b(?:the|our|another|my fellow) @seats@ @spoke@
    \b(?:as|per|with|answering|addressing|unlike|like|to|against) the @seats@(?:'s)?(?: @held@)?(?=[,:])
    \A\W*@seats@\s?:
    """,
    seats=_VOICES,
    spoke=_SPOKE,
    held=_HELD,
)
_MAYBE_SEAT = Wording(_MAYBE_SEATS_NEEDS, _SPOKEN_BY, seats=_MAYBE_SEATS, other=f"(?:(?:{_OTHER}|another) )", **_SHARED)
_TABLE = Wording(
    "round|turn|draft|iteration|version|revision|deliberation|discussion|thought|consensus|agree|settled|voted|"
    "no one|none of us|seat|speaker|participant|assistant|model|panelist|colleague|peer|counterpart|teammate|"
    "converged|concur|nobody|others|role|table|debate|panel|exchange|chain|edit|answer|objection|stance|vote|"
    "agent|reviewer|deliberator|seat|annotator|evaluator|before me|after me|ahead of me|next to me|moderator|"
    "group|team",
    r"""
    \b(?:in|during|since|from|by|after|until|for) (?:the |this |my |our )?(?:@other@|final|opening|
      initial) (?:round|turn|draft|iteration|version|revision|deliberation|discussion)s?\b
    \b(?:two|three|four|several|\d) rounds\b
    \b(?:colleague|reviewer|agent|speaker|participant)s? (?:at|around|of) (?:the|this|our) table\b
    \b(?:nobody|no one|none of us|no (?:\w+ )?(?:seat|agent|reviewer|deliberator|speaker|panelist)s?) (?:has |had )?
      object
    \b(?:agent|seat|reviewer|deliberator|panelist|speaker|participant|assistant|model) (?:\d|[a-d]|one|two|three)\b
    \bturn (?:\d|one|two|three|four)\b
    \b(?:my|our|the) (?:\w+ )?(?:colleague|peer|counterpart|teammate|co-?reviewer)s?(?: above| before me| here)? @spoke@
    \b(?:the )?others (?:have |all |both )*(?:voted?|agreed?|objected|said|accepted)\b
    \bin my role as\b
    \b(?:my|the) (?:first|second|third|previous|last|next|earlier) (?:turn|round)\b
    \b(?:in|after|from|since|of) round (?:\d|one|two|three|four)
    \bround (?:\d|one|two|three)[ ]
    \b(?:the|this|my|our) (?:seed|current|latest|earlier|previous|first|initial|prior|existing|last|
      present) (?:draft|chain|edit|turn|version of (?:the|this) (?:answer|chain|draft))\b
    \b(?:the|this) draft (?:as it stands|above|says|is|was|has|already|still|should|needs|misses|lacks|leaves|now)\b
    \b(?:review|read|reread|re-read|check|edit|revis|rewrit|improv|compar|extend|tighten)(?:ing|ed|e|s)? (?:over |
      through )?(?:the|this|my|our|that) (?:\w+ )?(?:draft|chain|seed|thoughts)\b
    \b(?:earlier|previous|preceding|above|prior) thoughts?\b
    \b(?:my|the) (?:earlier|previous|last|prior|own) (?:objection|stance|edit|turn|vote|round)s?\b
    \b(?:previous|earlier|other|fellow|another|preceding|next|last|first|second) (?:agent|reviewer|deliberator|
      seat|panelist|annotator|evaluator)s?\b
    \b(?:agent|reviewer|deliberator|seat|panelist|speaker|participant|colleague|model)s? (?:before|ahead of|
      next to|after) me\b
    \b(?:the|this|our) (?:panel|moderator|reviewers|agents|seats|deliberators|deliberation|group|team) @spoke@
    \b(?:the|our) moderator\b
    \bthoughts? (?:number |no\.? ?|#)?(?:\d{1,2}|two|three|four|five)\b
    \b(?:the|this) thought above\b
    \breach(?:ed|es)? (?:a |full )?consensus\b
    \bconsensus (?:was reached|has been|of the (?:panel|group|table|agents|seats|team))
    \b(?:we|everyone|everybody|all seats|all agents|all of us|both of us|the seats|the agents) (?:have |has |had |
      all |both |now |already |finally )*(?:agree|agreed|settled on|voted|converged|concurred|concur)\b
    \b(?:during|after|in|from) (?:the|our|this) (?:deliberation|debate|panel discussion|discussion|exchange)s?\b
    \b(?:i|we) (?:withdraw|withdrew|revised?|edited|kept|merge[sd]?) (?:the |this |that |my |an? )?(?:thought|
      draft|edit|earlier)
    """,
    other=_OTHER,
    spoke=_SPOKE,
)
_SUBJECTS = pattern(
    r"""
    @seats@|@maybe_seats@|round|draft|turn|discussion|debate|version|edition|consensus|thought|panel|exchange
    agree
    """,
    maybe_seats=_MAYBE_SEATS,
    seats=_SEATS,
)


def _deliberation(reading: Reading, known: Known) -> Iterator[str]:
    own = _own_seats(known)
    for part in reading.parts:
        found = _overheard(part, reading.prompt.folded, own)
        if found:
            yield f"{part.place} speaks of the deliberation behind it: {excerpt(found)}"


_STRANGE = pattern(
    r"""
    \b(?:expander|seeder|refiner|deliberator|decomposer|policy[ _-]?aligner|devil'?s[ _]advocate|safety[ _]officer|
      user[ _]advocate)s?\b
    \bcritics?\b
    """,
)


def _overheard(part: Part, asked: str, own: tuple[Wording, ...]) -> str:
    strange = _STRANGE.search(part.folded) if part.place.startswith("thought") else None
    if strange and not _brought_up(strange[0], asked):
        return strange[0]
    # A response may speak of rounds and drafts of its own subject.
    wordings = (_SEAT, *own) if part.place == "response" else (_SEAT, _VOICE, _MAYBE_SEAT, _TABLE, *own)
    for wording in wordings:
        found = wording.search(part.folded)
        if found and not _brought_up(found[0], asked):
            return found[0]
    return ""


def _brought_up(phrase: str, asked: str) -> bool:
    """Tell whether the asker used the word: a film's critic, the first round of a match."""
    return any(word.rstrip("s") in asked for word in _SUBJECTS.findall(phrase))


def _own_seats(known: Known) -> tuple[Wording, ...]:
    """The seats that the rows themselves name as authors."""
    names = sorted(name for name in known.seats if len(name) > 2)
    return (_wording_of(tuple(names)),) if names else ()


@lru_cache(maxsize=16)
def _wording_of(names: tuple[str, ...]) -> Wording:
    spelt = "|".join(re.escape(name).replace("_", "[ _-]") for name in names)
    needs = "|".join(name.split("_")[0] for name in names)
    return Wording(needs, _SPOKEN_BY, seats=f"(?:{spelt})", other="", **_SHARED)


CHECKS = (
    Check(
        "leak.deliberation",
        "The text speaks of seats, turns or drafts of the deliberation behind it.",
        "say the point itself, without who made it",
        _deliberation,
    ),
)

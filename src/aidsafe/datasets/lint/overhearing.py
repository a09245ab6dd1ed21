"""Words about the deliberation behind a row: who said what, in which round, about which draft."""

import re
from collections.abc import Iterator
from functools import lru_cache

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Part, Reading, excerpt

__all__ = ["CHECKS"]

_KINDS = """
    seat: critic critics critic's expander* seeder* refiner* deliberator* decomposer* co-deliberator* codeliberator*
        co-reviewer* coreviewer* debater* panelist* panellist* moderator moderators moderator's policy-aligner*
        aligner aligner's aligners red-team* redteam* devil's advocate advocate's skeptic sceptic ethicist synthesizer
    who: panel panels reviewer* judge judges agent agents evaluator* annotator* committee colleague* peer peers
        participant*
        speaker* counterpart* teammate* seat seats voices group team table board verifier* arbiter* proposer* opponent*
        facilitator* drafter* mediator* checker* fellow
    model: model models assistant assistants
    other: other others another previous second first third last next fellow preceding prior same earlier fourth
    no: no further
    number: one two three four 1 2 3 4 5 a b c d
    needed: needed left
    draft: draft drafts redraft version versions iteration revision chain
    stage: round rounds turns
    turn: turn
    talk: deliberation deliberations debate debates discussion discussions exchange consensus
    worry: worry worries point concern concerns view argument remark comment
    held: objection objections stance stances edit edits amendment amendments
    vote: vote votes proposal motion
    thought: thought thoughts
    withdrawn: withdrawn proposed accepted rejected merged
    did: agree agrees agreed settle settled settles object objects objected objecting accept accepts voted discussed
        decided satisfied concluded approved concur* converged reached signed argued argues noted notes pointed
        suggested suggests raised raises flagged said says insisted warned wrote revised refined edited withdrew
        withdraw remarked observed found wanted asked thinks added made closed closes dropped resolved answered seconded
        conceded unanimous unanimously yield adopted missed replaces covered add
    we: we all everyone everybody both our us nobody none i i'd i'll i've my me
    the: the this that an its
    open: open final current latest seed initial existing present earlier remaining
    by: by as per with from unlike against answering echoing agreeing siding joining addressing heeding of on building
        following like
    in: in after during since through upon
    reads: is was has reads already misses lacks leaves needs stands still now should looks
    back: feedback comments review
    reviewed: updated rewritten amended reviewing rereading checking comparing editing merging fold folding
    among: among between amongst with
    science: scientific medical expert legal academic public general
    before: before ahead above
"""
_OF_ITSELF = """
    seat ..3 did/held/reads
    seat ..1 worry
    by ..2 seat
    did ..4 seat
    other who ..3 did
    we ..2 who ..2 did
    the ..1 seat/talk ..2 did
    no ..1 who ..2 did
    we ..3 did ..4 draft/talk/held
    who did ..1 by ..3 back/draft
    the who did
    draft ..4 we ..3 did
    draft ..4 did ..3 by ..2 who/seat
    draft ..3 we ..3 did
    reviewed/did ..2 by/in ..2 back/who/seat
    in ..2 stage ..1 by ..1 talk/back
    in ..1 the talk
    talk ..2 did
    number ..3 who ..2 did
    talk ..1 among ..2 who/seat
"""
_TABLE = Phrasing(
    _KINDS,
    f"""
    {_OF_ITSELF}
    ^ seat
    by ..2 other who
    who/model number
    who before we
    we ..2 did ..3 draft/talk/stage
    we ..2 talk
    the open draft/held
    the ..1 draft ..1 reads/did
    we ..2 other stage/turn/held/vote/draft
    we ..3 held/vote
    the held
    the ..1 withdrawn thought
    the/no ..2 held ..4 needed
    talk ..2 reads
    in ..2 stage
    stage/turn/draft number
    reviewed ..2 the ..1 draft
    the other thought
    """,
    spoilt="science talk",
)
_BACKSTAGE = Phrasing(_KINDS, _OF_ITSELF, spoilt="science talk")
_STRANGE = Phrasing(
    "seat: critic critics expander* seeder* refiner* deliberator* decomposer* policy-align* aligner* co-deliberator*",
    "seat",
)
_SUBJECTS = re.compile(
    r"critic|expander|align|seed|refin|deliberat|advocate|panel|moderator|review|judge|agent|committee|colleague|peer|"
    r"participant|speaker|team|group|seat|table|board|round|draft|turn|discussion|debate|version|consensus|thought|"
    r"exchange|agree|vote|objection|edit|model|assistant|skeptic|drafter"
)


def _deliberation(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        found = next((said for said in _heard(part, known) if not _brought_up(said, reading.prompt.folded)), "")
        if found:
            yield f"{part.place} speaks of the deliberation behind it: {excerpt(found)}"


def _heard(part: Part, known: Known) -> Iterator[str]:
    if part.place == "response":
        # A response may speak of rounds and drafts of its own subject.
        yield from _BACKSTAGE.each_in(part)
    else:
        yield from _TABLE.each_in(part)
        yield from _STRANGE.each_in(part)
    if not _CLOSING.isdisjoint(part.signs):
        yield from (label[0] for label in _label(known.seats | _OURS).finditer(part.folded))
    if not known.seat_names.isdisjoint(part.vocabulary):
        yield from _by_name(known.seat_names).each_in(part)


def _brought_up(sentence: str, asked: str) -> bool:
    """Tell whether the asker used the word: a film's critic, the first round of a match."""
    return any(f" {word}" in f" {asked}" for word in _SUBJECTS.findall(sentence))


@lru_cache(maxsize=16)
def _by_name(names: frozenset[str]) -> Phrasing:
    """The seats that the rows name as authors: a name may be a word of everyday, so it has to speak or be answered."""
    return Phrasing(f"own: {' '.join(sorted(names))}\n{_KINDS}", "the own ..2 did\n by ..1 own ..1 did/held", late=True)


_OURS = frozenset({"decomposer", "seeder", "critic", "expander", "policy_aligner", "deliberator", "refiner"})
_CLOSING = frozenset("]:)>")


@lru_cache(maxsize=16)
def _label(seats: frozenset[str]) -> "re.Pattern[str]":
    """A seat named as the speaker of what follows."""
    names = "|".join(re.escape(seat.lower()).replace("_", "[_ -]") for seat in sorted(seats))
    return re.compile(rf"(?:\A|\n)\W{{0,3}}(?:{names})\W{{0,2}}[\]:)>]")


CHECKS = (
    Check(
        "leak.deliberation",
        "The text speaks of seats, turns or drafts of the deliberation behind it.",
        "say the point itself, without who made it",
        _deliberation,
    ),
)

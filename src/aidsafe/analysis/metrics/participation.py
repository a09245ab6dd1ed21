"""Participation and influence: who speaks, who changes the draft, whose thoughts last, whom the others follow.

Evenness is told twice: by Shannon entropy over the most it could be (1 is even), and by Gini's index (0 is even).
Seats that had the floor count, whatever came of it.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import log2

from aidsafe.analysis.counts.rounds import entropy_bits
from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import Key, Share, Tallies, share, together
from aidsafe.analysis.courses.course import SEEDER, Course, changing, shared
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "abstentions",
    "acceptance",
    "acceptance_by_seat",
    "edit_evenness",
    "edit_gini",
    "edits_accepted",
    "edits_by_place",
    "edits_by_seat",
    "evenness",
    "failed_turns",
    "failed_turns_by_seat",
    "gini",
    "influence",
    "influence_by_seat",
    "largest_edit_share",
    "lost_seats",
    "place_advantage",
    "seed_uptake",
    "silent_seats",
    "thoughts_by_author",
    "token_evenness",
    "token_gini",
    "tokens_by_seat",
    "turn_evenness",
    "turn_gini",
    "turns_by_seat",
    "uptake",
    "uptake_by_author",
]


@over_tallies
def turns_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """A seat's share of all turns, failed ones too.

    In [0, 1]; adds up to 1 over the seats.
    """
    return _parts(tallies["steps"].totals("turns", "seat"))


@over_tallies
def tokens_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """A seat's share of the tokens that the seats wrote.

    In [0, 1]; adds up to 1 over the seats. Missing where no tokens were counted.
    """
    return _parts(tallies["calls"].without("round", 0).totals("completion", "speaker"))


@over_tallies
def edits_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """A seat's share of the accepted edits.

    In [0, 1]; adds up to 1 over the seats. Missing where no edit was accepted.
    """
    return _parts(tallies["steps"].totals("accepted", "seat"))


@over_transcripts
def turn_evenness(course: Course) -> float | None:
    """How evenly the turns are spread over the seats, by entropy.

    In [0, 1]; 1 is even. None under two seats.
    """
    return evenness(_turns(course))


@over_transcripts
def token_evenness(course: Course) -> float | None:
    """How evenly the written tokens are spread over the seats, by entropy.

    In [0, 1]; 1 is even. None under two seats, or without tokens.
    """
    return evenness(_tokens(course))


@over_transcripts
def edit_evenness(course: Course) -> float | None:
    """How evenly the accepted edits are spread over the seats, by entropy.

    In [0, 1]; 1 is even. None under two seats, or without an accepted edit.
    """
    return evenness(_edits(course))


@over_transcripts
def turn_gini(course: Course) -> float | None:
    """How unevenly the turns are spread over the seats, by Gini's index.

    In [0, 1); 0 is even. None under two seats.
    """
    return gini(_turns(course))


@over_transcripts
def token_gini(course: Course) -> float | None:
    """How unevenly the written tokens are spread over the seats, by Gini's index.

    In [0, 1); 0 is even. None under two seats, or without tokens.
    """
    return gini(_tokens(course))


@over_transcripts
def edit_gini(course: Course) -> float | None:
    """How unevenly the accepted edits are spread over the seats, by Gini's index.

    In [0, 1); 0 is even. None under two seats, or without an accepted edit.
    """
    return gini(_edits(course))


@over_transcripts
def largest_edit_share(course: Course) -> Share | None:
    """The most active seat's share of the accepted edits.

    In (0, 1]; 1 means that one seat wrote it all. None without an accepted edit.
    """
    edits = _edits(course)
    return share(max(edits, default=0), sum(edits))


@over_transcripts
def edits_accepted(course: Course) -> float | None:
    """Accepted edits.

    A count from 0; None without a turn.
    """
    return sum(_edits(course)) if course.steps else None


@over_tallies
def acceptance(tallies: Tallies) -> Share | None:
    """Share of proposed edits that were accepted.

    In [0, 1]; the rest hit a thought that had changed or gone, or changed nothing. None without an edit.
    """
    return tallies["steps"].share("accepted", "proposed")


@over_tallies
def acceptance_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's proposed edits that were accepted.

    In [0, 1]; a seat without an edit is missing.
    """
    return tallies["steps"].shares("accepted", "proposed", by="seat")


@over_tallies
def abstentions(tallies: Tallies) -> Share | None:
    """Share of valid turns that abstain.

    In [0, 1]; None without a valid turn.
    """
    return tallies["steps"].share("abstain", "valid")


@over_tallies
def failed_turns(tallies: Tallies) -> Share | None:
    """Share of turns that gave nothing usable.

    In [0, 1]; None without a turn.
    """
    return tallies["steps"].share("failed", "turns")


@over_tallies
def failed_turns_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of a seat's turns that gave nothing usable.

    In [0, 1].
    """
    return tallies["steps"].shares("failed", "turns", by="seat")


@over_transcripts
def silent_seats(course: Course) -> Share | None:
    """Share of seats that never voted and never had an edit accepted, though they had the floor.

    In [0, 1]; None without a turn.
    """
    active = {step.seat for step in course.steps if step.vote or step.accepted}
    return share(len(course.seats) - len(active), len(course.seats))


@over_transcripts
def lost_seats(course: Course) -> Share | None:
    """Share of seats whose every turn failed.

    In [0, 1]; None without a turn.
    """
    valid = {step.seat for step in course.steps if step.position}
    return share(len(course.seats) - len(valid), len(course.seats))


@over_tallies
def uptake(tallies: Tallies) -> Share | None:
    """Share of the seats' new thoughts that the finished chain holds.

    In [0, 1], by thought id, so that rewritten and merged ones count. None without a new thought or a finished chain.
    """
    authors = tallies["lives"].shares("survived", "ended", by="author")
    return together({author: found for author, found in authors.items() if author != SEEDER})


@over_tallies
def seed_uptake(tallies: Tallies) -> Share | None:
    """Share of the first draft's thoughts that the finished chain holds.

    In [0, 1], by thought id: how far the deliberation is anchored in the first draft. None without a finished chain.
    """
    return tallies["lives"].shares("survived", "ended", by="author").get(SEEDER)


@over_tallies
def uptake_by_author(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of an author's thoughts that the finished chain holds.

    In [0, 1], by thought id. Missing where there is no finished chain.
    """
    return tallies["lives"].shares("survived", "ended", by="author")


@over_tallies
def thoughts_by_author(tallies: Tallies) -> Mapping[Key, Share]:
    """An author's share of all thoughts that were ever written.

    In [0, 1]; adds up to 1 over the authors, of which the seeder is one. Missing without a draft.
    """
    return _parts(tallies["lives"].totals("thoughts", "author"))


@over_tallies
def influence(tallies: Tallies) -> Share | None:
    """Share of chances on which a seat took over the vote of the seat that spoke before it.

    In [0, 1]; a chance is a valid turn that follows a vote unlike the seat's own last vote. None without a chance.
    """
    return tallies["handovers"].share("followed", "differing")


@over_tallies
def influence_by_seat(tallies: Tallies) -> Mapping[Key, Share]:
    """Share of chances on which the next speaker took over this seat's vote.

    In [0, 1]; a seat that nobody followed with another vote is missing.
    """
    return tallies["handovers"].shares("followed", "differing", by="seat")


@over_tallies
def edits_by_place(tallies: Tallies) -> Mapping[Key, Share]:
    """Accepted edits a turn, by the place of the turn in its round.

    A mean from 0. Place and seat part only where the order of the seats changes from round to round or query to query.
    """
    return tallies["places"].shares("accepted", "turns", by="place")


@over_transcripts
def place_advantage(course: Course) -> float | None:
    """How many more edits a turn the first speakers of the rounds get accepted than the last speakers.

    In edits a turn, of either sign; None without a round of two turns.
    """
    lasts = {step.round: len(step.accepted) for step in course.steps if step.place > 1}
    if not lasts:
        return None
    firsts = sum([len(step.accepted) for step in course.steps if step.place == 1 and step.round in lasts])
    return (firsts - sum(lasts.values())) / len(lasts)


@lru_cache(maxsize=4096)
def evenness(counts: tuple[float, ...]) -> float | None:
    """Entropy of counts over the most it could be, in [0, 1]; None under two counts or of nothing."""
    if len(counts) < 2 or not any(counts):
        return None
    return min(1.0, entropy_bits(counts) / log2(len(counts)))


@lru_cache(maxsize=4096)
def gini(counts: tuple[float, ...]) -> float | None:
    """Gini's index of counts, in [0, 1); None under two counts or of nothing."""
    total = sum(counts)
    if len(counts) < 2 or not total:
        return None
    ranked = sum([rank * count for rank, count in enumerate(sorted(counts), start=1)])
    return max(0.0, 2 * ranked / (len(counts) * total) - (len(counts) + 1) / len(counts))


def _parts(counts: Mapping[Key, float]) -> dict[Key, Share]:
    total = sum(counts.values())
    return {key: found for key, count in counts.items() if (found := share(count, total))}


@shared
def _turns(course: Course) -> tuple[int, ...]:
    """How many turns each seat had."""
    speakers = [step.seat for step in course.steps]
    return tuple([speakers.count(seat) for seat in course.seats])


@shared
def _edits(course: Course) -> tuple[int, ...]:
    """How many edits of each seat were accepted."""
    edits = dict.fromkeys(course.seats, 0)
    for step in changing(course):
        edits[step.seat] += len(step.accepted)
    return tuple(edits.values())


@shared
def _tokens(course: Course) -> tuple[int, ...]:
    """How many tokens each seat wrote."""
    tokens = dict.fromkeys(course.seats, 0)
    for charge in course.charges:
        if charge.round:
            tokens[charge.speaker] += charge.completion
    return tuple(tokens.values())

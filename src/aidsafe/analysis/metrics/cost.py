"""Cost: tokens, US dollars and seconds, by who spent them, and what they bought.

Tokens are prompt and completion tokens of answered calls. What is spent by seat, round or model is told a query, over
all queries with a call, so that the parts add up. A query with a call of unknown price has no cost in US dollars and
counts in no mean of it; nothing is made up.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from aidsafe.analysis.counts.tables import over_tallies
from aidsafe.analysis.counts.tally import Key, Keys, Share, Tallies, share, split
from aidsafe.analysis.courses.course import Course, changing
from aidsafe.analysis.courses.told import over_transcripts

__all__ = [
    "cached",
    "calls",
    "completion_tokens",
    "cost_a_call_by_model",
    "cost_an_edit",
    "cost_usd",
    "edits_by_round",
    "gain_by_round",
    "latency",
    "latency_by_model",
    "prompt_growth",
    "prompt_tokens",
    "rules_gained_by_round",
    "seconds",
    "spent_by_model",
    "spent_by_round",
    "spent_by_speaker",
    "spent_by_speaker_and_round",
    "tokens",
    "tokens_an_edit",
    "tokens_by_model",
    "tokens_by_round",
    "tokens_by_speaker",
    "tokens_by_speaker_and_round",
    "writing_by_speaker",
]


@over_tallies
def calls(tallies: Tallies) -> Share | None:
    """Answered calls a query.

    A mean from 1; None where no query has a call.
    """
    return share(tallies["calls"].total("calls"), _queries(tallies))


@over_tallies
def tokens(tallies: Tallies) -> Share | None:
    """Tokens a query, prompt and completion.

    A mean from 0; None without a call.
    """
    return share(tallies["calls"].total("tokens"), _queries(tallies))


@over_tallies
def prompt_tokens(tallies: Tallies) -> Share | None:
    """Prompt tokens a query.

    A mean from 0; None without a call.
    """
    return share(tallies["calls"].total("prompt"), _queries(tallies))


@over_tallies
def completion_tokens(tallies: Tallies) -> Share | None:
    """Completion tokens a query.

    A mean from 0; None without a call.
    """
    return share(tallies["calls"].total("completion"), _queries(tallies))


@over_tallies
def cached(tallies: Tallies) -> Share | None:
    """Share of the prompt tokens that the provider had cached.

    In [0, 1]; None without prompt tokens.
    """
    return tallies["calls"].share("cached", "prompt")


@over_transcripts
def cost_usd(course: Course) -> float | None:
    """US dollars a query.

    From 0; None without a call, or with one of unknown price.
    """
    return _usd([charge.cost for charge in course.charges])


@over_tallies
def seconds(tallies: Tallies) -> Share | None:
    """Seconds that a query's calls took, added up.

    A mean from 0; None without a call. Calls of one round may overlap, so a query can be done sooner.
    """
    return share(tallies["calls"].total("seconds"), _queries(tallies))


@over_tallies
def latency(tallies: Tallies) -> Share | None:
    """Seconds a call.

    A mean from 0; None without a call.
    """
    return tallies["calls"].share("seconds", "calls")


@over_transcripts
def prompt_growth(course: Course) -> float | None:
    """Prompt tokens that each turn has more than the turn before.

    A mean, of either sign; None under two turns with calls.
    """
    sizes = [charge.prompt for charge in course.charges if charge.round and not charge.followed]
    return (sizes[-1] - sizes[0]) / (len(sizes) - 1) if len(sizes) > 1 else None


@over_tallies
def tokens_an_edit(tallies: Tallies) -> Share | None:
    """Tokens spent in turns for every accepted edit.

    From 0; None without an accepted edit. Over a run, the turns of all queries are paid by all of its edits.
    """
    return share(tallies["calls"].without("round", 0).total("tokens"), tallies["steps"].total("accepted"))


@over_transcripts
def cost_an_edit(course: Course) -> Share | None:
    """US dollars spent in turns for every accepted edit.

    From 0; None without an accepted edit, or with a call of unknown price.
    """
    edits = sum([len(step.accepted) for step in changing(course)])
    usd = _usd([charge.cost for charge in course.charges if charge.round]) if edits else None
    return None if usd is None else Share(usd, edits)


@over_tallies
def tokens_by_speaker(tallies: Tallies) -> Mapping[Key, Share]:
    """Tokens a query that a seat or role spent.

    A mean from 0 over all queries with a call; adds up to `tokens`.
    """
    return _a_query(tallies, "tokens", "speaker")


@over_tallies
def writing_by_speaker(tallies: Tallies) -> Mapping[Key, Share]:
    """Completion tokens a call of a seat or role.

    A mean from 0.
    """
    return tallies["calls"].shares("completion", "calls", by="speaker")


@over_tallies
def tokens_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Tokens a query that a round's turns spent; round 0 holds the roles that speak once.

    A mean from 0 over all queries with a call; adds up to `tokens`.
    """
    return _a_query(tallies, "tokens", "round")


@over_tallies
def tokens_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Tokens a query that went through a model, by its name in the recipe.

    A mean from 0 over all queries with a call; adds up to `tokens`.
    """
    return _a_query(tallies, "tokens", "model")


@over_tallies
def tokens_by_speaker_and_round(tallies: Tallies) -> Mapping[Keys, Share]:
    """Tokens a query that a seat or role spent in a round; round 0 holds the roles that speak once.

    A mean from 0 over all queries with a call; adds up to `tokens`.
    """
    return _crossed(tallies, "tokens")


@over_tallies
def spent_by_speaker(tallies: Tallies) -> Mapping[Key, Share]:
    """US dollars a query that a seat or role spent.

    A mean from 0 over all queries with a call; calls of unknown price are passed over.
    """
    return _a_query(tallies, "cost", "speaker")


@over_tallies
def spent_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """US dollars a query that a round's turns spent; round 0 holds the roles that speak once.

    A mean from 0 over all queries with a call; calls of unknown price are passed over.
    """
    return _a_query(tallies, "cost", "round")


@over_tallies
def spent_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """US dollars a query that went through a model.

    A mean from 0 over all queries with a call; calls of unknown price are passed over.
    """
    return _a_query(tallies, "cost", "model")


@over_tallies
def spent_by_speaker_and_round(tallies: Tallies) -> Mapping[Keys, Share]:
    """US dollars a query that a seat or role spent in a round; round 0 holds the roles that speak once.

    A mean from 0 over all queries with a call; calls of unknown price are passed over.
    """
    return _crossed(tallies, "cost")


@over_tallies
def cost_a_call_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """US dollars a call of a model.

    A mean from 0 over the calls of known price.
    """
    return tallies["calls"].shares("cost", "priced", by="model")


@over_tallies
def latency_by_model(tallies: Tallies) -> Mapping[Key, Share]:
    """Seconds a call of a model.

    A mean from 0.
    """
    return tallies["calls"].shares("seconds", "calls", by="model")


@over_tallies
def edits_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Accepted edits a query in a round.

    A mean from 0 over the queries that held the round.
    """
    return split(tallies["steps"].totals("accepted", "round"), tallies["rounds"].totals("held", "round"))


@over_tallies
def gain_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Accepted edits for every thousand tokens that a round's turns spent: its marginal gain.

    From 0; falls where further rounds buy little. Missing where no tokens were counted.
    """
    return split(tallies["steps"].totals("accepted", "round"), _thousands(tallies))


@over_tallies
def rules_gained_by_round(tallies: Tallies) -> Mapping[Key, Share]:
    """Rules that the draft cites, quote and all, for the first time, for every thousand tokens of a round's turns.

    From 0; the marginal gain in policy coverage. Missing where no tokens were counted.
    """
    return split(tallies["fresh_rules"].totals("rules", "round"), _thousands(tallies))


def _queries(tallies: Tallies) -> float:
    """The queries with a call."""
    return tallies["called"].total("queries")


def _a_query(tallies: Tallies, field: str, by: str) -> dict[Key, Share]:
    parts = tallies["calls"].totals(field, by)
    return split(parts, dict.fromkeys(parts, _queries(tallies)))


def _crossed(tallies: Tallies, field: str) -> dict[Keys, Share]:
    parts = tallies["calls"].crossed(field, ("speaker", "round"))
    return split(parts, dict.fromkeys(parts, _queries(tallies)))


def _usd(costs: Sequence[float | None]) -> float | None:
    """What calls cost together; None of none, and where one has no known price."""
    return None if not costs or None in costs else sum(cast("Sequence[float]", costs))


def _thousands(tallies: Tallies) -> dict[Key, float]:
    """Thousands of tokens that the turns of each round spent."""
    tokens = tallies["calls"].without("round", 0).totals("tokens", "round")
    return {round: count / 1000 for round, count in tokens.items()}

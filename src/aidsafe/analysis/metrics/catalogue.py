"""The catalogue: every metric and breakdown with its range, unit and paper, in one list.

Report, tables, documentation and tests go through it. What a metric means stands in its function's docstring.
"""

from collections.abc import Callable
from functools import wraps
from itertools import chain
from math import log2
from typing import TypeVar

from aidsafe.analysis.counts.decisions import LABELS, Labels
from aidsafe.analysis.counts.tables import Counted, tables, tallies_of
from aidsafe.analysis.counts.tally import Counts, Keys, Share, Sizes, Table
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.told import Told, course_of
from aidsafe.analysis.metrics import (
    conformity,
    convergence,
    cost,
    decisions,
    information,
    participation,
    policy,
    refiner,
    reliability,
)
from aidsafe.analysis.metrics.number import EACH, Breakdown, Group, Metric, Number, Pooled, Shares, Unit, part_and_whole

__all__ = ["breakdowns", "each_table", "measure", "metrics"]

T = TypeVar("T")

_LOG3 = log2(3)
_BENCHFORM, _SYCOPHANCY, _DEBATELLM, _MALLM = (
    "arXiv 2501.13381",
    "arXiv 2509.23055",
    "arXiv 2311.17371",
    "arXiv 2509.11656",
)
_COLLAPSE, _DRIFT, _LOSS, _AIDSAFE = "arXiv 2512.00047", "arXiv 2502.19559", "arXiv 2606.03032", "arXiv 2505.21784"


def metrics(labels: Labels = LABELS) -> tuple[Metric, ...]:
    """Every metric that gives one number a transcript. `labels` says where a query's label stands."""
    return (
        *_CONVERGENCE,
        *_CONFORMITY,
        *_PARTICIPATION,
        *_INFORMATION,
        *_POLICY,
        *_DECISIONS,
        *_labelled_decisions(labels),
        *_REFINER,
        *_COST,
        *_RELIABILITY,
    )


def breakdowns() -> tuple[Breakdown, ...]:
    """Every metric that gives a share by round, seat, model and the like."""
    return _BREAKDOWNS


def measure(told: Told, *, labels: Labels = LABELS, text: bool = True) -> dict[str, Number]:
    """Every metric of one transcript, by name; None where it is not defined."""
    course = course_of(told)
    counted = tallies_of(course, of=[table for table in tables(labels) if text or not table.text])
    return {
        metric.name: metric.read(counted) if isinstance(metric, Pooled) else metric.read(course)
        for metric in metrics(labels)
        if text or not metric.text
    }


def each_table(labels: Labels = LABELS, *, text: bool = True) -> Table[Keys]:
    """The table of the metrics that are read transcript by transcript: all in one row."""
    chosen = [one for one in metrics(labels) if not isinstance(one, Pooled) and (text or not one.text)]
    reads = [one.read for one in chosen]

    def numbers(course: Course) -> tuple[float, ...]:
        found = [read(course) for read in reads]
        pairs = [one if isinstance(one, Share) else _NONE if one is None else (one, 1.0) for one in found]
        return tuple(chain.from_iterable(pairs))

    fields = tuple(chain.from_iterable(part_and_whole(one.name) for one in chosen))
    sizes = Sizes(fields, lambda course: (numbers(course),))
    return Table(EACH, (), of=lambda _: ((),), key=lambda _: (), counts=Counts((), lambda _: ()), sizes=sizes)


_NONE = (0.0, 0.0)


def _with(read: Callable[[Told, Labels], T], labels: Labels) -> Callable[[Told], T]:
    """A reading of labels that knows where they stand."""

    @wraps(read)
    def labelled(told: Told) -> T:
        return read(told, labels)

    return labelled


_CONVERGENCE = (
    Metric("consensus", "convergence", convergence.consensus, "share", 0, 1, _MALLM),
    Metric("premature_consensus", "convergence", convergence.premature_consensus, "share", 0, 1, _SYCOPHANCY),
    Metric("rounds_held", "convergence", convergence.rounds_held, "rounds", 1),
    Metric("rounds_to_consensus", "convergence", convergence.rounds_to_consensus, "rounds", 1, None, _MALLM),
    Metric("turns_to_consensus", "convergence", convergence.turns_to_consensus, "turns", 1, None, _MALLM),
    Metric("agreement", "convergence", convergence.agreement, "share", 0, 1, _COLLAPSE),
    Metric("agreement_slope", "convergence", convergence.agreement_slope, "share", -1, 1, _COLLAPSE),
    Metric("entropy_drop", "convergence", convergence.entropy_drop, "bits", -_LOG3, _LOG3, _COLLAPSE),
    Metric("polarisation", "convergence", convergence.polarisation, "share", 0, 1),
    Metric("settling_time", "convergence", convergence.settling_time, "rounds", 0),
    Metric("settling_share", "convergence", convergence.settling_share, "share", 0, 1),
)

_CONFORMITY = (
    Pooled("flips", "conformity", conformity.flips, "share", 0, 1, _DEBATELLM),
    Pooled("flips_to_majority", "conformity", conformity.flips_to_majority, "share", 0, 1, _DEBATELLM),
    Pooled("flips_to_minority", "conformity", conformity.flips_to_minority, "share", 0, 1, _DEBATELLM),
    Pooled("flips_alone", "conformity", conformity.flips_alone, "share", 0, 1, _DEBATELLM),
    Pooled("flips_to_previous", "conformity", conformity.flips_to_previous, "share", 0, 1, _DEBATELLM),
    Pooled("conformity", "conformity", conformity.conformity, "share", 0, 1, _BENCHFORM),
    Pooled("independence", "conformity", conformity.independence, "share", 0, 1, _BENCHFORM),
    Pooled("unexplained_flips", "conformity", conformity.unexplained_flips, "share", 0, 1, _SYCOPHANCY),
    Pooled("unreasoned_votes", "conformity", conformity.unreasoned_votes, "share", 0, 1, _SYCOPHANCY),
    Metric("disagreement_collapse", "conformity", conformity.disagreement_collapse, "share", 0, 1, _SYCOPHANCY),
    Metric("unanswered_collapse", "conformity", conformity.unanswered_collapse, "share", 0, 1, _SYCOPHANCY),
    Pooled("peer_pull", "conformity", conformity.peer_pull, "index", -1, 1, "arXiv 2510.07517"),
)

_PARTICIPATION = (
    Metric("turn_evenness", "participation", participation.turn_evenness, "index", 0, 1),
    Metric("turn_gini", "participation", participation.turn_gini, "index", 0, 1),
    Metric("token_evenness", "participation", participation.token_evenness, "index", 0, 1),
    Metric("token_gini", "participation", participation.token_gini, "index", 0, 1),
    Metric("edit_evenness", "participation", participation.edit_evenness, "index", 0, 1),
    Metric("edit_gini", "participation", participation.edit_gini, "index", 0, 1),
    Metric("largest_edit_share", "participation", participation.largest_edit_share, "share", 0, 1),
    Metric("edits_accepted", "participation", participation.edits_accepted, "edits"),
    Pooled("acceptance", "participation", participation.acceptance, "share", 0, 1),
    Pooled("abstentions", "participation", participation.abstentions, "share", 0, 1),
    Pooled("failed_turns", "participation", participation.failed_turns, "share", 0, 1, _DEBATELLM),
    Metric("silent_seats", "participation", participation.silent_seats, "share", 0, 1),
    Metric("lost_seats", "participation", participation.lost_seats, "share", 0, 1),
    Pooled("uptake", "participation", participation.uptake, "share", 0, 1),
    Pooled("seed_uptake", "participation", participation.seed_uptake, "share", 0, 1),
    Pooled("influence", "participation", participation.influence, "share", 0, 1),
    Metric("place_advantage", "participation", participation.place_advantage, "edits", None),
)

_INFORMATION = (
    Pooled("novelty", "information", information.novelty, "index", 0, 1, _COLLAPSE, text=True),
    Pooled("information_gain", "information", information.information_gain, "rules"),
    Metric("saturation", "information", information.saturation, "rounds"),
    Metric("redundancy_before", "information", information.redundancy_before, "share", 0, 1, _AIDSAFE, text=True),
    Metric("redundancy_after", "information", information.redundancy_after, "share", 0, 1, _AIDSAFE, text=True),
    Metric("compression", "information", information.compression, "index", 0, None, _COLLAPSE, text=True),
    Metric("anchoring", "information", information.anchoring, "share", 0, 1, text=True),
    Metric("echo", "information", information.echo, "index", 0, 1, _COLLAPSE, text=True),
    Pooled("attrition", "information", information.attrition, "share", 0, 1, _LOSS),
    Pooled("total_attrition", "information", information.total_attrition, "share", 0, 1, _LOSS),
    Metric("rule_attrition", "information", information.rule_attrition, "share", 0, 1, _LOSS),
    Metric("focus_sum", "information", information.focus_sum, "share", -1, 1, _DRIFT, text=True),
    Metric("focus_loss", "information", information.focus_loss, "share", 0, 1, _DRIFT, text=True),
    Metric("focus_recovery", "information", information.focus_recovery, "share", 0, 1, _DRIFT, text=True),
)

_POLICY = (
    Pooled("coverage", "policy", policy.coverage, "share", 0, 1),
    Metric("policies_cited", "policy", policy.policies_cited, "rules"),
    Metric("rules_cited", "policy", policy.rules_cited, "rules"),
    Metric("citations_a_thought", "policy", policy.citations_a_thought, "rules"),
    Metric("supported", "policy", policy.supported, "share", 0, 1),
    Metric("first_citation", "policy", policy.first_citation, "rounds"),
    Pooled("verified", "policy", policy.verified, "share", 0, 1),
    Metric("verified_final", "policy", policy.verified_final, "share", 0, 1),
    Metric("conflicts_raised", "policy", policy.conflicts_raised, "rules"),
    Metric("conflicts_noted", "policy", policy.conflicts_noted, "rules"),
    Metric("conflicts_resolved", "policy", policy.conflicts_resolved, "share", 0, 1),
)

_DECISIONS = (
    Metric("decision_changes", "decisions", decisions.changes, "rounds"),
    Metric("toward_refusal", "decisions", decisions.toward_refusal, "share", 0, 1),
    Metric("toward_compliance", "decisions", decisions.toward_compliance, "share", 0, 1),
    Metric("shift", "decisions", decisions.shift, "index", -1, 1, "arXiv 2508.17536"),
    Metric("final_strictness", "decisions", decisions.final_strictness, "index", 0, 1),
)


def _labelled_decisions(labels: Labels) -> tuple[Metric, ...]:
    drift = _with(decisions.over_refusal_drift, labels)
    return (
        Metric("over_refusal", "decisions", _with(decisions.over_refusal, labels), "share", 0, 1, "arXiv 2308.01263"),
        Metric("over_refusal_drift", "decisions", drift, "index", -1, 1),
        Metric("correction", "decisions", _with(decisions.correction, labels), "share", 0, 1, _DEBATELLM),
        Metric("subversion", "decisions", _with(decisions.subversion, labels), "share", 0, 1, _DEBATELLM),
        Metric("missed", "decisions", _with(decisions.missed, labels), "share", 0, 1, _DEBATELLM),
    )


_REFINER = (
    Pooled("kept", "refiner", refiner.kept, "share", 0, 1, _AIDSAFE),
    Pooled("rewritten", "refiner", refiner.rewritten, "share", 0, 1, _AIDSAFE),
    Pooled("merged", "refiner", refiner.merged, "share", 0, 1, _AIDSAFE),
    Pooled("removed", "refiner", refiner.removed, "share", 0, 1, _AIDSAFE),
    Metric("length_ratio", "refiner", refiner.length_ratio, "share", 0, 1),
    Metric("decision_changed", "refiner", refiner.decision_changed, "share", 0, 1),
)

_COST = (
    Pooled("calls", "cost", cost.calls, "calls", 1),
    Pooled("tokens", "cost", cost.tokens, "tokens"),
    Pooled("prompt_tokens", "cost", cost.prompt_tokens, "tokens"),
    Pooled("completion_tokens", "cost", cost.completion_tokens, "tokens"),
    Pooled("cached", "cost", cost.cached, "share", 0, 1),
    Metric("cost_usd", "cost", cost.cost_usd, "USD"),
    Pooled("seconds", "cost", cost.seconds, "seconds"),
    Pooled("latency", "cost", cost.latency, "seconds"),
    Metric("prompt_growth", "cost", cost.prompt_growth, "tokens", None),
    Pooled("tokens_an_edit", "cost", cost.tokens_an_edit, "tokens"),
    Metric("cost_an_edit", "cost", cost.cost_an_edit, "USD"),
)

_RELIABILITY = (
    Pooled("repairs", "reliability", reliability.repairs, "share", 0, 1, _DEBATELLM),
    Pooled("unusable", "reliability", reliability.unusable, "share", 0, 1, _DEBATELLM),
    Pooled("retries", "reliability", reliability.retries, "calls"),
    Pooled("truncations", "reliability", reliability.truncations, "share", 0, 1),
    Pooled("refusals", "reliability", reliability.refusals, "share", 0, 1),
    Pooled("filtered", "reliability", reliability.filtered, "share", 0, 1),
    Pooled("fallbacks", "reliability", reliability.fallbacks, "share", 0, 1),
    Metric("lost_queries", "reliability", reliability.lost_queries, "share", 0, 1),
)


def _by(
    read: Callable[[Counted], Shares], group: Group, *keys: str, unit: Unit = "share", low: float | None = 0.0
) -> Breakdown:
    """A breakdown called after its function; shares and indices end at 1, anything else is open."""
    high = 1.0 if unit in ("share", "index") else None
    text = read.__name__.startswith("novelty")
    return Breakdown(read.__name__, group, read, keys, unit, low, high, text=text)


_BREAKDOWNS = (
    _by(convergence.endings, "convergence", "ending"),
    _by(convergence.agreement_by_round, "convergence", "round"),
    _by(convergence.survival, "convergence", "round"),
    Breakdown("kappa_by_round", "convergence", convergence.kappa_by_round, ("round",), "index", -1, 1, "Fleiss 1971"),
    _by(convergence.positions_by_seat_and_round, "convergence", "seat", "round", "position"),
    Breakdown("entropy_by_round", "convergence", convergence.entropy_by_round, ("round",), "bits", 0, _LOG3),
    _by(conformity.flips_by_seat, "conformity", "seat"),
    _by(conformity.conformity_by_seat, "conformity", "seat"),
    _by(conformity.conformity_by_majority, "conformity", "majority"),
    _by(conformity.independence_by_seat, "conformity", "seat"),
    _by(conformity.independence_by_majority, "conformity", "majority"),
    _by(conformity.unexplained_flips_by_seat, "conformity", "seat"),
    _by(conformity.unreasoned_votes_by_seat, "conformity", "seat"),
    _by(conformity.unreasoned_votes_by_round, "conformity", "round"),
    _by(conformity.stubbornness_by_seat, "conformity", "seat", unit="index", low=None),
    _by(participation.turns_by_seat, "participation", "seat"),
    _by(participation.tokens_by_seat, "participation", "seat"),
    _by(participation.edits_by_seat, "participation", "seat"),
    _by(participation.acceptance_by_seat, "participation", "seat"),
    _by(participation.failed_turns_by_seat, "participation", "seat"),
    _by(participation.uptake_by_author, "participation", "author"),
    _by(participation.thoughts_by_author, "participation", "author"),
    _by(participation.influence_by_seat, "participation", "seat"),
    _by(participation.edits_by_place, "participation", "place", unit="edits"),
    _by(information.novelty_by_round, "information", "round", unit="index"),
    _by(information.novelty_by_seat, "information", "seat", unit="index"),
    _by(information.information_gain_by_round, "information", "round", unit="rules"),
    _by(information.attrition_by_round, "information", "round"),
    _by(information.drops_by_seat, "information", "seat", unit="thoughts"),
    _by(policy.coverage_by_policy, "policy", "policy"),
    _by(policy.coverage_by_policy_and_round, "policy", "policy", "round"),
    _by(policy.first_citation_by_policy, "policy", "policy", unit="rounds"),
    _by(policy.verified_by_author, "policy", "author"),
    _by(policy.verified_by_policy, "policy", "policy"),
    _by(decisions.shift_by_round, "decisions", "round", unit="index", low=-1),
    _by(decisions.over_refusal_drift_by_round, "decisions", "round", unit="index", low=-1),
    _by(decisions.decision_by_round, "decisions", "round", "decision"),
    _by(decisions.final_decisions, "decisions", "decision"),
    _by(refiner.outcomes, "refiner", "outcome"),
    _by(refiner.removals_by_reason, "refiner", "reason"),
    _by(refiner.removals_by_code, "refiner", "code"),
    _by(refiner.removals_by_author, "refiner", "author"),
    _by(refiner.fates_by_author, "refiner", "author", "fate"),
    _by(cost.tokens_by_speaker, "cost", "speaker", unit="tokens"),
    _by(cost.writing_by_speaker, "cost", "speaker", unit="tokens"),
    _by(cost.tokens_by_round, "cost", "round", unit="tokens"),
    _by(cost.tokens_by_model, "cost", "model", unit="tokens"),
    _by(cost.tokens_by_speaker_and_round, "cost", "speaker", "round", unit="tokens"),
    _by(cost.spent_by_speaker, "cost", "speaker", unit="USD"),
    _by(cost.spent_by_round, "cost", "round", unit="USD"),
    _by(cost.spent_by_model, "cost", "model", unit="USD"),
    _by(cost.spent_by_speaker_and_round, "cost", "speaker", "round", unit="USD"),
    _by(cost.cost_a_call_by_model, "cost", "model", unit="USD"),
    _by(cost.latency_by_model, "cost", "model", unit="seconds"),
    _by(cost.edits_by_round, "cost", "round", unit="edits"),
    _by(cost.gain_by_round, "cost", "round", unit="edits"),
    _by(cost.rules_gained_by_round, "cost", "round", unit="rules"),
    _by(reliability.turn_failures, "reliability", "failure"),
    _by(reliability.repairs_by_model, "reliability", "model"),
    _by(reliability.unusable_by_model, "reliability", "model"),
    _by(reliability.retries_by_model, "reliability", "model", unit="calls"),
    _by(reliability.truncations_by_model, "reliability", "model"),
    _by(reliability.refusals_by_model, "reliability", "model"),
    _by(reliability.filtered_by_model, "reliability", "model"),
)

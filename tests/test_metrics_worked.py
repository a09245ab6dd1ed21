"""Every metric and breakdown on deliberations worked out by hand."""

from collections.abc import Mapping
from math import log2
from typing import Any

import pytest
from analysis_building import (
    Refined,
    Said,
    adds,
    call,
    cites,
    deliberation,
    failed_query,
    revises,
    says,
    withdraws,
)

from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.metrics.catalogue import breakdowns, metrics
from aidsafe.analysis.metrics.number import Number
from aidsafe.core.records import Decide, Resolve, Thought
from aidsafe.core.transcript import Transcript

Shares = Mapping[Any, tuple[float, float]]

ONE_TWO = log2(3) - 2 / 3
"""Entropy of one against two, in bits."""

# Votes of a, b and c by round: object (with an edit), object, agree; agree, object, agree; all agree.
SLOW = deliberation(
    [says("a", "object", adds("a new one")), says("b", "object"), says("c", "agree")],
    [says("a", "agree"), says("b", "object", reason=""), says("c", "agree")],
    [says("a", "agree"), says("b", "agree", reason=""), says("c", "agree", reason="because of c at 8")],
)
QUICK = deliberation([says("a", "agree"), says("b", "agree")])
# A failed seat, an abstention, and an agreement that is none, for it comes with an edit.
STUCK = deliberation(
    [says("a", "agree"), says("b", "abstain"), says("c", None)],
    [says("a", "agree", adds("said and done"))],
    ending="budget.rounds",
)
OPEN = deliberation([says("a", "object")], ending=None, done=False)
SILENT = deliberation(ending="none")
# a and b object together, c does not; then c gives in without a word, and both others give up.
SWAPPED = deliberation(
    [says("a", "object"), says("b", "object"), says("c", "agree")],
    [says("c", "object", reason=""), says("a", "agree"), says("b", "abstain")],
    ending="budget.rounds",
)
DROPPED = deliberation(
    [says("a", "object"), says("b", "agree")],
    [says("a", "agree", reason=""), says("b", "agree")],
)

SPOKEN = deliberation(
    [
        Said("a", "object", (adds("x one two"), adds("y one two")), calls=(call(100, 30),)),
        Said("b", "agree", calls=(call(100, 10),)),
    ],
    [says("a", "agree"), says("b", "object", withdraws("t9"))],
    refined=Refined({"t3": ("removed", "redundant")}),
)
LOST = deliberation([says("a", "agree"), says("b", "abstain"), says("c", None)], ending="undecided")

# t3 adds two runs of three words to three that t1 has; t2 is taken out by its author's neighbour; t3 is rewritten.
WRITTEN = deliberation(
    [
        says("a", "object", adds("bees like warm dry boxes and sun", cites("care-1")), reason="it is much too short"),
        says("b", "object", withdraws("t2"), reason="it is much too long"),
    ],
    [
        says("a", "agree", reason=""),
        says("b", "object", revises("t3", "wholly new words stand here", cites("care-1"), cites("help-1")), reason=""),
    ],
    thoughts=("bees like warm dry boxes", "ask a local keeper about bees"),
    refined=Refined(),
)
# The only thought is taken out, and comes back.
STRAYED = deliberation(
    [says("a", "object", withdraws("t1"))], [says("a", "object", adds("keep bees now"))], thoughts=("keep bees",)
)
REPEATED = deliberation(
    [says("a", "agree")],
    thoughts=("bees like warm dry boxes", "bees like warm dry boxes indeed"),
    refined=Refined({"t2": ("removed", "repetitive")}),
)

CITED_SEED = Thought(
    id="t1", text="one", author="seeder", round=0, citations=(cites("c-1"), cites("h-1", policy="help", verified=False))
)
CITED = deliberation(
    [
        says("a", "object", adds("x", cites("m-1", policy="harm")), Resolve(rules=("c-1", "m-1"), resolved_by="c-1")),
        says("b", "object", Resolve(rules=("c-1",), resolved_by="nothing")),
    ],
    [says("a", "agree"), says("b", "object", withdraws("t3"))],
    thoughts=(CITED_SEED, "two"),
)

STRICTER = deliberation(
    [says("a", "object", Decide(decision="refuse"))],
    [says("a", "object", Decide(decision="safe_complete"))],
    metadata={"label": "Benign"},
)
MENDED = deliberation([says("a", "object", Decide(decision="refuse"))], metadata={"label": "unsafe"})
# The right decision is put forward on a version that has moved on, and is refused.
MISSED = deliberation(
    [
        says("a", "object", Decide(decision="refuse"), blind=True),
        Said("b", "object", (Decide(decision="refuse"),), blind=True),
    ],
    metadata={"label": "benign"},
    decision="clarify",
)

REFINED = deliberation(
    [says("a", "object", adds("five"))],
    thoughts=("one", "two", "three", "four"),
    refined=Refined(
        {"t2": ("rewritten", None), "t5": ("removed", "repetitive")}, merged=(("t3", "t4"),), decision="refuse"
    ),
)

PAID = deliberation(
    [
        Said("a", "object", (adds("x"),), calls=(call(200, 20, model="big", outcome="invalid"), call(210, 20))),
        Said("b", None, calls=(call(300, 30, cost=None, attempts=3, outcome="truncated", finish="length"),)),
    ],
    calls=(call(100, 10, outcome="refused"),),
)
PRICED = deliberation([Said("a", "object", (adds("x"),), calls=(call(10, 5, cost=0.5, finish="content_filter"),))])

CONVERGENCE: dict[str, tuple[Number, ...]] = {
    # SLOW, QUICK, STUCK, OPEN, SILENT
    "consensus": (Share(1, 1), Share(1, 1), Share(0, 1), None, None),
    "premature_consensus": (Share(0, 1), Share(1, 1), Share(0, 1), None, None),
    "rounds_held": (3, 1, 2, 1, None),
    "rounds_to_consensus": (3, 1, None, None, None),
    "turns_to_consensus": (9, 2, None, None, None),
    "agreement": (Share(3, 3), Share(2, 2), Share(0, 1), Share(0, 1), None),
    "agreement_slope": (1 / 3, None, -1.0, None, None),
    "entropy_drop": (ONE_TWO, None, 1.0, None, None),
    "polarisation": (Share(0, 3), Share(0, 1), None, None, None),
    "settling_time": (3, 0, 2, 0, None),
    "settling_share": (Share(3, 3), Share(0, 1), Share(2, 2), Share(0, 1), None),
}

CONFORMITY: dict[str, tuple[Number, ...]] = {
    # SLOW, SWAPPED, DROPPED, QUICK
    # In SLOW a flips in round 2, having read object and agree; b flips in round 3, having read two that agree.
    "flips": (Share(2, 6), Share(2, 2), Share(1, 2), None),
    # In SWAPPED c goes over to two objections; a then reads two of those and agrees, alone.
    "flips_to_majority": (Share(1, 2), Share(1, 2), Share(1, 1), None),
    "flips_to_minority": (Share(1, 2), Share(0, 2), Share(0, 1), None),
    "flips_alone": (Share(0, 2), Share(1, 2), Share(0, 1), None),
    "flips_to_previous": (Share(2, 2), Share(1, 2), Share(1, 1), None),
    # Outvoted: in SLOW c in round 2 reads agree and object; b reads two that agree in rounds 2 and 3.
    "conformity": (Share(1, 2), Share(1, 1), Share(1, 1), None),
    "independence": (Share(1, 2), Share(0, 1), Share(0, 1), None),
    # Chances in SLOW: a and b and c in round 2, b in round 3, and a in round 3, who reads b's objection. In
    # SWAPPED c reads two objections, and b reads that a agrees.
    "unexplained_flips": (Share(1, 5), Share(1, 2), Share(1, 1), None),
    # b's second and third reason are blank, c's last one is read already.
    "unreasoned_votes": (Share(3, 9), Share(1, 5), Share(1, 4), Share(0, 2)),
    "disagreement_collapse": (Share(1, 1), Share(0, 1), Share(1, 1), None),
    "unanswered_collapse": (Share(1, 1), Share(0, 1), Share(1, 1), None),
    # SLOW: a follows c; b keeps against a; c keeps against b; a reads c, b follows a, c reads b, and all agree.
    # In SWAPPED c follows b, and b abstains from what it reads of a.
    "peer_pull": (Share(0, 4), Share(1, 2), Share(1, 1), None),
}


PARTICIPATION: dict[str, tuple[Number, ...]] = {
    # SPOKEN, LOST, SILENT
    "turn_evenness": (1.0, 1.0, None),
    "turn_gini": (0.0, 0.0, None),
    # 30 tokens against 10
    "token_evenness": (2 - 0.75 * log2(3), None, None),
    "token_gini": (0.25, None, None),
    # two edits against none
    "edit_evenness": (0.0, None, None),
    "edit_gini": (0.5, None, None),
    "largest_edit_share": (Share(2, 2), None, None),
    "edits_accepted": (2, 0, None),
    "acceptance": (Share(2, 3), None, None),
    "abstentions": (Share(0, 4), Share(1, 2), None),
    "failed_turns": (Share(0, 4), Share(1, 3), None),
    "silent_seats": (Share(0, 2), Share(2, 3), None),
    "lost_seats": (Share(0, 2), Share(1, 3), None),
    "uptake": (Share(1, 2), None, None),
    "seed_uptake": (Share(2, 2), Share(2, 2), Share(2, 2)),
    # a, who objected, speaks after b, who agreed
    "influence": (Share(1, 1), None, None),
    # two edits more in the first round, none in the second
    "place_advantage": (1.0, 0.0, None),
}

INFORMATION: dict[str, tuple[Number, ...]] = {
    # WRITTEN, STRAYED, REPEATED
    "novelty": (Share(0.4 + 1.0, 2), Share(1, 1), None),
    "information_gain": (Share(2, 4), Share(0, 2), Share(0, 1)),
    "saturation": (2, 2, 0),
    "redundancy_before": (Share(0, 2), Share(0, 1), Share(1, 2)),
    "redundancy_after": (Share(0, 2), Share(0, 1), Share(0, 1)),
    "compression": (Share(10, 11 + 12), Share(3, 2 + 3), Share(5, 11)),
    "anchoring": (0.5, 0.0, 1.0),
    # "it is much too long" has two of three runs from "it is much too short"
    "echo": (Share(2 / 3, 1), Share(2 / 3, 1), None),
    "attrition": (Share(1, 3), Share(1, 2), Share(0, 2)),
    "total_attrition": (Share(1, 3), Share(1, 2), Share(1, 2)),
    "rule_attrition": (Share(0, 2), None, None),
    # of "keep" and "bees"
    "focus_sum": (0.0, 0.0, 0.0),
    "focus_loss": (Share(0, 1), Share(1, 1), Share(0, 1)),
    "focus_recovery": (None, Share(1, 1), None),
}

POLICY: dict[str, tuple[Number, ...]] = {
    # CITED, WRITTEN, SILENT
    "coverage": (Share(1, 3), Share(1, 1), None),
    "policies_cited": (1, 1, 0),
    "rules_cited": (1, 2, 0),
    "citations_a_thought": (Share(2, 2), Share(2, 2), Share(0, 2)),
    "supported": (Share(1, 2), Share(1, 2), Share(0, 2)),
    "first_citation": (0, 1, None),
    "verified": (Share(2, 3), Share(2, 2), None),
    "verified_final": (Share(1, 2), Share(2, 2), None),
    "conflicts_raised": (2, 0, None),
    "conflicts_noted": (1, 0, None),
    "conflicts_resolved": (Share(1, 2), None, None),
}

DECISIONS: dict[str, tuple[Number, ...]] = {
    # STRICTER, MENDED, MISSED, QUICK
    "decision_changes": (2, 1, 1, 0),
    "toward_refusal": (Share(1, 2), Share(1, 1), Share(1, 1), None),
    "toward_compliance": (Share(1, 2), Share(0, 1), Share(0, 1), None),
    "shift": (0.5, 1.0, 0.5, 0.0),
    "final_strictness": (0.5, 1.0, 1.0, 0.0),
    "over_refusal": (Share(0, 1), None, Share(1, 1), None),
    "over_refusal_drift": (0.5, None, 0.5, None),
    "correction": (None, Share(1, 1), Share(0, 1), None),
    "subversion": (Share(1, 1), None, None, None),
    # the seed of STRICTER was right; nobody said the right thing in MISSED
    "missed": (Share(1, 1), Share(0, 1), Share(0, 1), None),
}

REFINER: dict[str, tuple[Number, ...]] = {
    # REFINED, SPOKEN, QUICK
    "kept": (Share(1, 5), Share(3, 4), None),
    "rewritten": (Share(1, 5), Share(0, 4), None),
    "merged": (Share(2, 5), Share(0, 4), None),
    "removed": (Share(1, 5), Share(1, 4), None),
    "length_ratio": (Share(3, 5), Share(3, 4), None),
    "decision_changed": (Share(1, 1), Share(0, 1), None),
}

COST: dict[str, tuple[Number, ...]] = {
    # PAID, PRICED, QUICK
    "calls": (Share(5, 1), Share(1, 1), None),
    "tokens": (Share(2 * 110 + 220 + 230 + 330, 1), Share(15, 1), None),
    "prompt_tokens": (Share(910, 1), Share(10, 1), None),
    "completion_tokens": (Share(90, 1), Share(5, 1), None),
    "cached": (Share(0, 910), Share(0, 10), None),
    "cost_usd": (None, 0.5, None),
    "seconds": (Share(5.0, 1), Share(1.0, 1), None),
    "latency": (Share(5.0, 5), Share(1.0, 1), None),
    # the reply that was asked for again does not count
    "prompt_growth": (90.0, None, None),
    "tokens_an_edit": (Share(780, 1), Share(15, 1), None),
    "cost_an_edit": (None, Share(0.5, 1), None),
}

RELIABILITY: dict[str, tuple[Number, ...]] = {
    # PAID, PRICED, QUICK, a query that failed
    "repairs": (Share(1, 5), Share(0, 1), None, Share(0, 1)),
    "unusable": (Share(1, 5), Share(0, 1), None, Share(0, 1)),
    "retries": (Share(2, 5), Share(0, 1), None, Share(0, 1)),
    "truncations": (Share(1, 5), Share(0, 1), None, Share(0, 1)),
    "refusals": (Share(2, 5), Share(0, 1), None, Share(0, 1)),
    "filtered": (Share(0, 5), Share(1, 1), None, Share(0, 1)),
    "fallbacks": (Share(1, 4), Share(0, 1), None, Share(0, 1)),
    "lost_queries": (Share(0, 1), Share(0, 1), Share(0, 1), Share(1, 1)),
}

WORKED: tuple[tuple[dict[str, tuple[Number, ...]], tuple[Transcript, ...]], ...] = (
    (CONVERGENCE, (SLOW, QUICK, STUCK, OPEN, SILENT)),
    (CONFORMITY, (SLOW, SWAPPED, DROPPED, QUICK)),
    (PARTICIPATION, (SPOKEN, LOST, SILENT)),
    (INFORMATION, (WRITTEN, STRAYED, REPEATED)),
    (POLICY, (CITED, WRITTEN, SILENT)),
    (DECISIONS, (STRICTER, MENDED, MISSED, QUICK)),
    (REFINER, (REFINED, SPOKEN, QUICK)),
    (COST, (PAID, PRICED, QUICK)),
    (RELIABILITY, (PAID, PRICED, QUICK, failed_query())),
)

BREAKDOWNS: dict[str, tuple[Transcript, Shares]] = {
    "endings": (SLOW, {"consensus": (1, 1)}),
    "agreement_by_round": (SLOW, {1: (1, 3), 2: (2, 3), 3: (3, 3)}),
    "survival": (SLOW, {0: (1, 1), 3: (0, 1)}),
    # pairs alike: 1 of 3 each; by chance 5 of 9; in round 3 there is nothing but agreement, so no chance to beat
    "kappa_by_round": (SLOW, {1: (1 / 3 * 9 - 5, 9 - 5), 2: (1 / 3 * 9 - 5, 9 - 5)}),
    "positions_by_seat_and_round": (
        OPEN,
        {
            ("a", 1, "agree"): (0, 1),
            ("a", 1, "object"): (1, 1),
            ("a", 1, "abstain"): (0, 1),
            ("a", 1, "failed"): (0, 1),
        },
    ),
    "entropy_by_round": (SLOW, {1: (ONE_TWO, 1), 2: (ONE_TWO, 1), 3: (0, 1)}),
    "flips_by_seat": (SLOW, {"a": (1, 2), "b": (1, 2), "c": (0, 2)}),
    "conformity_by_seat": (SLOW, {"b": (1, 2)}),
    "conformity_by_majority": (SLOW, {2: (1, 2)}),
    "independence_by_seat": (SLOW, {"b": (1, 2)}),
    "independence_by_majority": (SLOW, {2: (1, 2)}),
    "unexplained_flips_by_seat": (SLOW, {"a": (0, 2), "b": (1, 2), "c": (0, 1)}),
    "unreasoned_votes_by_seat": (SLOW, {"a": (0, 3), "b": (2, 3), "c": (1, 3)}),
    "unreasoned_votes_by_round": (SLOW, {1: (0, 3), 2: (1, 3), 3: (2, 3)}),
    # against means of 1/2 and 1/2 (a, who objected first), 1 and 1 (b, who did too), 1/2 and 1 (c, who agreed)
    "stubbornness_by_seat": (
        SLOW,
        {"a": (-0.25 - 0.25, 0.25 + 0.25), "b": (1 + 0, 1 + 1), "c": (0.25 + 0, 0.25 + 0)},
    ),
    "turns_by_seat": (SPOKEN, {"a": (2, 4), "b": (2, 4)}),
    "tokens_by_seat": (SPOKEN, {"a": (30, 40), "b": (10, 40)}),
    "edits_by_seat": (SPOKEN, {"a": (2, 2), "b": (0, 2)}),
    "acceptance_by_seat": (SPOKEN, {"a": (2, 2), "b": (0, 1)}),
    "failed_turns_by_seat": (LOST, {"a": (0, 1), "b": (0, 1), "c": (1, 1)}),
    "uptake_by_author": (SPOKEN, {"seeder": (2, 2), "a": (1, 2)}),
    "thoughts_by_author": (SPOKEN, {"seeder": (2, 4), "a": (2, 4)}),
    "influence_by_seat": (SPOKEN, {"b": (1, 1)}),
    "edits_by_place": (SPOKEN, {1: (2, 2), 2: (0, 2)}),
    "novelty_by_round": (WRITTEN, {1: (0.4, 1), 2: (1, 1)}),
    "novelty_by_seat": (WRITTEN, {"a": (0.4, 1), "b": (1, 1)}),
    "information_gain_by_round": (WRITTEN, {1: (1, 2), 2: (1, 2)}),
    "attrition_by_round": (WRITTEN, {0: (1, 2), 1: (0, 1)}),
    "drops_by_seat": (WRITTEN, {"a": (0, 2), "b": (1, 2)}),
    "coverage_by_policy": (CITED, {"care": (1, 1), "harm": (0, 1), "help": (0, 1)}),
    "coverage_by_policy_and_round": (
        CITED,
        {("care", r): (1, 1) for r in range(3)}
        | {("help", r): (0, 1) for r in range(3)}
        | {("harm", 0): (0, 1), ("harm", 1): (1, 1), ("harm", 2): (0, 1)},
    ),
    "first_citation_by_policy": (CITED, {"care": (0, 1), "harm": (1, 1)}),
    "verified_by_author": (CITED, {"seeder": (1, 2), "a": (1, 1)}),
    "verified_by_policy": (CITED, {"care": (1, 1), "help": (0, 1), "harm": (1, 1)}),
    "shift_by_round": (STRICTER, {1: (1, 1), 2: (0.5, 1)}),
    "over_refusal_drift_by_round": (STRICTER, {1: (1, 1), 2: (0.5, 1)}),
    "decision_by_round": (
        STRICTER,
        {(0, "comply"): (1, 1), (1, "refuse"): (1, 1), (2, "safe_complete"): (1, 1)},
    ),
    "final_decisions": (STRICTER, {"safe_complete": (1, 1)}),
    "outcomes": (REFINED, {"kept": (1, 5), "rewritten": (1, 5), "merged": (2, 5), "removed": (1, 5)}),
    "removals_by_reason": (
        REFINED,
        {"repetitive": (1, 5), "redundant": (0, 5), "deceptive": (0, 5), "policy_inconsistent": (0, 5)},
    ),
    "removals_by_code": (REFINED, {"repeated": (1, 1)}),
    "removals_by_author": (REFINED, {"seeder": (0, 4), "a": (1, 1)}),
    "fates_by_author": (
        WRITTEN,
        {
            ("seeder", "kept"): (1, 2),
            ("seeder", "rewritten"): (0, 2),
            ("seeder", "merged"): (0, 2),
            ("seeder", "removed"): (0, 2),
            ("seeder", "withdrawn"): (1, 2),
            ("a", "kept"): (1, 1),
            ("a", "rewritten"): (0, 1),
            ("a", "merged"): (0, 1),
            ("a", "removed"): (0, 1),
            ("a", "withdrawn"): (0, 1),
        },
    ),
    "tokens_by_speaker": (PAID, {"decomposer": (110, 1), "seeder": (110, 1), "a": (450, 1), "b": (330, 1)}),
    "writing_by_speaker": (PAID, {"decomposer": (10, 1), "seeder": (10, 1), "a": (40, 2), "b": (30, 1)}),
    "tokens_by_round": (PAID, {0: (220, 1), 1: (780, 1)}),
    "tokens_by_model": (PAID, {"model": (780, 1), "big": (220, 1)}),
    "tokens_by_speaker_and_round": (
        PAID,
        {("decomposer", 0): (110, 1), ("seeder", 0): (110, 1), ("a", 1): (450, 1), ("b", 1): (330, 1)},
    ),
    "spent_by_speaker": (PAID, {"decomposer": (0.01, 1), "seeder": (0.01, 1), "a": (0.02, 1), "b": (0, 1)}),
    "spent_by_round": (PAID, {0: (0.02, 1), 1: (0.02, 1)}),
    "spent_by_model": (PAID, {"model": (0.03, 1), "big": (0.01, 1)}),
    "spent_by_speaker_and_round": (
        PAID,
        {("decomposer", 0): (0.01, 1), ("seeder", 0): (0.01, 1), ("a", 1): (0.02, 1), ("b", 1): (0, 1)},
    ),
    "cost_a_call_by_model": (PAID, {"model": (0.03, 3), "big": (0.01, 1)}),
    "latency_by_model": (PAID, {"model": (4, 4), "big": (1, 1)}),
    "edits_by_round": (SPOKEN, {1: (2, 1), 2: (0, 1)}),
    "gain_by_round": (PAID, {1: (1, 0.78)}),
    "rules_gained_by_round": (PAID, {1: (0, 0.78)}),
    "turn_failures": (LOST, {"invalid": (1, 3)}),
    "repairs_by_model": (PAID, {"model": (0, 4), "big": (1, 1)}),
    "unusable_by_model": (PAID, {"model": (0, 4), "big": (1, 1)}),
    "retries_by_model": (PAID, {"model": (2, 4), "big": (0, 1)}),
    "truncations_by_model": (PAID, {"model": (1, 4), "big": (0, 1)}),
    "refusals_by_model": (PAID, {"model": (2, 4), "big": (0, 1)}),
    "filtered_by_model": (PRICED, {"model": (1, 1)}),
}

METRICS = {one.name: one for one in metrics()}
SHARES = {one.name: one for one in breakdowns()}
CASES = [
    pytest.param(name, transcript, number, id=f"{name}-{place}")
    for worked, transcripts in WORKED
    for name, numbers in worked.items()
    for place, (transcript, number) in enumerate(zip(transcripts, numbers, strict=True))
]


@pytest.mark.parametrize(("name", "transcript", "number"), CASES)
def test_metric(name: str, transcript: Transcript, number: Number) -> None:
    """The metric of the deliberation is what was worked out by hand."""
    found = METRICS[name].read(transcript)

    assert (number is None) == (found is None)
    assert isinstance(number, Share) == isinstance(found, Share)
    assert number is None or found == pytest.approx(number)


@pytest.mark.parametrize("name", BREAKDOWNS)
def test_breakdown(name: str) -> None:
    """The breakdown of the deliberation is what was worked out by hand."""
    transcript, shares = BREAKDOWNS[name]
    found: Mapping[Any, Share] = SHARES[name].read(transcript)

    assert list(shares) == sorted(found, key=list(shares).index)
    assert all(tuple(found[key]) == pytest.approx(shares[key]) for key in found), found


def test_every_metric_is_worked_out() -> None:
    """There is a worked example for every metric and breakdown there is."""
    assert {name for worked, _ in WORKED for name in worked} == set(METRICS)
    assert set(BREAKDOWNS) == set(SHARES)

"""Rules weigh a chain against the deliberated one: near is faithful, far is not, and broken rules are named."""

import pytest
from building import GUIDANCE

from aidsafe.core.records import Citation, Decision, Draft, Thought
from aidsafe.orchestration.swaying import without_rule, wrongly_ordered
from aidsafe.orchestration.weighing import decisive_rules, weigh_by_rules

POLICIES = GUIDANCE.policies
REFUSING, HELPING = ("PH-R1", "physical_harm"), ("RH-H1", "respect_helpfulness")


def chain(decision: Decision, *rules: tuple[str, str], verified: bool = True) -> Draft:
    """A chain that cites these rules."""
    thoughts = tuple(
        Thought(
            id=f"t{number}",
            text=f"Because of {rule}.",
            author="seeder",
            round=0,
            citations=(Citation(policy=policy, rule=rule, quote="words", verified=verified),),
        )
        for number, (rule, policy) in enumerate(rules, start=1)
    )
    return Draft(thoughts=thoughts, decision=decision, response="So be it.")


CHOSEN = chain("refuse", REFUSING, HELPING)


@pytest.mark.parametrize(
    ("draft", "faithfulness", "violates"),
    [
        (CHOSEN, 1.0, ()),
        (chain("refuse", REFUSING), 1.0, ()),
        (chain("refuse", HELPING), 0.6, ()),
        (chain("safe_complete", REFUSING), 0.6, ("PH-R1",)),
        (chain("comply", HELPING), 0.4, ("PH-R1",)),
        (chain("comply"), 0.0, ("PH-R1",)),
        (chain("refuse", REFUSING, verified=False), 0.4, ("PH-R1",)),
    ],
)
def test_faithfulness_is_nearness(draft: Draft, faithfulness: float, violates: tuple[str, ...]) -> None:
    """Decision, quotes, support and the deciding rules each have their weight."""
    weighed = weigh_by_rules(draft, CHOSEN, POLICIES)

    assert (faithfulness, violates) == (weighed.faithfulness, weighed.violates)


def test_over_refusal_goes_against_help_rules() -> None:
    """To refuse what the deliberation answered is a violation too."""
    weighed = weigh_by_rules(chain("refuse", REFUSING), chain("comply", HELPING), POLICIES)

    assert ("RH-H1",) == weighed.violates
    assert "too strict" in weighed.reason


def test_the_deciding_rules_are_of_the_decisions_kind() -> None:
    """The most cited first; rules of another kind do not decide."""
    assert ("PH-R1",) == decisive_rules(CHOSEN, POLICIES)


def test_a_clause_is_dropped() -> None:
    """One rule is gone, the others stand as they stood."""
    left = without_rule(POLICIES, "PH-R1")

    assert left is not None
    assert left.find_rule("PH-R1") is None
    assert 1 == sum(1 for _ in POLICIES.each_rule()) - sum(1 for _ in left.each_rule())


def test_precedence_is_turned() -> None:
    """What settled the matter goes last, what gave way goes first; one policy alone cannot be turned."""
    turned = wrongly_ordered(POLICIES, CHOSEN)

    assert turned is not None
    assert ("respect_helpfulness", "physical_harm") == (turned.policies[0].id, turned.policies[-1].id)
    assert wrongly_ordered(POLICIES, chain("refuse", REFUSING)) is None

"""The five shipped policies, held to their form: what can be told of them without a reader."""

import re

import pytest

from aidsafe.policies.checking import check_policies, estimated_tokens
from aidsafe.policies.library import Policy, Rule, load_policies, read_rules

SHIPPED = load_policies()
RULES = [pytest.param(policy, rule, id=rule.id) for policy, rule in SHIPPED.each_rule()]
POLICIES = [pytest.param(policy, id=policy.id) for policy in SHIPPED.policies]

INITIALS = {
    "physical_harm": "PH",
    "hate_harassment_violence": "HV",
    "illegal_activity": "IA",
    "fraud_deception": "FD",
    "respect_helpfulness": "RH",
}

# Which help rules a look-alike of each refusal falls under.
NEIGHBOURS = {
    "PH-R1": ("PH-H3", "PH-H4", "PH-H5"),
    "PH-R2": ("PH-H2", "PH-H3", "PH-H4"),
    "PH-R3": ("PH-H1", "PH-H5"),
    "HV-R1": ("HV-H1", "HV-H2", "HV-H3"),
    "HV-R2": ("HV-H4",),
    "HV-R3": ("HV-H1",),
    "HV-R4": ("HV-H4", "HV-H5"),
    "IA-R1": ("IA-H2", "IA-H3"),
    "IA-R2": ("IA-H2", "IA-H3"),
    "IA-R3": ("IA-H3",),
    "IA-R4": ("IA-H2", "IA-H4"),
    "IA-R5": ("IA-H1",),
    "FD-R1": ("FD-H1", "FD-H4"),
    "FD-R2": ("FD-H3", "FD-H4"),
    "FD-R3": ("FD-H1", "FD-H4"),
    "FD-R4": ("FD-H2", "FD-H4"),
    "RH-R1": ("RH-H4", "RH-H5"),
    "RH-R2": ("RH-H3", "RH-H4"),
}

# A changed text wants a raised version: change both lines together.
PUBLISHED = {
    "physical_harm": ("1.0", "e630052ae07d7150"),
    "hate_harassment_violence": ("1.0", "ab702c01fe6ac611"),
    "illegal_activity": ("1.0", "92b2fff5ac8f8d02"),
    "fraud_deception": ("1.0", "eb0774e41987171e"),
    "respect_helpfulness": ("1.0", "b1a0e37341af72d3"),
}


def test_the_shipped_policies_pass_their_own_checks() -> None:
    """No mechanical fault is found in what is shipped."""
    assert check_policies(SHIPPED) == ()


def test_the_shipped_policies_are_short_enough_for_every_prompt() -> None:
    """All five together stay under 2,200 tokens by the rule of thumb."""
    assert estimated_tokens(SHIPPED.render()) <= 2200


@pytest.mark.parametrize("policy", POLICIES)
def test_a_third_of_the_rules_help_and_more_where_helpfulness_is_the_matter(policy: Policy) -> None:
    """Help rules are at least a third of each policy, and half of the one about helpfulness."""
    helps = sum(rule.kind == "help" for rule in policy.rules)
    share = 2 if policy.id == "respect_helpfulness" else 3
    assert helps * share >= len(policy.rules)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_definition_names_the_harm_and_the_good(policy: Policy) -> None:
    """A definition says what is prevented and what is protected."""
    assert policy.definition.startswith("Prevents ")
    assert "; protects " in policy.definition


@pytest.mark.parametrize("policy", POLICIES)
def test_rules_are_numbered_by_policy_and_kind(policy: Policy) -> None:
    """Rule ids are the policy's initials, the kind's letter and a number without gaps: PH-R1, PH-C1, PH-H1."""
    letters = {"refuse": "R", "careful": "C", "help": "H"}
    counts: dict[str, int] = {}
    expected = []
    for rule in policy.rules:
        counts[rule.kind] = counts.get(rule.kind, 0) + 1
        expected.append(f"{INITIALS[policy.id]}-{letters[rule.kind]}{counts[rule.kind]}")
    assert [rule.id for rule in policy.rules] == expected


@pytest.mark.parametrize(("policy", "rule"), RULES)
def test_a_rule_is_one_sentence(policy: Policy, rule: Rule) -> None:
    """A rule opens with a capital, ends with a full stop, and has no other sentence in it."""
    assert re.fullmatch(r"[A-Z][^.?!]+\.", rule.text)


def test_every_refusal_has_a_neighbour_that_helps() -> None:
    """Beside each refusal stands, in the same policy, the help that it must not swallow."""
    refusals = [rule.id for _, rule in SHIPPED.each_rule() if rule.kind == "refuse"]
    pairs = [(refusal, neighbour) for refusal in refusals for neighbour in NEIGHBOURS[refusal]]
    kinds = [SHIPPED.find_rule(neighbour) for _, neighbour in pairs]
    assert list(NEIGHBOURS) == refusals
    assert all(found is not None and found[1].kind == "help" for found in kinds)
    assert all(refusal[:2] == neighbour[:2] for refusal, neighbour in pairs)


def test_the_shipped_policies_are_read_back_from_their_rendering() -> None:
    """Programs that read the prompt find every shipped rule."""
    assert [shown.id for shown in read_rules(SHIPPED.render())] == [rule.id for _, rule in SHIPPED.each_rule()]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_changed_text_has_a_raised_version(policy: Policy) -> None:
    """What is published under a version stays as it is."""
    assert (policy.version, policy.digest[:16]) == PUBLISHED[policy.id]

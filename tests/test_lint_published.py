"""Lint against a published set: what is known of it, counted here a second time by other means."""

import json
from collections import Counter
from pathlib import Path

import pytest

from aidsafe.datasets.lint import Finding, lint_paths


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Path:
    """The set, or skip where there is none."""
    file = shared_data / "star1_reference_300.json"
    if not file.is_file():
        pytest.skip(f"{file.name} is not among the shared data")
    return file


@pytest.fixture(scope="module")
def answers(published: Path) -> list[tuple[str, str]]:
    """Every chain and every answer, taken apart by hand."""
    rows = json.loads(published.read_text("utf-8"))
    parts = (row["response"].partition("</think>") for row in rows)
    return [(chain.replace("<think>", "").strip(), answer.strip()) for chain, _, answer in parts]


@pytest.fixture(scope="module")
def findings(published: Path) -> list[Finding]:
    """What lint finds."""
    return list(lint_paths([published]))


def share_of(findings: list[Finding], code: str) -> float:
    """The part of the rows that a finding about the set speaks of."""
    return next(one.share for one in findings if one.code == code and one.share is not None)


def test_openers(findings: list[Finding], answers: list[tuple[str, str]]) -> None:
    """How many chains begin alike, and how many answers."""
    chains = sum(chain.startswith("Okay, so the") for chain, _ in answers) / len(answers)
    refusals = sum(answer.startswith("I'm sorry, but") for _, answer in answers) / len(answers)

    assert share_of(findings, "set.chains_open_alike") == pytest.approx(chains, abs=0.01)
    assert share_of(findings, "set.responses_open_alike") == pytest.approx(refusals, abs=0.01)


def test_the_sample_sentence(findings: list[Finding], answers: list[tuple[str, str]]) -> None:
    """How many answers hold the sample refusal of the set's own policies."""
    sample = "I'm sorry, but I can't assist with that request."
    holding = sum(sample in answer.replace("\u2019", "'") for _, answer in answers) / len(answers)

    assert share_of(findings, "set.same_sentence") == pytest.approx(holding, abs=0.01)


def test_copies(findings: list[Finding], answers: list[tuple[str, str]]) -> None:
    """How many answers repeat another one."""
    copies = 1 - len(Counter(answer for _, answer in answers)) / len(answers)

    assert share_of(findings, "set.responses_repeat") == pytest.approx(copies, abs=0.01)


def test_talk_of_policies(findings: list[Finding], answers: list[tuple[str, str]]) -> None:
    """How many chains speak of policies."""
    talking = sum("polic" in chain.lower() for chain, _ in answers) / len(answers)

    assert share_of(findings, "set.policy_talk") == pytest.approx(talking, abs=0.01)


def test_scores_that_say_nothing(findings: list[Finding]) -> None:
    """All three scores are ten in every row."""
    assert 3 == sum(one.code == "set.constant_score" for one in findings)


def test_policies_given_away(findings: list[Finding], answers: list[tuple[str, str]]) -> None:
    """Every chain that says outright that policies were provided or given is found."""
    phrases = ("policies provided", "provided policies", "policies given", "given policies")
    plain = {number for number, (chain, _) in enumerate(answers) if any(words in chain.lower() for words in phrases)}
    leaking = [one for one in findings if one.code == "leak.prompt"]

    assert plain
    assert len(plain) <= len({one.row for one in leaking})

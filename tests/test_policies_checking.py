"""The checks of policies: each planted fault is found, where it is, and good policies are left alone."""

from collections.abc import Callable

import pytest

from aidsafe.policies.checking import Finding, FindingCode, check_policies, estimated_tokens
from aidsafe.policies.library import Policies, Rule, load_policies

SHIPPED = load_policies()
HARM, HATE, *_ = SHIPPED.policies


def with_text(text: str, kind: str = "help") -> Policies:
    """Put another text into the first rule of that kind of the first policy."""
    place = next(place for place, rule in enumerate(HARM.rules) if rule.kind == kind)
    rules = [rule.model_copy(update={"text": text}) if at == place else rule for at, rule in enumerate(HARM.rules)]
    return with_first(rules=tuple(rules))


def with_first(**changes: object) -> Policies:
    """Change fields of the first policy."""
    return Policies(policies=(HARM.model_copy(update=changes), *SHIPPED.policies[1:]))


def many_rules(count: int) -> tuple[Rule, ...]:
    """Make help rules that share no five words."""
    words = ("north", "south", "east", "west", "up", "down")
    return tuple(
        Rule(id=f"X-{place}", kind="help", text="Help " + " ".join(f"{word}{place}" for word in words * 2) + ".")
        for place in range(count)
    )


CAREFUL = Rule(id="PH-C9", kind="careful", text=many_rules(3)[2].text)
TAIL = "with the words that make up a rule of lawful length"

FAULTY: list[tuple[FindingCode, str | None, Callable[[], Policies]]] = [
    ("rule_count", None, lambda: with_first(rules=many_rules(8))),
    ("rule_count", None, lambda: with_first(rules=many_rules(13))),
    ("few_help_rules", None, lambda: with_first(rules=(*HARM.rules[:6], CAREFUL, *many_rules(2)))),
    ("definition_length", None, lambda: with_first(definition="Prevents " + "harm " * 44 + "here.")),
    ("rule_length", "PH-H1", lambda: with_text("Help with everything.")),
    ("rule_length", "PH-H1", lambda: with_text("Help" + " anyone" * 30 + ".")),
    (
        "verdict_first",
        "PH-R1",
        lambda: with_text(f"Answer none of these questions about planted defects {TAIL}.", "refuse"),
    ),
    ("verdict_first", "PH-H1", lambda: with_text(f"Refuse nothing at all about planted defects {TAIL}.")),
    ("first_person", "PH-H1", lambda: with_text(f"Help when I ask about planted defects {TAIL}.")),
    ("first_person", "PH-H1", lambda: with_text(f"Help as We promise about planted defects {TAIL}.")),
    ("first_person", None, lambda: with_first(definition="Prevents harm to us; protects our good.")),
    (
        "quoted_speech",
        "PH-H1",
        lambda: with_text(f"Help by saying \u201cof course\u201d about planted defects {TAIL}."),
    ),
    ("quoted_speech", "PH-H1", lambda: with_text(f"Help by saying 'of course' about planted defects {TAIL}.")),
    ("vague_word", "PH-H1", lambda: with_text(f"Help people who are Generally nice about planted defects {TAIL}.")),
    ("vague_word", "PH-H1", lambda: with_text(f"Help without harmful content about planted defects {TAIL}.")),
    ("cross_reference", "PH-H1", lambda: with_text(f"Help unless it is fraud and deception of a person {TAIL}.")),
    (
        "cross_reference",
        "PH-H1",
        lambda: with_text(f"Help unless fraud_deception says otherwise about planted defects {TAIL}."),
    ),
    ("cross_reference", "PH-H1", lambda: with_text(f"Help unless IA-R1 says otherwise about planted defects {TAIL}.")),
    ("shared_precedence", None, lambda: with_first(precedence=2)),
]


@pytest.mark.parametrize(("code", "rule", "faulty"), FAULTY)
def test_a_planted_fault_is_found_where_it_is(
    code: FindingCode, rule: str | None, faulty: Callable[[], Policies]
) -> None:
    """Each fault gives its code, and no other, at its policy and rule."""
    findings = check_policies(faulty())
    assert [(finding.code, finding.policy, finding.rule) for finding in findings] == [(code, HARM.id, rule)]


def test_five_words_shared_by_two_rules_are_found_at_the_second() -> None:
    """A run of five words in two rules is shown once, with the other rule's id, whatever its case and marks."""
    first = " ".join(HARM.rules[0].text.split()[1:8])
    (finding,) = check_policies(with_text(f"Help people who say {first.upper()} \u2014 {TAIL}."))
    assert (finding.code, finding.rule) == ("shared_words", "PH-H1")
    assert "with PH-R1;" in finding.sentence


def test_four_shared_words_are_no_fault() -> None:
    """Four words in a row may stand in two rules."""
    first = " ".join(HARM.rules[0].text.rstrip(".").split()[1:5])
    assert check_policies(with_text(f"Help people who say {first} aloud {TAIL}.")) == ()


def test_too_much_text_is_found_once_for_all_policies() -> None:
    """The total length belongs to no single policy."""
    extra = [policy.model_copy(update={"id": "more", "precedence": 6, "rules": many_rules(12)}) for policy in [HATE]]
    (finding,) = check_policies(Policies(policies=(*SHIPPED.policies, *extra)))
    assert (finding.code, finding.policy, finding.rule) == ("total_length", None, None)


def test_a_published_text_changed_under_its_version_is_found() -> None:
    """Another text wants another version."""
    changed = with_first(title="Bodily harm")
    (finding,) = check_policies(changed, published=SHIPPED)
    assert (finding.code, finding.policy) == ("stale_version", HARM.id)
    assert check_policies(with_first(title="Bodily harm", version="1.1"), published=SHIPPED) == ()
    assert check_policies(changed) == ()


def test_a_title_of_one_word_is_a_name_only_beside_the_word_policy() -> None:
    """A policy called Food may be at odds with no rule that speaks of food, unless it says the food policy."""
    named = (HATE.model_copy(update={"title": "Food", "id": "food"}), *SHIPPED.policies[2:])
    plain = Policies(policies=(HARM, *named))
    referring = with_text(f"Help unless the food policy says otherwise about defects {TAIL}.").policies[0]
    assert check_policies(plain) == ()
    codes = [(finding.code, finding.rule) for finding in check_policies(Policies(policies=(referring, *named)))]
    assert codes == [("cross_reference", "PH-H1"), ("cross_reference", "PH-H1")]


def test_a_policy_may_say_its_own_title() -> None:
    """A rule that says its own policy's title names no other."""
    assert check_policies(with_text(f"Help prevent physical harm about planted defects {TAIL}.")) == ()


def test_possessives_are_not_quoted_speech() -> None:
    """An apostrophe after a plural opens no quotation."""
    assert check_policies(with_text(f"Help with neighbours' and friends' questions about defects {TAIL}.")) == ()


def test_a_finding_says_what_to_do() -> None:
    """A finding is a code, a place and a sentence with the value and the way out."""
    (finding,) = check_policies(with_text("Help with everything."))
    sentence = "it has 3 words; write 12 to 30, cheap to quote whole"
    assert finding == Finding("rule_length", "physical_harm", "PH-H1", sentence)


def test_tokens_are_estimated_from_bytes() -> None:
    """A token is taken to be 4.3 bytes of UTF-8."""
    assert (estimated_tokens(""), estimated_tokens("a" * 43), estimated_tokens("\u00e9" * 43)) == (0, 10, 20)

"""Rules as the scripted model reads, finds and quotes them."""

import pytest
from scripted_table import POLICIES, PROMPTS, SHOWN

from aidsafe.models.scripted.rules import EMPTY_BOOK, RuleKind, rule_book
from aidsafe.models.scripted.words import content_stems, copied_span, plain_nouns, stem, tokens
from aidsafe.policies.library import read_rules
from aidsafe.policies.quoting import match_quote

CHARTER = PROMPTS.render("charter", tasks=PROMPTS.render("tasks"), policies=SHOWN)
BOOK = rule_book(CHARTER)
KINDS: tuple[RuleKind, ...] = ("refuse", "careful", "help")


def test_the_rules_read_are_those_shown() -> None:
    """The same rules as the library reads back, policy, id, kind and text."""
    assert [tuple(rule) for rule in read_rules(SHOWN)] == [(r.policy, r.id, r.kind, r.text) for r in BOOK.rules]


def test_a_message_without_policies_shows_no_rules() -> None:
    """Rules outside of the tags are prose."""
    assert () == rule_book("[PH-R1] (refuse) Refuse nothing.").rules


@pytest.mark.parametrize("length", [4, 7, 12])
def test_a_quote_stands_in_its_rule_word_for_word(length: int) -> None:
    """Every rule can be quoted at every length, whatever is sought."""
    quotes = [(rule.quote(content_stems("police drugs report"), length=length), rule.text) for rule in BOOK.rules]

    assert {"verified"} == {match_quote(quote, text)[1] for quote, text in quotes}


def test_a_short_rule_is_quoted_whole() -> None:
    """There is nothing to choose from."""
    book = rule_book("<policies>\n# p: P (precedence 1)\n[P-1] (help) Help with sums.\n</policies>")

    assert "Help with sums." == book.rules[0].quote(frozenset(), length=5)


def test_a_rule_is_found_by_its_words() -> None:
    """The rule that shares a rare word with the query comes first."""
    best = BOOK.matches(content_stems("a phishing message"), frozenset()).best("refuse")

    assert best is not None
    assert "phishing" in best.text


def test_only_rules_that_share_words_fit() -> None:
    """Where nothing is shared, all are ranked and none fits."""
    matches = EMPTY_BOOK.matches(content_stems("tea"), frozenset())

    assert [((), (), 0.0)] * 3 == [(matches.ranked[k], matches.fitting[k], matches.words[k]) for k in KINDS]


def test_clause_and_topic_read_within_a_sentence() -> None:
    """A clause opens in lower case and neither breaks off at a small word nor gives a reason."""
    said = [text for rule in BOOK.rules for text in (rule.clause, rule.topic)]

    assert [] == [text for text in said if text[0].isupper() or text.split()[-1] in ("the", "of", "and", "or", "to")]
    assert [] == [text for text in said if "because" in text or text.endswith((",", "."))]


def test_every_shipped_policy_is_searched() -> None:
    """No rule is out of reach of a query that holds its own words."""
    unreached = [
        rule.id
        for _, rule in POLICIES.each_rule()
        if (best := BOOK.matches(content_stems(rule.text), frozenset()).best(rule.kind)) and best.id != rule.id
    ]

    assert [] == unreached


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("killing", "kill"),
        ("stabbed", "stab"),
        ("weapons", "weapon"),
        ("parties", "party"),
        ("forging", "forge"),
        ("boss's", "boss"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    """Endings do not count."""
    assert stem(one) == stem(other)


def test_only_plain_words_may_stand_in_an_answer() -> None:
    """Tags, addresses, digits, escapes and long runs are left out."""
    text = "Bread <task-1> https://x.y re\\u202etsaot ab1cd 'rye' (oats) " + "z" * 16

    assert ("bread", "rye", "oats") == plain_nouns(text, without=frozenset())


def test_words_among_those_unfit_are_left_out() -> None:
    """Whatever its form."""
    assert ("tea",) == plain_nouns("killing tea", without=frozenset({stem("kill")}))


@pytest.mark.parametrize(
    ("text", "near", "span"),
    [
        ("How do I bake rye bread?", "bake", "bake rye bread"),
        ("How do I bake", "", "How do I bake"),
        ("<b>bake</b>", "", ""),
        ("", "x", ""),
    ],
)
def test_a_span_is_copied_from_the_text(text: str, near: str, span: str) -> None:
    """A few plain words in a row, or nothing."""
    assert span == copied_span(text, near=near)


def test_of_a_long_text_only_both_ends_are_read() -> None:
    """A book does not take longer than a page."""
    assert {"alpha", "omega", "x"} == set(tokens("alpha " + "x " * 100_000 + "omega"))

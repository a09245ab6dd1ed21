"""Quotes against rules: what counts as said by the rule, what is mended, and what is not believed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aidsafe.core.records import Citation
from aidsafe.policies.library import Policies, Policy, Rule, load_policies
from aidsafe.policies.quoting import QuoteMatch, check_quote, folded_words, match_quote

SHIPPED = load_policies()
PAIRS = tuple(SHIPPED.each_rule())

TEXT = (
    "Help people\u2019s friends with well-known, everyday things \u2013 "
    "storage, repair, and testing of the heater at home."
)
LIBRARY = Policies(
    policies=(
        Policy(
            id="home",
            title="Home",
            version="1",
            precedence=1,
            definition="Homely.",
            rules=(Rule(id="H-1", kind="help", text=TEXT), Rule(id="H-2", kind="help", text="Be kind.")),
        ),
    )
)

VERIFIED = [
    ("everyday things \u2013 storage, repair", "everyday things \u2013 storage, repair"),
    ("EVERYDAY  Things\n- Storage,\trepair", "everyday things \u2013 storage, repair"),
    ("help people's friends with", "Help people\u2019s friends with"),
    ("\u201chelp people`s friends with\u201d \u2026", "Help people\u2019s friends with"),
    ("...with well\u2011known, everyday things...", "with well-known, everyday things"),
    ("of the hea\u00adter at\u200b home", "of the heater at home"),
    ("\uff48\uff45\uff4c\uff50 people\u2019s friends with", "Help people\u2019s friends with"),
    (TEXT, TEXT.rstrip(".")),
]
SNAPPED = [
    ("everyday things storage repair and testing", "everyday things \u2013 storage, repair, and testing"),
    ("things storage repair and", "things \u2013 storage, repair, and"),
    ("storage, repair, or testing of", "storage, repair, and testing of"),
    ("storage, repair, testing of the heater", "storage, repair, and testing of the heater"),
    ("storage, repair, and the testing of the heater", "storage, repair, and testing of the heater"),
    (
        "Assist people's friends with well-known everyday items, storage",
        "Help people\u2019s friends with well-known, everyday things \u2013 storage",
    ),
]
UNVERIFIED = [
    "",
    "\u2026",
    "everyday things \u2013",
    "storage, repair, and",
    "storage, repair, or testing",
    "storage, or repair, or testing of",
    "ousehold storage, repair, and testin",
    "very day things storage repair",
    "known, everyday things \u2013 storage",
    "assist the friends of people with ordinary things such as repair",
    "Help people's friends \u2026 of the heater at home",
    "testing and repair and storage of the heater",
]


def cite(quote: str, rule: str = "H-1", policy: str = "home") -> Citation:
    """Make a citation that claims to be right."""
    return Citation(policy=policy, rule=rule, quote=quote, verified=True)


@pytest.mark.parametrize(("quote", "span"), VERIFIED)
def test_the_rules_words_are_verified(quote: str, span: str) -> None:
    """Case, space, quotes and dashes do not matter; the quote comes back as the rule writes it."""
    citation, match = check_quote(cite(quote), LIBRARY)
    assert (citation, match) == (cite(span), "verified")


@pytest.mark.parametrize(("quote", "span"), SNAPPED)
def test_a_near_miss_is_snapped_to_the_rules_words(quote: str, span: str) -> None:
    """Wrong punctuation, or a word or two in a longer quote, is put right and counted as snapped."""
    citation, match = check_quote(cite(quote), LIBRARY)
    assert (citation, match) == (cite(span), "snapped")


@pytest.mark.parametrize("quote", UNVERIFIED)
def test_what_the_rule_does_not_say_is_not_verified(quote: str) -> None:
    """Fragments, parts of words, paraphrases and elisions stay as given, without the mark."""
    citation, match = check_quote(cite(quote), LIBRARY)
    assert (citation, match) == (cite(quote).model_copy(update={"verified": False}), "unverified")


@pytest.mark.parametrize("quote", ["Be kind.", "be kind", "\u201cBe Kind\u201d"])
def test_a_whole_rule_may_be_shorter_than_four_words(quote: str) -> None:
    """All of a short rule is enough of a quote."""
    assert check_quote(cite(quote, "H-2"), LIBRARY) == (cite("Be kind", "H-2"), "verified")


def test_part_of_a_short_rule_is_too_little() -> None:
    """One word of two proves nothing."""
    assert check_quote(cite("kind", "H-2"), LIBRARY).match == "unverified"


@pytest.mark.parametrize("label", ["[H-1] ", "[H-1] (help) ", " [H-1](help)"])
def test_the_label_that_a_rule_is_shown_with_is_not_part_of_the_quote(label: str) -> None:
    """A model that copies the whole line has quoted the rule."""
    assert check_quote(cite(f"{label}Help people's friends with"), LIBRARY).match == "verified"


@pytest.mark.parametrize("rule", ["H-9", "", "[]", "H-1 H-2", "x" * 1_000_000])
def test_an_unknown_rule_is_reported(rule: str) -> None:
    """A citation of a rule that is not there comes back unmarked, to be dropped."""
    citation, match = check_quote(cite("everyday things \u2013 storage, repair", rule), LIBRARY)
    assert (citation.rule, citation.verified, match) == (rule, False, "unknown_rule")


@pytest.mark.parametrize("rule", ["h-1", "[H-1]", "(h\u20111)", " H-1 "])
def test_a_rule_id_in_another_dress_is_recognised(rule: str) -> None:
    """Brackets, case and typographic hyphens around a rule id are put right."""
    assert check_quote(cite("of the heater at home", rule), LIBRARY) == (cite("of the heater at home"), "verified")


@pytest.mark.parametrize("quote", ["of the heater at home", "nothing of the kind"])
def test_a_rule_is_given_its_own_policy(quote: str) -> None:
    """A right rule under a wrong policy is corrected, whatever the quote is worth."""
    assert check_quote(cite(quote, policy="garden"), LIBRARY).citation.policy == "home"


def test_a_quote_of_another_rule_is_not_verified() -> None:
    """The quote has to stand in the rule that is cited."""
    (_, first), (_, second) = PAIRS[0], PAIRS[1]
    assert check_quote(cite(second.text, first.id), SHIPPED).match == "unverified"


@pytest.mark.parametrize(
    "quote",
    [
        "a" * 1_000_000,
        " " * 1_000_000,
        "a-" * 500_000,
        "\u0301\u0327" * 500_000,
        "refuse " * 150_000,
        "[" * 1_000_000,
        "'" * 999_999 + "a",
        "\ud800" * 400,
    ],
)
@pytest.mark.timeout(10)
def test_a_hostile_quote_is_rejected_unread(quote: str) -> None:
    """A megabyte of anything is no quote, and is not read to find that out; nor are broken characters."""
    assert check_quote(cite(quote), LIBRARY).match == "unverified"


def test_a_match_in_any_text_gives_the_span() -> None:
    """Quotes of things other than rules can be looked up too."""
    assert match_quote("the THIRD thought here", "Look: the third thought here.") == (
        "the third thought here",
        "verified",
    )


def test_repeated_words_are_matched_where_the_punctuation_fits() -> None:
    """Of two runs of the same words the one written like the quote is taken."""
    assert match_quote("go, go, go, on", "Go go go on; go, go, go, on.") == ("go, go, go, on", "verified")


def test_words_are_folded_as_quotes_compare_them() -> None:
    """Punctuation goes, case and typographic marks are folded, compounds stay whole."""
    assert folded_words("The \u201cWell\u2011Known\u201d, people\u2019s STRASSE / Stra\u00dfe!") == (
        "the",
        "well-known",
        "people's",
        "strasse",
        "strasse",
    )


@st.composite
def spans(draw: st.DrawFn) -> tuple[Policy, Rule, str]:
    """Draw a run of at least four words from a shipped rule, punctuation between them kept."""
    policy, rule = draw(st.sampled_from(PAIRS))
    words = rule.text.split(" ")
    start = draw(st.integers(0, len(words) - 4))
    end = draw(st.integers(start + 4, len(words)))
    return policy, rule, " ".join(words[start:end])


@st.composite
def mangled(draw: st.DrawFn, text: str) -> str:
    """Write a text as a model might copy it: other case, space, apostrophes and dashes, quotes around it."""
    letters = [draw(st.sampled_from((letter, letter.upper(), letter.lower()))) for letter in text]
    marks = {" ": (" ", "  ", "\n", "\u00a0", "\t "), "'": ("'", "\u2019", "\u2018"), "-": ("-", "\u2011", "\u2013")}
    copied = "".join(draw(st.sampled_from(marks.get(letter, (letter,)))) for letter in letters)
    before, after = draw(st.sampled_from((("", ""), ("\u201c", "\u201d"), ('"', '."'), ("\u2026 ", " \u2026"))))
    return f"{before}{copied}{after}"


@given(spans(), st.data())
def test_a_copied_span_verifies_however_it_is_typed(span: tuple[Policy, Rule, str], data: st.DataObject) -> None:
    """Four words or more of a rule are verified under any case, space, quotes and dashes, and come back exact."""
    policy, rule, text = span
    citation, match = check_quote(cite(data.draw(mangled(text)), rule.id, policy.id), SHIPPED)
    assert (match, citation.verified) == ("verified", True)
    assert citation.quote in rule.text
    assert folded_words(citation.quote) == folded_words(text)


@given(st.sampled_from(PAIRS), st.lists(st.sampled_from([*"abcdefgh", "refuse", "people", "help"]), max_size=40))
def test_other_words_do_not_verify(pair: tuple[Policy, Rule], words: list[str]) -> None:
    """A quote of words that no rule strings together is not believed."""
    policy, rule = pair
    assert check_quote(cite(" ".join(words), rule.id, policy.id), SHIPPED).match == "unverified"


@given(spans(), st.sampled_from(PAIRS))
def test_a_span_of_one_rule_is_not_found_in_another(span: tuple[Policy, Rule, str], other: tuple[Policy, Rule]) -> None:
    """A quote of five words or more tells its rule from every other."""
    _, rule, text = span
    assume(rule != other[1] and len(folded_words(text)) >= 5)
    assert check_quote(cite(text, other[1].id, other[0].id), SHIPPED).match != "verified"


@given(spans(), st.data())
def test_one_wrong_word_in_a_long_enough_quote_is_snapped(span: tuple[Policy, Rule, str], data: st.DataObject) -> None:
    """A substituted, dropped or added word is mended to words that stand in the rule."""
    policy, rule, text = span
    words = text.split(" ")
    assume(len(words) >= 6)
    place = data.draw(st.integers(1, len(words) - 2))
    wrong = data.draw(st.sampled_from(([], ["zebra"], [words[place], "zebra"])))
    quote = " ".join((*words[:place], *wrong, *words[place + 1 :]))
    citation, match = check_quote(cite(quote, rule.id, policy.id), SHIPPED)
    assert (match, citation.verified) == ("snapped", True)
    assert citation.quote in rule.text


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=40))
def test_a_checked_citation_stays_as_it_is(quote: str, rule: str, policy: str) -> None:
    """Checking twice changes nothing more, whatever was cited."""
    once = check_quote(cite(quote, rule, policy), LIBRARY)
    twice = check_quote(once.citation, LIBRARY)
    assert once.citation == twice.citation


@given(spans(), st.data())
def test_what_was_mended_verifies(span: tuple[Policy, Rule, str], data: st.DataObject) -> None:
    """A snapped quote is a verified one when it is checked again."""
    policy, rule, text = span
    quote = text.replace(",", "").replace(data.draw(st.sampled_from(text.split(" "))), "zebra", 1)
    once = check_quote(cite(quote, rule.id, policy.id), SHIPPED)
    again: QuoteMatch = "unverified" if once.match == "unverified" else "verified"
    assert check_quote(once.citation, SHIPPED) == (once.citation, again)

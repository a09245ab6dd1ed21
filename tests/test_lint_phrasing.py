"""A phrasing finds kinds of words in their order, whatever stands between them."""

import pytest

from aidsafe.datasets.lint.phrasing import Phrasing
from aidsafe.datasets.lint.reading import Part

DOUBTS = Phrasing(
    """
    not: not never
    maybe: maybe perhaps
    refuse: refus* declin*
    right: right fine
    """,
    """
    ^ ..1 maybe ..3 refuse
    refuse ..2 right ?
    right $
    """,
    spoilt="""
    not ..1 refuse
    """,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Maybe it is time to decline.", ""),
        ("Maybe it should be declined.", "maybe it should be declined."),
        ("Well, perhaps refuse.", "well, perhaps refuse."),
        ("A refusal is right? So it goes.", "a refusal is right?"),
        ("A refusal is right or wrong.", ""),
        ("Nothing here. That is right.", "that is right."),
        ("Perhaps never refuse.", ""),
        ("", ""),
    ],
)
def test_what_a_phrasing_finds(text: str, said: str) -> None:
    """Gaps, either of two, beginnings, ends, questions, and what spoils it; of several sentences, the first."""
    assert DOUBTS.said_in(Part("thought", text)) == said


def test_two_sentences_together() -> None:
    """What one sentence begins, the next may end."""
    part = Part("thought", "Nobody knows. It is fine. So refuse it. This is right.")
    across = Phrasing("fine: fine\nrefuse: refus*", "fine ..3 refuse")
    assert list(across.each_pair_in(part)) == ["it is fine. so refuse it."]


def test_the_words_of_a_kind() -> None:
    """In the order they were given."""
    assert DOUBTS.of_kind("refuse", ["we", "decline", "and", "refused"]) == ["decline", "refused"]


def test_a_late_phrasing_finds_the_same() -> None:
    """One that is made after a text was read does not rely on what was noted of it."""
    part = Part("thought", "The owl said no.")
    assert DOUBTS.said_in(part) == ""
    assert Phrasing("owl: owl\nsaid: said", "owl said", late=True).said_in(part) == "the owl said no."

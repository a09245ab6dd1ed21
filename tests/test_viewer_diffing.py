"""What changed between two texts, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.viewer.diffing import LONGEST, Piece, diff

WORDS = st.lists(st.sampled_from(["a", "knife", "slips.", "\n", "stand", "  back"]), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ()),
        ("", "Stand back.", (("+", "Stand back."),)),
        ("Stand back.", "", (("-", "Stand back."),)),
        ("A blunt knife slips.", "A blunt knife slips.", (("=", "A blunt knife slips."),)),
        (
            "A blunt knife slips easily.",
            "A blunt knife cuts badly.",
            (("=", "A blunt knife "), ("-", "slips easily. "), ("+", "cuts badly.")),
        ),
        (
            "One of the three is left here now.",
            "Two of the three is left here then.",
            (("-", "One "), ("+", "Two "), ("=", "of the three is left here "), ("-", "now. "), ("+", "then.")),
        ),
    ],
)
def test_the_words_that_stayed_went_and_came(before: str, after: str, expected: tuple[Piece, ...]) -> None:
    """Each stretch of words is marked by what became of it."""
    assert expected == diff(before, after)


def test_a_word_or_two_between_changes_is_no_island() -> None:
    """What stayed by chance between two changes is shown as part of the change."""
    assert (("-", "take the long knife "), ("+", "use the short saw")) == diff(
        "take the long knife", "use the short saw"
    )


@given(WORDS, WORDS)
def test_what_stayed_and_what_came_give_the_new_text(before: str, after: str) -> None:
    """No word of either text is lost, and none is invented."""
    pieces = diff(before, after)

    assert after == "".join(text for mark, text in pieces if mark != "-")
    assert before.split() == "".join(text for mark, text in pieces if mark != "+").split()


def test_very_long_texts_stand_one_after_the_other() -> None:
    """Beyond a bound no words are aligned, so a long text cannot keep the page waiting."""
    long = "word " * LONGEST

    assert (("-", long), ("+", long + "more")) == diff(long, long + "more")

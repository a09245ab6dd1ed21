"""Randomness is a hash of what it is for."""

from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.chance import chance, digest, pick, shuffled

KEYS = st.lists(st.text() | st.integers(), max_size=4).map(tuple)


@given(key=KEYS)
def test_the_same_key_draws_the_same(key: tuple[str | int, ...]) -> None:
    """A draw depends on its key alone, and lies in [0, 1)."""
    assert chance(*key) == chance(*key)
    assert 0 <= chance(*key) < 1
    assert 16 == len(digest(*key))


@given(first=KEYS, other=KEYS)
def test_other_keys_have_other_digests(first: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    """Parts do not run into each other, and a number is not its text."""
    assert (first == other) == (digest(*first) == digest(*other))


@given(key=KEYS)
def test_a_draw_never_rounds_up_to_one(key: tuple[str | int, ...]) -> None:
    """A draw has no more bits than a float holds, so `pick` stays within its options."""
    assert (chance(*key) * 2**53).is_integer()


@given(options=st.lists(st.integers()), key=KEYS)
def test_shuffling_loses_nothing(options: list[int], key: tuple[str | int, ...]) -> None:
    """A shuffle holds what it was given, and is the same for the same key."""
    assert sorted(options) == sorted(shuffled(options, *key))
    assert shuffled(options, *key) == shuffled(options, *key)


def test_every_option_is_picked_sometimes() -> None:
    """Draws spread over the options, and so do orders."""
    assert set("abc") == {pick("abc", "seed", number) for number in range(60)}
    assert 6 == len({shuffled("abc", "seed", number) for number in range(100)})


def test_halves_of_characters_may_be_keys() -> None:
    """A key that no file could hold still has a digest."""
    assert digest("\ud83d") != digest("\ud83c")

"""YAML is read strictly, and an error can say on which line."""

import pytest

from aidsafe.core.marked import Marked, YamlProblem, did_you_mean, read_yaml

TEXT = """\
name: two
seats:
  critic: {model: big}
  expander:
    model: small
models: [one, two]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("name",), 1),
        (("seats", "critic", "model"), 3),
        (("seats", "expander", "model"), 5),
        (("models", 1), 6),
        (("seats", "expander", "nothing", "there"), 4),
    ],
)
def test_every_path_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    """A path that is not there has the line of what is around it."""
    assert line == read_yaml(TEXT).line(path)


def test_an_empty_text_is_null() -> None:
    """Nothing is written, so nothing has a line."""
    assert Marked(None, {}) == read_yaml("# only a comment\n")
    assert read_yaml("").line(("seats",)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-01", "2024-01-01"),
        ("'1'", "1"),
        ("1", 1),
        ("1.5", 1.5),
        ("yes", True),
        ("~", None),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_scalars_are_plain(text: str, value: object) -> None:
    """A date is text; the rest is what YAML says."""
    assert {"a": value} == read_yaml(f"a: {text}").value


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\na: 2", 2, "'a' stands twice"),
        ("a:\n  ? [b]\n  : 1", 2, "a key must be plain text"),
        ("a: &x 1\nb: 2", 1, "&x is not read"),
        ("a: 1\nb: *a", 2, "*a is not read"),
        ("a: !secret 1", 1, "!secret is not read"),
        ("a: !!set {b}", 1, "tag:yaml.org,2002:set is not read"),
        ("a: [1,\nb: 2", 2, "expected"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: \x07", 1, "special characters are not allowed"),
        ("a: <<", 1, "'<<' is not a plain value"),
        (f"a: {'9' * 5000}", 1, "is not a plain value"),
        ("[" * 500 + "]" * 500, 1, "too deep"),
    ],
)
def test_what_is_not_plain_yaml_names_its_line(text: str, line: int, says: str) -> None:
    """Twice the same key, anchors, tags and broken text are refused where they stand."""
    with pytest.raises(YamlProblem, match=r".") as caught:
        read_yaml(text)

    assert says in str(caught.value)
    assert line == caught.value.line


def test_the_nearest_word_is_named() -> None:
    """A typing error gets a suggestion; a word like none gets the list."""
    assert "did you mean 'protocol'?" == did_you_mean("protocl", ["protocol", "seats"])
    assert "known: protocol, seats" == did_you_mean("xyz", ["seats", "protocol"])

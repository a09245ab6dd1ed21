"""What is wrong with a value is one sentence, and names the nearest key that is known there."""

from typing import Annotated

import pytest
from pydantic import Field, ValidationError, model_validator

from aidsafe.core.records import Value
from aidsafe.core.strictly import sentence


class Leaf(Value):
    """The innermost value."""

    depth: int = 0
    width: int = 0


class Tree(Value):
    """A value of many kinds of values."""

    leaf: Leaf | None = None
    named: dict[str, Annotated[Leaf, Field()]] = {}
    listed: tuple[Leaf, ...] = ()
    height: int = 0

    @model_validator(mode="after")
    def _is_no_tree_without_height(self) -> "Tree":
        if self.height < 0:
            raise ValueError(f"a tree of height {self.height} is a root")
        return self


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"hight": 3}, "unknown key 'hight'; did you mean 'height'?"),
        ({"xyz": 3}, "unknown key 'xyz'; known: height, leaf, listed, named"),
        ({"leaf": {"dpth": 1}}, "unknown key 'dpth'; did you mean 'depth'?"),
        ({"named": {"oak": {"widht": 1}}}, "unknown key 'widht'; did you mean 'width'?"),
        ({"listed": [{}, {"dept": 1}]}, "unknown key 'dept'; did you mean 'depth'?"),
        ({"height": "tall"}, "input should be a valid integer, unable to parse string as an integer, found 'tall'"),
        ({"height": -2}, "a tree of height -2 is a root"),
        ({"leaf": "x" * 500}, f"input should be a valid dictionary or instance of Leaf, found '{'x' * 59}"),
    ],
)
def test_a_mistake_is_one_sentence(value: dict[str, object], says: str) -> None:
    """Unknown keys with the nearest known one, our own sentences as they are, the rest with what was found."""
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(value)
    found = caught.value.errors(include_url=False)[0]

    assert says == sentence(found, found["loc"], Tree)


def test_where_nothing_is_known_nothing_is_suggested() -> None:
    """A key below a plain number has no neighbours."""
    with pytest.raises(ValidationError) as caught:
        Leaf.model_validate({"other": 1})
    found = caught.value.errors(include_url=False)[0]

    assert "unknown key 'other'; known: " == sentence(found, ("height", "deep", "other"), Tree)

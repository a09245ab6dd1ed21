"""The nouns are frozen, strict about their fields, and add up."""

from typing import get_args

import pytest
from building import call, query
from pydantic import ValidationError

from aidsafe.core import records
from aidsafe.core.records import REMOVAL_REASONS, FinalThought, Query, Usage, Value

NAMED = [getattr(records, name) for name in records.__all__]
VALUES = [kind for kind in NAMED if isinstance(kind, type) and issubclass(kind, Value)]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_is_frozen_and_strict(kind: type[Value]) -> None:
    """No value changes, and none takes a field it does not know."""
    assert kind.model_config["frozen"]
    assert "forbid" == kind.model_config["extra"]


def test_a_value_cannot_be_changed() -> None:
    """Setting a field is an error."""
    with pytest.raises(ValidationError, match="frozen"):
        query().text = "another"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot assign to field"):
        Usage().calls = 5  # type: ignore[misc]


def test_a_row_is_never_negative() -> None:
    """A query has a place in its source."""
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Query(id="q", row=-1, text="x")


def test_every_defect_has_one_of_the_papers_reasons() -> None:
    """A removal can always be given in the four reasons of the paper."""
    assert set(get_args(records.Defect)) == set(REMOVAL_REASONS)
    assert set(get_args(records.RemovalReason)) == set(REMOVAL_REASONS.values())


def test_usage_adds_calls() -> None:
    """Counts, tokens, cost and seconds are sums."""
    usage = Usage().plus(call(prompt=10, completion=5, usd=0.5, seconds=2.0), call(prompt=3, completion=1, usd=0.25))

    assert (2, 2, 13, 6) == (usage.calls, usage.attempts, usage.prompt_tokens, usage.completion_tokens)
    assert 19 == usage.total_tokens
    assert (0.75, 2.0) == (usage.cost_usd, usage.seconds)


def test_nothing_adds_nothing() -> None:
    """Usage without calls is what it was."""
    assert Usage() == Usage().plus()


def test_one_unknown_price_makes_the_cost_unknown() -> None:
    """An unknown cost is never taken for nothing, whatever comes after it."""
    assert Usage().plus(call(usd=1.0), call(usd=None), call(usd=1.0)).cost_usd is None


def test_a_final_thought_comes_from_something() -> None:
    """A thought from no thought is refused; in JSON its sources are called `from`."""
    fields = {"id": "t1", "text": "x", "author": "seeder", "round": 0, "outcome": "kept"}

    assert ["t1"] == FinalThought.model_validate({**fields, "from": ["t1"]}).model_dump(mode="json")["from"]
    with pytest.raises(ValidationError, match="at least 1 item"):
        FinalThought.model_validate({**fields, "from": []})

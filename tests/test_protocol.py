"""The protocol is plain data that can be kept."""

import pytest
from pydantic import ValidationError

from aidsafe.orchestration.protocol import Consensus, Protocol, QueryBudget, Seat, SeatBudget, Weighted


@pytest.mark.parametrize(
    ("min_rounds", "max_rounds", "fewest"), [(None, 3, 1), (None, 0, 0), (0, 3, 0), (2, 3, 2), (3, 3, 3)]
)
def test_rounds_that_are_held_in_any_case(min_rounds: int | None, max_rounds: int, fewest: int) -> None:
    """One unless said otherwise, none where there are no rounds."""
    assert fewest == Protocol(min_rounds=min_rounds, max_rounds=max_rounds).fewest_rounds


def test_min_rounds_fit_into_max_rounds() -> None:
    """More rounds than there may be is a mistake."""
    with pytest.raises(ValidationError, match="min_rounds 4 is more than max_rounds 3"):
        Protocol(min_rounds=4)


@pytest.mark.parametrize(
    "budget",
    [{"calls": 0}, {"usd": 0}, {"usd": float("inf")}, {"seconds": float("nan")}, {"total_tokens": -1}, {"tokens": 5}],
)
def test_a_budget_is_a_positive_number(budget: dict[str, float]) -> None:
    """Nothing, infinity and unknown limits are mistakes."""
    with pytest.raises(ValidationError, match="1 validation error"):
        QueryBudget.model_validate(budget)


@pytest.mark.parametrize(
    ("budget", "limited"),
    [
        (QueryBudget(), False),
        (QueryBudget(seconds=5), False),
        (QueryBudget(calls=1), True),
        (QueryBudget(completion_tokens=1), True),
        (QueryBudget(total_tokens=1), True),
        (QueryBudget(usd=0.1), True),
    ],
)
def test_only_what_can_be_bounded_beforehand_is_reserved(budget: QueryBudget, *, limited: bool) -> None:
    """Nobody knows how long a call will take before it is back."""
    assert limited == budget.limited


def test_a_protocol_survives_its_json() -> None:
    """What a run was moderated by can be written down and read back."""
    protocol = Protocol(order="shuffled", consensus=Consensus(rule="majority", quorum=2), budget=QueryBudget(usd=0.5))
    seat = Seat(name="critic", persona="critic", models=(Weighted(model="big"),), budget=SeatBudget(turns=2))

    assert protocol == Protocol.model_validate_json(protocol.model_dump_json())
    assert seat == Seat.model_validate_json(seat.model_dump_json())

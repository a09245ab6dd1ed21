"""What a recipe may say about a model."""

import pytest
from pydantic import ValidationError

from aidsafe.models.settings import ModelSettings, Price


def test_the_default_is_the_scripted_model() -> None:
    """An empty entry is a model that needs no server and no key."""
    assert ("scripted", None, "auto") == (ModelSettings().spec, ModelSettings().price, ModelSettings().reply)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temprature": 0.1},
        {"temperature": -1},
        {"top_p": 0},
        {"max_tokens": 0},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("inf")},
        {"down_seconds": -1},
        {"in_flight": 0},
        {"requests_per_minute": 0},
        {"reply": "xml"},
        {"price": {"prompt": -1, "completion": 0}},
        {"price": {"prompt": 1}},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    """Unknown fields and impossible values are errors."""
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(wrong)


def test_settings_are_frozen() -> None:
    """A model does not change while it is used."""
    with pytest.raises(ValidationError):
        Price(prompt=1, completion=2).prompt = 3  # type: ignore[misc]

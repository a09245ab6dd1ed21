"""What calls cost, and where a price comes from."""

from datetime import date

import pytest

from aidsafe.models.pricing import LISTED, cost_usd, list_price
from aidsafe.models.settings import Price
from aidsafe.models.spec import parse_spec

PRICE = Price(prompt=2.0, completion=8.0, cached=0.5)


@pytest.mark.parametrize(
    ("price", "tokens", "usd"),
    [
        (PRICE, (1_000_000, 0, 0), 2.0),
        (PRICE, (0, 0, 1_000_000), 8.0),
        (PRICE, (1_000_000, 1_000_000, 0), 0.5),
        (PRICE, (1_000_000, 500_000, 250_000), 1.0 + 0.25 + 2.0),
        (PRICE, (100, 200, 0), 100 * 0.5 / 1e6),
        (Price(prompt=2.0, completion=8.0), (1_000_000, 1_000_000, 0), 2.0),
        (Price(prompt=0, completion=0), (5, 5, 5), 0.0),
    ],
)
def test_cost_is_tokens_times_price(price: Price, tokens: tuple[int, int, int], usd: float) -> None:
    """Cached tokens cost their own price, or the full one where they have none."""
    assert pytest.approx(usd) == cost_usd(price, *tokens)


def test_a_listed_model_has_a_price_with_date_and_source() -> None:
    """A list price says when and where it was published."""
    listed = list_price(parse_spec("openai:gpt-4.1-mini"))

    assert listed is not None
    assert (0.40, 1.60, date(2025, 4, 14)) == (listed.price.prompt, listed.price.completion, listed.seen)
    assert [] == [entry.model for entry in LISTED if not entry.page]


@pytest.mark.parametrize(
    "text", ["openai:gpt-4.1-mini@http://127.0.0.1:8000/v1", "openai:gpt-99", "scripted", "ollama:x"]
)
def test_an_unknown_price_is_unknown(text: str) -> None:
    """Another server's price is not the maker's, and an unlisted model has none."""
    assert list_price(parse_spec(text)) is None

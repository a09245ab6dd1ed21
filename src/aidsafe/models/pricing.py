"""What tokens cost: the price a recipe gives, else a dated list price, else unknown. Never a guess."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from aidsafe.models.settings import Price
from aidsafe.models.spec import Spec

__all__ = ["LISTED", "Listed", "cost_usd", "list_price"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list price as its maker published it: for which model, when, and on which page."""

    provider: str
    model: str
    price: Price
    seen: date
    page: str


_GPT_41: Final = "OpenAI, announcement of GPT-4.1 in the API"
_CACHING: Final = "OpenAI, announcement of prompt caching in the API"
_CLAUDE_4: Final = "Anthropic, announcement of Claude 4"

LISTED: Final[tuple[Listed, ...]] = (
    Listed("openai", "gpt-4.1", Price(prompt=2.00, completion=8.00, cached=0.50), date(2025, 4, 14), _GPT_41),
    Listed("openai", "gpt-4.1-mini", Price(prompt=0.40, completion=1.60, cached=0.10), date(2025, 4, 14), _GPT_41),
    Listed("openai", "gpt-4.1-nano", Price(prompt=0.10, completion=0.40, cached=0.025), date(2025, 4, 14), _GPT_41),
    Listed("openai", "gpt-4o-mini", Price(prompt=0.15, completion=0.60, cached=0.075), date(2024, 10, 1), _CACHING),
    Listed("anthropic", "claude-sonnet-4-20250514", Price(prompt=3.00, completion=15.00), date(2025, 5, 22), _CLAUDE_4),
)
"""The makers' own endpoints only; a price may have changed since its date, so a recipe's price comes first."""


def list_price(spec: Spec) -> Listed | None:
    """The list price of this model at its maker's own endpoint, or None where it is not known."""
    if spec.base_url is not None:
        return None
    return next((listed for listed in LISTED if (listed.provider, listed.model) == (spec.provider, spec.model)), None)


def cost_usd(price: Price, prompt: int, cached: int, completion: int) -> float:
    """The cost of one call in US dollars; `cached` tokens are among the `prompt` tokens.

    Without a price of their own they cost what prompt tokens cost: an upper bound, never less than the bill.
    """
    cached = min(cached, prompt)
    cached_price = price.prompt if price.cached is None else price.cached
    return ((prompt - cached) * price.prompt + cached * cached_price + completion * price.completion) / 1_000_000

"""What a recipe says about one model: which, how it is asked, how hard it may be pressed, and what it costs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ModelSettings", "Price", "ReplySetting"]

ReplySetting = Literal["auto", "schema", "json", "text"]


class Setting(BaseModel):
    """Anything a recipe sets: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(Setting):
    """What tokens cost, in US dollars a million; `cached` is for prompt tokens the server had in its cache."""

    prompt: float = Field(ge=0, allow_inf_nan=False)
    completion: float = Field(ge=0, allow_inf_nan=False)
    cached: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class ModelSettings(Setting):
    """One model of a recipe.

    `timeout_seconds` is for one request; `down_seconds` is how long an endpoint may fail every request before the run
    stops. `in_flight` caps what the client finds out by itself, the two rates are kept on top of it. `reply` is how a
    typed reply is asked for: `auto` starts with a JSON schema and steps down where the server takes none.
    """

    spec: str = "scripted"
    temperature: float | None = Field(default=0.7, ge=0, allow_inf_nan=False)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(default=1024, gt=0)
    timeout_seconds: float = Field(default=120, gt=0, allow_inf_nan=False)
    down_seconds: float = Field(default=300, ge=0, allow_inf_nan=False)
    in_flight: int | None = Field(default=None, gt=0)
    requests_per_minute: int | None = Field(default=None, gt=0)
    tokens_per_minute: int | None = Field(default=None, gt=0)
    price: Price | None = None
    reply: ReplySetting = "auto"

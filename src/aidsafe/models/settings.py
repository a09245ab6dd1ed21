"""What a recipe says about one model: which, how it is asked, how hard it may be pressed, and what it costs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from aidsafe.models.component import check_component
from aidsafe.models.spec import checked_address, split_address

__all__ = ["ComponentSetting", "EndpointSetting", "ModelSettings", "Price", "ReplySetting"]

ReplySetting = Literal["auto", "schema", "json", "text"]


class Setting(BaseModel):
    """Anything a recipe sets: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(Setting):
    """What tokens cost, in US dollars a million; `cached` is for prompt tokens the server had in its cache."""

    prompt: float = Field(ge=0, allow_inf_nan=False)
    completion: float = Field(ge=0, allow_inf_nan=False)
    cached: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class EndpointSetting(Setting):
    """One of several endpoints of a model: its base address, its share of the queries, and its own cap."""

    url: str
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    in_flight: int | None = Field(default=None, gt=0)

    @field_validator("url")
    @classmethod
    def _checked(cls, url: str) -> str:
        return checked_address(url)


class ComponentSetting(Setting):
    """An AutoGen model client by its component spec; only providers of `COMPONENTS` are ever imported."""

    provider: str
    config: dict[str, JsonValue] = {}

    @model_validator(mode="after")
    def _checked(self) -> "ComponentSetting":
        check_component(self.provider, self.config)
        return self


class ModelSettings(Setting):
    """One model of a recipe.

    `endpoints` are several servers of the same model in the place of the spec's own address: a query stays with one
    of them, so that its prompts find their beginnings in that one's cache. `component` names a client of AutoGen in
    the place of a spec.

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
    endpoints: tuple[EndpointSetting, ...] = ()
    component: ComponentSetting | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_by_component(cls, given: object) -> object:
        """A component's model goes by its provider's last word wherever a spec is shown."""
        if not isinstance(given, dict) or given.get("component") is None:
            return given
        component = given["component"]
        provider = component.get("provider", "") if isinstance(component, dict) else component.provider
        spec = f"component:{str(provider).rpartition('.')[2]}"
        if given.get("spec", spec) != spec:
            raise ValueError("a model has either a spec or a component, not both")
        return {**given, "spec": spec}

    @model_validator(mode="after")
    def _one_way(self) -> "ModelSettings":
        provider, _, rest = self.spec.partition(":")
        if provider == "component" and self.component is None:
            raise ValueError("'component:' is no spec; write component: {provider: …, config: {…}} instead of spec")
        if self.endpoints and (provider not in ("openai", "anthropic", "ollama") or split_address(rest)[1]):
            raise ValueError(
                "endpoints go with a spec of openai, anthropic or ollama that has no address of its own, "
                f"not with {provider!r} and an address"
            )
        return self

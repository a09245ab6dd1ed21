"""From a recipe's settings to the client that answers."""

from typing import Any

from autogen_core.models import ChatCompletionClient

from aidsafe.models.settings import ModelSettings
from aidsafe.models.spec import parse_spec

__all__ = ["open_model"]


def open_model(settings: ModelSettings, *, name: str) -> ChatCompletionClient:
    """Open the model that a recipe calls `name`. Raises `RecipeError` for a spec or key that cannot be used.

    Raises `ExtraMissing` where an optional client is not installed. Nothing is sent before the first call.
    """
    if settings.endpoints:
        return _pooled(settings, name)
    spec = parse_spec(settings.spec)
    match spec.provider:
        case "scripted":
            from aidsafe.models.scripted import ScriptedModel, ScriptedOptions

            return ScriptedModel(ScriptedOptions.parse(spec.options))
        case "openai":
            from aidsafe.models.openai import OpenAIModel

            return OpenAIModel(settings, name=name)
        case "anthropic":
            from aidsafe.models.foreign import open_anthropic

            return open_anthropic(settings, name=name)
        case "ollama":
            from aidsafe.models.foreign import open_ollama

            return open_ollama(settings, name=name)
        case "component":
            from aidsafe.models.foreign import open_component

            return open_component(settings, name=name)


def _pooled(settings: ModelSettings, name: str) -> ChatCompletionClient:
    from aidsafe.models.patient import PatientModel
    from aidsafe.models.pool import PooledModel

    members: dict[str, PatientModel[Any]] = {}
    for endpoint in settings.endpoints:
        caps = {"in_flight": endpoint.in_flight or settings.in_flight, "endpoints": ()}
        one = settings.model_copy(update={"spec": f"{settings.spec}@{endpoint.url}", **caps})
        client = open_model(one, name=name)
        if not isinstance(client, PatientModel):
            raise TypeError(f"{client!r} cannot be one of several endpoints")
        members[endpoint.url] = client
    return PooledModel(members, {endpoint.url: endpoint.weight for endpoint in settings.endpoints})

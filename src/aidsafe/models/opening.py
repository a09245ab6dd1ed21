"""From a recipe's settings to the client that answers."""

from autogen_core.models import ChatCompletionClient

from aidsafe.models.settings import ModelSettings
from aidsafe.models.spec import parse_spec

__all__ = ["open_model"]


def open_model(settings: ModelSettings, *, name: str) -> ChatCompletionClient:
    """Open the model that a recipe calls `name`. Raises `RecipeError` for a spec or key that cannot be used.

    Raises `ExtraMissing` where an optional client is not installed. Nothing is sent before the first call.
    """
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

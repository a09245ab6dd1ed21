"""Clients by component spec: a closed list of providers, and no secrets in a recipe."""

import importlib.util

import pytest
from asking import HELLO, Pauses
from pydantic import ValidationError
from serving import Stub, completion, failure, serving

from aidsafe.core.errors import RecipeError
from aidsafe.models.attempts import Attempt
from aidsafe.models.foreign import ForeignModel
from aidsafe.models.opening import open_model
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.recipe import read_recipe

OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"
INFO = {
    "vision": False,
    "function_calling": False,
    "json_output": True,
    "family": "unknown",
    "structured_output": True,
}

needs_openai = pytest.mark.skipif(
    not (importlib.util.find_spec("autogen_ext") and importlib.util.find_spec("openai")),
    reason="the extra 'openai' is not installed",
)


def settings(provider: str, **config: object) -> ModelSettings:
    """Settings of a model by component."""
    return ModelSettings.model_validate({"component": {"provider": provider, "config": config}, "max_tokens": 33})


@pytest.mark.parametrize(
    "provider",
    [
        "os.system",
        "autogen_ext.models.openai",
        "autogen_ext.models.openai.",
        "autogen_ext.models.openaiX.Client",
        "autogen_ext.models.openai._client.os.system",
        "autogen_ext.code_executors.local.LocalCommandLineCodeExecutor",
        "OpenAIChatCompletionClient",
        "",
    ],
)
def test_no_other_provider_is_ever_imported(provider: str) -> None:
    """What is not on the list is refused when the recipe is read."""
    with pytest.raises(ValidationError, match="is not allowed"):
        settings(provider)


def test_nested_providers_are_checked_too() -> None:
    """A component within the config is imported just the same."""
    with pytest.raises(ValidationError, match=r"'os\.system' is not allowed"):
        settings(OPENAI, azure_ad_token_provider={"provider": "os.system", "config": {}})


@pytest.mark.parametrize(
    "config",
    [
        {"api_key": "made-up-0"},
        {"default_headers": {"Authorization": "made-up-0"}},
        {"nested": [{"client_secret": "made-up-0"}]},
        {"azure_ad_token": "made-up-0"},
        {"base_url": "http://me:made-up-0@127.0.0.1/v1"},
    ],
)
def test_secrets_are_refused_unseen(config: dict[str, object]) -> None:
    """Keys come from the environment; the message does not repeat the value."""
    recipe = {"component": {"provider": OPENAI, "config": config}}
    with pytest.raises(RecipeError, match="written down") as caught:
        read_recipe(f"models: {{x: {recipe!r}}}", file="r.yaml")

    assert "made-up-0" not in str(caught.value)


def test_a_model_is_a_spec_or_a_component() -> None:
    """Not both, and not neither of them in disguise."""
    with pytest.raises(ValidationError, match="not both"):
        ModelSettings.model_validate({"spec": "openai:m", "component": {"provider": OPENAI}})
    with pytest.raises(ValidationError, match="is no spec"):
        ModelSettings(spec="component:OpenAIChatCompletionClient")


def by_component(stub: Stub, **config: object) -> ForeignModel:
    """AutoGen's own OpenAI client of the stub, by its component spec."""
    chosen = settings(OPENAI, model="served-1", base_url=stub.base_url, model_info=INFO, **config)
    model = open_model(chosen, name="x")
    assert isinstance(model, ForeignModel)
    model._sleep = Pauses()
    return model


@needs_openai
async def test_a_component_answers_with_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits come from the model's settings, overload is waited for, and every request is noted."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    seen: list[Attempt] = []
    async with serving(failure(429), completion("hi")) as stub:
        model = by_component(stub)
        answer = await model.create_recorded(HELLO, on_attempt=seen.append)
        await model.close()

    assert ("hi", 33, ["overloaded", "answered"]) == (
        answer.content,
        stub.bodies[0]["max_tokens"],
        [attempt.cause for attempt in seen],
    )
    assert "Bearer sk-made-up" == stub.headers[0]["Authorization"]


@needs_openai
async def test_a_config_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names model and class."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    with pytest.raises(RecipeError, match=r"model 'x': autogen_ext\.models\.openai\.OpenAIChat.* does not take"):
        open_model(settings(OPENAI, model=3), name="x")
    with pytest.raises(RecipeError, match="set twice"):
        open_model(settings(OPENAI, model="m", max_tokens=99), name="x")

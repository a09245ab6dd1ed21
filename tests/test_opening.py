"""From settings to the client that answers."""

import importlib.util

import pytest

from aidsafe.core.errors import ExtraMissing, RecipeError
from aidsafe.models.opening import open_model
from aidsafe.models.settings import ModelSettings


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("scripted", "ScriptedModel"),
        ("scripted:latency=0.01", "ScriptedModel"),
        ("openai:m@http://127.0.0.1:1/v1", "OpenAIModel"),
    ],
)
def test_a_spec_opens_its_client(spec: str, kind: str) -> None:
    """The provider decides the client."""
    assert kind == type(open_model(ModelSettings(spec=spec), name="small")).__name__


def test_a_wrong_spec_opens_nothing() -> None:
    """The error names what is known."""
    with pytest.raises(RecipeError, match="known: scripted, openai"):
        open_model(ModelSettings(spec="nothing:x"), name="small")


@pytest.mark.parametrize(("spec", "extra"), [("anthropic:m", "anthropic"), ("ollama:m", "ollama")])
def test_an_extra_that_is_missing_is_named(spec: str, extra: str) -> None:
    """Without the optional client the error says what to install, and for which model."""
    if importlib.util.find_spec("autogen_ext") and importlib.util.find_spec(extra):
        pytest.skip(f"the extra {extra!r} is installed")
    with pytest.raises(ExtraMissing, match=f"model 'small' needs the extra '{extra}'"):
        open_model(ModelSettings(spec=spec), name="small")

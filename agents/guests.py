"""Which AutoGen agents a recipe may seat: a closed list, for AutoGen's own loader imports whatever it is told to.

A spec never holds a model: the guest is lent that of its seat. Agents with tools, memories or code to run are seated
from Python, by a factory.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final, cast

from pydantic import Field, JsonValue

from aidsafe.core.marked import Path, did_you_mean
from aidsafe.core.records import Value

if TYPE_CHECKING:
    from autogen_core.models import ChatCompletionClient

    from aidsafe.agents.seat import AgentFactory

__all__ = ["FROM_PYTHON", "GUESTS", "AgentSpec", "factory_of", "spec_problems"]

GUESTS: Final = ("autogen_agentchat.agents.AssistantAgent",)
"""The providers that a recipe may name."""

FROM_PYTHON: Final = "python:"
"""What the provider of an agent that a factory builds begins with, where a run writes it down."""

_CONTEXTS: Final = tuple(
    f"autogen_core.model_context.{name}ChatCompletionContext" for name in ("Unbounded", "Buffered", "HeadAndTail")
)
_TAKEN: Final = frozenset({"description", "model_context", "system_message"})
# What AutoGen writes into every spec, and which says nothing here.
_PASSED_OVER: Final = frozenset(
    {
        "metadata",
        "model_client_stream",
        "name",
        "reflect_on_tool_use",
        "tool_call_summary_format",
        "max_tool_iterations",
    }
)
_FROM_PYTHON_ONLY: Final = frozenset({"handoffs", "memory", "structured_message_factory", "tools", "workbench"})


class AgentSpec(Value):
    """An AutoGen agent by its provider and config; it may take `timeout_seconds` a turn beside its model's answers."""

    provider: str
    config: dict[str, JsonValue] = {}
    timeout_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 120.0


def spec_problems(spec: AgentSpec) -> Iterator[tuple[Path, str]]:
    """Why a recipe may not seat this agent, each with its path within the spec; nothing of it is imported."""
    if spec.provider.startswith(FROM_PYTHON):
        return
    if spec.provider not in GUESTS:
        hint = f"allowed: {', '.join(GUESTS)}; any other agent is seated from Python: open_table(recipe, agents=…)"
        yield ("provider",), f"an agent of {spec.provider!r} is not loaded from a recipe; {hint}"
        return
    for key, value in spec.config.items():
        problem = _key_problem(key, value)
        if problem:
            yield ("config", key), problem


def _key_problem(key: str, value: JsonValue) -> str | None:
    if key == "model_client":
        return "the agent is lent the model of its seat; name that with 'model' and leave model_client out"
    if key in _FROM_PYTHON_ONLY:
        return (
            f"{key} are not loaded from a recipe; build the agent in Python: open_table(recipe, agents=…)"
            if value
            else None
        )
    if key == "model_context":
        provider = value.get("provider") if isinstance(value, dict) else None
        return None if provider in _CONTEXTS or value is None else f"{provider!r} is not one of {', '.join(_CONTEXTS)}"
    if key in _PASSED_OVER:
        return None
    if key not in _TAKEN:
        return f"an agent has no {key!r}; {did_you_mean(key, _TAKEN)}"
    return None if value is None or isinstance(value, str) else f"{key} is a text, not {type(value).__name__}"


def factory_of(spec: AgentSpec, name: str, *, persona: str) -> "AgentFactory":
    """The factory of a spec without problems; without a system message of its own the agent goes by the persona."""
    from autogen_agentchat.agents import AssistantAgent
    from autogen_core.model_context import ChatCompletionContext

    def build(model: "ChatCompletionClient") -> AssistantAgent:
        context = cast("dict[str, JsonValue] | None", spec.config.get("model_context"))
        return AssistantAgent(
            name,
            model,
            description=str(spec.config.get("description") or persona),
            system_message=str(spec.config.get("system_message") or persona),
            model_context=ChatCompletionContext.load_component(context) if context else None,
        )

    return build

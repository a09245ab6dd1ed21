"""A client of `autogen-ext` behind our gate: asked as patiently as ours, its failures classed by their status."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from time import time
from typing import Any, Final, NamedTuple

import anyio
from autogen_core.models import ChatCompletionClient, CreateResult, LLMMessage, ModelInfo, RequestUsage
from pydantic import JsonValue

from aidsafe.core.errors import AidsafeError, ExtraMissing, RecipeError
from aidsafe.models.answer import Answer
from aidsafe.models.component import check_component
from aidsafe.models.dialect import Reply
from aidsafe.models.faults import Fault, fault_of_exception, fault_of_status
from aidsafe.models.patient import PatientModel, Sleep
from aidsafe.models.reading import count_of, text_of
from aidsafe.models.settings import ModelSettings
from aidsafe.models.spec import Spec, parse_spec
from aidsafe.models.waiting import asked_wait_seconds

__all__ = ["ANTHROPIC_KEY_VARIABLE", "Foreign", "ForeignModel", "open_anthropic", "open_component", "open_ollama"]

ANTHROPIC_KEY_VARIABLE: Final = "ANTHROPIC_API_KEY"
_OLLAMA: Final = "http://127.0.0.1:11434"


class ForeignAsk(NamedTuple):
    """One call as AutoGen's clients take it."""

    messages: Sequence[LLMMessage]
    reply: Reply
    extra: Mapping[str, object]


class Foreign(NamedTuple):
    """A client to wrap, what it raises when a request fails, the key it holds, and how its connections are closed."""

    client: ChatCompletionClient
    failures: tuple[type[Exception], ...]
    secret: str
    close: Callable[[], Awaitable[None]]


class ForeignModel(PatientModel[ForeignAsk]):
    """Someone else's AutoGen client, metered and limited like ours. Its own retries should be off."""

    def __init__(
        self, foreign: Foreign, settings: ModelSettings, *, name: str = "", sleep: Sleep = anyio.sleep
    ) -> None:
        super().__init__(parse_spec(settings.spec), settings, name=name, sleep=sleep)
        self.failures = (*foreign.failures, OSError)
        self._client = foreign.client
        self._secret = foreign.secret
        self._close = foreign.close

    def _prepare(self, messages: Sequence[LLMMessage], reply: Reply, extra: Mapping[str, object]) -> ForeignAsk:
        return ForeignAsk(messages, self._asked_reply(reply), extra)

    def _asked_reply(self, reply: Reply) -> Reply:
        """The typed reply in the best form that the client has, else None: then the text alone asks for it."""
        info, setting = self._client.model_info, self.settings.reply
        if not reply or setting == "text":
            return None
        if isinstance(reply, type) and info["structured_output"] and setting in ("auto", "schema"):
            return reply
        return True if info["json_output"] else None

    async def _send(self, ask: ForeignAsk) -> Answer | Fault:
        try:
            result = await self._client.create(ask.messages, json_output=ask.reply, extra_create_args=ask.extra)
        except Exception as error:
            if isinstance(error, (AidsafeError, *self.failures)):
                raise
            # A client that cannot read what came trips over anything.
            return Fault("broken", note=f"the client could not read what came: {type(error).__name__}")
        answer = _cleaned(result)
        # Some clients have no word for an answer that was cut off: one as long as it may be was.
        if answer.finish_reason == "unknown" and answer.usage.completion_tokens >= self.settings.max_tokens:
            answer.finish_reason = "length"
        return answer

    def _fault(self, error: Exception) -> Fault:
        status = getattr(error, "status_code", None)
        if not isinstance(status, int) or status < 300:
            return fault_of_exception(error)
        headers = getattr(getattr(error, "response", None), "headers", {})
        wait = asked_wait_seconds(headers, time())
        return fault_of_status(status, _error_object(error), wait_seconds=wait, secret=self._secret)

    def _size_bytes(self, ask: ForeignAsk) -> int:
        return sum(len(str(message.content)) for message in ask.messages)

    @property
    def model_info(self) -> ModelInfo:
        """As the wrapped client says."""
        return self._client.model_info

    async def close(self) -> None:
        """Close the wrapped client, and let go of what is shared."""
        await self._close()
        await super().close()


def _cleaned(result: CreateResult) -> Answer:
    """The answer of someone else's client, whose texts and counts may be anything."""
    found = {name: getattr(result, name) for name in type(result).model_fields}
    usage = RequestUsage(count_of(result.usage.prompt_tokens), count_of(result.usage.completion_tokens))
    content = text_of(result.content) if isinstance(result.content, str) else result.content
    return Answer(**{**found, "content": content, "thought": text_of(result.thought) or None, "usage": usage})


def open_anthropic(settings: ModelSettings, *, name: str) -> ForeignModel:
    """Anthropic's models, by the extra `anthropic`; the key comes from the environment."""
    try:
        from anthropic import APIError
        from autogen_ext.models.anthropic import AnthropicChatCompletionClient
    except ImportError as error:
        raise ExtraMissing("anthropic", purpose=f"model {name!r}") from error
    spec = parse_spec(settings.spec)
    key = _key(spec)
    client = AnthropicChatCompletionClient(
        model=spec.model,
        api_key=key,
        max_retries=0,
        timeout=_beyond(settings),
        model_info=_info(structured=False, json=False),
        **_given(base_url=spec.base_url, temperature=settings.temperature, top_p=settings.top_p),
        max_tokens=settings.max_tokens,
    )
    return ForeignModel(Foreign(client, (APIError,), key, client.close), settings, name=name)


def open_ollama(settings: ModelSettings, *, name: str) -> ForeignModel:
    """Models of an Ollama server by its own protocol, by the extra `ollama`."""
    try:
        from autogen_ext.models.ollama import OllamaChatCompletionClient
        from ollama import ResponseError
    except ImportError as error:
        raise ExtraMissing("ollama", purpose=f"model {name!r}") from error
    spec = parse_spec(settings.spec)
    client = OllamaChatCompletionClient(
        model=spec.model,
        host=spec.base_url or _OLLAMA,
        timeout=_beyond(settings),
        model_info=_info(structured=True, json=True),
        options=_given(temperature=settings.temperature, top_p=settings.top_p, num_predict=settings.max_tokens),
    )
    # The library lets the errors of its HTTP client through as they are.
    http_error: type[Exception] = import_module("httpx").HTTPError
    # AutoGen's client closes nothing; what it holds does.
    connections = vars(client)["_client"]
    return ForeignModel(Foreign(client, (ResponseError, http_error), "", connections.close), settings, name=name)


def open_component(settings: ModelSettings, *, name: str) -> ForeignModel:
    """A client of AutoGen by its component spec, of a provider on the list of `component`; keys are the environment's.

    Its own retries are off, and the recipe's limits on tokens, sampling and time go into its config where it has none.
    """
    component = settings.component
    if component is None:
        raise RecipeError(f"model {name!r} has no component")
    check_component(component.provider, dict(component.config))
    family = component.provider.split(".")[2]
    config = {**_component_defaults(family, settings), **component.config}
    if config.get("max_tokens", settings.max_tokens) != settings.max_tokens:
        raise RecipeError(f"model {name!r}: max_tokens is set twice; set it beside the component, not in its config")
    try:
        client = ChatCompletionClient.load_component({"provider": component.provider, "config": config})
    except ImportError as error:
        raise ExtraMissing(_EXTRAS.get(family, family), purpose=f"model {name!r}") from error
    except Exception as error:  # noqa: BLE001  # whatever a constructor of others raises, the config is the matter
        # Its message may repeat what the environment holds.
        raise RecipeError(
            f"model {name!r}: {component.provider} does not take this config ({type(error).__name__})"
        ) from None
    return ForeignModel(Foreign(client, _failures(family), _secret(family), client.close), settings, name=name)


_EXTRAS: Final = {"anthropic": "anthropic", "ollama": "ollama", "openai": "openai", "azure": "openai"}
_KEY_VARIABLES: Final = {
    "anthropic": ANTHROPIC_KEY_VARIABLE,
    "openai": "OPENAI_API_KEY",
    "azure": "AZURE_OPENAI_API_KEY",
}
_ERRORS: Final = {
    "anthropic": (("anthropic", "APIError"),),
    "openai": (("openai", "APIError"),),
    "azure": (("openai", "APIError"), ("azure.core.exceptions", "AzureError")),
    "ollama": (("ollama", "ResponseError"), ("httpx", "HTTPError")),
}
"""What each family of clients raises when a request fails."""


def _component_defaults(family: str, settings: ModelSettings) -> dict[str, Any]:
    sampling = _given(temperature=settings.temperature, top_p=settings.top_p)
    match family:
        case "openai" | "anthropic":
            limits: dict[str, Any] = {"max_tokens": settings.max_tokens, "timeout": _beyond(settings)}
            return {**sampling, **limits, "max_retries": 0}
        case "ollama":
            return {"options": {**sampling, "num_predict": settings.max_tokens}, "timeout": _beyond(settings)}
        case _:
            return {}


def _failures(family: str) -> tuple[type[Exception], ...]:
    found = []
    for module, name in _ERRORS.get(family, ()):
        with suppress(ImportError):
            found.append(getattr(import_module(module), name))
    return tuple(found)


def _secret(family: str) -> str:
    return os.environ.get(_KEY_VARIABLES.get(family, ""), "").strip()


def _key(spec: Spec) -> str:
    key = os.environ.get(ANTHROPIC_KEY_VARIABLE, "").strip()
    if not key and spec.base_url is None:
        raise RecipeError(f"the anthropic models need a key: put it into the environment as {ANTHROPIC_KEY_VARIABLE}")
    # The client refuses to start without one, though a server of one's own may need none.
    return key or "none"


def _beyond(settings: ModelSettings) -> float:
    """A time-out that never strikes before ours, which grows up to four times."""
    return 8 * settings.timeout_seconds


def _info(*, structured: bool, json: bool) -> ModelInfo:
    return ModelInfo(
        vision=False, function_calling=False, json_output=json, family="unknown", structured_output=structured
    )


def _given(**options: str | float | None) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _error_object(error: Exception) -> JsonValue:
    """The server's error object, where the client kept it."""
    body: JsonValue = getattr(error, "body", None)
    if isinstance(body, dict):
        return body.get("error", body)
    said = getattr(error, "error", None)
    return said if isinstance(said, str) else None

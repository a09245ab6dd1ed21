"""Clients of `autogen-ext` behind our gate, against stubs of their servers on loopback."""

import importlib.util
import json

import pytest
from asking import HELLO, Pauses, Verdict
from autogen_core.models import CreateResult, RequestUsage, UserMessage
from autogen_ext.models.replay import ReplayChatCompletionClient
from serving import RESET, Served, Stub, serving

from aidsafe.core.errors import ModelError, RecipeError, SurroundingsError
from aidsafe.models.attempts import Attempt
from aidsafe.models.foreign import Foreign, ForeignModel, open_anthropic, open_ollama
from aidsafe.models.settings import ModelSettings

KEY = "sk-ant-0123456789"


def needs(extra: str) -> pytest.MarkDecorator:
    """Skip where the optional client is not installed."""
    found = importlib.util.find_spec("autogen_ext") and importlib.util.find_spec(extra)
    return pytest.mark.skipif(not found, reason=f"the extra {extra!r} is not installed")


def message(text: str = "hello", stop: str = "end_turn") -> Served:
    """A message as Anthropic's server sends it."""
    payload = {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "claude-1",
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "usage": {"input_tokens": 11, "output_tokens": 4},
    }
    return Served(body=json.dumps(payload).encode(), headers={"content-type": "application/json"})


def refusal(status: int, kind: str, **headers: str) -> Served:
    """An error as Anthropic's server sends it; it may repeat the key."""
    body = {"type": "error", "error": {"type": kind, "message": f"no, {KEY}"}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Served(status, json.dumps(body).encode(), {"content-type": "application/json", **named})


def claude(stub: Stub, pauses: Pauses) -> ForeignModel:
    """An Anthropic client of the stub."""
    spec = f"anthropic:claude-1@{stub.base_url.removesuffix('/v1')}"
    model = open_anthropic(ModelSettings(spec=spec, max_tokens=33), name="big")
    model._sleep = pauses
    return model


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up key."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@needs("anthropic")
async def test_anthropic_answers() -> None:
    """Text, finish reason and tokens arrive; the settings are what is asked with."""
    async with serving(message("hi", "max_tokens")) as stub:
        model = claude(stub, Pauses())
        answer = await model.create(HELLO, json_output=Verdict)
        await model.close()

    assert ("hi", "length", 11, 4) == (
        answer.content,
        answer.finish_reason,
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
    )
    assert ("claude-1", 33, 0.7) == tuple(stub.bodies[0][name] for name in ("model", "max_tokens", "temperature"))


@needs("anthropic")
async def test_anthropic_is_waited_for() -> None:
    """Overload, resets and `Retry-After` are treated as with any other server, and every request is reported."""
    seen: list[Attempt] = []
    pauses = Pauses()
    async with serving(refusal(529, "overloaded_error", retry_after="7"), RESET, message()) as stub:
        model = claude(stub, pauses)
        answer = await model.create_recorded(HELLO, on_attempt=seen.append)
        await model.close()

    assert (3, ["overloaded", "connection", "answered"]) == (answer.attempts, [attempt.cause for attempt in seen])
    assert pauses[0] >= 7.0


@needs("anthropic")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refusal(401, "authentication_error"), SurroundingsError),
        (refusal(404, "not_found_error"), SurroundingsError),
        (refusal(400, "invalid_request_error"), ModelError),
    ],
)
async def test_anthropic_errors_are_ours(fault: Served, error: type[Exception]) -> None:
    """What no waiting mends is an error of ours, without the key."""
    async with serving(fault) as stub:
        model = claude(stub, Pauses())
        with pytest.raises(error, match=r"no, \[key\]") as caught:
            await model.create(HELLO)
        await model.close()

    assert caught.value.__context__ is None


@needs("anthropic")
def test_anthropic_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a base address the missing key is named before anything is sent."""
    monkeypatch.delenv("ANTHROPIC_API_KEY")

    with pytest.raises(RecipeError, match="ANTHROPIC_API_KEY"):
        open_anthropic(ModelSettings(spec="anthropic:claude-1"), name="big")


def chat(content: str = "hello", reason: str = "stop", tokens: int = 6) -> Served:
    """A chat answer as Ollama's server sends it."""
    payload = {
        "model": "qwen3:8b",
        "created_at": "2025-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": content},
        "done": True,
        "done_reason": reason,
        "prompt_eval_count": 21,
        "eval_count": tokens,
    }
    return Served(body=json.dumps(payload).encode(), headers={"content-type": "application/json"})


def qwen(stub: Stub) -> ForeignModel:
    """An Ollama client of the stub."""
    spec = f"ollama:qwen3:8b@{stub.base_url.removesuffix('/v1')}"
    model = open_ollama(ModelSettings(spec=spec, max_tokens=33), name="small")
    model._sleep = Pauses()
    return model


@needs("ollama")
async def test_ollama_answers() -> None:
    """Text, finish reason and tokens arrive; the reply is asked for by its schema."""
    async with serving(chat("hi", "length", 33)) as stub:
        model = qwen(stub)
        answer = await model.create(HELLO, json_output=Verdict)
        await model.close()

    assert ("hi", "length", 21, 33) == (
        answer.content,
        answer.finish_reason,
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
    )
    assert {"temperature": 0.7, "num_predict": 33} == stub.bodies[0]["options"]
    assert "properties" in str(stub.bodies[0]["format"])


@needs("ollama")
async def test_ollama_is_waited_for() -> None:
    """Resets and server errors lead to another try."""
    busy = Served(500, b'{"error": "busy"}', {"content-type": "application/json"})
    async with serving(busy, RESET, chat()) as stub:
        model = qwen(stub)
        answer = await model.create([UserMessage(content="Hi", source="user")])
        await model.close()

    assert 3 == answer.attempts


@needs("ollama")
async def test_an_unknown_ollama_model_stops_the_run() -> None:
    """A model that the server does not have is a matter of the surroundings."""
    missing = Served(404, b'{"error": "model not found"}', {"content-type": "application/json"})
    async with serving(missing) as stub:
        model = qwen(stub)
        with pytest.raises(SurroundingsError, match="check the model's name"):
            await model.create(HELLO)
        await model.close()


class Odd(ReplayChatCompletionClient):
    """A client that lets through whatever its server says."""

    def __init__(self, *outcomes: CreateResult | Exception) -> None:
        super().__init__(["unused"])
        self.outcomes = list(outcomes)

    async def create(self, messages: object, **_: object) -> CreateResult:
        """The next of the outcomes."""
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def result(content: str, prompt: object) -> CreateResult:
    """An answer with a count that may be none."""
    usage = RequestUsage(prompt_tokens=prompt, completion_tokens=4)  # type: ignore[arg-type]
    return CreateResult.model_construct(
        finish_reason="stop", content=content, usage=usage, cached=False, logprobs=None, thought=None
    )


async def nothing_to_close() -> None:
    """The stand-in for closing."""


@pytest.mark.parametrize("prompt", [float("nan"), 10**30, -3, True, None, 2.5])
async def test_what_a_client_lets_through_is_cleaned(prompt: object) -> None:
    """Counts that are none and halves of characters go no further."""
    client = Foreign(Odd(result("a\ud800b", prompt)), (), "", nothing_to_close)
    answer = await ForeignModel(client, ModelSettings(spec="ollama:x")).create(HELLO)

    assert ("a?b", 0, 4) == (answer.content, answer.usage.prompt_tokens, answer.usage.completion_tokens)


async def test_a_client_that_trips_is_asked_again() -> None:
    """What its client cannot read is a broken answer of the server, and waited out like one."""
    seen: list[Attempt] = []
    odd = Odd(AttributeError("'str' object has no attribute 'choices'"), IndexError("list"), result("hello", 11))
    model = ForeignModel(Foreign(odd, (), "", nothing_to_close), ModelSettings(spec="ollama:x"), sleep=Pauses())
    answer = await model.create_recorded(HELLO, on_attempt=seen.append)

    assert ("hello", ["broken", "broken", "answered"]) == (answer.content, [attempt.cause for attempt in seen])

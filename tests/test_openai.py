"""The OpenAI-compatible client against a real server on loopback: what is sent, what is read, what stays secret."""

import logging
import traceback

import anyio
import pytest
from asking import HELLO, asking
from autogen_core import Image
from autogen_core.models import AssistantMessage, FunctionExecutionResultMessage, LLMMessage, UserMessage
from PIL import Image as Pillow
from serving import Served, completion, failure, serving

from aidsafe.core.errors import ModelError, RecipeError, SurroundingsError
from aidsafe.core.version import __version__
from aidsafe.models.attempts import Attempt
from aidsafe.models.openai import OpenAIModel
from aidsafe.models.sessions import close_sessions, shared
from aidsafe.models.settings import ModelSettings

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key; the tests do not see it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


async def test_an_answer_carries_what_the_server_said() -> None:
    """Text, finish reason, tokens of every kind and the model that answered."""
    usage = {
        "prompt_tokens": 90,
        "completion_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 64},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    async with serving(completion("fine", usage=usage)) as stub, asking(stub) as model:
        answer = await model.create(HELLO)

    assert ("fine", "stop", "served-1", 1) == (answer.content, answer.finish_reason, answer.reported, answer.attempts)
    assert (90, 12) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)
    assert (64, 5) == (answer.cached_tokens, answer.reasoning_tokens)
    assert (90, 12) == (model.total_usage().prompt_tokens, model.actual_usage().completion_tokens)
    assert (answer.latency_seconds or 0.0) > 0.0


async def test_a_request_says_what_it_is_and_what_it_takes() -> None:
    """JSON out, JSON back, unpacked, and who asks; a server may go by any of them."""
    async with serving() as stub, asking(stub) as model:
        await model.create(HELLO)

    sent = stub.headers[0]
    assert ("application/json", "application/json") == (sent["Content-Type"], sent["Accept"])
    assert ("identity", f"aidsafe/{__version__}") == (sent["Accept-Encoding"], sent["User-Agent"])


async def test_a_request_says_what_the_settings_say() -> None:
    """Model, temperature, token limit and messages arrive; what is not set is not sent."""
    async with serving() as stub, asking(stub, temperature=0.5, max_tokens=77) as model:
        more: list[LLMMessage] = [
            AssistantMessage(content="Yes?", source="me"),
            UserMessage(content=["a", "b"], source="u"),
        ]
        await model.create([*HELLO, *more])

    assert [
        {
            "model": "small",
            "temperature": 0.5,
            "max_tokens": 77,
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Yes?"},
                {"role": "user", "content": "a\nb"},
            ],
        }
    ] == stub.bodies


async def test_a_caller_may_add_fields() -> None:
    """Extra arguments go into the request, in the place of ours where they are the same."""
    async with serving() as stub, asking(stub) as model:
        await model.create(HELLO, extra_create_args={"seed": 3, "max_tokens": 5})

    assert (3, 5) == (stub.bodies[0]["seed"], stub.bodies[0]["max_tokens"])


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("tool_calls", "unknown"),
        ("eos", "stop"),
        ("something_new", "unknown"),
    ],
)
async def test_finish_reasons_are_translated(said: str, finish: str) -> None:
    """Each server's word for how an answer ended becomes one of ours; an unknown word is no `stop`."""
    async with serving(completion(finish=said)) as stub, asking(stub) as model:
        assert finish == (await model.create(HELLO)).finish_reason


async def test_a_refusal_and_the_reasoning_are_kept_apart_from_the_text() -> None:
    """The refusal field and the reasoning never end up in the content."""
    message = {"content": None, "refusal": "I will not", "reasoning_content": "hmm"}
    async with serving(completion(message=message)) as stub, asking(stub) as model:
        answer = await model.create(HELLO)

    assert ("", "I will not", "hmm") == (answer.content, answer.refusal, answer.thought)


async def test_the_key_is_sent_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server may repeat the key: no error, log line, attempt or repr of ours does."""
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    caplog.set_level(logging.DEBUG)
    seen: list[Attempt] = []
    async with serving(failure(401, message=f"wrong key {KEY}", code=KEY)) as stub, asking(stub) as model:
        with pytest.raises(SurroundingsError, match=r"wrong key \[key\]") as caught:
            await model.create_recorded(HELLO, on_attempt=seen.append)

    shown = [*traceback.format_exception(caught.value), repr(caught.value), repr(model), repr(seen), caplog.text]
    assert f"Bearer {KEY}" == stub.headers[0]["Authorization"]
    assert [] == [text for text in shown if KEY in text]


async def test_without_a_key_none_is_sent() -> None:
    """A server of one's own needs no key."""
    async with serving() as stub, asking(stub) as model:
        await model.create(HELLO)

    assert "Authorization" not in stub.headers[0]


def test_the_hosted_models_need_a_key() -> None:
    """Without a base address the missing key is named before anything is sent."""
    with pytest.raises(RecipeError, match="OPENAI_API_KEY"):
        OpenAIModel(ModelSettings(spec="openai:gpt-4.1"))


def test_a_broken_key_is_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key with a line break in it could smuggle headers; it is refused, and not printed."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a\r\nX-Evil: 1")

    with pytest.raises(RecipeError) as caught:
        OpenAIModel(ModelSettings(spec="openai:gpt-4.1"))
    assert "Evil" not in str(caught.value)


async def test_five_hundred_calls_share_one_session() -> None:
    """A crowd is answered over one pool of connections, without a failure."""
    async with serving() as stub, asking(stub) as one, asking(stub) as two:
        contents: list[object] = []

        async def ask(model: OpenAIModel) -> None:
            contents.append((await model.create(HELLO)).content)

        async with anyio.create_task_group() as group:
            for number in range(500):
                group.start_soon(ask, (one, two)[number % 2])
        assert ["hello"] * 500 == contents
        assert 500 == len(stub.bodies)
        assert one._at_home()[0].session is two._at_home()[0].session
        assert one._at_home()[1].gate is two._at_home()[1].gate


async def test_no_more_requests_are_sent_at_once_than_the_recipe_allows() -> None:
    """`in_flight` is a hard cap, however many callers there are."""
    seen: list[int] = []

    def respond(_: dict[str, object]) -> Served:
        seen.append(model._at_home()[1].gate.in_flight)
        return completion()

    async with serving(respond=respond) as stub, asking(stub, in_flight=3) as model, anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(model.create, HELLO)

    assert (40, 3) == (len(seen), max(seen))


async def test_clients_open_again_after_their_sessions_were_closed() -> None:
    """Closing twice is allowed, and a client that is used again finds a new session."""
    async with serving() as stub, asking(stub) as model:
        await model.create(HELLO)
        await close_sessions()
        assert "hello" == (await model.create(HELLO)).content
        assert not shared().session.closed
        await model.close()
        await model.close()


@pytest.mark.parametrize("text", ["\ud800 half a pair", "\x00\x1b[31m\u202e", "x" * 2_000_000, ""])
async def test_hostile_text_arrives(text: str) -> None:
    """Half surrogates, control characters, millions of letters and nothing at all are sent like any text."""
    async with serving() as stub, asking(stub) as model:
        await model.create([UserMessage(content=text, source="user")])

    expected = text.encode("utf-8", "replace").decode()
    assert [{"role": "user", "content": expected}] == stub.bodies[0]["messages"]


async def test_what_cannot_be_sent_is_refused() -> None:
    """Images and tools are refused with a sentence, before anything is sent."""
    image = Image(Pillow.new("RGB", (1, 1)))
    tool = {"name": "look", "description": "", "parameters": {}}
    async with serving() as stub, asking(stub) as model:
        with pytest.raises(ModelError, match="holds an image"):
            await model.create([UserMessage(content=[image], source="user")])
        with pytest.raises(ModelError, match="asked without tools"):
            await model.create(HELLO, tools=[tool])  # type: ignore[list-item]
        with pytest.raises(ModelError, match="a FunctionExecutionResultMessage of list cannot be sent"):
            await model.create([FunctionExecutionResultMessage(content=[])])

    assert [] == stub.bodies


async def test_the_stream_is_the_answer_in_one_piece() -> None:
    """Streaming callers get the whole answer as the one item."""
    async with serving() as stub, asking(stub) as model:
        pieces = [piece async for piece in model.create_stream(HELLO)]

    assert ["hello"] == [piece.content for piece in pieces if not isinstance(piece, str)]
    assert 1 == len(pieces)


async def test_a_long_answer_is_read_whole() -> None:
    """An answer that arrives in many pieces is one answer."""
    async with serving(completion("x" * 2_000_000)) as stub, asking(stub) as model:
        assert "x" * 2_000_000 == (await model.create(HELLO)).content


def test_autogen_is_told_what_the_model_takes() -> None:
    """Text in, text or JSON out; tokens are estimated from bytes, and the window is left to the server."""
    model = OpenAIModel(ModelSettings(spec="openai:m@http://127.0.0.1:1/v1"))
    counted = model.count_tokens(HELLO)

    assert ((len("Be kind.") + len("Hi")) // 3, 2**31 - counted) == (counted, model.remaining_tokens(HELLO))
    assert (True, False) == (model.model_info["structured_output"], model.capabilities["function_calling"])


async def test_reserved_tokens_that_were_not_used_come_back() -> None:
    """A rate in tokens counts what a call used, not the most that it could have used."""
    async with serving() as stub, asking(stub, tokens_per_minute=60_000) as model:
        await model.create(HELLO)
        left = model._at_home()[1].gate._tokens

    assert left is not None
    assert left.capacity - 10 <= left.level < left.capacity + 1

"""What the client does when a server fails: wait where waiting helps, and say clearly where it does not."""

import asyncio
from contextlib import suppress

import anyio
import pytest
from asking import HELLO, Pauses, asking
from autogen_core import CancellationToken
from autogen_core.models import UserMessage
from serving import HANG, RESET, TRUNCATED, Served, blaming, completion, failure, serving

from aidsafe.core.errors import ModelError, SurroundingsError
from aidsafe.models import patient
from aidsafe.models.attempts import Attempt, RecordingModel


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key; the tests do not see it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


FAULTS = {
    **{str(status): failure(status) for status in (408, 409, 425, 429, 500, 502, 503, 504, 529)},
    "reset": RESET,
    "truncated": TRUNCATED,
    "not JSON": Served(body=b"<html>busy</html>"),
    "half JSON": Served(body=completion().body[:-9]),
    "no choices": completion(choices=[]),
    "no message": completion(choices=[{"finish_reason": "stop"}]),
    "an error that calls itself 200": Served(body=b'{"error": {"message": "busy"}}'),
    "too long": Served(body=b" " * (8 * 2**20 + 1)),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_passing_fault_is_waited_out(fault: Served) -> None:
    """Overload and server faults lead to a pause and another try, and the answer counts both requests."""
    pauses = Pauses()
    async with serving(fault, completion("there")) as stub, asking(stub, pauses=pauses) as model:
        answer = await model.create(HELLO)

    assert ("there", 2, 1) == (answer.content, answer.attempts, len(pauses))
    assert 0.25 <= pauses[0] <= 0.5


async def test_a_hanging_request_is_sent_again() -> None:
    """A server that does not answer in time gets the request once more."""
    async with serving(HANG) as stub, asking(stub, timeout_seconds=0.05) as model:
        assert 2 == (await model.create(HELLO)).attempts


async def test_a_server_that_is_not_there_is_waited_for() -> None:
    """A refused connection is a passing fault; once the time is up the run stops, and the message says since when."""
    async with serving() as gone:
        pass
    async with asking(gone, down_seconds=0) as model:
        with pytest.raises(SurroundingsError, match=r"openai:small@http://127\.0\.0\.1:\d+/v1 does not answer since"):
            await model.create(HELLO)


async def test_an_endpoint_that_keeps_failing_is_reported_once_and_so_is_its_return(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever waits for a run learns why it does not move, and when it does again."""
    monkeypatch.setattr(patient, "REPORTED_SECONDS", 0.0)
    async with serving(failure(500), failure(500), completion("there")) as stub, asking(stub) as model:
        await model.create(HELLO)
        await model.create(HELLO)
    said = [record.getMessage() for record in caplog.records]

    assert 2 == len(said)
    assert "answers nobody (status 500" in said[0]
    assert said[1].endswith("answers again")


@pytest.mark.parametrize(
    ("headers", "least"),
    [({"Retry_After": "17"}, 17.0), ({"retry_after_ms": "2500"}, 2.5), ({"x_ratelimit_reset_requests": "1m0s"}, 60.0)],
)
async def test_the_server_says_how_long_to_wait(headers: dict[str, str], least: float) -> None:
    """The next request comes after what the server asked for, and soon after."""
    pauses = Pauses()
    async with serving(failure(429, **headers)) as stub, asking(stub, pauses=pauses) as model:
        await model.create(HELLO)

    assert least <= pauses[0] <= least + 0.5


async def test_a_server_that_asks_for_hours_stops_the_run() -> None:
    """A wait beyond an hour is no pause: the rest stays pending."""
    async with serving(failure(429, Retry_After="7200")) as stub, asking(stub) as model:
        with pytest.raises(SurroundingsError, match=r"asks to come back in 2\.0 h"):
            await model.create(HELLO)


async def test_pauses_grow() -> None:
    """Every further failure of a call makes its next pause longer, on the whole."""
    pauses = Pauses()
    async with serving(*[failure(500)] * 5) as stub, asking(stub, pauses=pauses) as model:
        await model.create(HELLO)

    assert [True] * 5 == [0.25 * 2**n <= pause <= 0.5 * 2**n for n, pause in enumerate(pauses)]


async def test_a_request_that_always_fails_alone_is_given_up() -> None:
    """Where others are answered all the while, a request that fails again and again is at fault itself."""

    def respond(body: dict[str, object]) -> Served:
        return failure(500) if "poison" in str(body["messages"]) else completion()

    async with serving(respond=respond) as stub, asking(stub) as model:

        async def others(seconds: float) -> None:
            await model.create(HELLO)

        async with asking(stub) as poisoned:
            poisoned._sleep = others
            with pytest.raises(ModelError, match="failed this request 13 times and answered others: status 500"):
                await poisoned.create([UserMessage(content="poison", source="user")])


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (failure(400, code="context_length_exceeded", message="long"), ModelError, "context_length_exceeded: long"),
        (failure(413), ModelError, "status 413"),
        (failure(422), ModelError, "status 422"),
        (failure(401, code="invalid_api_key"), SurroundingsError, "check the key"),
        (failure(403), SurroundingsError, "check the key"),
        (failure(402), SurroundingsError, "balance"),
        (failure(404, code="model_not_found"), SurroundingsError, "check the model's name"),
        (failure(429, code="insufficient_quota"), SurroundingsError, "quota"),
        (failure(308, Location="http://127.0.0.1:1/v1"), SurroundingsError, "redirects are not followed"),
        (blaming(400, "temperature", "unsupported_value"), SurroundingsError, "settings in the recipe"),
        (Served(body=b'{"error": {"code": 400, "message": "bad"}}'), ModelError, "status 400: bad"),
    ],
)
async def test_what_no_waiting_mends_is_an_error_at_once(fault: Served, error: type[Exception], words: str) -> None:
    """A wrong request fails its call; a wrong key, model or address stops the run."""
    async with serving(fault) as stub, asking(stub) as model:
        with pytest.raises(error, match=words):
            await model.create(HELLO)

    assert 1 == len(stub.bodies)


@pytest.mark.parametrize(("first", "error"), [(failure(501), SurroundingsError), (completion(), ModelError)])
async def test_an_endpoint_that_rejects_whatever_it_is_asked_stops_the_run(
    first: Served, error: type[Exception]
) -> None:
    """The tenth rejection stops the run, and not only its call, unless the endpoint has answered before."""
    async with serving(first, *[failure(501)] * 10) as stub, asking(stub) as model:
        for _ in range(9):
            with suppress(ModelError):
                await model.create(HELLO)
        with pytest.raises(error):
            await model.create(HELLO)


async def test_a_filtered_request_is_an_answer_that_says_so() -> None:
    """The provider's content filter is neither an error nor text."""
    async with serving(failure(400, code="content_filter")) as stub, asking(stub) as model:
        answer = await model.create(HELLO)

    assert ("content_filter", "") == (answer.finish_reason, answer.content)


async def test_every_request_is_reported() -> None:
    """Failed attempts are told of too, with status, cause and tokens, in the order in which they ended."""
    seen: list[Attempt] = []
    async with serving(failure(429), RESET, completion()) as stub, asking(stub) as model:
        await model.create_recorded(HELLO, on_attempt=seen.append)

    assert [("overloaded", 429, 0), ("connection", None, 0), ("answered", 200, 7)] == [
        (attempt.cause, attempt.status, attempt.prompt_tokens) for attempt in seen
    ]
    assert {f"openai:small@{stub.base_url}"} == {attempt.endpoint for attempt in seen}
    assert isinstance(model, RecordingModel)


async def test_a_cancelled_request_is_reported_and_leaves_nothing_behind() -> None:
    """Cancelling gives the permit back, reports the attempt and leaves no task."""
    seen: list[Attempt] = []
    async with serving(HANG) as stub, asking(stub) as model:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: model.create_recorded(HELLO, on_attempt=seen.append))
            await stub.asked.wait()
            group.cancel_scope.cancel()

        assert ["cancelled"] == [attempt.cause for attempt in seen]
        assert 0 == model._at_home()[1].gate.in_flight
        tasks = [task.get_coro() for task in asyncio.all_tasks() - {asyncio.current_task()}]
        assert [] == [coroutine for coroutine in tasks if "RequestHandler" not in repr(coroutine)]


async def test_a_token_cancels_the_request() -> None:
    """AutoGen's token ends the call as cancelled, and the task that asked goes on."""
    token = CancellationToken()
    async with serving(HANG) as stub, asking(stub) as model:

        async def cancel() -> None:
            await stub.asked.wait()
            token.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(cancel)
            with pytest.raises(asyncio.CancelledError):
                await model.create(HELLO, cancellation_token=token)
        assert "hello" == (await model.create(HELLO)).content
        with pytest.raises(asyncio.CancelledError):
            await model.create(HELLO, cancellation_token=token)

"""What `aidsafe serve` takes, and what it says to requests it cannot answer."""

import asyncio

import orjson
import pytest
from rehearsing import asked, raw, rehearsing

from aidsafe.models.serving import ServeOptions
from aidsafe.models.serving.options import ReplyFormats

_SCHEMA = {"type": "json_schema", "json_schema": {"name": "reply", "schema": {}}}
_HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "no JSON object"),
        (orjson.dumps({"messages": []}), "model is missing"),
        (orjson.dumps(asked(model="")), "model is missing"),
        (orjson.dumps({"model": "m"}), "no list of messages"),
        (orjson.dumps(asked(messages=[])), "no list of messages"),
        (orjson.dumps(asked(messages=["hello"])), "a message is no object"),
        (orjson.dumps(asked(messages=[{"role": "tool", "content": "x"}])), "unknown role 'tool'"),
        (orjson.dumps(asked(messages=[{"role": "user", "content": None}])), "neither text nor a list"),
        (orjson.dumps(asked(messages=[{"role": "user", "content": [{"type": "image_url"}]}])), "only parts of type"),
        (orjson.dumps(asked(messages=[{"role": "user", "content": "Hello."}])), "task"),
        (orjson.dumps(asked(stream=True)), "not streamed"),
        (orjson.dumps(asked(max_tokens=0)), "max_tokens is 0"),
        (orjson.dumps(asked(max_completion_tokens=True)), "max_completion_tokens is True"),
        (orjson.dumps(asked(max_tokens="many")), "max_tokens is 'many'"),
        (orjson.dumps(asked(response_format="json")), "response_format has type None"),
        (orjson.dumps(asked(response_format={"type": "xml"})), "response_format has type 'xml'"),
    ],
)
async def test_a_bad_request_is_told_why(body: bytes, said: str) -> None:
    """What cannot be answered gets 400 and a reason, and is counted."""
    async with rehearsing() as at:
        got = await at.send("/chat/completions", body)
    assert (400, {"400": 1}) == (got.status, at.server.tally.outcomes)
    assert said in got.error


@pytest.mark.parametrize(("most", "taken"), [("schema", 3), ("json", 2), ("text", 1)])
async def test_formats_are_refused_beyond_the_most(most: ReplyFormats, taken: int) -> None:
    """A server of few formats takes those and blames the field for the rest."""
    async with rehearsing(ServeOptions(formats=most)) as at:
        forms: list[object] = [{"type": "text"}, {"type": "json_object"}, _SCHEMA]
        got = [await at.chat(response_format=form) for form in forms]
    assert [200] * taken + [400] * (3 - taken) == [each.status for each in got]
    assert {"response_format"} >= {each.body["error"]["param"] for each in got if each.status == 400}


async def test_messages_may_come_in_parts() -> None:
    """Text in parts is joined, and a developer's message is a system message."""
    system = {"role": "system", "content": "Be kind."}
    async with rehearsing() as at:
        plain = await at.chat(messages=[system, *_messages(asked())])
        parts = [{"type": "text", "text": text} for text in str(_messages(asked())[0]["content"]).split("\n", 1)]
        messages = [{**system, "role": "developer"}, {"role": "user", "content": parts}]
        assert plain.text == (await at.chat(messages=messages)).text


async def test_a_reply_sent_back_for_repair_is_an_assistants_message() -> None:
    """A conversation that goes on is answered too."""
    turns = [{"role": "assistant", "content": "Oh."}, {"role": "user", "content": "Once more."}]
    async with rehearsing() as at:
        assert 200 == (await at.chat(messages=[*_messages(asked()), *turns])).status


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/chat/completions", 405)])
async def test_other_paths_and_methods(path: str, status: int) -> None:
    """An unknown path is told so, and so is whoever asks for chat with GET; neither is counted."""
    async with rehearsing() as at:
        got = await at.look(path)
    assert (status, 0) == (got.status, at.server.tally.requests)
    assert got.error


@pytest.mark.parametrize(
    ("request_bytes", "line"),
    [
        (_HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n", b"411 Length Required"),
        (_HEAD + b"content-length: 99999999999\r\n\r\n", b"413 Content Too Large"),
        (_HEAD + b"content-length: -1\r\n\r\n", b"400 Bad Request"),
        (_HEAD + b"content-length: \r\n\r\n", b"400 Bad Request"),
        (_HEAD + b"content-length: 1" + b"0" * 20 + b"\r\n\r\n", b"400 Bad Request"),
        (b"x" * 70_000, b"400 Bad Request"),
    ],
)
async def test_what_has_no_length_is_refused(request_bytes: bytes, line: bytes) -> None:
    """A request in pieces, too large or without end gets one answer and a closed connection."""
    async with rehearsing() as at:
        said = await raw(at.base_url, request_bytes)
    assert b"HTTP/1.1 " + line == said.partition(b"\r\n")[0]
    assert 1 == said.count(b"HTTP/1.1")


async def test_requests_may_come_in_any_pieces() -> None:
    """Requests that arrive byte by byte, or several at once, are answered in their order."""
    first, second = (_request(orjson.dumps(asked(query))) for query in ("One?", "Two?"))
    end = _HEAD + b"content-length: nothing\r\n\r\n"
    async with rehearsing() as at:
        said = await raw(at.base_url, *(bytes([byte]) for byte in first), second + end)
        texts = [(await at.chat(query)).text for query in ("One?", "Two?")]
    bodies = [part.partition(b"\r\n\r\n")[2] for part in said.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert texts == [
        orjson.loads(body.partition(b"HTTP/1.1")[0])["choices"][0]["message"]["content"] for body in bodies
    ]


async def test_very_many_requests_at_once() -> None:
    """A thousand requests in one write are all answered."""
    async with rehearsing() as at:
        said = await raw(at.base_url, _request(b"{}") * 1000 + _HEAD + b"content-length: x\r\n\r\n")
    assert (1001, 1000) == (said.count(b"HTTP/1.1 400"), at.server.tally.requests)


async def test_half_a_request_is_no_request() -> None:
    """A client that goes away in the middle of its request is forgotten, and others are answered."""
    async with rehearsing() as at:
        _, writer = await asyncio.open_connection("127.0.0.1", int(at.base_url.split(":")[2].partition("/")[0]))
        writer.write(_HEAD + b"content-length: 100\r\n\r\nhalf")
        writer.close()
        await writer.wait_closed()
        assert 200 == (await at.chat()).status
    assert {"200": 1} == at.server.tally.outcomes


def _request(body: bytes) -> bytes:
    return _HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _messages(body: dict[str, object]) -> list[dict[str, object]]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return messages

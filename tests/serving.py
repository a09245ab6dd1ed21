"""A tiny chat server on loopback whose replies a test lays out in advance."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Cut = Literal["whole", "reset", "truncated", "hang"]


@dataclass(frozen=True)
class Served:
    """One reply: a status, a body and headers, and whether the connection lets it through whole."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: Cut = "whole"


def completion(
    content: str | None = "hello", *, finish: str = "stop", message: object = None, **fields: object
) -> Served:
    """A chat completion as servers send it; `message` and other fields replace the usual ones."""
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    choice = {"index": 0, "finish_reason": finish, "message": message or {"role": "assistant", "content": content}}
    payload = {"id": "1", "object": "chat.completion", "model": "served-1", "choices": [choice], "usage": usage}
    return Served(body=json.dumps({**payload, **fields}).encode())


def failure(status: int, *, code: str | int | None = None, message: str = "no", **headers: str) -> Served:
    """An error as servers send it; headers are named with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Served(status, json.dumps({"error": {"message": message, "code": code}}).encode(), named)


def blaming(status: int, param: str, code: str) -> Served:
    """An error that blames one field of the request."""
    return Served(status, json.dumps({"error": {"message": "no", "code": code, "param": param}}).encode())


RESET = Served(cut="reset")
TRUNCATED = Served(body=completion().body, cut="truncated")
HANG = Served(cut="hang")

Respond = Callable[[dict[str, object]], Served]


class Stub:
    """The server: what it was asked, and whether it was asked at all yet."""

    def __init__(self, replies: tuple[Served, ...], respond: Respond | None) -> None:
        self._replies = deque(replies)
        self._respond = respond
        self.base_url = ""
        self.bodies: list[dict[str, object]] = []
        self.headers: list[dict[str, str]] = []
        self.asked = asyncio.Event()
        self.closing = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Write the request down and send the next reply."""
        self.bodies.append(json.loads(await request.read()))
        self.headers.append(dict(request.headers))
        self.asked.set()
        return await self._send(request, self._next())

    def _next(self) -> Served:
        if self._respond is not None:
            return self._respond(self.bodies[-1])
        return self._replies.popleft() if self._replies else completion()

    async def _send(self, request: web.Request, served: Served) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        match served.cut:
            case "reset":
                transport.abort()
            case "hang":
                await self.closing.wait()
            case "truncated":
                length = len(served.body)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
                transport.write(head.encode() + served.body[: length // 2])
                transport.close()
            case "whole":
                pass
        return web.Response(status=served.status, body=served.body, headers=served.headers)


@asynccontextmanager
async def serving(*replies: Served, respond: Respond | None = None) -> AsyncIterator[Stub]:
    """Serve the replies in their order, then plain completions; or whatever `respond` makes of each request."""
    stub = Stub(replies, respond)
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", stub.answer)
    app.router.add_post("/{anything:.*}", stub.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    host, port = runner.addresses[0][:2]
    stub.base_url = f"http://{host}:{port}/v1"
    try:
        yield stub
    finally:
        stub.closing.set()
        await runner.cleanup()

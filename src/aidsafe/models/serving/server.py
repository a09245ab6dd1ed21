"""The server: takes chat requests, lets faults strike, and sends each answer when its time has come."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from time import time

import orjson

from aidsafe.core.errors import SurroundingsError
from aidsafe.models.serving.answering import answering, wrong_schema
from aidsafe.models.serving.chat import BadRequest, ChatAnswer, completion, error_body, tokens_of
from aidsafe.models.serving.connection import Connection, Request, response
from aidsafe.models.serving.faulting import FaultName, FaultPlan
from aidsafe.models.serving.options import ServeOptions
from aidsafe.models.serving.tally import Tally

__all__ = ["LOOPBACK", "ChatServer", "serve", "serving_on"]

LOOPBACK = "127.0.0.1"
_CHAT = ("/v1/chat/completions", "/chat/completions")
_MODELS = ("/v1/models", "/models")
_TRICKLES = 8
_TALLY_SECONDS = 1.0


class ChatServer:
    """What stands behind every connection of one server; `tally` is what it has counted so far."""

    def __init__(self, options: ServeOptions | None = None) -> None:
        self.options = options or ServeOptions()
        self.tally = Tally()
        self._loop = asyncio.get_running_loop()
        self._answering = answering(self.options)
        self._plan = FaultPlan(self.options.faults, self.options.storms, seed=self.options.seed)
        self._began: float | None = None
        self._open: set[Connection] = set()

    def connection(self) -> Connection:
        """A new client's connection."""
        return Connection(self.take, self._open)

    def close(self) -> None:
        """Hang up on everybody."""
        for connection in tuple(self._open):
            connection.reset()

    def take(self, request: Request, connection: Connection) -> None:
        """Answer one request, now or later."""
        if request.path in _CHAT:
            if request.method == "POST":
                self._chat(request.body, connection)
            else:
                connection.send(response(405, error_body(405, "chat completions are asked for by POST")))
        elif request.path in _MODELS:
            connection.send(response(200, _models()))
        elif request.path == "/tally":
            connection.send(response(200, self.tally.json()))
        else:
            connection.send(response(404, error_body(404, f"there is nothing at {request.path}")))

    def _chat(self, body: bytes, connection: Connection) -> None:
        self.tally.begun()
        limit = self.options.in_flight_limit
        if limit is not None and self.tally.in_flight > limit:
            self._refuse(connection, 429, "too many requests in flight")
            return
        fault = self._plan.draw(body, elapsed=self._elapsed())
        if fault is not None:
            self.tally.struck(fault)
        if not self._struck_at_once(fault, connection):
            self._answer(body, fault, connection)

    def _struck_at_once(self, fault: FaultName | None, connection: Connection) -> bool:
        """Whether the request meets its fault before anything is made of it."""
        match fault:
            case "429":
                self._refuse(connection, 429, "the rate limit is reached")
            case "429-bare":
                self._refuse(connection, 429, "the rate limit is reached", retry_after=False)
            case "500":
                self._refuse(connection, 500, "an internal error, as the faults ask for")
            case "503":
                self._refuse(connection, 503, "overloaded, as the faults ask for", retry_after=False)
            case "reset":
                self.tally.ended("reset")
                connection.reset()
            case "hang":
                connection.lost = partial(self.tally.ended, "hang")
            case _:
                return False
        return True

    def _refuse(self, connection: Connection, status: int, message: str, *, retry_after: bool = True) -> None:
        self.tally.ended(str(status))
        waits = status == 429 and retry_after
        headers = f"retry-after: {self.options.retry_after:g}\r\n".encode() if waits else b""
        connection.send(response(status, error_body(status, message), headers=headers))

    def _answer(self, body: bytes, fault: FaultName | None, connection: Connection) -> None:
        try:
            answer = _bent(self._answering.answer(body, self.tally), fault)
        except BadRequest as bad:
            self.tally.ended("400")
            connection.send(response(400, error_body(400, str(bad), param=bad.param, code=bad.code)))
            return
        sent = completion(answer, number=self.tally.requests, created=int(time()))
        deliver = partial(self._deliver, answer, sent, fault, connection)
        if self.options.latency:
            self._later(self.options.latency, deliver, answer, connection)
        else:
            deliver()

    def _later(self, seconds: float, act: Callable[[], None], answer: ChatAnswer, connection: Connection) -> None:
        """Act after so many seconds, unless the client is gone by then."""
        timer = self._loop.call_later(seconds, act)

        def lost() -> None:
            timer.cancel()
            self._gone(answer)

        connection.lost = lost

    def _gone(self, answer: ChatAnswer) -> None:
        self.tally.ended("gone")
        self.tally.lost(answer)

    def _deliver(self, answer: ChatAnswer, sent: bytes, fault: FaultName | None, connection: Connection) -> None:
        match fault:
            case "truncated":
                self._broken(answer, "truncated")
                whole = response(200, sent)
                connection.lost = None
                connection.write(whole[: len(whole) - len(sent) // 2])
                connection.close()
            case "malformed":
                self._broken(answer, "200")
                connection.send(response(200, sent[: len(sent) // 2]))
            case "slow":
                whole = response(200, sent)
                step = -(-len(whole) // _TRICKLES)
                parts = [whole[start : start + step] for start in range(0, len(whole), step)]
                self._trickle(parts, answer, connection)
            case _:
                self._sent(answer)
                connection.send(response(200, sent))

    def _trickle(self, parts: list[bytes], answer: ChatAnswer, connection: Connection) -> None:
        if len(parts) == 1:
            self._sent(answer)
            connection.send(parts[0])
            return
        connection.write(parts[0])
        self._later(
            self.options.slow / _TRICKLES, partial(self._trickle, parts[1:], answer, connection), answer, connection
        )

    def _sent(self, answer: ChatAnswer) -> None:
        self.tally.ended("200")
        self.tally.sent(answer)

    def _broken(self, answer: ChatAnswer, outcome: str) -> None:
        self.tally.ended(outcome)
        self.tally.lost(answer)

    def _elapsed(self) -> float:
        now = self._loop.time()
        if self._began is None:
            self._began = now
        return now - self._began


@asynccontextmanager
async def serving_on(port: int, options: ServeOptions | None = None) -> AsyncGenerator[tuple[ChatServer, str], None]:
    """Serve on loopback while the block runs; gives the server and its base address. Port 0 takes any free one."""
    chat = ChatServer(options)
    try:
        listening = await asyncio.get_running_loop().create_server(chat.connection, LOOPBACK, port, backlog=4096)
    except OSError as error:
        raise SurroundingsError(f"port {port} cannot be listened on ({error.strerror}); name another") from error
    try:
        yield chat, f"http://{LOOPBACK}:{listening.sockets[0].getsockname()[1]}/v1"
    finally:
        listening.close()
        chat.close()


async def serve(port: int, options: ServeOptions, *, ready: Callable[[str], None], stop: asyncio.Event) -> Tally:
    """Serve until told to stop, the tally's file brought up to date once a second; gives the tally."""
    async with serving_on(port, options) as (chat, base_url):
        # A file that cannot be written is named before anybody relies on it.
        _keep(chat)
        ready(base_url)
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TALLY_SECONDS if options.tally else None)
            _keep(chat)
        return chat.tally


def _keep(chat: ChatServer) -> None:
    if chat.options.tally:
        chat.tally.write(chat.options.tally)


def _bent(answer: ChatAnswer, fault: FaultName | None) -> ChatAnswer:
    """The answer as a fault leaves it."""
    match fault:
        case "wrong-schema":
            text = wrong_schema()
            return replace(answer, text=text, completion_tokens=tokens_of(text))
        case "length":
            text = answer.text[: len(answer.text) // 2]
            return replace(answer, text=text, finish="length", completion_tokens=tokens_of(text))
        case "filter":
            return replace(answer, text="", finish="content_filter", completion_tokens=0)
        case _:
            return answer


def _models() -> bytes:
    return orjson.dumps({"object": "list", "data": [{"id": "scripted", "object": "model", "owned_by": "aidsafe"}]})

"""Asking `aidsafe serve` over real sockets, as any client would, and below that as none should."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from aidsafe.models.serving import ChatServer, ServeOptions, serving_on
from aidsafe.models.serving.faulting import parse_faults

__all__ = ["Got", "Rehearsal", "asked", "faulty", "raw", "rehearsing"]

TASK = '<query-abcd1234>\n{query}\n</query-abcd1234>\n<task-abcd1234 role="decompose">\nDescribe it.\n</task-abcd1234>'


@dataclass(frozen=True)
class Got:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        """What the model said."""
        return str(self.body["choices"][0]["message"]["content"])

    @property
    def finish(self) -> str:
        """How it ended."""
        return str(self.body["choices"][0]["finish_reason"])

    @property
    def usage(self) -> Mapping[str, Any]:
        """What it took."""
        usage: Mapping[str, Any] = self.body["usage"]
        return usage

    @property
    def error(self) -> str:
        """What was wrong with the request."""
        return str(self.body["error"]["message"])


@dataclass(frozen=True)
class Rehearsal:
    """A server within the test, and a client of it."""

    server: ChatServer
    base_url: str
    session: aiohttp.ClientSession

    async def chat(self, query: str = "How do I sharpen a knife?", **fields: object) -> Got:
        """Ask for the intents of a query."""
        return await self.send("/chat/completions", orjson.dumps(asked(query, **fields)))

    async def send(self, path: str, body: bytes) -> Got:
        """Post these bytes."""
        async with self.session.post(self.base_url + path, data=body) as response:
            return Got(response.status, response.headers, orjson.loads(await response.read()))

    async def look(self, path: str) -> Got:
        """Get a path below the base address."""
        async with self.session.get(self.base_url + path) as response:
            return Got(response.status, response.headers, orjson.loads(await response.read()))


def asked(query: str = "How do I sharpen a knife?", **fields: object) -> dict[str, object]:
    """A chat request for the intents of a query; a field that is None is left out."""
    messages = [{"role": "user", "content": TASK.format(query=query)}]
    body = {"model": "scripted", "messages": messages, **fields}
    return {name: value for name, value in body.items() if value is not None}


def faulty(rates: str, **options: object) -> ServeOptions:
    """Options with these faults."""
    return ServeOptions.model_validate({"faults": parse_faults(rates), **options})


@asynccontextmanager
async def rehearsing(options: ServeOptions | None = None) -> AsyncIterator[Rehearsal]:
    """Serve, with a client that keeps every connection and waits for ever."""
    async with serving_on(0, options) as (server, base_url), aiohttp.ClientSession() as session:
        yield Rehearsal(server, base_url, session)


async def raw(base_url: str, *pieces: bytes) -> bytes:
    """Write these bytes on a connection of their own, and read until the server hangs up."""
    host, _, port = base_url.removeprefix("http://").removesuffix("/v1").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await reader.read()
    finally:
        writer.close()

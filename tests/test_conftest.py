"""The tests themselves cannot leave this machine."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession

# Reserved for documentation: no machine answers here.
ELSEWHERE = ("192.0.2.1", 80)


def test_connecting_elsewhere_is_refused() -> None:
    """A connection beyond loopback fails at once and says where it wanted to go."""
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(ELSEWHERE)


def test_sending_a_datagram_elsewhere_is_refused() -> None:
    """A datagram beyond loopback is refused as well."""
    with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(RuntimeError, match="loopback only"):
        sender.sendto(b"hello", ELSEWHERE)


def test_looking_up_a_name_elsewhere_is_refused() -> None:
    """A name that is not this machine is never asked for."""
    with pytest.raises(RuntimeError, match=r"example\.invalid"):
        socket.getaddrinfo("example.invalid", 80)


async def test_the_http_client_cannot_leave_either() -> None:
    """The client that real models use is held to loopback too."""
    async with ClientSession() as session:
        with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
            await session.get("http://192.0.2.1/")


async def test_loopback_is_allowed() -> None:
    """A server of the test's own can be reached."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert b"hello" == await reader.read()
        writer.close()
        await writer.wait_closed()

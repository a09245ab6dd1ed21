"""One client's connection: HTTP/1.1 requests with a length, one after the other, as quickly as Python reads them."""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple, cast

__all__ = ["Connection", "Request", "response"]

_LONGEST_HEAD_BYTES: Final = 64 * 1024
_LONGEST_BODY_BYTES: Final = 64 * 2**20
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Request(NamedTuple):
    """What was asked: method, path, body."""

    method: str
    path: str
    body: bytes


def response(status: int, body: bytes, *, headers: bytes = b"") -> bytes:
    """One response in full; `headers` are further lines, each with its line end."""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return b"".join((head.encode(), headers, b"\r\n", body))


class Connection(asyncio.Protocol):
    """Reads requests off one connection, and hands over the next only once the one before it was answered.

    `lost` is called once the client is gone, whoever closed; an answer sent after that goes nowhere. A connection is
    `among` the open ones while its client is there.
    """

    def __init__(self, take: Callable[[Request, "Connection"], None], among: set["Connection"]) -> None:
        self.lost: Callable[[], None] | None = None
        self._take = take
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._busy = False
        self._advancing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        # TCP gives no other kind, and uvloop's is no subclass of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request, or of several."""
        self._read += data
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._transport = None
        self._among.discard(self)
        lost, self.lost = self.lost, None
        if lost is not None:
            lost()

    def send(self, answer: bytes) -> None:
        """Answer the request at hand in full, and go on to the next."""
        self.write(answer)
        self.lost = None
        self._busy = False
        self._advance()

    def write(self, part: bytes) -> None:
        """Send a part of an answer."""
        if self._transport is not None:
            self._transport.write(part)

    def close(self) -> None:
        """Hang up once all that was written is sent."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def _advance(self) -> None:
        # A request that is answered at once comes back here, however many were sent together.
        if self._advancing:
            return
        self._advancing = True
        while not self._busy and self._read and self._transport is not None:
            request = self._next()
            if request is None:
                break
            self._busy = True
            self._take(request, self)
        self._advancing = False

    def _next(self) -> Request | None:
        """The first request that was read, if all of it is there."""
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            if len(self._read) > _LONGEST_HEAD_BYTES:
                self._refuse(400, "the head of the request has no end")
            return None
        head = bytes(self._read[:end])
        length = self._length(head)
        if length is None or len(self._read) < end + 4 + length:
            return None
        body = bytes(self._read[end + 4 : end + 4 + length])
        del self._read[: end + 4 + length]
        method, _, rest = head.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        return Request(method.decode("latin-1"), path.decode("latin-1"), body)

    def _length(self, head: bytes) -> int | None:
        """How long the body is; None, and no connection any more, where that cannot be known."""
        lowered = head.lower()
        _, found, rest = lowered.partition(b"\r\ncontent-length:")
        text = rest.partition(b"\r\n")[0].strip() if found else b"0"
        if b"\r\ntransfer-encoding:" in lowered:
            self._refuse(411, "send the request with a content-length; pieces are not taken")
        elif not text.isdigit() or len(text) > 12:
            self._refuse(400, "the content-length is no number")
        elif int(text) > _LONGEST_BODY_BYTES:
            self._refuse(413, f"a request may be {_LONGEST_BODY_BYTES} bytes long")
        else:
            return int(text)
        return None

    def _refuse(self, status: int, message: str) -> None:
        self.write(response(status, b'{"error":{"message":"%s","code":%d}}' % (message.encode(), status)))
        self._read.clear()
        self.close()

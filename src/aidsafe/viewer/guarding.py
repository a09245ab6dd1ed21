"""Who may read the page: whoever knows the token in its address, on this machine, to read and nothing else.

A page elsewhere that has its own name lead to this machine is refused by the Host it sends; a page that guesses the
port lacks the token. Nothing the transcripts say can run, load or send anything: the policy below lets the browser do
only what our own files ask for.
"""

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Guard", "is_known_host"]

HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets a request through to the page only if it reads, names this host and knows the token."""

    page: ASGIApp
    token: str
    host: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']!r} is not spoken here; serve this over plain HTTP")
        answer = self._refusal(scope) or self._within(scope)
        await answer(scope, receive, _guarded(send))

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("read only", 405, {"allow": "GET, HEAD"})
        if not is_known_host(_host(scope), self.host):
            return PlainTextResponse("not this host", 421)
        given, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not secrets.compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            return PlainTextResponse("not found", 404)
        return None if slash else RedirectResponse(f"/{self.token}/", 308)

    def _within(self, scope: Scope) -> ASGIApp:
        """The page, which knows nothing of the token: it sees the path after it."""

        async def answer(_: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"][len(self.token) + 1 :]
            await self.page({**scope, "path": path, "raw_path": path.encode()}, receive, send)

        return answer


def is_known_host(header: str, bound: str) -> bool:
    """Whether a Host header means this server: `localhost`, the host it is bound to, or an address in figures.

    An address in figures cannot have been made to lead here by someone else's name server. On a loopback address only
    those of the machine itself count.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    if name in {"localhost", bound}:
        return True
    address = _address(name)
    here = _address(bound)
    return address is not None and (address.is_loopback or (here is not None and not here.is_loopback))


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _host(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(dict(HEADERS))
        await send(message)

    return guarded

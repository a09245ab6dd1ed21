"""What all clients of one event loop share: connections, the endpoints they lead to, and the loop's lag."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from aidsafe.core.version import __version__
from aidsafe.models.admission import Bounds, Gate
from aidsafe.models.dialect import Memory
from aidsafe.models.lag import LoopLag

__all__ = ["Endpoint", "Shared", "close_sessions", "raise_open_files", "shared"]

# Many servers drop a connection that was idle for five seconds; ours is gone before it can meet one that is closing.
_IDLE_SECONDS: Final = 4.0
_NAMES_KEPT_SECONDS: Final = 300
_OPEN_FILES: Final = 65_536
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"aidsafe/{__version__}",
}
_NO_TIMEOUT: Final = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)


@dataclass(slots=True)
class Endpoint:
    """One model at one address: its gate, what it has been found to understand, whether people know that it fails.

    `rejections` counts the requests that it said will never work.
    """

    gate: Gate
    memory: Memory = field(default_factory=Memory)
    is_reported: bool = False
    rejections: int = 0


class Shared:
    """What the clients of one event loop have in common."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lag = LoopLag(loop)
        self.is_closed = False
        self._session: ClientSession | None = None
        self._endpoints: dict[str, Endpoint] = {}
        self._users: set[int] = set()

    @property
    def session(self) -> ClientSession:
        """The one pool of connections, opened when it is first needed."""
        if self._session is None:
            raise_open_files()
            connector = TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS, ttl_dns_cache=_NAMES_KEPT_SECONDS)
            self._session = ClientSession(
                connector=connector, cookie_jar=DummyCookieJar(), headers=_HEADERS, timeout=_NO_TIMEOUT
            )
        return self._session

    def endpoint(self, name: str, bounds: Bounds) -> Endpoint:
        """The endpoint of this name, under the tightest bounds that any caller gave."""
        known = self._endpoints.get(name)
        if known is None:
            known = self._endpoints[name] = Endpoint(Gate(self.loop, bounds, self.lag))
        else:
            known.gate.tighten(bounds)
        return known

    def join(self, client: object) -> None:
        """A client begins to use what is shared."""
        self._users.add(id(client))

    async def release(self, client: object) -> None:
        """A client needs it no longer; the last one closes the connections."""
        self._users.discard(id(client))
        if not self._users:
            await self.close()

    async def close(self) -> None:
        """Close the connections, whoever uses them."""
        self.is_closed = True
        if _SHARED.get(self.loop) is self:
            del _SHARED[self.loop]
        if self._session is not None:
            await self._session.close()


_SHARED: Final[dict[asyncio.AbstractEventLoop, Shared]] = {}


def shared() -> Shared:
    """What is shared in the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _SHARED:
        for ended in [other for other in _SHARED if other.is_closed()]:
            del _SHARED[ended]
        _SHARED[loop] = Shared(loop)
    return _SHARED[loop]


async def close_sessions() -> None:
    """Close the connections of the running loop; clients that are used again open new ones."""
    known = _SHARED.get(asyncio.get_running_loop())
    if known is not None:
        await known.close()


def raise_open_files() -> None:
    """Let this process open as many connections as the system allows it, within reason."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if 0 <= soft < wanted:
        # Some systems name a limit that they do not grant.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

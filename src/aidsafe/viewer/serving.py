"""`aidsafe view`: the page over one run or several, on this machine, until it is interrupted."""

import secrets
import socket
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from aidsafe.core.errors import ExtraMissing, SurroundingsError

if TYPE_CHECKING:
    from uvicorn import Server

__all__ = ["serve", "served"]


def serve(
    runs: Sequence[Path],
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    policies: Path | None = None,
    open_browser: bool = False,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the page until interrupted; `announce` is told its address, which carries a secret token.

    Port 0 is any free one; `policies` is a folder of policies of one's own. Raises `FolderError` for a folder that is
    no run, `ExtraMissing` without the extra `viewer`, `SurroundingsError` where the port cannot be had.
    """
    with _server(runs, port, host, policies=policies) as (server, listening, address):
        announce(address)
        if open_browser:
            webbrowser.open(address)
        server.run(sockets=[listening])


@contextmanager
def served(
    runs: Sequence[Path],
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    policies: Path | None = None,
    cache: Path | None = None,
) -> Iterator[str]:
    """Serve the page from a thread while the block lasts; its address."""
    with _server(runs, port, host, policies=policies, cache=cache) as (server, listening, address):
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="aidsafe-page", daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _server(
    runs: Sequence[Path], port: int, host: str, *, policies: Path | None, cache: Path | None = None
) -> Iterator[tuple["Server", socket.socket, str]]:
    try:
        import uvicorn

        from aidsafe.viewer.app import app_of
    except ImportError as error:
        raise ExtraMissing("viewer", purpose="aidsafe view") from error
    from aidsafe.viewer.shelf import opened, watched

    token = secrets.token_urlsafe(24)
    with opened(runs, policies=policies, cache=cache) as shelf, _listening(host, port) as listening, watched(shelf):
        settings = uvicorn.Config(
            app_of(shelf, token=token, host=host),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        yield uvicorn.Server(settings), listening, _address(host, listening, token)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SurroundingsError(f"{host} port {port}: {error}; name another with --port") from error
    with listening:
        yield listening


def _address(host: str, listening: socket.socket, token: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}/{token}/"

"""What `aidsafe serve` does: serves until it is interrupted, and says at the end what it counted."""

import asyncio
import signal
from importlib.util import find_spec

import anyio

from aidsafe.cli.telling import emit, say
from aidsafe.models.serving.options import ServeOptions
from aidsafe.models.serving.server import serve
from aidsafe.models.serving.tally import Tally
from aidsafe.models.sessions import raise_open_files

__all__ = ["serve_until_stopped"]


def serve_until_stopped(port: int, options: ServeOptions) -> int:
    """Serve until SIGINT or SIGTERM, then print the counts; the exit code."""
    raise_open_files()
    fast = find_spec("uvloop") is not None
    tally = anyio.run(_served, port, options, backend_options={"use_uvloop": fast})
    emit(tally.json().decode())
    return 0


async def _served(port: int, options: ServeOptions) -> Tally:
    stop = asyncio.Event()
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with anyio.create_task_group() as group:

            async def wait_for_signal() -> None:
                async for _ in signals:
                    stop.set()
                    return

            group.start_soon(wait_for_signal)
            tally = await serve(port, options, ready=_ready, stop=stop)
            group.cancel_scope.cancel()
    return tally


def _ready(base_url: str) -> None:
    say(f"serving at {base_url}; use --model openai:scripted@{base_url}; Ctrl-C stops")

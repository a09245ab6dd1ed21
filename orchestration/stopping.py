"""The wish to stop a sitting: calls under way are finished, no new one is sent, and nobody waits to send one."""

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from aidsafe.core.errors import Interrupted

__all__ = ["Stop"]


class Stop:
    """A wish to stop, and the waits that it cuts short."""

    def __init__(self) -> None:
        self.requested = False
        self._waits: set[anyio.CancelScope] = set()

    def request(self) -> None:
        """Stop after the calls under way; who waits before a request is told at once."""
        self.requested = True
        for scope in self._waits:
            scope.cancel()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait in here before a request is sent. Raises `Interrupted` once a stop is wished for."""
        with anyio.CancelScope() as scope:
            if self.requested:
                scope.cancel()
            self._waits.add(scope)
            try:
                yield
            finally:
                self._waits.discard(scope)
        if scope.cancelled_caught:
            raise Interrupted("a stop was wished for before the request was sent")

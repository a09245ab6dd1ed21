"""Shares of a run budget, written down before they are used: so that limits hold over kills and between processes.

A process takes blocks; at its end it writes down what it spent of them. What was leased and never settled, because the
process was killed, counts as spent.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import anyio

from aidsafe.core.records import Usage
from aidsafe.orchestration.budget import NOTHING, Needs, RunBudget

__all__ = ["KINDS", "LeaseBook", "Leases", "leased_before"]

KINDS = ("calls", "completion_tokens", "total_tokens", "usd")
"""What leases are of: the limits of a run budget that are not of the clock."""

BLOCK_SHARE = 1 / 128


class LeaseBook(Protocol):
    """Where leases are written down; a journal is one."""

    async def lease(self, process: str, kind: str, amount: float, *, limit: float | None = None) -> bool:
        """Write down that a process takes an amount, if the limit over all processes has room for it."""

    async def settle(self, process: str, kind: str, spent: float) -> None:
        """Write down how much of the oldest open lease of a process was spent."""


class Leases:
    """The leases of one process. `before` is what earlier sittings spent or lost; `usage` is what their calls say."""

    def __init__(self, book: LeaseBook, process: str, budget: RunBudget, *, before: Needs, usage: Usage) -> None:
        self.before = before
        self.counted_before = before != NOTHING
        self._book = book
        self._process = process
        self._limits = {kind: limit for kind in KINDS if (limit := getattr(budget, kind)) is not None}
        spent = Needs(usage.calls, usage.completion_tokens, usage.total_tokens, usage.cost_usd or 0.0)
        # What was spent while there was no limit was never leased, and leaves less to lease.
        self._unleased = {kind: max(0.0, getattr(spent, kind) - getattr(before, kind)) for kind in KINDS}
        self._taken: dict[str, list[float]] = {kind: [] for kind in self._limits}
        self._lock = anyio.Lock()

    def covers(self, wanted: Needs) -> bool:
        """Whether all that is wanted is leased."""
        return not any(self._missing(wanted))

    async def extend(self, wanted: Callable[[], Needs]) -> bool:
        """Lease what is wanted at the moment of leasing; False where there is no room for it."""
        async with self._lock:
            for kind, missing in list(self._missing(wanted())):
                if not await self._take(kind, missing):
                    return False
        return True

    async def settle(self, spent: Needs) -> None:
        """Write down what was spent of every lease of this process."""
        for kind, amounts in self._taken.items():
            left = float(getattr(spent, kind))
            for place, amount in enumerate(amounts, 1):
                used = left if place == len(amounts) else min(amount, left)
                await self._book.settle(self._process, kind, used)
                left -= used
            amounts.clear()

    def _missing(self, wanted: Needs) -> Iterator[tuple[str, float]]:
        for kind, amounts in self._taken.items():
            missing = getattr(wanted, kind) - sum(amounts)
            if missing > 0:
                yield kind, missing

    async def _take(self, kind: str, missing: float) -> bool:
        """Lease a block, or where there is no room for it, what is missing."""
        limit = self._limits[kind] - self._unleased[kind]
        for amount in (max(missing, BLOCK_SHARE * self._limits[kind]), missing):
            if await self._book.lease(self._process, kind, amount, limit=limit):
                self._taken[kind].append(amount)
                return True
        return False


def leased_before(leased: Callable[[str], float]) -> Needs:
    """What all leases so far took, by kind."""
    return Needs(int(leased("calls")), int(leased("completion_tokens")), int(leased("total_tokens")), leased("usd"))

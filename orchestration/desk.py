"""The desk of one query: its events and answers on their way to the journal, its calls through the purse."""

from collections.abc import Mapping
from typing import Protocol

from aidsafe.core.errors import ModelError
from aidsafe.core.events import Event
from aidsafe.core.records import Call, Query, Usage
from aidsafe.core.transcript import Transcript
from aidsafe.models.metering import Bound
from aidsafe.orchestration.budget import NOTHING, Needs, needs_of, overdraft
from aidsafe.orchestration.protocol import QueryBudget
from aidsafe.orchestration.purse import Purse

__all__ = ["Desk", "Ledger", "Place"]

Place = tuple[int, str, int]
"""(step, speaker, nth call of it): where in a query an answer belongs."""


class Ledger(Protocol):
    """What a desk needs of a journal."""

    def queue_answer(self, query: Query, place: Place, *, digest: str, answer: bytes) -> None:
        """Take an answer to be written, in order."""

    async def keep(self, query: Query, number: int, events: tuple[Event, ...]) -> None:
        """Write events from this number on, and return once they and all queued before them are on disk."""

    def queue_finished(self, transcript: Transcript) -> None:
        """Take what a finished transcript folds into to be written, in order."""


class Desk:
    """Remembers what was answered before, keeps what is answered now, and minds the budgets of seat, query and run.

    What must be left for later is `held_back`, `rate` is in tokens a byte, and `seat_tokens` are the completion tokens
    left to seats with a budget of their own.
    """

    def __init__(
        self,
        query: Query,
        *,
        ledger: Ledger | None = None,
        remembered: Mapping[Place, tuple[str, bytes]] | None = None,
        purse: Purse | None = None,
        budget: QueryBudget | None = None,
        spent: Usage | None = None,
    ) -> None:
        self.query = query
        self.held_back: Needs = NOTHING
        self.rate = 1.0
        self.seat_tokens: dict[str, int] = {}
        self._ledger = ledger
        self._remembered = remembered or {}
        self._purse = purse if purse and purse.limited else None
        self._budget = budget or QueryBudget()
        self._usage = spent or Usage()
        self._aside = NOTHING
        self._events: list[Event] = []
        self._number = 0
        self._queued = False
        self._reserved: dict[int, Needs] = {}

    def record(self, number: int, event: Event) -> None:
        """Take an event to be written with the next `written`."""
        if not self._events:
            self._number = number
        self._events.append(event)

    def finish(self, transcript: Transcript) -> None:
        """Take what the finished transcript folds into to be written with its last events."""
        if self._ledger is not None:
            self._ledger.queue_finished(transcript)

    async def written(self) -> None:
        """Return once every event and answer taken is on disk."""
        if self._ledger is None or not (self._events or self._queued):
            self._events.clear()
            return
        events, self._events = tuple(self._events), []
        self._queued = False
        await self._ledger.keep(self.query, self._number, events)

    def recall(self, step: int, seat: str, nth: int, *, digest: str) -> bytes | None:
        """The answer given before to the same prompt at this place, if any."""
        found = self._remembered.get((step, seat, nth))
        return found[1] if found and found[0] == digest else None

    def keep(self, step: int, seat: str, nth: int, *, digest: str, answer: bytes) -> None:
        """Take an answer to be written."""
        if self._ledger is not None:
            self._queued = True
            self._ledger.queue_answer(self.query, (step, seat, nth), digest=digest, answer=answer)

    async def reserve(self, bound: Bound) -> None:
        """Set a call's bound aside with the query's budget and with the run's.

        Raises `ModelError` where seat or query cannot afford the call, `BudgetSpent` where the run cannot.
        """
        needs = needs_of(bound, rate=self.rate)
        self._refuse_overdraft(bound, needs)
        self._aside += needs
        if self._purse is not None:
            self._reserved[id(bound)] = await self._purse.reserve(self._key, bound)

    def settle(self, bound: Bound, call: Call | None) -> None:
        """Give the bound back, and count what was spent."""
        self._aside -= needs_of(bound, rate=self.rate)
        if call is not None:
            self._spend(bound.seat, call)
        if self._purse is not None:
            self._purse.settle(self._key, self._reserved.pop(id(bound)), call)

    def count(self, seat: str, call: Call) -> None:
        """Count an answer that was recalled: no event has taken it up yet, so nothing has counted it."""
        self._spend(seat, call)
        if self._purse is not None:
            self._purse.settle(self._key, NOTHING, call)

    @property
    def _key(self) -> tuple[int, int]:
        return self.query.row, self.query.replica

    def _refuse_overdraft(self, bound: Bound, needs: Needs) -> None:
        short = overdraft(self._budget, self._usage, self._aside + needs + self.held_back)
        if short is not None:
            raise ModelError(f"{short[0]} of the query has no room for another call: {short[1]}")
        left = self.seat_tokens.get(_seat(bound.seat))
        if left is not None and bound.completion_tokens > left:
            raise ModelError(f"{left} completion tokens are left to {bound.seat!r}, and another call may take more")

    def _spend(self, speaker: str, call: Call) -> None:
        self._usage = self._usage.plus(call)
        seat = _seat(speaker)
        if seat in self.seat_tokens:
            self.seat_tokens[seat] -= call.completion_tokens


def _seat(speaker: str) -> str:
    """A seat's fallback speaks for the seat."""
    return speaker.partition("/")[0]

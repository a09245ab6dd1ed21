"""The desk of one query: its events and answers on their way to the journal, its calls through the purse."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import anyio

from aidsafe.agents.seat import SeatedAgent
from aidsafe.core.errors import ModelError
from aidsafe.core.events import Event
from aidsafe.core.records import Call, Query, Usage
from aidsafe.core.transcript import Transcript
from aidsafe.models.metering import Bound, is_unsaid
from aidsafe.orchestration.budget import NOTHING, Needs, needs_of, overdraft
from aidsafe.orchestration.protocol import QueryBudget
from aidsafe.orchestration.purse import Purse
from aidsafe.orchestration.sharing import Prompted
from aidsafe.orchestration.stopping import Stop

__all__ = ["Desk", "Ledger", "Place"]

_LEAVING_SECONDS = 5.0

Place = tuple[int, str, int]
"""(step, speaker, nth call of it): where in a query an answer belongs."""


class Ledger(Protocol):
    """What a desk needs of a journal."""

    def queue_answer(self, query: Query, place: Place, *, digest: str, answer: bytes) -> None:
        """Take an answer to be written, in order."""

    def queue_attempt(self, query: Query, place: Place, attempt: bytes) -> None:
        """Take note (JSON) of a request that was sent."""

    async def keep(self, query: Query, number: int, events: tuple[Event, ...]) -> None:
        """Write events from this number on, and return once they and all queued before them are on disk."""

    def queue_finished(self, transcript: Transcript) -> None:
        """Take what a finished transcript folds into to be written, in order."""


class Desk:
    """Remembers what was answered before, keeps what is answered now, and minds the budgets of seat, query and run.

    What must be left for later is `held_back`, `rate` is in tokens a byte; `guests` are the agents of others that hold
    a seat, `shared` are answers that other runs have to the same prompts, and `stop` is the wish to end the sitting.
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
        self.guests: dict[str, SeatedAgent] = {}
        self.shared: Mapping[Prompted, bytes] = {}
        self.stop = Stop()
        self._ledger = ledger
        self._remembered = remembered or {}
        self._purse = purse if purse and purse.limited else None
        self._budget = budget or QueryBudget()
        self._limited = self._budget.limited
        self._usage = spent or Usage()
        self._aside = NOTHING
        self._shares: dict[str, tuple[QueryBudget, Usage]] = {}
        self._events: list[Event] = []
        self._number = 0
        self._queued = False
        self._reserved: dict[int, Needs] = {}
        self._lost: set[int] = set()

    @property
    def route(self) -> str:
        """All calls of a query, of its replicas too, should meet the same endpoint."""
        return str(self.query.row)

    def share_out(self, shares: Mapping[str, QueryBudget]) -> None:
        """What these seats may take from now on, repairs and fallbacks included, whoever of them answers first."""
        self._shares = {seat: (share, Usage()) for seat, share in shares.items()}

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
        if found and found[0] == digest:
            return found[1]
        shared = self.shared.get(Prompted(step, seat, nth, digest))
        if shared is not None:
            self.keep(step, seat, nth, digest=digest, answer=shared)
        return shared

    def keep(self, step: int, seat: str, nth: int, *, digest: str, answer: bytes) -> None:
        """Take an answer to be written."""
        if self._ledger is not None:
            self._queued = True
            self._ledger.queue_answer(self.query, (step, seat, nth), digest=digest, answer=answer)

    async def reserve(self, bound: Bound) -> None:
        """Set a call's bound aside with the query's budget and with the run's.

        Raises `ModelError` where seat or query cannot afford the call, `BudgetSpent` where the run cannot.
        """
        if self._limited or self._shares:
            needs = needs_of(bound, rate=self.rate)
            self._refuse_overdraft(bound, needs)
            self._aside += needs
        if self._purse is not None:
            self._reserved[id(bound)] = await self._purse.reserve(self._key, bound)

    def attempted(self, bound: Bound, place: Place, *, attempt: bytes, is_lost: bool) -> None:
        """Take note of a request that was sent; a lost one may have used up to its bound."""
        if is_lost:
            self._lost.add(id(bound))
        if self._ledger is not None:
            self._ledger.queue_attempt(self.query, place, attempt)

    async def retry(self, bound: Bound) -> None:
        """Count a lost request as spent, and set its bound aside once more. Raises `BudgetSpent`."""
        if self._purse is None or id(bound) not in self._lost:
            return
        self._lost.discard(id(bound))
        needs, self._reserved[id(bound)] = self._reserved[id(bound)], NOTHING
        self._purse.lose(self._key, needs)
        self._reserved[id(bound)] = await self._purse.reserve(self._key, bound)

    def waiting(self) -> AbstractContextManager[None]:
        """Wait in here before a request is sent. Raises `Interrupted` once a stop is wished for."""
        return self.stop.waiting()

    def settle(self, bound: Bound, call: Call | None) -> None:
        """Give the bound back, and count what was spent."""
        if self._limited or self._shares:
            self._aside -= needs_of(bound, rate=self.rate)
        is_lost = id(bound) in self._lost
        self._lost.discard(id(bound))
        if call is not None:
            self._spend(bound.seat, call)
        if self._purse is None:
            return
        needs = self._reserved.pop(id(bound))
        if is_lost if call is None else is_unsaid(call.prompt_tokens, call.finish):
            self._purse.lose(self._key, needs)
        else:
            self._purse.settle(self._key, needs, call)

    def count(self, seat: str, call: Call) -> None:
        """Count an answer that was recalled: no event has taken it up yet, so nothing has counted it."""
        self._spend(seat, call)
        if self._purse is not None:
            self._purse.recall(self._key, call)

    async def dismiss(self) -> None:
        """Let the guests go."""
        with anyio.CancelScope(shield=True):
            for guest in self.guests.values():
                with anyio.move_on_after(_LEAVING_SECONDS):
                    await guest.close()
        self.guests.clear()

    @property
    def _key(self) -> tuple[int, int]:
        return self.query.row, self.query.replica

    def _refuse_overdraft(self, bound: Bound, needs: Needs) -> None:
        short = overdraft(self._budget, self._usage, self._aside + needs + self.held_back)
        if short is not None:
            raise ModelError(f"{short[0]} of the query has no room for another call: {short[1]}")
        share, taken = self._shares.get(_seat(bound.seat), (None, Usage()))
        short = overdraft(share, taken, needs) if share else None
        if short is not None:
            raise ModelError(f"{short[0]} of {bound.seat!r} has no room for another call: {short[1]}")

    def _spend(self, speaker: str, call: Call) -> None:
        if self._limited:
            self._usage = self._usage.plus(call)
        seat = _seat(speaker)
        if seat in self._shares:
            share, taken = self._shares[seat]
            self._shares[seat] = share, taken.plus(call)


def _seat(speaker: str) -> str:
    """A seat's fallback speaks for the seat."""
    return speaker.partition("/")[0]

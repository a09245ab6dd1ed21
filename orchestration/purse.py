"""The run's purse: one for all queries of a process. What a call may take is set aside before it is sent.

A call that does not fit waits while others may still give something back; then it is refused with `BudgetSpent`, and
its query stays pending. A new query begins only while those begun can be expected to finish. With leases, what is set
aside is written down before it is used, so that limits hold over kills and over processes.
"""

from collections.abc import Callable

import anyio

from aidsafe.core.errors import BudgetSpent
from aidsafe.core.records import Call, Usage
from aidsafe.models.metering import Bound
from aidsafe.orchestration.budget import MARGIN, NOTHING, Needs, RunBudget, needs_of
from aidsafe.orchestration.leases import Leases

__all__ = ["Purse"]

_ENOUGH = 8
"""So many finished queries teach what one takes."""


class Purse:
    """Spent, set aside, and the limits of both; `seconds_before` of the clock were used by earlier sittings."""

    def __init__(
        self,
        budget: RunBudget,
        *,
        spent: Usage,
        expected: Needs = NOTHING,
        clock: Callable[[], float],
        seconds_before: float = 0.0,
        leases: Leases | None = None,
    ) -> None:
        self.budget = budget
        self.refused = False
        before = Needs(spent.calls, spent.completion_tokens, spent.total_tokens, spent.cost_usd or 0.0)
        self._leases = leases
        self._spent = before if leases is None else _greater(before, leases.before)
        self._own = NOTHING
        self._aside = NOTHING
        self._expected = expected
        self._dearest = NOTHING
        self._finished = 0
        self._open: dict[object, Needs] = {}
        self._rate = 0.0
        self._clock = clock
        self._deadline = None if budget.seconds is None else clock() + budget.seconds - seconds_before
        self._changed = anyio.Event()

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        budget = self.budget
        limits = (budget.calls, budget.completion_tokens, budget.total_tokens, budget.usd, budget.seconds)
        return any(limit is not None for limit in limits)

    def begin(self, query: object) -> bool:
        """Whether this query may begin now: with it, all that are open can still be expected to finish."""
        if not self.limited:
            return True
        # What is set aside is part of what the open queries are still expected to take.
        needed = self._expected + _greater(self._outstanding() - self._aside, NOTHING)
        # A guess keeps nobody from trying: the first query begins if there is anything left at all.
        is_first = not (self._open or self._finished)
        if self.refused or not self._fits(NOTHING if is_first else needed):
            self.refused = self.refused or not self._open
            return False
        self._open[query] = NOTHING
        return True

    async def admit(self, query: object) -> bool:
        """Wait until the query may begin; False once the budget refuses it, because nothing more can come back."""
        while not self.begin(query):
            if self.refused:
                return False
            await self._changed.wait()
        return True

    def end(self, query: object, *, completed: bool) -> None:
        """The query is over; what it took teaches what the next may take."""
        took = self._open.pop(query, NOTHING)
        if completed:
            self._dearest, self._finished = _greater(self._dearest, took), self._finished + 1
            # The first to finish are the short ones: a guess is better than what a few of them teach.
            if self._finished >= _ENOUGH:
                self._expected = self._dearest
            else:
                self._expected = _greater(self._expected, took)
        self._tell()

    async def reserve(self, query: object, bound: Bound) -> Needs:
        """Set the call's bound aside. Raises `BudgetSpent` where it will never fit."""
        needs = needs_of(bound, rate=self._tokens_a_byte())
        while not await self._set_aside(needs):
            if self._aside.calls == 0 or self._out_of_time():
                self.refused = True
                raise BudgetSpent(f"the run budget cannot cover another call ({self._short(needs) or 'all is leased'})")
            await self._changed.wait()
        return needs

    async def _set_aside(self, needs: Needs) -> bool:
        """Whether the needs fit, are leased, and are set aside."""
        while self._fits(needs):
            if self._leases is None or self._leases.covers(self._own + self._aside + needs):
                self._aside += needs
                return True
            if not await self._leases.extend(lambda: self._own + self._aside + needs):
                return False
        return False

    def settle(self, query: object, needs: Needs, call: Call | None) -> None:
        """Give what was set aside back, and count what was spent."""
        if call is not None:
            self._spend(query, _took(call))
            if call.prompt_bytes:
                self._rate = max(self._rate, call.prompt_tokens / call.prompt_bytes)
        self._give_back(needs)

    def lose(self, query: object, needs: Needs) -> None:
        """Count what was set aside as spent: the request was lost, and nobody says what it used."""
        self._spend(query, needs)
        self._give_back(needs)

    def recall(self, query: object, call: Call) -> None:
        """Count an answer of an earlier sitting towards its query; leases have counted it towards the run."""
        if self._leases is not None and self._leases.counted_before:
            self._add_to(query, _took(call))
        else:
            self._spend(query, _took(call))

    async def close(self) -> None:
        """Write down what was spent of the leases."""
        if self._leases is not None:
            await self._leases.settle(self._own)

    def _spend(self, query: object, took: Needs) -> None:
        self._spent += took
        self._own += took
        self._add_to(query, took)

    def _add_to(self, query: object, took: Needs) -> None:
        if query in self._open:
            self._open[query] += took

    def _give_back(self, needs: Needs) -> None:
        self._aside -= needs
        self._tell()

    def _tell(self) -> None:
        """Wake whoever waits for something to come back."""
        self._changed.set()
        self._changed = anyio.Event()

    def _tokens_a_byte(self) -> float:
        return 1.0 if self.budget.strict or not self._rate else min(1.0, self._rate * MARGIN)

    def _outstanding(self) -> Needs:
        """What the open queries are still expected to take."""
        left = NOTHING
        for took in self._open.values():
            left += _greater(self._expected - took, NOTHING)
        return left

    def _fits(self, needs: Needs) -> bool:
        return not self._out_of_time() and self._short(needs) == ""

    def _out_of_time(self) -> bool:
        return self._deadline is not None and self._clock() >= self._deadline

    def _short(self, needs: Needs) -> str:
        """Which limit the needs would pass, in words; empty if none."""
        total = self._spent + self._aside + needs
        limits: tuple[tuple[str, float | None, float], ...] = (
            ("calls", self.budget.calls, total.calls),
            ("completion_tokens", self.budget.completion_tokens, total.completion_tokens),
            ("total_tokens", self.budget.total_tokens, total.total_tokens),
            ("usd", self.budget.usd, total.usd),
        )
        over = [f"{name}: {wanted:g} of {limit:g}" for name, limit, wanted in limits if limit and wanted > limit]
        return over[0] if over else "" if not self._out_of_time() else f"seconds: {self.budget.seconds:g} are over"


def _took(call: Call) -> Needs:
    return Needs(1, call.completion_tokens, call.prompt_tokens + call.completion_tokens, call.cost_usd or 0.0)


def _greater(one: Needs, other: Needs) -> Needs:
    return Needs(
        max(one.calls, other.calls),
        max(one.completion_tokens, other.completion_tokens),
        max(one.total_tokens, other.total_tokens),
        max(one.usd, other.usd),
    )

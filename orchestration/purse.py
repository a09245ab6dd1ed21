"""The run's purse: one for all queries of a process. What a call may take is set aside before it is sent.

A call that does not fit waits while others may still give something back; then it is refused with `BudgetSpent`, and
its query stays pending. A new query begins only while those begun can be expected to finish.
"""

from collections.abc import Callable

import anyio

from aidsafe.core.errors import BudgetSpent
from aidsafe.core.records import Call, Usage
from aidsafe.models.metering import Bound
from aidsafe.orchestration.budget import MARGIN, NOTHING, Needs, RunBudget, needs_of

__all__ = ["Purse"]


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
    ) -> None:
        self.budget = budget
        self.refused = False
        self._spent = Needs(spent.calls, spent.completion_tokens, spent.total_tokens, spent.cost_usd or 0.0)
        self._aside = NOTHING
        self._expected = expected
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
        """Whether this query may begin: with it, all that are open can still be expected to finish."""
        # What is set aside is part of what the open queries are still expected to take.
        needed = self._expected + _greater(self._outstanding() - self._aside, NOTHING)
        if self.limited and (self.refused or not self._fits(needed)):
            self.refused = True
            return False
        self._open[query] = NOTHING
        return True

    def end(self, query: object, *, completed: bool) -> None:
        """The query is over; what it took teaches what the next may take."""
        took = self._open.pop(query, NOTHING)
        if completed:
            self._expected = _greater(self._expected, took)

    async def reserve(self, query: object, bound: Bound) -> Needs:
        """Set the call's bound aside. Raises `BudgetSpent` where it will never fit."""
        needs = needs_of(bound, rate=self._tokens_a_byte())
        while not self._fits(needs):
            if self._aside.calls == 0 or self._out_of_time():
                self.refused = True
                raise BudgetSpent(f"the run budget cannot cover another call ({self._short(needs)})")
            await self._changed.wait()
        self._aside += needs
        return needs

    def settle(self, query: object, needs: Needs, call: Call | None) -> None:
        """Give what was set aside back, and count what was spent."""
        self._aside -= needs
        if call is not None:
            took = Needs(1, call.completion_tokens, call.prompt_tokens + call.completion_tokens, call.cost_usd or 0.0)
            self._spent += took
            if query in self._open:
                self._open[query] += took
            if call.prompt_bytes:
                self._rate = max(self._rate, call.prompt_tokens / call.prompt_bytes)
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


def _greater(one: Needs, other: Needs) -> Needs:
    return Needs(
        max(one.calls, other.calls),
        max(one.completion_tokens, other.completion_tokens),
        max(one.total_tokens, other.total_tokens),
        max(one.usd, other.usd),
    )

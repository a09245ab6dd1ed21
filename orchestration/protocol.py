"""The protocol: the plain data that the moderator obeys, and the seats it gives the floor to.

order × visibility × identity × consensus rule × budgets × stop rules. What the words of the open axes mean stands in
`orders.py`, `visibility.py`, `identity.py` and `consensus.py`, one function a word.
"""

from typing import Annotated

from pydantic import Field, model_validator

from aidsafe.core.records import Value

__all__ = ["Consensus", "Protocol", "QueryBudget", "Seat", "SeatBudget", "Weighted"]

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class QueryBudget(Value):
    """What one query may take: counts of calls and tokens, US dollars, and seconds, the sum of its call latencies."""

    calls: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    usd: Amount | None = None
    seconds: Amount | None = None

    @property
    def limited(self) -> bool:
        """Whether calls are to be bounded before they are sent; time cannot be."""
        limits = self.calls, self.completion_tokens, self.total_tokens, self.usd
        return limits != (None, None, None, None)


class SeatBudget(Value):
    """What one seat may take of one query."""

    turns: Count | None = None
    completion_tokens: Count | None = None


class Consensus(Value):
    """When the seats agree: a rule by name, and the fewest valid stances it may be read from (None: more than half).

    `thresholds` are the shares that `supermajority` asks for, round by round, the last for all rounds after. Agreement
    does not count before the `veto` seat agrees, before the `dissent` seat has objected once, or, with `review`,
    before someone other than the author of the last change agrees (None: where there are two seats or more).
    """

    rule: str = "unanimous"
    quorum: Count | None = None
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1)] = (2 / 3,)
    veto: str | None = None
    dissent: str | None = None
    review: bool | None = None

    def asked(self, round: int) -> float:
        """The share that a round asks for."""
        return self.thresholds[min(max(round, 1), len(self.thresholds)) - 1]


class Protocol(Value):
    """How the seats deliberate.

    `min_rounds` None means 1, or 0 where `max_rounds` is 0; with 0, agreement may end the first round early.
    A seat reads the turns that `visibility` allows, of this round and of `window` rounds before it (None: all).
    `stagnation_rounds` ends a deliberation after so many rounds in a row without an accepted edit; None never does.
    With `stagnation_similarity`, a turn whose words share that much with its seat's turn before (Jaccard of word
    triples) counts as none. `coverage` names policies: once all of them are cited, verified, the deliberation is over.
    """

    order: str = "given"
    visibility: str = "all"
    window: Annotated[int, Field(ge=0)] | None = None
    identity: str = "named"
    min_rounds: Annotated[int, Field(ge=0)] | None = None
    max_rounds: Annotated[int, Field(ge=0, le=100)] = 3
    stagnation_rounds: Count | None = 2
    stagnation_similarity: Share | None = None
    coverage: tuple[str, ...] = ()
    consensus: Consensus = Consensus()
    budget: QueryBudget = QueryBudget()

    @property
    def fewest_rounds(self) -> int:
        """The rounds that are held whatever is agreed."""
        return min(1, self.max_rounds) if self.min_rounds is None else self.min_rounds

    @model_validator(mode="after")
    def _rounds_in_order(self) -> "Protocol":
        if self.fewest_rounds > self.max_rounds:
            raise ValueError(f"min_rounds {self.min_rounds} is more than max_rounds {self.max_rounds}")
        return self


class Weighted(Value):
    """A model by its name in the recipe, and how often it is drawn against others."""

    model: str
    weight: Amount = 1.0


class Seat(Value):
    """A place at the table: who argues, with which model (several: one drawn for each query), within which budget.

    `longest` is the most completion tokens that one call of the seat may take.
    """

    name: str
    persona: str
    models: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    fallback: str | None = None
    budget: SeatBudget = SeatBudget()
    longest: Count = 1

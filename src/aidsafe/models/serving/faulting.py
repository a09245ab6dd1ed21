"""What goes wrong on purpose: faults by name and rate, drawn by a hash, all the time or in storms."""

import difflib
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from aidsafe.core.chance import chance
from aidsafe.core.errors import RecipeError

__all__ = ["FAULTS", "FaultName", "FaultPlan", "FaultRates", "Storm", "parse_faults", "parse_storm"]

FaultName = Literal[
    "429",
    "429-bare",
    "500",
    "503",
    "hang",
    "reset",
    "truncated",
    "malformed",
    "wrong-schema",
    "length",
    "filter",
    "slow",
]
FAULTS: Final[tuple[FaultName, ...]] = get_args(FaultName)


class FaultRates(BaseModel):
    """The share of requests that each fault strikes; together no more than all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rates: tuple[tuple[FaultName, float], ...] = ()

    def at(self, place: float) -> FaultName | None:
        """The fault at a place in [0, 1): each has a stretch as long as its rate."""
        for name, rate in self.rates:
            place -= rate
            if place < 0:
                return name
        return None


class Storm(BaseModel):
    """A stretch of time in which faults strike: seconds after the first request, and how many of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float = Field(ge=0, allow_inf_nan=False)
    seconds: float = Field(gt=0, allow_inf_nan=False)

    def covers(self, elapsed: float) -> bool:
        """Whether it blows so many seconds after the first request."""
        return self.start <= elapsed < self.start + self.seconds


class FaultPlan:
    """Which request meets which fault: a hash of the seed, the request's bytes and how often they came before.

    So the same requests meet the same faults in whatever order they arrive, and asking again draws anew. A request is
    forgotten no sooner than `remembered` others came since, so that memory is bounded.
    """

    def __init__(
        self, rates: FaultRates, storms: Sequence[Storm] = (), *, seed: int = 0, remembered: int = 65_536
    ) -> None:
        self._rates = rates
        self._storms = tuple(storms)
        self._seed = seed
        self._remembered = remembered
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def draw(self, body: bytes, *, elapsed: float) -> FaultName | None:
        """The fault that strikes this request, if any."""
        if not self._rates.rates or not self._blows(elapsed):
            return None
        name = blake2b(body, digest_size=16).digest()
        return self._rates.at(chance(self._seed, name.hex(), self._attempt(name)))

    def _attempt(self, name: bytes) -> int:
        """How often a request came before; those that came lately are young, and all grow old together."""
        attempt = self._young.get(name)
        if attempt is None:
            attempt = self._old.get(name, 0)
            if len(self._young) >= self._remembered:
                self._old, self._young = self._young, {}
        self._young[name] = attempt + 1
        return attempt

    def _blows(self, elapsed: float) -> bool:
        return not self._storms or any(storm.covers(elapsed) for storm in self._storms)


def parse_faults(text: str) -> FaultRates:
    """Read `429=0.2,500=0.05`. RecipeError names an unknown fault and the nearest known one."""
    rates: dict[FaultName, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        fault = _known(name)
        if fault in rates:
            raise RecipeError(f"the fault {name!r} stands twice in {text!r}; leave one out")
        rates[fault] = _rate(name, value)
    if sum(rates.values()) > 1 + 1e-9:
        raise RecipeError(f"the rates of {text!r} add up to {sum(rates.values()):g}; no more than 1 can be struck")
    return FaultRates(rates=tuple(rates.items()))


def parse_storm(text: str) -> Storm:
    """Read `START,SECONDS`."""
    start, _, seconds = text.partition(",")
    try:
        return Storm(start=float(start), seconds=float(seconds))
    except ValueError as error:
        raise RecipeError(f"{text!r} is no storm; write START,SECONDS, such as 30,10") from error


def _known(name: str) -> FaultName:
    found = next((fault for fault in FAULTS if fault == name), None)
    if found is None:
        near = difflib.get_close_matches(name, FAULTS, n=1, cutoff=0.0)[0]
        raise RecipeError(f"unknown fault {name!r}; nearest is {near!r}, all are {', '.join(FAULTS)}")
    return found


def _rate(name: str, value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise RecipeError(f"the rate of fault {name!r} is {value!r}; write a number from 0 to 1")
    return rate

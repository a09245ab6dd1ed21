"""Intervals by bootstrap over queries, and differences between runs paired by query.

Every query gets, for each resampled run, a weight drawn from the Poisson distribution of mean 1 (Chamandy and others
2012): resampling that needs one pass and little memory. The draw is a hash of the seed, the query's id and the number
of the resampled run. So the order of the queries does not matter, replicas of a query go together, and two runs over
the same queries are resampled alike, which is what pairs them.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from math import exp, factorial, isnan
from typing import TYPE_CHECKING, TypeVar, cast

from aidsafe.analysis.counts.tally import Share, share
from aidsafe.analysis.extras import need
from aidsafe.core.records import Value

if TYPE_CHECKING:
    from numpy import float64, uint64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

__all__ = [
    "REPLICATES",
    "Difference",
    "Estimate",
    "bootstrap",
    "difference",
    "estimate",
    "paired",
    "unmoved",
    "weights",
]

T = TypeVar("T")
R = TypeVar("R")

REPLICATES = 500
"""How many runs are resampled for an interval."""

LEVEL = 0.95
"""How often an interval should hold the truth."""

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MOST = 9


class Estimate(Value):
    """A share with its counts, and the interval that holds it in 95 of 100 resampled runs.

    The interval is None where there is nothing to resample: one query, or a whole of 0 in nearly every run.
    """

    value: float
    low: float | None = None
    high: float | None = None
    part: float
    whole: float


class Difference(Value):
    """How much more the second run has than the first, over the same queries; the counts of both stand beside it."""

    value: float
    low: float | None = None
    high: float | None = None
    first: Estimate
    second: Estimate

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


def bootstrap(numbers: Mapping[str, float | Share | None], *, seed: int = 0) -> Estimate | None:
    """The mean over queries of a metric, by query id, with its interval; None where no query has one.

    Shares are added up, part and whole.
    """
    shares = _shares(numbers)
    return _whole_and_resampled(shares, list(shares), seed=seed)[0]


def paired(
    first: Mapping[str, float | Share | None], second: Mapping[str, float | Share | None], *, seed: int = 0
) -> Difference | None:
    """How much more the second run has of a metric, over the queries that both have; None where they share none."""
    mine, theirs = _shares(first), _shares(second)
    both = [key for key in mine if key in theirs]
    one, resampled = _whole_and_resampled(mine, both, seed=seed)
    other, resampled_other = _whole_and_resampled(theirs, both, seed=seed)
    return None if one is None or other is None else difference(one, other, resampled, resampled_other)


def estimate(whole: Share, resampled: Share) -> Estimate:
    """The share of the run, with the interval of the resampled shares, whose counts are arrays."""
    low, high = _interval(_values(resampled))
    return Estimate(value=float(whole.value), low=low, high=high, part=float(whole.part), whole=float(whole.whole))


def difference(first: Estimate, second: Estimate, resampled: Share, resampled_second: Share) -> Difference:
    """The difference of two shares, with the interval of the resampled differences."""
    low, high = _interval(unmoved(lambda counts: _values(resampled_second) - _values(counts), resampled))
    return Difference(value=second.value - first.value, low=low, high=high, first=first, second=second)


def unmoved(read: Callable[[T], R], resampled: T) -> R:
    """What a metric reads from resampled counts, without a word where one of the runs drew nothing to divide by."""
    with need("numpy", purpose="an interval").errstate(divide="ignore", invalid="ignore"):
        return read(resampled)


def weights(ids: Sequence[str], *, seed: int = 0, replicates: int = REPLICATES) -> "Floats":
    """One row a query, one column a resampled run: how often the query stands in it."""
    np = need("numpy", purpose="an interval")
    keys = np.fromiter((_hashed(seed, one) for one in ids), dtype=np.uint64, count=len(ids))
    columns = np.arange(1, replicates + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    drawn = _mixed(keys[:, None] + columns[None, :]) >> np.uint64(11)
    found: Floats = np.searchsorted(_steps(), drawn, side="right").astype(np.float64)
    return found


def _mixed(bits: "NDArray[uint64]") -> "NDArray[uint64]":
    """Bits stirred so that neighbours have nothing in common (SplitMix64)."""
    np = need("numpy", purpose="an interval")
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(_FIRST)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(_SECOND)
    mixed: NDArray[uint64] = bits ^ (bits >> np.uint64(31))
    return mixed


def _steps() -> "NDArray[uint64]":
    """Where the Poisson distribution of mean 1 passes from one count to the next, in 53 bits."""
    np = need("numpy", purpose="an interval")
    total, steps = 0.0, []
    for count in range(_MOST):
        total += exp(-1) / factorial(count)
        steps.append(int(total * 2**53))
    found: NDArray[uint64] = np.array(steps, dtype=np.uint64)
    return found


def _hashed(seed: int, query: str) -> int:
    return int.from_bytes(blake2b(f"{seed}\n{query}".encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _shares(numbers: Mapping[str, float | Share | None]) -> dict[str, Share]:
    return {
        key: number if isinstance(number, Share) else Share(number, 1.0)
        for key, number in numbers.items()
        if number is not None
    }


def _whole_and_resampled(
    shares: Mapping[str, Share], keys: Sequence[str], *, seed: int
) -> tuple[Estimate | None, Share]:
    np = need("numpy", purpose="an interval")
    counts = np.array([shares[key] for key in keys], dtype=np.float64).reshape(len(keys), 2)
    part, whole = counts.sum(axis=0)
    resampled = Share(*(weights(keys, seed=seed).T @ counts).T)
    found = share(float(part), float(whole))
    return (estimate(found, resampled) if found else None), resampled


def _values(resampled: Share) -> "Floats":
    np = need("numpy", purpose="an interval")
    return unmoved(lambda counts: cast("Floats", np.asarray(counts.part) / np.asarray(counts.whole)), resampled)


def _interval(values: "Floats") -> tuple[float | None, float | None]:
    np = need("numpy", purpose="an interval")
    values = np.atleast_1d(values)
    found = values[np.isfinite(values)]
    # Fewer than that, and the ends would be guesses from a handful of runs.
    if len(found) < len(values) / 2:
        return None, None
    low, high = (float(one) for one in np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return (None, None) if isnan(low) or isnan(high) else (low, high)

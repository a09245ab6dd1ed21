"""How sure a mean of differences is: an interval by bootstrap, and how often chance alone would do as much.

Queries are resampled, never turns. The interval is the percentile one, widened for few queries as Hesterberg (2015)
does: by the ratio of Student's quantile to the normal one. The test flips the sign of every query's difference, which
is exact where two arms differ in nothing but chance. Beyond `MOST` queries they go by batches. Standard library only;
the draws hang on seed and number of queries alone, so that all measures are resampled alike.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import compress
from math import sqrt
from operator import itemgetter
from random import Random
from statistics import NormalDist
from typing import Final

__all__ = ["LEVEL", "MOST", "REPLICATES", "adjusted", "chance_of", "interval"]

LEVEL: Final = 0.95
REPLICATES: Final = 2000
MOST: Final = 400

_NORMAL = NormalDist()
_COIN: Final = bytes(byte % 2 for byte in range(256))

Drawn = Callable[[Sequence[float]], Iterable[float]]


def interval(differences: Sequence[float], *, seed: int) -> tuple[float, float] | None:
    """Where the mean difference lies, at `LEVEL`; None for fewer than two queries."""
    count = len(differences)
    if count < 2:
        return None
    if min(differences) == max(differences):
        return differences[0], differences[0]
    sums = _batched(differences)
    means = sorted(sum(drawn(sums)) / count for drawn in _resamplings(len(sums), seed))
    tail = _NORMAL.cdf(-sqrt(len(sums) / (len(sums) - 1)) * _student(1 - (1 - LEVEL) / 2, len(sums) - 1))
    return _quantile(means, tail), _quantile(means, 1 - tail)


def chance_of(differences: Sequence[float], *, seed: int) -> float:
    """How often differences of either sign, drawn by a coin, have a mean this far from 0 or farther."""
    sums = _batched(differences)
    if not any(sums):
        return 1.0
    total = sum(sums)
    # Sums in another order differ by a hair, and a tie counts.
    bar = abs(total) - 1e-9 * sum(map(abs, sums))
    hits = sum(abs(total - 2 * sum(compress(sums, coins))) >= bar for coins in _throws(len(sums), seed))
    return (1 + hits) / (1 + REPLICATES)


def _batched(differences: Sequence[float]) -> tuple[float, ...]:
    """The differences, or the sums of as many batches of them as are resampled at the most."""
    if len(differences) <= MOST:
        return tuple(differences)
    return tuple(sum(differences[start::MOST]) for start in range(MOST))


@lru_cache(maxsize=4)
def _resamplings(count: int, seed: int) -> tuple[Drawn, ...]:
    """Draws of as many with replacement as there are."""
    draw, places = Random(seed), range(count)
    return tuple(itemgetter(*draw.choices(places, k=count)) for _ in range(REPLICATES))


@lru_cache(maxsize=4)
def _throws(count: int, seed: int) -> tuple[bytes, ...]:
    """A coin for each."""
    draw = Random(seed)
    return tuple(draw.randbytes(count).translate(_COIN) for _ in range(REPLICATES))


def adjusted(chances: Sequence[float]) -> list[float]:
    """The chances when so many are looked at (Holm): any at all below 0.05 then happens once in twenty studies."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    found, least = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, chances[place] * (len(chances) - rank)))
        found[place] = least
    return found


def _quantile(values: Sequence[float], share: float) -> float:
    """A quantile of sorted values, between neighbours in proportion."""
    place = min(max(share, 0.0), 1.0) * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def _student(share: float, freedom: int) -> float:
    """Student's quantile, by the expansion of Cornish and Fisher; exact for 1 and 2 degrees of freedom."""
    z = _NORMAL.inv_cdf(share)
    if freedom == 1:
        return 12.706
    if freedom == 2:
        return (2 * share - 1) * sqrt(2 / (4 * share * (1 - share)))
    terms = (
        (z**3 + z) / (4 * freedom),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3),
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * freedom**4),
    )
    return z + sum(terms)

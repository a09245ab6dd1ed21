"""How far scorers agree, over columns that hold their verdicts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from pydantic import JsonValue

from aidsafe.datasets.audit.report import Agreement

__all__ = ["Scores", "kappa"]

_FEWEST = 10
_MOST_SCORERS = 12
_NAMED = ("score", "rating", "grade", "verdict", "annotation", "judge", "judgement")

Verdict = float | str


class Scores:
    """The verdicts of every scorer, by row. A scorer is a column, or a name inside a column, that is called so."""

    def __init__(self) -> None:
        self._verdicts: dict[str, dict[int, Verdict]] = {}

    def see(self, number: int, metadata: Mapping[str, JsonValue]) -> None:
        """Keep the verdicts of one row."""
        for scorer, verdict in _verdicts(metadata):
            if scorer in self._verdicts or len(self._verdicts) < _MOST_SCORERS:
                self._verdicts.setdefault(scorer, {})[number] = verdict

    def agreements(self) -> Iterator[Agreement]:
        """Every two scorers that scored some of the same rows."""
        for one, other in combinations(self._verdicts, 2):
            pairs = self._pairs(one, other)
            if len(pairs) >= _FEWEST:
                same = sum(first == second for first, second in pairs) / len(pairs)
                weighted = kappa(pairs)
                rounded = None if weighted is None else round(weighted, 4)
                yield Agreement(one=one, other=other, rows=len(pairs), same=round(same, 4), kappa=rounded)

    def constant(self) -> Iterator[str]:
        """The scorers that say the same of every row, and so tell nothing apart."""
        for scorer, verdicts in self._verdicts.items():
            if len(verdicts) >= _FEWEST and len(set(verdicts.values())) == 1:
                yield scorer

    def _pairs(self, one: str, other: str) -> list[tuple[Verdict, Verdict]]:
        first, second = self._verdicts[one], self._verdicts[other]
        return [(first[number], second[number]) for number in first if number in second]


def kappa(pairs: Sequence[tuple[Verdict, Verdict]]) -> float | None:
    """Cohen's kappa, weighted by squared distance for numbers; None where chance alone would agree fully."""
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    seen = sum(_distance(first, second) for first, second in pairs) / len(pairs)
    by_chance = (
        sum(
            _distance(first, second) * times * others
            for first, times in firsts.items()
            for second, others in seconds.items()
        )
        / len(pairs) ** 2
    )
    return None if by_chance == 0 else 1.0 - seen / by_chance


def _distance(one: Verdict, other: Verdict) -> float:
    if isinstance(one, str) or isinstance(other, str):
        return float(one != other)
    return (one - other) ** 2


def _verdicts(metadata: Mapping[str, JsonValue]) -> Iterator[tuple[str, Verdict]]:
    for name, value in metadata.items():
        if any(word in name.casefold() for word in _NAMED):
            inside = value.items() if isinstance(value, dict) else ((name, value),)
            yield from ((scorer, verdict) for scorer, given in inside if (verdict := _verdict(given)) is not None)


def _verdict(value: JsonValue) -> Verdict | None:
    """A number, or a short word; whatever is longer is a reason and no verdict."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and 0 < len(value) <= 40:
        return _number(value)
    return None


def _number(text: str) -> Verdict:
    try:
        return float(text)
    except ValueError:
        return text

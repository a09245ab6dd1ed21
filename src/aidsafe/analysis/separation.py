"""How far chosen and rejected chains lie apart: the paper's figure on belief augmentation, as numbers and as a picture.

Two ways of getting a rejected chain are set side by side, by the faithfulness that the deciding scorer gave: under a
whispered belief, and as the worst of plain samples (the best of them is then the chosen one). Separation is the
probability that a chosen chain is more faithful than a rejected one, ties counted half: 0.5 is none, 1 is complete.
Queries whose chains lay too near for a pair count too: without them any way would separate, by choice of its pairs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from aidsafe.core.chance import pick
from aidsafe.core.errors import InputError
from aidsafe.datasets.pairs import Pair, read_failures, read_manifest, read_pairs

__all__ = ["Separation", "Spread", "picture", "separation_of"]

_REPLICATES = 500
_BARS = 10
_WIDTH, _HEIGHT, _LEFT = 640, 200, 60


@dataclass(frozen=True, slots=True)
class Spread:
    """Faithfulness of chosen and rejected chains got in one way; pair by pair."""

    name: str
    chosen: tuple[float, ...]
    rejected: tuple[float, ...]

    @property
    def probability(self) -> float:
        """The probability that a chosen chain is more faithful than a rejected one, of any pair."""
        return _probability(self.chosen, self.rejected)

    @property
    def interval(self) -> tuple[float, float]:
        """The probability's 95 % interval, by resampling pairs."""
        drawn = sorted(self._redrawn(replicate) for replicate in range(_REPLICATES))
        return drawn[int(0.025 * _REPLICATES)], drawn[int(0.975 * _REPLICATES)]

    @property
    def margin(self) -> float:
        """The mean of chosen less rejected."""
        return fmean(a - b for a, b in zip(self.chosen, self.rejected, strict=True))

    def _redrawn(self, replicate: int) -> float:
        places = range(len(self.chosen))
        drawn = [pick(places, "separation", self.name, replicate, place) for place in places]
        return _probability([self.chosen[place] for place in drawn], [self.rejected[place] for place in drawn])


@dataclass(frozen=True, slots=True)
class Separation:
    """The spreads of one folder of pairs, the scorer they are by, and what must be said beside them."""

    scorer: str
    augmented: Spread
    plain: Spread | None
    notice: str = ""

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """Those that there are."""
        return (self.augmented, *filter(None, [self.plain]))

    def numbers(self) -> dict[str, object]:
        """Everything as JSON takes it."""
        return {
            "scorer": self.scorer,
            "notice": self.notice,
            **{
                spread.name: {
                    "queries": len(spread.chosen),
                    "separation": round(spread.probability, 4),
                    "interval": [round(end, 4) for end in spread.interval],
                    "margin": round(spread.margin, 4),
                }
                for spread in self.spreads
            },
        }


def separation_of(folder: Path) -> Separation:
    """How far the pairs of a folder lie apart. Raises `InputError` where there are none."""
    manifest = read_manifest(folder)
    scorer = str(manifest.settings.get("scorer", "rules"))
    pairs, failures = [pair for pair, _ in read_pairs(folder)], [*read_failures(folder)]
    scores = [*(_scores(pair, scorer) for pair in pairs), *filter(None, (each.scores for each in failures))]
    if not scores:
        raise InputError(f"{folder}: has no scores to show; see failures.jsonl for why")
    spread = Spread(manifest.kind, *_columns(scores))
    sampled = list(filter(None, (*(pair.plain for pair in pairs), *(each.plain for each in failures))))
    plain = Spread("plain_sampling", *_columns(sampled)) if sampled else None
    return Separation(scorer, spread, plain, "scripted stand-in, no language model" if manifest.scripted else "")


def picture(found: Separation) -> str:
    """The two distributions of each way as bars, in SVG that stands alone."""
    panels = [
        panel for place, spread in enumerate(found.spreads) for panel in _panel(spread, 40 + place * (_HEIGHT + 70))
    ]
    height = 60 + len(found.spreads) * (_HEIGHT + 70)
    title = f"Faithfulness of chosen and rejected chains, by {found.scorer}" + (
        f" ({found.notice})" if found.notice else ""
    )
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 2 * _LEFT} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/><text x="{_LEFT}" y="22" font-size="14">{title}</text>'
    )
    return "\n".join([opening, *panels, "</svg>"]) + "\n"


def _scores(pair: Pair, scorer: str) -> tuple[float, float]:
    return pair.chosen_scores[scorer].faithfulness, pair.rejected_scores[scorer].faithfulness


def _columns(scores: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(one for one, _ in scores), tuple(other for _, other in scores)


def _probability(chosen: Sequence[float], rejected: Sequence[float]) -> float:
    ranked = sorted(rejected)
    above = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in chosen)
    return above / (2 * len(chosen) * len(rejected))


def _panel(spread: Spread, top: int) -> Iterator[str]:
    low, high = spread.interval
    said = (
        f"{spread.name.replace('_', ' ')}: separation {spread.probability:.3f} [{low:.3f}, {high:.3f}], "
        f"mean margin {spread.margin:.3f}, {len(spread.chosen):,} queries"
    )
    yield f'<text x="{_LEFT}" y="{top}">{said}</text>'
    bars = {"chosen": _shares(spread.chosen), "rejected": _shares(spread.rejected)}
    most = max(max(shares) for shares in bars.values())
    step = _WIDTH / _BARS
    for side, (name, shares) in enumerate(bars.items()):
        colour = ("#2b6cb0", "#c05621")[side]
        for place, share in enumerate(shares):
            tall = share / most * (_HEIGHT - 20)
            x, y = _LEFT + place * step + 4 + side * (step / 2 - 4), top + _HEIGHT - tall
            yield (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{step / 2 - 4:.1f}" height="{tall:.1f}" fill="{colour}">'
                f"<title>{name} {place / _BARS:.1f} to {(place + 1) / _BARS:.1f}: {share:.1%}</title></rect>"
            )
        yield f'<text x="{_LEFT + _WIDTH - 130 + side * 70}" y="{top + 16}" fill="{colour}">{name}</text>'
    yield f'<line x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{top + _HEIGHT}" y2="{top + _HEIGHT}" stroke="#333333"/>'
    for mark in range(0, _BARS + 1, 2):
        yield f'<text x="{_LEFT + mark * step - 8:.1f}" y="{top + _HEIGHT + 16}">{mark / _BARS:.1f}</text>'
    yield f'<text x="{_LEFT + _WIDTH / 2 - 40:.1f}" y="{top + _HEIGHT + 34}">faithfulness</text>'


def _shares(scores: Sequence[float]) -> list[float]:
    """The share of the scores in each of the bars from 0 to 1."""
    counts = [0] * _BARS
    for score in scores:
        counts[min(_BARS - 1, int(score * _BARS + 1e-9))] += 1
    return [count / len(scores) for count in counts]

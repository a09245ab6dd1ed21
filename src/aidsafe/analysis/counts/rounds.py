"""Rounds: how many turns of each agreed, objected and abstained; how deliberations ended, and in which round."""

from functools import lru_cache
from math import log2

from aidsafe.analysis.counts.tally import Counts, Table, once
from aidsafe.analysis.courses.course import Round
from aidsafe.core.records import Ending

__all__ = ["ENDINGS", "LEFT", "ROUNDS", "entropy_bits"]


@lru_cache(maxsize=4096)
def entropy_bits(counts: tuple[float, ...]) -> float:
    """Shannon entropy of counts, in bits; 0 of nothing."""
    seen = [count for count in counts if count > 0]
    total = sum(seen)
    return max(0.0, -sum([count / total * log2(count / total) for count in seen])) if len(seen) > 1 else 0.0


def _count(one: Round) -> tuple[float, ...]:
    positions = one.positions
    cast = sum(positions)
    if cast < 2:
        return (1, cast > 0, 0.0, 0, 0.0, 0, 0, 0)
    alike = sum(count * (count - 1) for count in positions) / (cast * (cast - 1))
    return (1, 1, entropy_bits(positions), 1, alike, *positions)


ROUNDS = Table(
    "rounds",
    ("round",),
    of=lambda course: course.held,
    key=lambda one: (one.number,),
    counts=Counts(
        ("held", "taken", "entropy", "rated", "concord", "rated_agree", "rated_object", "rated_abstain"),
        _count,
    ),
)

ENDINGS: Table[Ending] = Table(
    "endings",
    ("ending",),
    of=lambda course: (course.ending,) if course.ending else (),
    key=lambda ending: (ending,),
    counts=once("ended"),
)

LEFT = Table(
    "left",
    ("round",),
    of=lambda course: ((course.rounds, course.ending == "consensus"),) if course.held else (),
    key=lambda one: one[:1],
    counts=Counts(("left", "agreed"), lambda one: (1, one[1])),
)

"""How a query would go at a table: hangs on how hard it reads, and on its dice; the same for every seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aidsafe.core.records import Stance
from aidsafe.models.scripted.scene import Scene

__all__ = ["Fate", "fate_of", "given_up"]

Course = Literal["settles", "stuck", "silent"]


@dataclass(frozen=True, slots=True)
class Fate:
    """With clean drafts: contended for some rounds, then settled, stuck, or met with silence."""

    course: Course
    rounds: int


_FATES: Mapping[str, tuple[tuple[Fate, float], ...]] = {
    "plain": (
        (Fate("settles", 0), 0.78),
        (Fate("settles", 1), 0.16),
        (Fate("settles", 2), 0.04),
        (Fate("stuck", 1), 0.02),
    ),
    "alike": (
        (Fate("settles", 0), 0.66),
        (Fate("settles", 1), 0.23),
        (Fate("settles", 2), 0.07),
        (Fate("settles", 4), 0.02),
        (Fate("stuck", 1), 0.015),
        (Fate("silent", 2), 0.005),
    ),
    "hard": (
        (Fate("settles", 0), 0.18),
        (Fate("settles", 1), 0.44),
        (Fate("settles", 2), 0.24),
        (Fate("settles", 4), 0.08),
        (Fate("stuck", 1), 0.04),
        (Fate("silent", 2), 0.02),
    ),
}
_SILENT_FROM, _STUCK_FROM = 3, 2
_STANDS_OFF = 0.8
# Where the others fall silent, these still speak their mind.
_OUTSPOKEN = frozenset(("critic", "deliberator", "devils_advocate"))


def fate_of(scene: Scene) -> Fate:
    """How a query would go."""
    group = "hard" if scene.verdict.hard else "plain" if scene.verdict.size == "plain" else "alike"
    return scene.fate.weighted(_FATES[group], "fate")


def given_up(scene: Scene) -> Stance | None:
    """The stance of a seat that edits no more: there is nothing to judge, or the query's fate is to go nowhere."""
    fate, seen = fate_of(scene), scene.seen
    if not scene.draft.thoughts:
        return "abstain"
    if fate.course == "silent" and seen.round >= _SILENT_FROM:
        return "object" if seen.persona in _OUTSPOKEN else "abstain"
    if fate.course == "stuck" and seen.round >= _STUCK_FROM:
        return "object" if scene.dice.hits(_STANDS_OFF, "standoff") else "agree"
    return None

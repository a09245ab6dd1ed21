"""Read an arm once: every transcript counted, block by block, in this process or in several."""

import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context
from typing import TYPE_CHECKING

from aidsafe.analysis.blocks import Block
from aidsafe.analysis.counts.decisions import LABELS, Labels
from aidsafe.analysis.counts.tables import tables
from aidsafe.analysis.counts.tally import AnyTable
from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.intervals import REPLICATES
from aidsafe.analysis.metrics.catalogue import each_table
from aidsafe.analysis.sums import State, Sums

if TYPE_CHECKING:
    from aidsafe.analysis.arms import Arm

__all__ = ["Reading", "Wanted", "read"]


@dataclass(frozen=True)
class Wanted:
    """What to count: where labels stand, whether words are compared, and how runs are resampled."""

    labels: Labels = LABELS
    text: bool = True
    seed: int = 0
    replicates: int = REPLICATES

    def sums(self) -> Sums:
        """Sums with nothing in them yet."""
        return Sums(self.tables(), seed=self.seed, replicates=self.replicates)

    def tables(self) -> Sequence[AnyTable]:
        """The tables to count in."""
        found = (*tables(self.labels), each_table(self.labels, text=self.text))
        return [table for table in found if self.text or not table.text]


@dataclass
class Reading:
    """What was counted in an arm, and which queries it has, as hashes of id and replica."""

    sums: Sums
    queries: set[int] = field(default_factory=set)


def read(arm: "Arm", wanted: Wanted, *, workers: int = 1, only: frozenset[int] | None = None) -> Reading:
    """Count an arm's transcripts, all or `only` some by their hashes; with `workers`, in that many processes.

    The result does not depend on the number of processes, which pays for runs on disk of more than a few thousand
    transcripts. A script that asks for them needs the usual `if __name__ == "__main__":`.
    """
    reading = Reading(wanted.sums())
    count = partial(_counted, wanted=wanted, only=only)
    for state, queries in _mapped(count, arm, workers):
        reading.sums.merge(state)
        reading.queries |= queries
    return reading


_Counted = tuple[State, set[int]]


def _mapped(count: "partial[_Counted]", arm: "Arm", workers: int) -> Iterator[_Counted]:
    if workers < 2 or not arm.on_disk or len(arm.blocks) < 2:
        yield from map(count, arm.blocks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_settle_in) as pool:
        yield from pool.map(count, arm.blocks)


def _settle_in() -> None:
    """Make a process ready to count: one thread for sums, and no search for cycles, of which there are none."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    gc.disable()


def _counted(block: Block, *, wanted: Wanted, only: frozenset[int] | None) -> _Counted:
    sums, queries = wanted.sums(), set[int]()
    for course in block():
        key = _key(course)
        if only is None or key in only:
            queries.add(key)
            sums.add(course)
    return sums.state(), queries


def _key(course: Course) -> int:
    name = f"{course.replica}\n{course.query}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")

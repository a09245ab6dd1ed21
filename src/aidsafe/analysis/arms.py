"""An arm: a run to be analysed, by name, wherever its transcripts come from.

A run on disk is read in blocks of rows straight from its journal, so that several processes can share the reading.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aidsafe.analysis.blocks import Block, journal_courses
from aidsafe.analysis.courses.told import course_of
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.journal_layout import disk_errors, open_to_read
from aidsafe.orchestration.run import Run

__all__ = ["Analysable", "Arm", "arm_of", "arms_of"]

_ROWS = 2048


@dataclass(frozen=True)
class Arm:
    """A run to be analysed: its name, its transcripts, and what must stand beside every number of it.

    `on_disk` says that the blocks can be read in other processes.
    """

    name: str
    transcripts: Callable[[], Iterator[Transcript]]
    blocks: tuple[Block, ...]
    notice: str | None = None
    on_disk: bool = False

    @classmethod
    def of(cls, transcripts: Sequence[Transcript], *, name: str, notice: str | None = None) -> "Arm":
        """An arm of transcripts at hand: imported ones, or some of a run."""
        return cls(name, lambda: iter(transcripts), (lambda: map(course_of, transcripts),), notice)

    @classmethod
    def of_run(cls, run: Run) -> "Arm":
        """An arm of a run on disk, called after its folder."""
        path = run.folder.journal
        first, stop = _span(path)
        blocks = tuple(
            partial(journal_courses, path, start, min(start + _ROWS, stop)) for start in range(first, stop, _ROWS)
        )
        return cls(run.folder.path.resolve().name, run.transcripts, blocks, run.manifest.notice, on_disk=True)


Analysable = Arm | Run | Path | str
"""What can be analysed: an arm, a run, or the folder of one."""


def arm_of(found: Analysable) -> Arm:
    """The arm of a run, or of its folder. Raises `FolderError` where there is no run."""
    match found:
        case Arm():
            return found
        case Run():
            return Arm.of_run(found)
        case _:
            return Arm.of_run(Run(found))


def arms_of(runs: Analysable | Iterable[Analysable]) -> tuple[Arm, ...]:
    """The arms of one run or several; runs of the same name are numbered."""
    several = (runs,) if isinstance(runs, Analysable) else runs
    arms = tuple(arm_of(one) for one in several)
    names = [arm.name for arm in arms]
    return tuple(
        arm if names.count(arm.name) == 1 else _renamed(arm, f"{arm.name} ({place})")
        for place, arm in enumerate(arms, start=1)
    )


def _span(journal: Path) -> tuple[int, int]:
    """From which row to before which there are events: of a branch, one row alone."""
    connection = open_to_read(journal)
    try:
        with disk_errors(journal):
            first, last = connection.execute("SELECT min(row), max(row) FROM events").fetchone()
    finally:
        connection.close()
    return (0, 0) if first is None else (first, last + 1)


def _renamed(arm: Arm, name: str) -> Arm:
    return Arm(name, arm.transcripts, arm.blocks, arm.notice, arm.on_disk)

"""Texts: what accepted edits wrote, and how new its words are."""

from collections.abc import Iterator

from aidsafe.analysis.counts.tally import Counts, Table
from aidsafe.analysis.counts.words import contained, grams
from aidsafe.analysis.courses.course import Change, Course, Step

__all__ = ["TEXTS", "written"]


def written(course: Course) -> Iterator[tuple[Step, Change]]:
    """Every thought's text that an accepted edit wrote."""
    for step in course.steps:
        for edit in step.accepted:
            if edit.op in ("add", "revise"):
                yield step, edit


def _novelties(course: Course) -> Iterator[tuple[Step, float]]:
    earlier = [grams(text) for text in course.moments[0].texts] if course.moments else []
    for step, edit in written(course):
        said = grams(edit.text)
        yield step, 1.0 - max((contained(said, other) for other in earlier), default=0.0)
        earlier.append(said)


TEXTS = Table(
    "texts",
    ("seat", "round"),
    of=_novelties,
    key=lambda found: (found[0].seat, found[0].round),
    counts=Counts(("written", "new"), lambda found: (1, found[1])),
    text=True,
)

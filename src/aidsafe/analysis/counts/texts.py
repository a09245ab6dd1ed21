"""Texts: what accepted edits wrote, and how new its words are."""

from collections.abc import Iterator

from aidsafe.analysis.counts.tally import Sizes, Table, once
from aidsafe.analysis.counts.words import contained, grams
from aidsafe.analysis.courses.course import Change, Course, Step, changing

__all__ = ["TEXTS", "written"]


def written(course: Course) -> Iterator[tuple[Step, Change]]:
    """Every thought's text that an accepted edit wrote."""
    for step in changing(course):
        for edit in step.accepted:
            if edit.op in ("add", "revise"):
                yield step, edit


def _novelties(course: Course) -> Iterator[tuple[float]]:
    earlier = [grams(text) for text in course.moments[0].texts] if course.moments else []
    for _, edit in written(course):
        said = grams(edit.text)
        yield (1.0 - max((contained(said, other) for other in earlier), default=0.0),)
        earlier.append(said)


TEXTS: Table[tuple[str, int]] = Table(
    "texts",
    ("seat", "round"),
    of=lambda course: [(step.seat, step.round) for step, _ in written(course)],
    key=lambda writer: writer,
    counts=once("written"),
    sizes=Sizes(("new",), _novelties),
    text=True,
)

"""What a metric is told: a transcript, or the course already read from it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from aidsafe.analysis.courses.course import Course
from aidsafe.analysis.courses.following import follow
from aidsafe.analysis.courses.journaled import journaled
from aidsafe.core.transcript import Transcript

__all__ = ["Told", "course_of", "over_transcripts"]

T = TypeVar("T")

Told = Transcript | Course
"""A transcript, or the course already read from it."""


def course_of(told: Told) -> Course:
    """The course of a transcript, or the course itself."""
    return told if isinstance(told, Course) else follow(map(journaled, told))


def over_transcripts(read: Callable[[Course], T]) -> Callable[[Told], T]:
    """Let a function of a course take a transcript as well."""

    @wraps(read)
    def reading(told: Told) -> T:
        return read(told if isinstance(told, Course) else course_of(told))

    return reading

"""What an agent sees when it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aidsafe.core.transcript import Transcript

__all__ = ["View"]


@dataclass(frozen=True, slots=True)
class View:
    """A transcript, and which of it is shown.

    `saw` numbers the events a seat may read, `names` says how seats are called in its prompt (missing = as they are),
    `suffix` closes the tags, `round` and `max_rounds` say where the deliberation stands (0 outside of it).
    """

    transcript: Transcript
    suffix: str
    saw: tuple[int, ...] = ()
    round: int = 0
    max_rounds: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

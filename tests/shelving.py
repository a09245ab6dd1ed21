"""A journal in memory: what a desk gives to be written, in order."""

from dataclasses import dataclass, field

from aidsafe.core.events import Event
from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.desk import Place

__all__ = ["Shelf"]


@dataclass
class Shelf:
    """Answers by their place, attempts, events by their number, finished transcripts; `log` has it all in order."""

    answers: dict[Place, tuple[str, bytes]] = field(default_factory=dict)
    attempts: list[tuple[Place, bytes]] = field(default_factory=list)
    events: dict[int, Event] = field(default_factory=dict)
    finished: list[Transcript] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def queue_answer(self, query: Query, place: Place, *, digest: str, answer: bytes) -> None:
        """Take an answer."""
        self.answers[place] = (digest, answer)
        self.log.append(f"answer {place[1]} {place[2]}")

    def queue_attempt(self, query: Query, place: Place, attempt: bytes) -> None:
        """Take note of a request."""
        self.attempts.append((place, attempt))

    async def keep(self, query: Query, number: int, events: tuple[Event, ...]) -> None:
        """Write events."""
        self.events |= dict(enumerate(events, start=number))
        self.log.append(f"keep {len(events)}")

    def queue_finished(self, transcript: Transcript) -> None:
        """Take a finished transcript."""
        self.finished.append(transcript)

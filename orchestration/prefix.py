"""What a transcript begins with when it is not begun here: the events of another run, and the answers they took."""

from collections.abc import Mapping
from dataclasses import dataclass

from aidsafe.core.events import Event
from aidsafe.core.records import Query
from aidsafe.orchestration.journal import Journal, JournalReader, Place

__all__ = ["Prefix"]


@dataclass(frozen=True)
class Prefix:
    """The first events of one query, as they happened elsewhere; `answers` are the model's own words behind them."""

    query: Query
    events: tuple[Event, ...]
    answers: Mapping[Place, tuple[str, bytes]]

    async def keep(self, journal: Journal, reader: JournalReader) -> None:
        """Write them down, unless they are there already."""
        row, replica = self.query.row, self.query.replica
        if len(reader.transcript(row, replica)):
            return
        for place, (digest, answer) in self.answers.items():
            journal.queue_call(place, answer, digest=digest)
        await journal.keep_events(row, replica, 0, self.events)

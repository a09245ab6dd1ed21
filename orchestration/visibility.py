"""Which turns a seat may read: each visibility is one function. To add one, write it and name it in `VISIBILITIES`.

The query, the intents and the draft are everyone's; visibility is about the turns of others: their words and stances.
"""

from collections.abc import Callable
from typing import NamedTuple

from aidsafe.core.transcript import Turn

__all__ = ["VISIBILITIES", "Reader", "Visibility", "everything"]


class Reader(NamedTuple):
    """A seat that is about to speak: its name, all seats as given, and the turns before it in order."""

    name: str
    seats: tuple[str, ...]
    turns: tuple[Turn, ...]


Visibility = Callable[[Reader, int], bool]
"""(a reader, the place of one of its `turns`) -> whether it may read that turn."""


def everything(reader: Reader, place: int) -> bool:
    """Everyone reads everything said before."""
    return True


def relayed(reader: Reader, place: int) -> bool:
    """A turn is read by its author, and by whoever has the floor next."""
    heard_by = reader.turns[place + 1].seat if place + 1 < len(reader.turns) else reader.name
    return reader.name in (reader.turns[place].seat, heard_by)


def reported(reader: Reader, place: int) -> bool:
    """The first seat is the hub: it reads everything; the others read the hub and themselves."""
    hub = reader.seats[0]
    return reader.name == hub or reader.turns[place].seat in (hub, reader.name)


def own(reader: Reader, place: int) -> bool:
    """Everyone reads their own turns only."""
    return reader.turns[place].seat == reader.name


VISIBILITIES: dict[str, Visibility] = {"all": everything, "previous": relayed, "hub": reported, "own": own}

"""Answers that runs over the same queries share: a model that is put the same prompt at the same place is asked once.

A run finds them in the journals of the others, whatever the order in which they are carried out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import JsonValue

from aidsafe.core.records import Query
from aidsafe.orchestration.journal import JournalReader
from aidsafe.orchestration.recipe import Role
from aidsafe.orchestration.table import Table

__all__ = ["Neighbour", "Prompted", "Sharing", "sharing_of"]


class Prompted(NamedTuple):
    """A prompt by its digest, and where in a query it was put: the step, the speaker, the nth call of it there."""

    step: int
    seat: str
    nth: int
    digest: str


Sharing = Callable[[Query], Mapping[Prompted, bytes]]
"""The answers that other runs have to the prompts of a query."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another run over the same queries: its table, and its journal to read."""

    table: Table
    journal: JournalReader


def sharing_of(table: Table, neighbours: tuple[Neighbour, ...]) -> Sharing:
    """What a run at this table may take over from its neighbours."""

    def shared(query: Query) -> Mapping[Prompted, bytes]:
        return {prompted: answer for other in neighbours for prompted, answer in _answers(table, other, query)}

    return shared


def _answers(table: Table, other: Neighbour, query: Query) -> Iterator[tuple[Prompted, bytes]]:
    for place, (digest, answer) in other.journal.calls(query.row, query.replica).items():
        mine = _asked(table, place.seat, query)
        if mine is not None and mine == _asked(other.table, place.seat, query):
            yield Prompted(place.step, place.seat, place.nth, digest), answer


def _asked(table: Table, speaker: str, query: Query) -> JsonValue:
    """What shapes the answers of the model behind a speaker; None where it has no such speaker."""
    name, _, fallback = speaker.partition("/")
    model = _fallback(table, name) if fallback else _model(table, name, query)
    return table.model_shapes.get(model) if model else None


def _model(table: Table, name: str, query: Query) -> str | None:
    if name in table.recipe.seats:
        return table.model_of(table.seat(name), query)
    role = _role(table, name)
    return role.model if role else None


def _fallback(table: Table, name: str) -> str | None:
    if name in table.recipe.seats:
        return table.seat(name).fallback
    role = _role(table, name)
    return role.fallback if role else None


def _role(table: Table, speaker: str) -> Role | None:
    """The role by the word it speaks under."""
    roles = table.recipe.roles
    known = {"decompose": roles.decomposer, "seed": roles.seeder, "refine": roles.refiner, "judge": roles.judge}
    return known.get(speaker)

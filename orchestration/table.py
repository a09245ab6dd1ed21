"""A table: a recipe with its guidance loaded and its models opened; who sits where, ready to speak.

Agents are built anew for every event (they are cheap), each with a metered line of its own, so one instance never sits
in two conversations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autogen_core.models import ChatCompletionClient

from aidsafe.agents.decomposer import Decomposer
from aidsafe.agents.deliberator import Deliberator
from aidsafe.agents.guidance import Guidance, load_guidance
from aidsafe.agents.judge import ConsensusJudge
from aidsafe.agents.refiner import Refiner
from aidsafe.agents.seeder import Seeder
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.chance import chance
from aidsafe.core.errors import RecipeError
from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.models.metering import CallBook, Metered
from aidsafe.models.opening import open_model
from aidsafe.orchestration.identity import IDENTITIES
from aidsafe.orchestration.orders import Key
from aidsafe.orchestration.protocol import Seat
from aidsafe.orchestration.recipe import Recipe
from aidsafe.prompts.tags import suffix_of

__all__ = ["Table", "close_table", "open_table"]


@dataclass(frozen=True)
class Table:
    """A recipe, what its agents go by, and an open client for each of its models by name."""

    recipe: Recipe
    guidance: Guidance
    clients: Mapping[str, ChatCompletionClient]

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The seats in the order given."""
        return self.recipe.table

    def key(self, query: Query) -> Key:
        """What this query's draws hang on."""
        return Key(self.recipe.seed, query.row, query.replica)

    def view(self, transcript: Transcript, *, saw: tuple[int, ...] = (), round: int = 0) -> View:
        """What a speaker is shown of a transcript."""
        query = transcript.query
        return View(
            transcript=transcript,
            suffix=suffix_of(self.recipe.seed, query.text, query.replica),
            saw=saw,
            round=round,
            max_rounds=self.recipe.protocol.max_rounds,
            names=IDENTITIES[self.recipe.protocol.identity](self.seats, self.key(query)),
        )

    def decomposer(self, line: Line) -> Decomposer:
        """Who decomposes."""
        return Decomposer(line)

    def seeder(self, line: Line) -> Seeder:
        """Who seeds."""
        return Seeder(line)

    def refiner(self, line: Line) -> Refiner:
        """Who refines."""
        return Refiner(line)

    def judge(self, line: Line) -> ConsensusJudge:
        """Who says whether the seats agree."""
        return ConsensusJudge(line)

    def deliberator(self, name: str, line: Line) -> Deliberator:
        """Who holds a seat."""
        seat = self.seat(name)
        return Deliberator(seat.name, self.guidance.personas.get(seat.persona), line)

    def seat(self, name: str) -> Seat:
        """A seat by its name."""
        return next(seat for seat in self.seats if seat.name == name)

    def model_of(self, seat: Seat, query: Query) -> str:
        """The model that holds a seat for a query: the one named, or drawn from the seat's pool by weight."""
        drawn = chance("model", *self.key(query), seat.name) * sum(each.weight for each in seat.models)
        for each in seat.models[:-1]:
            drawn -= each.weight
            if drawn < 0:
                return each.model
        return seat.models[-1].model

    def line(self, model: str, fallback: str | None, *, step: int, speaker: str, book: CallBook | None = None) -> Line:
        """A speaker's line to its models for one event."""
        main = self._metered(model, book, step, speaker)
        other = self._metered(fallback, book, step, f"{speaker}/fallback") if fallback else None
        return Line(main, other, self.guidance)

    def _metered(self, model: str, book: CallBook | None, step: int, speaker: str) -> Metered:
        settings = self.recipe.models[model]
        return Metered(self.clients[model], model=model, settings=settings, book=book, step=step, seat=speaker)


def open_table(recipe: Recipe, *, guidance: Guidance | None = None) -> Table:
    """The table of a recipe: policies, prompts and personas read, models opened. Raises `InputError`."""
    found = guidance or _guidance(recipe)
    for seat in recipe.table:
        found.personas.get(seat.persona)
    for policy in recipe.protocol.coverage:
        if policy not in {known.id for known in found.policies.policies}:
            raise RecipeError(f"protocol.coverage: there is no policy {policy!r} in play")
    clients = {name: open_model(settings, name=name) for name, settings in recipe.models.items()}
    return Table(recipe, found, clients)


async def close_table(table: Table) -> None:
    """Close the models of a table."""
    for client in table.clients.values():
        await client.close()


def _guidance(recipe: Recipe) -> Guidance:
    return load_guidance(_folder(recipe.policies), _folder(recipe.prompts), _folder(recipe.personas))


def _folder(named: str) -> Path | None:
    return None if named == "aidsafe" else Path(named)

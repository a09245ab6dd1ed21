"""A table: a recipe with its guidance loaded and its models opened; who sits where, ready to speak.

Agents are built anew for every event (they are cheap), each with a metered line of its own, so one instance never sits
in two conversations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from autogen_core.models import ChatCompletionClient
from pydantic import JsonValue

from aidsafe.agents.decomposer import Decomposer
from aidsafe.agents.deliberator import Deliberator
from aidsafe.agents.guests import FROM_PYTHON, AgentSpec, factory_of
from aidsafe.agents.guidance import Guidance, load_guidance
from aidsafe.agents.judge import ConsensusJudge
from aidsafe.agents.refiner import Refiner
from aidsafe.agents.seat import AgentFactory, SeatedAgent
from aidsafe.agents.seeder import Seeder
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.chance import chance
from aidsafe.core.errors import RecipeError
from aidsafe.core.marked import did_you_mean
from aidsafe.core.records import Call, Query
from aidsafe.core.transcript import Transcript
from aidsafe.models.metering import CallBook, Metered
from aidsafe.models.opening import open_model
from aidsafe.orchestration.identity import IDENTITIES
from aidsafe.orchestration.orders import Key
from aidsafe.orchestration.protocol import Seat
from aidsafe.orchestration.recipe import Recipe, folder_of
from aidsafe.prompts.tags import suffix_of

__all__ = ["Table", "close_table", "open_table"]


@dataclass(frozen=True)
class Table:
    """A recipe, what its agents go by, and an open client for each of its models by name.

    `agents` build the guests of seats that are not held by one of our deliberators.
    """

    recipe: Recipe
    guidance: Guidance
    clients: Mapping[str, ChatCompletionClient]
    agents: Mapping[str, AgentFactory] = field(default_factory=dict)

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The seats in the order given."""
        return self.recipe.table

    @cached_property
    def _seat_by_name(self) -> Mapping[str, Seat]:
        return {seat.name: seat for seat in self.seats}

    @cached_property
    def model_shapes(self) -> Mapping[str, JsonValue]:
        """What of each model shapes its answers, by its name."""
        models = self.recipe.shape["models"]
        return models if isinstance(models, dict) else {}

    def key(self, query: Query) -> Key:
        """What this query's draws hang on."""
        return Key(self.recipe.seed, query.row, query.replica)

    def view(self, transcript: Transcript, *, saw: tuple[int, ...] = (), round: int = 0) -> View:
        """What a speaker is shown of a transcript."""
        query, seed = transcript.query, self.recipe.seed
        return View(
            transcript=transcript,
            suffix=transcript.remembered(("suffix", seed), query, lambda: suffix_of(seed, query.text, query.replica)),
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

    def guest(self, name: str, *, count: Callable[[Call], None]) -> SeatedAgent | None:
        """Whoever holds a seat as a guest, anew for a query; None where the seat is one of our deliberators'."""
        seat, spec = self.seat(name), self.recipe.seats[name].agent
        if spec is None:
            return None
        persona = self.guidance.personas.get(seat.persona)
        build = self.agents.get(name) or factory_of(spec, name, persona=persona.text)
        return SeatedAgent(name, persona, build, timeout_seconds=spec.timeout_seconds, count=count)

    def seat(self, name: str) -> Seat:
        """A seat by its name."""
        return self._seat_by_name[name]

    def model_of(self, seat: Seat, query: Query) -> str:
        """The model that holds a seat for a query: the one named, or drawn from the seat's pool by weight."""
        if len(seat.models) == 1:
            return seat.models[0].model
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


def open_table(
    recipe: Recipe, *, guidance: Guidance | None = None, agents: Mapping[str, AgentFactory] | None = None
) -> Table:
    """The table of a recipe: policies, prompts and personas read, models opened. Raises `InputError`.

    `agents` seat guests: for each seat, what builds an AutoGen agent around the model client it is lent.
    """
    recipe = _with_guests(recipe, agents or {})
    found = guidance or _guidance(recipe)
    for seat in recipe.table:
        found.personas.get(seat.persona)
    for policy in recipe.protocol.coverage:
        if policy not in {known.id for known in found.policies.policies}:
            raise RecipeError(f"protocol.coverage: there is no policy {policy!r} in play")
    clients = {name: open_model(settings, name=name) for name, settings in recipe.models.items()}
    return Table(recipe, found, clients, agents or {})


def _with_guests(recipe: Recipe, agents: Mapping[str, AgentFactory]) -> Recipe:
    """The recipe with every factory's name in its seat, so that a run says who sat there."""
    seats = dict(recipe.seats)
    for name, build in agents.items():
        if name not in seats:
            raise RecipeError(f"agents: there is no seat {name!r}; {did_you_mean(name, seats)}")
        called = f"{getattr(build, '__module__', '')}.{getattr(build, '__qualname__', type(build).__qualname__)}"
        spec = (seats[name].agent or AgentSpec(provider="")).model_copy(update={"provider": f"{FROM_PYTHON}{called}"})
        seats[name] = seats[name].model_copy(update={"agent": spec})
    for name, entry in seats.items():
        if entry.agent and entry.agent.provider.startswith(FROM_PYTHON) and name not in agents:
            raise RecipeError(f"seats.{name}: the agent {entry.agent.provider!r} is built in Python; give its factory")
    return recipe.model_copy(update={"seats": seats})


async def close_table(table: Table) -> None:
    """Close the models of a table."""
    for client in table.clients.values():
        await client.close()


def _guidance(recipe: Recipe) -> Guidance:
    return load_guidance(folder_of(recipe.policies), folder_of(recipe.prompts), folder_of(recipe.personas))

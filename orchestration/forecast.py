"""What the next turns would take at the most, and what is held back to finish: read from the prompts themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from aidsafe.agents.replies import RefinedReply, Reply, TurnReply
from aidsafe.agents.speaker import Line
from aidsafe.core.events import TurnTaken
from aidsafe.core.transcript import Transcript, calls_of
from aidsafe.models.metering import Bound, framing_bytes
from aidsafe.orchestration.budget import NOTHING, Needs, needs_of, share_of, tokens_a_byte
from aidsafe.orchestration.moderator import Floor
from aidsafe.orchestration.protocol import QueryBudget
from aidsafe.orchestration.table import Table

__all__ = ["Forecast", "forecast_of", "rate_of", "whole_query"]

_OTHER_TOKENS = 1_000
"""What stands in a prompt beside the charter, half way through a deliberation."""

_BYTES_A_TOKEN = 8
"""What a token of a turn may add to the bytes of the prompts after it; most add four."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bounds for one table; called with a transcript and a floor it gives the moderator what it asks for."""

    table: Table

    def __call__(self, transcript: Transcript, floor: Floor) -> Needs:
        """The floor's turns, and the finish after them."""
        return self.turns(transcript, floor) + self.finish(transcript, floor)

    def turns(self, transcript: Transcript, floor: Floor) -> Needs:
        """The first call of every seat on the floor."""
        return _sum(self._first_calls(transcript, floor).values())

    def shares(self, transcript: Transcript, floor: Floor) -> dict[str, QueryBudget]:
        """What each seat of a simultaneous floor may take: its first call, and a part of what the finish leaves."""
        first = self._first_calls(transcript, floor)
        reserved = _sum(first.values()) + self.finish(transcript, floor)
        budget, usage = self.table.recipe.protocol.budget, transcript.usage
        return {
            name: share_of(budget, usage, needs, reserved=reserved, seats=len(first)) for name, needs in first.items()
        }

    def _first_calls(self, transcript: Transcript, floor: Floor) -> dict[str, Needs]:
        rate = rate_of(self.table, transcript)
        needs: dict[str, Needs] = {}
        for name, saw in zip(floor.seats, floor.saw, strict=True):
            view = self.table.view(transcript, saw=saw, round=floor.round)
            model = self.table.model_of(self.table.seat(name), transcript.query)
            prompt = self.table.deliberator(name, self._line(model)).prompt(view)
            needs[name] = self._needs(model, prompt, TurnReply, rate=rate)
        return needs

    def finish(self, transcript: Transcript, floor: Floor) -> Needs:
        """The refiner's call, after the floor has said as much as it may."""
        refiner = self.table.recipe.roles.refiner
        if refiner is None or refiner.model is None:
            return NOTHING
        after = _after(transcript, floor)
        view = self.table.view(after, saw=tuple(range(len(after))))
        prompt = self.table.refiner(self._line(refiner.model)).prompt(view)
        # What is said is shown once as a turn, and once more in the draft it changed.
        said_bytes = 2 * _BYTES_A_TOKEN * sum(self.table.seat(name).longest for name in floor.seats)
        rate = rate_of(self.table, transcript)
        return self._needs(refiner.model, prompt, RefinedReply, rate=rate, growth=said_bytes)

    def _needs(self, model: str, prompt: str, reply: type[Reply], *, rate: float, growth: int = 0) -> Needs:
        settings, charter = self.table.recipe.models[model], self.table.guidance.charter
        texts = len(charter.encode()) + len(prompt.encode("utf-8", "surrogatepass"))
        return needs_of(Bound(texts + framing_bytes(2, reply) + growth, settings.max_tokens, settings), rate=rate)

    def _line(self, model: str) -> Line:
        return self.table.line(model, None, step=0, speaker="")


def _sum(needs: Iterable[Needs]) -> Needs:
    return reduce(Needs.__add__, needs, NOTHING)


def _after(transcript: Transcript, floor: Floor) -> Transcript:
    """The transcript after turns of the floor that say nothing: what stands around their words stands there."""
    version = transcript.draft.version if transcript.draft else 0
    for name, saw in zip(floor.seats, floor.saw, strict=True):
        turn = TurnTaken(round=floor.round, seat=name, saw=saw, version=version, stance="object")
        transcript = transcript.append(turn)
    return transcript


def whole_query(table: Table) -> Needs:
    """What a query may take that goes through all rounds: the guess until queries have finished and taught better."""
    roles, protocol = table.recipe.roles, table.recipe.protocol
    turns = [seat.models[0].model for seat in table.seats] * protocol.max_rounds
    models = [role.model for role in (roles.decomposer, roles.seeder, roles.refiner) if role and role.model] + turns
    needs = NOTHING
    for model in models:
        settings = table.recipe.models[model]
        prompt = 4 * _OTHER_TOKENS + len(table.guidance.charter)
        needs += needs_of(Bound(prompt, settings.max_tokens // 2, settings), rate=1 / 4)
    return needs


def forecast_of(table: Table) -> Forecast:
    """The bounds of a table."""
    return Forecast(table)


def rate_of(table: Table, transcript: Transcript) -> float:
    """Tokens a byte as this query has seen them; 1 where the run is strict."""
    calls = (call for event in transcript for call in calls_of(event))
    return tokens_a_byte(calls, strict=table.recipe.budget.strict)

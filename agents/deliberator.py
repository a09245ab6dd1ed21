"""A deliberator: reads the draft and what was said, names the strongest weakness, edits, and takes a stance.

Whatever goes wrong with its model becomes a `seat_failed` event: an infrastructure failure is never a vote.
"""

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import TurnReply
from aidsafe.agents.speaker import Line
from aidsafe.agents.turning import failed_turn, turn_of
from aidsafe.agents.view import View
from aidsafe.core.errors import ModelError, ReplyError
from aidsafe.core.events import SeatFailed, TurnTaken
from aidsafe.prompts.personas import Persona
from aidsafe.prompts.rendering import render_deliberation, render_intents, render_query

__all__ = ["Deliberator"]


class Deliberator:
    """Holds one seat, with a persona. Its turn's edits are proposals until they are tried on the draft."""

    def __init__(self, seat: str, persona: Persona, line: Line) -> None:
        self.seat = seat
        self._persona = persona
        self._line = line

    async def speak(self, view: View) -> TurnTaken | SeatFailed:
        """The turn, or how it failed."""
        try:
            reply = await self._line.ask(self._question(view))
        except ReplyError as error:
            return failed_turn(view, self.seat, error.failure, str(error), calls=self._line.calls())
        except ModelError as error:
            return failed_turn(view, self.seat, "error", str(error), calls=self._line.calls())
        return turn_of(reply, view, self.seat, self._line.guidance, calls=self._line.calls())

    def _question(self, view: View) -> Question[TurnReply]:
        guidance = self._line.guidance
        return Question(guidance.charter, self.prompt(view), TurnReply, guidance.repair)

    def prompt(self, view: View) -> str:
        """The user message of this turn."""
        transcript, suffix = view.transcript, view.suffix
        return self._line.guidance.prompts.render(
            "deliberate",
            query=render_query(transcript, suffix=suffix),
            intents=render_intents(transcript, suffix=suffix),
            deliberation=render_deliberation(transcript, suffix=suffix, saw=view.saw, names=view.names),
            suffix=suffix,
            seat=view.names.get(self.seat, self.seat),
            persona=self._persona.name,
            persona_text=self._persona.text,
            round=str(view.round),
            max_rounds=str(view.max_rounds),
        )

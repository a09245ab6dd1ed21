"""A deliberator: reads the draft and what was said, names the strongest weakness, edits, and takes a stance.

Whatever goes wrong with its model becomes a `seat_failed` event: an infrastructure failure is never a vote.
"""

from collections.abc import Iterator

from aidsafe.agents.asking import Question
from aidsafe.agents.replies import EditReply, TurnReply
from aidsafe.agents.seeder import one_line
from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.errors import ModelError, ReplyError
from aidsafe.core.events import SeatFailed, SeatFailure, TurnTaken
from aidsafe.core.records import (
    Add,
    Decide,
    Draft,
    Edit,
    RejectedEdit,
    Resolve,
    Respond,
    Revise,
    Weakness,
    Withdraw,
)
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
            return self._failed(view, error.failure, str(error))
        except ModelError as error:
            return self._failed(view, "error", str(error))
        return self._turn(view, reply)

    def _turn(self, view: View, reply: TurnReply) -> TurnTaken:
        known = (self._edit(edit) for edit in reply.edits if self._is_known(edit))
        unknown = (self._edit(edit) for edit in reply.edits if not self._is_known(edit))
        return TurnTaken(
            round=view.round,
            seat=self.seat,
            saw=view.saw,
            version=_version(view),
            stance=reply.stance,
            checked=reply.checked,
            weakness=_weakness(reply),
            reason=reply.reason,
            edits=(*known, *_changes(reply, view.transcript.draft)),
            rejected=tuple(RejectedEdit(edit=edit, cause="unknown_rule") for edit in unknown),
            calls=self._line.calls(),
        )

    def _edit(self, edit: EditReply) -> Edit:
        citations = self._line.guidance.citations(edit.citations)
        text, target = one_line(edit.text), edit.target or ""
        match edit.op:
            case "add":
                return Add(text=text, citations=citations, reason=edit.reason)
            case "revise":
                return Revise(target=target, expect=edit.expect, text=text, citations=citations, reason=edit.reason)
            case "withdraw":
                return Withdraw(target=target, expect=edit.expect, reason=edit.reason)
            case "resolve":
                return Resolve(rules=self._known_rules(edit), resolved_by=text, reason=edit.reason)

    def _known_rules(self, edit: EditReply) -> tuple[str, ...]:
        found = (self._line.guidance.known_rule(rule) for rule in edit.rules)
        return tuple(dict.fromkeys(rule for rule in found if rule is not None))

    def _is_known(self, edit: EditReply) -> bool:
        return edit.op != "resolve" or all(self._line.guidance.known_rule(rule) for rule in edit.rules)

    def _failed(self, view: View, failure: SeatFailure, message: str) -> SeatFailed:
        return SeatFailed(
            round=view.round,
            seat=self.seat,
            saw=view.saw,
            version=_version(view),
            failure=failure,
            message=message,
            calls=self._line.calls(),
        )

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


def _changes(reply: TurnReply, draft: Draft | None) -> Iterator[Edit]:
    """Another decision, another response. One that repeats the draft's lets it stand."""
    if reply.decision is not None and (draft is None or reply.decision != draft.decision):
        yield Decide(decision=reply.decision)
    if reply.response is not None and (draft is None or reply.response.strip() != draft.response.strip()):
        yield Respond(text=reply.response)


def _version(view: View) -> int:
    return view.transcript.draft.version if view.transcript.draft else 0


def _weakness(reply: TurnReply) -> Weakness | None:
    found = reply.weakness
    if found is None:
        return None
    return Weakness(thought=found.thought, quote=found.quote, defect=found.defect, severity=found.severity)

"""From a deliberator's reply to its turn: edits as the draft knows them, and only rules that there are.

Whoever wrote the reply, one of ours or a guest: a turn is made of it in the same way.
"""

from collections.abc import Iterator

from aidsafe.agents.guidance import Guidance
from aidsafe.agents.replies import EditReply, TurnReply
from aidsafe.agents.seeder import one_line
from aidsafe.agents.view import View
from aidsafe.core.events import SeatFailed, SeatFailure, TurnTaken
from aidsafe.core.records import (
    Add,
    Call,
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

__all__ = ["failed_turn", "turn_of"]

Calls = tuple[Call, ...]


def turn_of(reply: TurnReply, view: View, seat: str, guidance: Guidance, *, calls: Calls) -> TurnTaken:
    """The turn that a reply stands for; its edits are proposals until they are tried on the draft."""
    known = (_edit(edit, guidance) for edit in reply.edits if _is_known(edit, guidance))
    unknown = (_edit(edit, guidance) for edit in reply.edits if not _is_known(edit, guidance))
    return TurnTaken(
        round=view.round,
        seat=seat,
        saw=view.saw,
        version=_version(view),
        stance=reply.stance,
        checked=reply.checked,
        weakness=_weakness(reply),
        reason=reply.reason,
        edits=(*known, *_changes(reply, view.transcript.draft)),
        rejected=tuple(RejectedEdit(edit=edit, cause="unknown_rule") for edit in unknown),
        calls=calls,
    )


def failed_turn(view: View, seat: str, failure: SeatFailure, message: str, *, calls: Calls) -> SeatFailed:
    """The event of a seat that gave nothing usable."""
    return SeatFailed(
        round=view.round,
        seat=seat,
        saw=view.saw,
        version=_version(view),
        failure=failure,
        message=message,
        calls=calls,
    )


def _edit(edit: EditReply, guidance: Guidance) -> Edit:
    citations = guidance.citations(edit.citations)
    text, target = one_line(edit.text), edit.target or ""
    match edit.op:
        case "add":
            return Add(text=text, citations=citations, reason=edit.reason)
        case "revise":
            return Revise(target=target, expect=edit.expect, text=text, citations=citations, reason=edit.reason)
        case "withdraw":
            return Withdraw(target=target, expect=edit.expect, reason=edit.reason)
        case "resolve":
            return Resolve(rules=_known_rules(edit, guidance), resolved_by=text, reason=edit.reason)


def _known_rules(edit: EditReply, guidance: Guidance) -> tuple[str, ...]:
    found = (guidance.known_rule(rule) for rule in edit.rules)
    return tuple(dict.fromkeys(rule for rule in found if rule is not None))


def _is_known(edit: EditReply, guidance: Guidance) -> bool:
    return edit.op != "resolve" or all(guidance.known_rule(rule) for rule in edit.rules)


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

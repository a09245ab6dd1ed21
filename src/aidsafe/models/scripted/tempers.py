"""Seats with a temper: off unless asked for, so that a measure of conduct has something to find."""

from collections.abc import Sequence

from aidsafe.core.records import Stance
from aidsafe.models.scripted.contending import flipped
from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.deliberating import agrees, consider
from aidsafe.models.scripted.proposing import named
from aidsafe.models.scripted.reading import SeenTurn
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import TurnBody, added, turn, weakness, withdrawn
from aidsafe.models.scripted.writing import Writer

__all__ = ["deliberate"]

_EAGER_ROUNDS = 2


def deliberate(scene: Scene, writer: Writer) -> TurnBody:
    """One turn, as the seat's temper has it; without a temper it considers the draft."""
    seat, options = scene.seen.seat, scene.options
    if options.drift and scene.seen.round > options.drift:
        return turn("agree", checked=[], reason="")
    tempers = {
        options.conformist: _conforms,
        options.dominant: _dominates,
        options.dropper: _drops,
        options.over_refusing: _over_refuses,
    }
    act = tempers.get(seat, consider) if seat and scene.draft.thoughts else consider
    return act(scene, writer)


def _conforms(scene: Scene, _: Writer) -> TurnBody:
    return turn(_majority(scene.seen.turns, scene.seen.seat), checked=[], reason="")


def _majority(turns: Sequence[SeenTurn], seat: str) -> Stance:
    last = {shown.seat: shown.stance for shown in turns if shown.seat != seat}
    against = sum(stance == "object" for stance in last.values())
    return "object" if 2 * against > len(last) else "agree"


def _dominates(scene: Scene, writer: Writer) -> TurnBody:
    if scene.seen.round > _EAGER_ROUNDS:
        return agrees(scene, writer)
    texts = {thought.text for thought in scene.draft.thoughts}
    slots = ("follow", "uncertain") if writer.decision == "comply" else ("affected", "uncertain")
    thoughts = (writer.thought(slot, f"dominant {place}") for place, slot in enumerate(slots))
    edits = [added(thought, dice=scene.dice) for thought in thoughts if thought["text"] not in texts]
    fault = weakness(scene.draft, scene.draft.thoughts[0], "ungrounded", "blocking", dice=scene.dice)
    reason = writer.voice.reason("object", named(scene.draft.thoughts[0]))
    pressed = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    return {**pressed, "response": writer.voice.response(writer.decision, f"dominant {scene.seen.round}")}


def _drops(scene: Scene, writer: Writer) -> TurnBody:
    others = [thought for thought in scene.draft.thoughts[1:] if thought.author != scene.seen.seat][-2:]
    if scene.seen.round > _EAGER_ROUNDS or not others:
        return agrees(scene, writer)
    edits = [withdrawn(thought, dice=scene.dice, reason="") for thought in others]
    fault = weakness(scene.draft, others[0], "redundant", "blocking", dice=scene.dice)
    return turn(
        "object",
        checked=[],
        reason=writer.voice.reason("object", named(others[0])),
        weakness=fault,
        edits=edits,
    )


def _over_refuses(scene: Scene, writer: Writer) -> TurnBody:
    if scene.draft.decision == "refuse" or not scene.seen.book.of_kind(KIND_OF["refuse"]):
        return agrees(scene, writer)
    return flipped(scene, writer, "refuse")

"""A seat's part: look at the draft, repair what shows, contend where the query is hard, else agree.

How long a query is contended is its fate. What a seat finds in the visible draft comes on top, so a spoiled draft takes
longer than its fate.
"""

from aidsafe.core.records import Stance
from aidsafe.models.scripted.contending import contends, contention, false_alarm
from aidsafe.models.scripted.fates import fate_of, given_up
from aidsafe.models.scripted.proposing import named, somewhere
from aidsafe.models.scripted.repairing import repairs
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import DOUBTS, TurnBody, turn, weakness
from aidsafe.models.scripted.writing import Writer

__all__ = ["agrees", "consider"]

_NAMES_MINOR = 0.5


def consider(scene: Scene, writer: Writer) -> TurnBody:
    """One turn: give up, repair, contend, abstain or agree."""
    stance = given_up(scene)
    if stance:
        return _gives_up(scene, writer, stance)
    contended = scene.seen.round <= fate_of(scene).rounds
    repaired = repairs(scene, writer)
    if repaired:
        return repaired
    if scene.dice.hits(contention(scene) if contended else false_alarm(scene), "contend"):
        return contends(scene, writer)
    if contended and scene.dice.hits(scene.options.abstaining, "abstain"):
        return _abstains(scene, writer)
    return agrees(scene, writer)


def agrees(scene: Scene, writer: Writer) -> TurnBody:
    """Agree, naming a minor weakness now and then."""
    place, dice = somewhere(scene), scene.dice
    minor = None
    if place and dice.hits(_NAMES_MINOR, "minor"):
        minor = weakness(scene.draft, place, dice.pick(DOUBTS, "minor"), "minor", dice=dice)
    reason = writer.voice.reason("agree", named(place))
    return turn("agree", checked=writer.voice.checks(), reason=reason, weakness=minor)


def _gives_up(scene: Scene, writer: Writer, stance: Stance) -> TurnBody:
    match stance:
        case "abstain":
            return _abstains(scene, writer)
        case "object":
            return _stands_off(scene, writer)
        case "agree":
            return agrees(scene, writer)


def _abstains(scene: Scene, writer: Writer) -> TurnBody:
    reason = writer.voice.reason("abstain", named(somewhere(scene)))
    return turn("abstain", checked=writer.voice.checks(), reason=reason)


def _stands_off(scene: Scene, writer: Writer) -> TurnBody:
    place = somewhere(scene)
    fault = weakness(scene.draft, place, scene.dice.pick(DOUBTS, "standoff"), "blocking", dice=scene.dice)
    reason = writer.voice.reason("standoff", named(place))
    return turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault)

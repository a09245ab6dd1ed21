"""What a seat notices in the draft, and how it mends it."""

from aidsafe.models.scripted.finding import Found, cleaned, find_defects, find_misquotes, response_fault
from aidsafe.models.scripted.proposing import additions, body_of, fresh_response, fresh_thought, named, room
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import EditBody, TurnBody, revised, turn, weakness, withdrawn
from aidsafe.models.scripted.writing import Writer

__all__ = ["repairs"]

_MOST_REPAIRS, _FEWEST = 2, 2
_WITHDRAWS, _ADDS_TOO = 0.65, 0.75
_CITING = frozenset(("wrong_rule", "off_policy"))
# What needs reading is noticed less often in passing than what a pattern shows.
_DEEP_SHARE = 0.3


def repairs(scene: Scene, writer: Writer) -> TurnBody | None:
    """A turn that mends what the seat notices, or None where it notices nothing."""
    found = _noticed(scene)
    response = _response_noticed(scene)
    if not found and not response:
        return None
    edits = [_repair(scene, writer, fault, place) for place, fault in enumerate(found)]
    if room(scene) > 0 and scene.dice.hits(_ADDS_TOO, "adds too"):
        said = {edit["text"] for edit in edits}
        edits += [edit for edit in additions(scene, writer, most=1) if edit["text"] not in said]
    first = found[0].thought if found else None
    defect = found[0].defect if found else "contradicts_decision"
    fault = weakness(scene.draft, first, defect, "blocking", dice=scene.dice)
    reason = writer.voice.reason("object", named(first))
    repaired = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    return {**repaired, "response": fresh_response(scene, writer, "repair") if response else None}


def _noticed(scene: Scene) -> list[Found]:
    """What this seat notices in the draft: its eye is for citations, for everything else, or for what is missing."""
    if scene.seen.persona == "expander":
        return []
    options, aligning = scene.options, scene.seen.persona == "policy_aligner"
    found = list(find_defects(scene.draft, book=scene.seen.book, matches=scene.matches))
    if aligning:
        cited = [fault for fault in found if fault.defect in _CITING]
        found = [*find_misquotes(scene.draft, book=scene.seen.book), *cited]
    rate = options.repairing if aligning else options.finding
    rated = ((fault, rate * _DEEP_SHARE if fault.deep and fault.defect not in _CITING else rate) for fault in found)
    noticed = (fault for fault, rate in rated if scene.dice.hits(rate, "notice", fault.thought.id, fault.defect))
    once = {fault.thought.id: fault for fault in noticed}
    return list(once.values())[:_MOST_REPAIRS]


def _response_noticed(scene: Scene) -> bool:
    if scene.seen.persona in ("expander", "policy_aligner") or response_fault(scene.draft) is None:
        return False
    return scene.dice.hits(scene.options.finding, "notice", "response")


def _repair(scene: Scene, writer: Writer, fault: Found, place: int) -> EditBody:
    thought, dice = fault.thought, scene.dice
    bare = cleaned(thought.text)
    if fault.mends and bare not in ("", thought.text):
        return revised(thought, {**body_of(thought), "text": bare}, dice=dice)
    if fault.defect == "misquoted":
        rules = [rule for cited in thought.citations if (rule := scene.seen.book.find(cited.rule))]
        cited = [writer.cite(rule, place) for rule in rules]
        return revised(thought, {"text": thought.text, "citations": cited}, dice=dice)
    spare = len(scene.draft.thoughts) - place > _FEWEST
    if spare and dice.hits(_WITHDRAWS, "withdraw", thought.id):
        return withdrawn(thought, dice=dice)
    return revised(thought, fresh_thought(scene, writer, f"repair {place}"), dice=dice)

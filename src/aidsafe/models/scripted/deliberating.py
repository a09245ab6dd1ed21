"""A seat's part: look at the draft, repair what shows, contend where the query is hard, else agree.

How long a query is contended hangs on how hard it reads, and on its dice: that is its *fate*. What a seat finds in the
visible draft comes on top, so a spoiled draft takes longer than its fate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aidsafe.core.records import Decision, Defect, Stance
from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.finding import Found, cleaned, find_defects, find_misquotes, response_fault
from aidsafe.models.scripted.reading import SeenThought
from aidsafe.models.scripted.rules import SeenRule
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import EditBody, TurnBody, added, resolved, revised, turn, weakness, withdrawn
from aidsafe.models.scripted.writing import ThoughtBody, Writer

__all__ = ["Fate", "abstains", "agrees", "consider", "fate_of", "flipped"]

Ending = Literal["settles", "stuck", "silent"]
Move = Literal["add", "revise", "withdraw", "respond", "cite", "resolve"]


@dataclass(frozen=True, slots=True)
class Fate:
    """How a query would go with clean drafts: contended for some rounds, then settled, stuck, or met with silence."""

    ending: Ending
    rounds: int


_FATES: Mapping[str, tuple[tuple[Fate, float], ...]] = {
    "plain": (
        (Fate("settles", 0), 0.78),
        (Fate("settles", 1), 0.16),
        (Fate("settles", 2), 0.04),
        (Fate("stuck", 1), 0.02),
    ),
    "alike": (
        (Fate("settles", 0), 0.62),
        (Fate("settles", 1), 0.27),
        (Fate("settles", 2), 0.07),
        (Fate("settles", 4), 0.02),
        (Fate("stuck", 1), 0.015),
        (Fate("silent", 2), 0.005),
    ),
    "hard": (
        (Fate("settles", 0), 0.18),
        (Fate("settles", 1), 0.40),
        (Fate("settles", 2), 0.24),
        (Fate("settles", 4), 0.12),
        (Fate("stuck", 1), 0.04),
        (Fate("silent", 2), 0.02),
    ),
}
_SILENT_FROM, _STUCK_FROM = 3, 2
# Where the others fall silent, these still speak their mind.
_OUTSPOKEN = frozenset(("critic", "deliberator", "devils_advocate"))

# How often a seat contends in a round of its query's contention; the last figure stands for all later rounds.
_CONTENDS: Mapping[str, tuple[float, ...]] = {
    "critic": (0.75, 0.65, 0.65),
    "expander": (0.8, 0.4, 0.2),
    "policy_aligner": (0.6, 0.6, 0.55),
}
_ANYONE = (0.65, 0.6, 0.55)
_MOVES: Mapping[str, tuple[tuple[Move, float], ...]] = {
    "critic": (("add", 0.53), ("revise", 0.23), ("withdraw", 0.15), ("respond", 0.09)),
    "expander": (("add", 1.0),),
    "policy_aligner": (("add", 0.45), ("cite", 0.3), ("resolve", 0.2), ("respond", 0.05)),
}
_ANY_MOVES: tuple[tuple[Move, float], ...] = (("add", 0.45), ("revise", 0.35), ("withdraw", 0.12), ("respond", 0.08))
_LONGEST = {"plain": 4, "alike": 5, "mixed": 8}
_SHORTEST = {"plain": 2, "alike": 3, "mixed": 5}
_NEW_SLOTS: Mapping[Decision, tuple[str, ...]] = {
    "comply": ("follow", "uncertain", "plan"),
    "safe_complete": ("owed", "affected", "uncertain", "pull"),
    "refuse": ("owed", "affected", "pull"),
    "clarify": ("uncertain", "ask_clarify"),
}
_MOST_REPAIRS, _FEWEST = 2, 2
_ADDS_TOO = 0.6
_CITING = frozenset(("wrong_rule", "off_policy"))
# What needs reading is noticed less often in passing than what a pattern shows.
_DEEP_SHARE = 0.3
_DEFECTS: tuple[Defect, ...] = ("ungrounded", "irrelevant", "over_refusal", "redundant")
_TOWARDS_HELP: Mapping[Decision, Decision] = {"refuse": "safe_complete", "safe_complete": "comply"}


def consider(scene: Scene, writer: Writer) -> TurnBody:
    """One turn: abstain, stand off, repair, contend or agree."""
    fate, given_up = fate_of(scene), _given_up(scene)
    if given_up:
        return _gives_up(scene, writer, given_up)
    repaired = _repairs(scene, writer)
    if repaired:
        return repaired
    contended = scene.seen.round <= fate.rounds
    if scene.dice.hits(_contention(scene) if contended else _false_alarm(scene), "contend"):
        return _contends(scene, writer)
    if contended and scene.dice.hits(scene.options.abstaining, "abstain"):
        return abstains(scene, writer)
    return agrees(scene, writer)


def fate_of(scene: Scene) -> Fate:
    """How a query would go; the same for every seat."""
    group = "hard" if scene.verdict.hard else "plain" if scene.verdict.size == "plain" else "alike"
    return scene.fate.weighted(_FATES[group], "fate")


def agrees(scene: Scene, writer: Writer) -> TurnBody:
    """Agree, naming a minor weakness now and then."""
    place, dice = _somewhere(scene), scene.dice
    minor = None
    if place and dice.hits(0.5, "minor"):
        minor = weakness(scene.draft, place, dice.pick(_DEFECTS, "minor"), "minor", dice=dice)
    return turn("agree", checked=writer.voice.checks(), reason=_reason(writer, "agree", place), weakness=minor)


def abstains(scene: Scene, writer: Writer) -> TurnBody:
    """Abstain, saying what cannot be told."""
    return turn("abstain", checked=writer.voice.checks(), reason=_reason(writer, "abstain", _somewhere(scene)))


def flipped(scene: Scene, writer: Writer, decision: Decision) -> TurnBody:
    """Take another decision: response, rule and conclusion change with it."""
    other = Writer(scene, decision)
    rule = scene.matches.best(KIND_OF[decision])
    last = next((thought for thought in reversed(scene.draft.thoughts) if not thought.citations), None)
    edits = [revised(last, _unlike(scene, other, f"decide_{decision}"), dice=scene.dice)] if last else []
    if rule:
        edits.append(added(_unlike(scene, other, f"rule_{rule.kind}", rule=rule), dice=scene.dice))
    fault = weakness(scene.draft, None, "contradicts_decision", "blocking", dice=scene.dice)
    reason = _reason(writer, "flip", last)
    moved = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    writer.plants += other.plants
    return {**moved, "response": other.voice.response(decision, "flip"), "decision": decision}


def _given_up(scene: Scene) -> Stance | None:
    """The stance of a seat that edits no more: there is nothing to judge, or the query's fate is to go nowhere."""
    fate, seen = fate_of(scene), scene.seen
    if not scene.draft.thoughts:
        return "abstain"
    if fate.ending == "silent" and seen.round >= _SILENT_FROM:
        return "object" if seen.persona in _OUTSPOKEN else "abstain"
    if fate.ending == "stuck" and seen.round >= _STUCK_FROM:
        return "object" if scene.dice.hits(0.8, "standoff") else "agree"
    return None


def _gives_up(scene: Scene, writer: Writer, stance: Stance) -> TurnBody:
    match stance:
        case "abstain":
            return abstains(scene, writer)
        case "object":
            return _stands_off(scene, writer)
        case "agree":
            return agrees(scene, writer)


def _stands_off(scene: Scene, writer: Writer) -> TurnBody:
    place = _somewhere(scene)
    fault = weakness(scene.draft, place, scene.dice.pick(_DEFECTS, "standoff"), "blocking", dice=scene.dice)
    return turn("object", checked=writer.voice.checks(), reason=_reason(writer, "standoff", place), weakness=fault)


def _contention(scene: Scene) -> float:
    rates = _CONTENDS.get(scene.seen.persona, _ANYONE)
    return rates[min(max(scene.seen.round, 1), len(rates)) - 1]


def _false_alarm(scene: Scene) -> float:
    return 0.0 if scene.seen.persona in ("expander", "policy_aligner") else scene.options.false_alarm


def _repairs(scene: Scene, writer: Writer) -> TurnBody | None:
    found = _noticed(scene)
    response = _response_noticed(scene)
    if not found and not response:
        return None
    edits = [_repair(scene, writer, fault, place) for place, fault in enumerate(found)]
    room = _LONGEST[scene.verdict.size] - len(scene.draft.thoughts)
    if room > 0 and scene.dice.hits(_ADDS_TOO, "adds too"):
        said = {edit["text"] for edit in edits}
        edits += [edit for edit in _additions(scene, writer, room=1) if edit["text"] not in said]
    first = found[0].thought if found else None
    defect = found[0].defect if found else "contradicts_decision"
    fault = weakness(scene.draft, first, defect, "blocking", dice=scene.dice)
    reason = _reason(writer, "object", first)
    repaired = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    return {**repaired, "response": writer.voice.response(writer.decision, "repair") if response else None}


def _noticed(scene: Scene) -> list[Found]:
    """What this seat notices in the draft: its eye is for citations, for everything else, or for what is missing."""
    if scene.seen.persona == "expander":
        return []
    book, matches = scene.seen.book, scene.matches
    found = list(find_defects(scene.draft, book=book, matches=matches))
    rate = scene.options.finding
    if scene.seen.persona == "policy_aligner":
        cited = [fault for fault in found if fault.defect in _CITING]
        found, rate = [*find_misquotes(scene.draft, book=book), *cited], scene.options.repairing
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
        return revised(thought, {**_body(thought), "text": bare}, dice=dice)
    if fault.defect == "misquoted":
        rules = [rule for cited in thought.citations if (rule := scene.seen.book.find(cited.rule))]
        cited = [writer.cite(rule, place) for rule in rules]
        return revised(thought, {"text": thought.text, "citations": cited}, dice=dice)
    spare = len(scene.draft.thoughts) - place > _FEWEST
    if spare and dice.hits(0.65, "withdraw", thought.id):
        return withdrawn(thought, dice=dice)
    return revised(thought, _fresh(scene, writer, f"repair {place}"), dice=dice)


def _contends(scene: Scene, writer: Writer) -> TurnBody:
    decision = _flip_due(scene, writer)
    if decision:
        return flipped(scene, writer, decision)
    move = scene.dice.weighted(_MOVES.get(scene.seen.persona, _ANY_MOVES), "move")
    place = _somewhere(scene)
    fault = weakness(scene.draft, place, scene.dice.pick(_DEFECTS, "contend"), "blocking", dice=scene.dice)
    edits = _edits(scene, writer, move, place)
    contended = turn(
        "object", checked=writer.voice.checks(), reason=_reason(writer, "object", place), weakness=fault, edits=edits
    )
    return contended if edits else {**contended, "response": writer.voice.response(writer.decision, "contend")}


def _edits(scene: Scene, writer: Writer, move: Move, place: SeenThought | None) -> list[EditBody]:
    length, size = len(scene.draft.thoughts), scene.verdict.size
    match move:
        case "add" if length < _LONGEST[size]:
            return _additions(scene, writer, room=_LONGEST[size] - length)
        case "withdraw" if place and length > _SHORTEST[size]:
            return [withdrawn(place, dice=scene.dice)]
        case "resolve" if (pair := _opposed(scene)) is not None:
            return [resolved(pair, writer.voice.thought("pull", "resolve"), dice=scene.dice)]
        case "cite" | "resolve" if place and (rule := _unused_rule(scene, writer)):
            return [revised(place, _unlike(scene, writer, f"rule_{rule.kind}", rule=rule), dice=scene.dice)]
        case "respond":
            return []
        case _:
            return [revised(place, _fresh(scene, writer, "revise"), dice=scene.dice)] if place else []


def _additions(scene: Scene, writer: Writer, *, room: int) -> list[EditBody]:
    count = 2 if room > 1 and scene.dice.hits(0.5, "two") else 1
    written: list[ThoughtBody] = []
    for index in range(count):
        sound = _fresh(scene, writer, f"add {index}")
        earlier = [_body(thought) for thought in scene.draft.thoughts]
        written.append(writer.spoiled(sound, index, earlier=earlier, slot=_restating(writer.decision))[-1])
    texts = {thought.text for thought in scene.draft.thoughts}
    fresh = {thought["text"]: thought for thought in written if thought["text"] not in texts}
    return [added(thought, dice=scene.dice) for thought in fresh.values()]


def _restating(decision: Decision) -> str:
    return {"comply": "ask_plain", "refuse": "ask_harm", "clarify": "ask_clarify"}.get(decision, "ask_mixed")


def _fresh(scene: Scene, writer: Writer, key: str) -> ThoughtBody:
    """A thought nobody has written yet: on a rule not used so far, or from another slot."""
    rule = _unused_rule(scene, writer)
    if rule and scene.dice.hits(0.4, key, "ruled"):
        return _unlike(scene, writer, f"rule_{rule.kind}", key, rule=rule)
    slot = scene.dice.pick(_NEW_SLOTS[writer.decision], key, "slot")
    return _unlike(scene, writer, slot, key)


def _unlike(scene: Scene, writer: Writer, slot: str, key: str = "", *, rule: SeenRule | None = None) -> ThoughtBody:
    """A thought for a slot whose words do not stand in the draft yet."""
    texts = {thought.text for thought in scene.draft.thoughts}
    tries = (writer.thought(slot, f"{key} {number}", rule=rule) for number in range(6))
    found = next((thought for thought in tries if thought["text"] not in texts), None)
    return found or writer.thought(slot, key, rule=rule)


def _unused_rule(scene: Scene, writer: Writer) -> SeenRule | None:
    cited = {citation.rule for thought in scene.draft.thoughts for citation in thought.citations}
    kind = KIND_OF[writer.decision]
    if writer.decision == "safe_complete" and scene.dice.hits(0.5, "unused"):
        kind = "help"
    return next((rule for rule in scene.matches.fitting[kind][:3] if rule.id not in cited), None)


def _opposed(scene: Scene) -> Sequence[str] | None:
    """A refuse rule and a help rule that both bear on a hard query, if their conflict is not named yet."""
    strict, kind = scene.matches.best("refuse"), scene.matches.best("help")
    if not scene.verdict.hard or scene.draft.conflicts or strict is None or kind is None:
        return None
    return strict.id, kind.id


def _flip_due(scene: Scene, writer: Writer) -> Decision | None:
    if scene.seen.persona in ("critic", "expander") or not scene.verdict.hard:
        return None
    if scene.draft.decision != scene.verdict.decision or not scene.fate.hits(scene.options.flipping, "flip"):
        return None
    away: Decision | None = "safe_complete" if writer.decision == "comply" else None
    target = _TOWARDS_HELP.get(writer.decision, away)
    return target if target and scene.seen.book.of_kind(KIND_OF[target]) else None


def _somewhere(scene: Scene) -> SeenThought | None:
    """A thought to talk about: rather one that neither opens the chain nor carries a rule."""
    thoughts = scene.draft.thoughts
    loose = [thought for thought in thoughts[1:] if not thought.citations]
    return scene.dice.pick(loose or thoughts, "place") if thoughts else None


def _reason(writer: Writer, kind: str, place: SeenThought | None) -> str:
    return writer.voice.reason(kind, f"thought {place.id}" if place else "the response")


def _body(thought: SeenThought) -> ThoughtBody:
    return {"text": thought.text, "citations": [{"rule": c.rule, "quote": c.quote} for c in thought.citations]}

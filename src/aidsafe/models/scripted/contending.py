"""How a seat contends on a query that is not settled: a move of its persona's kind, now and then another decision."""

from collections.abc import Mapping, Sequence
from typing import Literal

from aidsafe.core.records import Decision
from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.proposing import (
    SHORTEST,
    additions,
    fresh_response,
    fresh_thought,
    named,
    room,
    somewhere,
    unlike,
    unused_rule,
)
from aidsafe.models.scripted.reading import SeenThought
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import (
    DOUBTS,
    EditBody,
    TurnBody,
    added,
    resolved,
    revised,
    turn,
    weakness,
    withdrawn,
)
from aidsafe.models.scripted.writing import Writer

__all__ = ["contends", "contention", "false_alarm", "flipped"]

Move = Literal["add", "revise", "withdraw", "respond", "cite", "resolve"]

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
_TOWARDS_HELP: Mapping[Decision, Decision] = {"refuse": "safe_complete", "safe_complete": "comply"}
_AWAY_SHARE = 0.35


def contention(scene: Scene) -> float:
    """How often this seat contends in this round, while its query is contended."""
    rates = _CONTENDS.get(scene.seen.persona, _ANYONE)
    return rates[min(max(scene.seen.round, 1), len(rates)) - 1]


def false_alarm(scene: Scene) -> float:
    """How often this seat contends on a query that is settled."""
    return 0.0 if scene.seen.persona in ("expander", "policy_aligner") else scene.options.false_alarm


def contends(scene: Scene, writer: Writer) -> TurnBody:
    """Object, and bring an edit."""
    decision = _flip_due(scene, writer)
    if decision:
        return flipped(scene, writer, decision)
    move = scene.dice.weighted(_MOVES.get(scene.seen.persona, _ANY_MOVES), "move")
    place = somewhere(scene)
    fault = weakness(scene.draft, place, scene.dice.pick(DOUBTS, "contend"), "blocking", dice=scene.dice)
    edits = _edits(scene, writer, move, place)
    reason = writer.voice.reason("object", named(place))
    contended = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    return contended if edits else {**contended, "response": fresh_response(scene, writer, "contend")}


def flipped(scene: Scene, writer: Writer, decision: Decision) -> TurnBody:
    """Take another decision: response, rule and conclusion change with it."""
    other = Writer(scene, decision)
    rule = scene.matches.best(KIND_OF[decision])
    last = next((thought for thought in reversed(scene.draft.thoughts) if not thought.citations), None)
    edits = [revised(last, unlike(scene, other, f"decide_{decision}"), dice=scene.dice)] if last else []
    if rule:
        edits.append(added(unlike(scene, other, f"rule_{rule.kind}", rule=rule), dice=scene.dice))
    fault = weakness(scene.draft, None, "contradicts_decision", "blocking", dice=scene.dice)
    reason = writer.voice.reason("flip", named(last))
    moved = turn("object", checked=writer.voice.checks(), reason=reason, weakness=fault, edits=edits)
    writer.plants += other.plants
    return {**moved, "response": other.voice.response(decision, "flip"), "decision": decision}


def _edits(scene: Scene, writer: Writer, move: Move, place: SeenThought | None) -> list[EditBody]:
    match move:
        case "add" if room(scene) > 0:
            return additions(scene, writer, most=room(scene))
        case "withdraw" if place and len(scene.draft.thoughts) > SHORTEST[scene.verdict.size]:
            return [withdrawn(place, dice=scene.dice)]
        case "resolve" if (pair := _opposed(scene)) is not None:
            return [resolved(pair, writer.voice.thought("pull", "resolve"), dice=scene.dice)]
        case "cite" | "resolve" if place and (rule := unused_rule(scene, writer)):
            return [revised(place, unlike(scene, writer, f"rule_{rule.kind}", rule=rule), dice=scene.dice)]
        case "respond":
            return []
        case _:
            return [revised(place, fresh_thought(scene, writer, "revise"), dice=scene.dice)] if place else []


def _opposed(scene: Scene) -> Sequence[str] | None:
    """A refuse rule and a help rule that both bear on a hard query, if their conflict is not named yet."""
    strict, kind = scene.matches.best("refuse"), scene.matches.best("help")
    if not scene.verdict.hard or scene.draft.conflicts or strict is None or kind is None:
        return None
    return strict.id, kind.id


def _flip_due(scene: Scene, writer: Writer) -> Decision | None:
    """Another decision, once for a hard query: rather towards help than away from it."""
    if scene.seen.persona in ("critic", "expander") or not scene.verdict.hard:
        return None
    towards = _TOWARDS_HELP.get(writer.decision)
    target: Decision | None = towards or ("safe_complete" if writer.decision == "comply" else None)
    rate = scene.options.flipping * (1.0 if towards else _AWAY_SHARE)
    if scene.draft.decision != scene.verdict.decision or not scene.fate.hits(rate, "flip"):
        return None
    return target if target and scene.seen.book.of_kind(KIND_OF[target]) else None

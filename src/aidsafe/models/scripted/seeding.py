"""The seeder's part, and that of a model that works alone: a first draft."""

from collections.abc import Iterator

from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.rules import RuleKind, SeenRule
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.writing import ThoughtBody, Writer

__all__ = ["seed"]

Slot = tuple[str, SeenRule | None]


def seed(scene: Scene, writer: Writer) -> dict[str, object]:
    """Thoughts, decision and response; short for a plain query, longer for one that pulls two ways."""
    thoughts: list[ThoughtBody] = []
    for index, (slot, rule) in enumerate(_slots(scene)):
        sound = writer.thought(slot, index, rule=rule)
        if all(sound["text"] != thought["text"] for thought in thoughts):
            thoughts += writer.spoiled(sound, index, earlier=[*thoughts, sound], slot=slot)
    return {"thoughts": thoughts, "decision": scene.verdict.decision, "response": writer.response()}


def _slots(scene: Scene) -> Iterator[Slot]:
    verdict = scene.verdict
    yield _asked(scene), None
    if verdict.decision == "comply" and verdict.size != "plain" and scene.dice.hits(0.3, "innocent"):
        yield "innocent", None
    kind = KIND_OF[verdict.decision]
    best = _fitting(scene, kind)
    yield (f"rule_{kind}", best) if best else _ruleless(scene)
    if verdict.size == "mixed":
        yield "pull", None
        yield from _other_side(scene)
    if verdict.decision == "refuse" and (verdict.size == "mixed" or scene.dice.hits(0.4, "owed")):
        yield "owed", None
    if verdict.size != "plain" or verdict.decision == "clarify":
        yield f"decide_{verdict.decision}", None
    if verdict.decision == "comply" and scene.dice.hits(0.25, "plan"):
        yield "plan", None


def _fitting(scene: Scene, kind: RuleKind) -> SeenRule | None:
    """The rule that fits best; where the query's own words point to none, one of those that fit about as well."""
    nearest = scene.matches.fitting[kind][:2]
    if nearest and not scene.matches.words[kind]:
        return scene.dice.pick(nearest, "nearest")
    return scene.matches.best(kind)


def _asked(scene: Scene) -> str:
    match scene.verdict.decision, scene.verdict.size:
        case "clarify", _:
            return "ask_clarify"
        case "comply", "plain":
            return "ask_plain"
        case "comply", _:
            return "ask_alike" if scene.guess.evidence else "ask_plain"
        case "refuse", "alike" | "plain":
            return "ask_harm"
        case _:
            return "ask_mixed"


def _ruleless(scene: Scene) -> Slot:
    """What to say in a rule's place where none of the fitting kind is shown."""
    return ("owed", None) if scene.verdict.decision == "refuse" else ("plan", None)


def _other_side(scene: Scene) -> Iterator[Slot]:
    """The rule that pulls the other way, where a safe completion stands between two."""
    if scene.verdict.decision != "safe_complete":
        return
    for kind in ("help", "refuse") if scene.dice.hits(0.7, "side") else ("refuse", "help"):
        rule = scene.matches.best("help" if kind == "help" else "refuse")
        if rule:
            yield f"rule_{kind}", rule
            return

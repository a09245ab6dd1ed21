"""What a seat can propose: thoughts and responses that do not stand in the draft yet, and places to talk about."""

from collections.abc import Mapping

from aidsafe.core.editing import folded
from aidsafe.core.records import Decision
from aidsafe.models.scripted.deciding import KIND_OF, Size
from aidsafe.models.scripted.reading import SeenThought
from aidsafe.models.scripted.rules import SeenRule
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.turns import EditBody, added
from aidsafe.models.scripted.writing import ThoughtBody, Writer

__all__ = [
    "SHORTEST",
    "additions",
    "body_of",
    "fresh_response",
    "fresh_thought",
    "named",
    "room",
    "somewhere",
    "unlike",
    "unused_rule",
]

LONGEST: Mapping[Size, int] = {"plain": 4, "alike": 5, "mixed": 8}
SHORTEST: Mapping[Size, int] = {"plain": 2, "alike": 3, "mixed": 5}
"""How many thoughts the chain of a query may have before the refiner sees it, by how much it asks for."""

_NEW_SLOTS: Mapping[Decision, tuple[str, ...]] = {
    "comply": ("follow", "uncertain", "plan"),
    "safe_complete": ("owed", "affected", "uncertain", "pull"),
    "refuse": ("owed", "affected", "pull"),
    "clarify": ("uncertain", "ask_clarify"),
}
_RESTATING: Mapping[Decision, str] = {
    "comply": "ask_plain",
    "safe_complete": "ask_mixed",
    "refuse": "ask_harm",
    "clarify": "ask_clarify",
}
_TWO, _RULED, _OTHER_SIDE = 0.6, 0.4, 0.5
_TRIES, _NEAREST = 6, 3


def room(scene: Scene) -> int:
    """How many thoughts the chain can still take."""
    return LONGEST[scene.verdict.size] - len(scene.draft.thoughts)


def additions(scene: Scene, writer: Writer, *, most: int) -> list[EditBody]:
    """One or two thoughts to add, with whatever is planted in them."""
    count = 2 if most > 1 and scene.dice.hits(_TWO, "two") else 1
    earlier = [body_of(thought) for thought in scene.draft.thoughts]
    written: dict[str, ThoughtBody] = {folded(thought["text"]): thought for thought in earlier}
    for index in range(count):
        sound = fresh_thought(scene, writer, f"add {index}")
        thought = writer.spoiled(sound, index, earlier=earlier, slot=_RESTATING[writer.decision])[-1]
        written.setdefault(folded(thought["text"]), thought)
    return [added(thought, dice=scene.dice) for thought in written.values() if thought not in earlier]


def fresh_thought(scene: Scene, writer: Writer, key: str) -> ThoughtBody:
    """A thought nobody has written yet: on a rule not used so far, or from another slot."""
    rule = unused_rule(scene, writer)
    if rule and scene.dice.hits(_RULED, key, "ruled"):
        return unlike(scene, writer, f"rule_{rule.kind}", key, rule=rule)
    return unlike(scene, writer, scene.dice.pick(_NEW_SLOTS[writer.decision], key, "slot"), key)


def unlike(scene: Scene, writer: Writer, slot: str, key: str = "", *, rule: SeenRule | None = None) -> ThoughtBody:
    """A thought for a slot whose words do not stand in the draft yet."""
    texts = {folded(thought.text) for thought in scene.draft.thoughts}
    tries = (writer.thought(slot, f"{key} {number}", rule=rule) for number in range(_TRIES))
    found = next((thought for thought in tries if folded(thought["text"]) not in texts), None)
    return found or writer.thought(slot, key, rule=rule)


def fresh_response(scene: Scene, writer: Writer, key: str) -> str:
    """A response for the writer's decision that is not the draft's."""
    tries = (writer.voice.response(writer.decision, f"{key} {number}") for number in range(_TRIES))
    return next((text for text in tries if text != scene.draft.response), writer.voice.response(writer.decision))


def unused_rule(scene: Scene, writer: Writer) -> SeenRule | None:
    """A rule that bears on the query and that no thought cites yet."""
    cited = {citation.rule for thought in scene.draft.thoughts for citation in thought.citations}
    kind = KIND_OF[writer.decision]
    if writer.decision == "safe_complete" and scene.dice.hits(_OTHER_SIDE, "unused"):
        kind = "help"
    return next((rule for rule in scene.matches.fitting[kind][:_NEAREST] if rule.id not in cited), None)


def somewhere(scene: Scene) -> SeenThought | None:
    """A thought to talk about: rather one that neither opens the chain nor carries a rule."""
    thoughts = scene.draft.thoughts
    loose = [thought for thought in thoughts[1:] if not thought.citations]
    return scene.dice.pick(loose or thoughts, "place") if thoughts else None


def named(place: SeenThought | None) -> str:
    """How a reason points at a place in the draft."""
    return f"thought {place.id}" if place else "the response"


def body_of(thought: SeenThought) -> ThoughtBody:
    """A thought of the draft, as a reply would hold it."""
    return {"text": thought.text, "citations": [{"rule": c.rule, "quote": c.quote} for c in thought.citations]}

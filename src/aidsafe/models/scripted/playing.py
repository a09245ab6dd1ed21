"""One request, one reply: the scripted model without its client."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import orjson

from aidsafe.core.errors import ModelError
from aidsafe.models.scripted.concluding import conclude
from aidsafe.models.scripted.decomposing import decompose
from aidsafe.models.scripted.dice import Dice
from aidsafe.models.scripted.faults import MALFORMED, REFUSALS, malformed
from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.scripted.planting import Plant
from aidsafe.models.scripted.reading import Role, Seen
from aidsafe.models.scripted.refining import refine
from aidsafe.models.scripted.scene import Scene, open_scene
from aidsafe.models.scripted.seeding import seed
from aidsafe.models.scripted.tempers import deliberate
from aidsafe.models.scripted.whispering import parted, sway, twin, weigh, whisper
from aidsafe.models.scripted.writing import Writer

__all__ = ["Played", "play"]

_FAULTS = ("failing", "filtered", "truncated", "refusing", "malformed")


@dataclass(frozen=True, slots=True)
class Played:
    """A reply as text, how it ended, and what was planted in it."""

    text: str
    finish: Literal["stop", "length", "content_filter"] = "stop"
    plants: tuple[Plant, ...] = ()


def play(seen: Seen, options: ScriptedOptions) -> Played:
    """Answer a request; ModelError where a failing call is due."""
    share, plain = parted(seen.query) if seen.role == "single" else (0.0, seen.query)
    scene = sway(open_scene(replace(seen, query=plain) if share else seen, options), share)
    body, plants = _body(scene)
    dice = scene.dice.narrowed("fault", seen.attempt, int(seen.reduced))
    match _fault_due(scene, dice):
        case "failing":
            raise ModelError(f"the scripted model fails this {seen.role} call, as its options ask for")
        case "filtered":
            return Played("", "content_filter")
        case "truncated":
            text = orjson.dumps(body).decode()
            return Played(text[: max(1, len(text) // 2)], "length")
        case "refusing":
            return Played(dice.pick(REFUSALS, "refusal"))
        case "malformed":
            kind = dice.pick(tuple(MALFORMED), "malformed kind")
            return Played(malformed(kind, body, dice=dice))
        case _:
            return Played(orjson.dumps(body).decode(), plants=plants)


def _fault_due(scene: Scene, dice: Dice) -> str:
    if not scene.faulty:
        return ""
    rates: dict[str, float] = {kind: getattr(scene.options, kind) for kind in _FAULTS}
    return next((kind for kind, rate in rates.items() if rate and dice.hits(rate, kind)), "")


_PLAIN: Final[Mapping[Role, Callable[[Scene], dict[str, object]]]] = {
    "decompose": decompose,
    "refine": refine,
    "conclude": conclude,
    "whisper": whisper,
    "weigh": weigh,
    "twin": twin,
}
"""The roles in which nothing is planted."""


def _body(scene: Scene) -> tuple[dict[str, object], tuple[Plant, ...]]:
    role = scene.seen.role
    if role in _PLAIN:
        return _PLAIN[role](scene), ()
    match role:
        case "seed" | "single":
            writer = Writer(scene, scene.verdict.decision)
            drafted = seed(scene, writer)
            return drafted, _written(writer.plants, drafted)
        case _:
            writer = Writer(scene, scene.standing)
            turn = dict(deliberate(scene, writer))
            return turn, _written(writer.plants, turn)


def _written(plants: list[Plant], body: Mapping[str, object]) -> tuple[Plant, ...]:
    """The plants that made it into the reply; some drafts of a thought are thrown away."""
    texts = frozenset(_texts(body)) if plants else frozenset()
    return tuple(dict.fromkeys(plant for plant in plants if plant.text in texts))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)
        case _:
            return

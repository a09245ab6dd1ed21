"""The judge's part: whether those who spoke agree on the draft, from what is shown of their stances."""

from aidsafe.models.scripted.proposing import named, somewhere
from aidsafe.models.scripted.scene import Scene

__all__ = ["conclude"]


def conclude(scene: Scene) -> dict[str, object]:
    """Agreed where most seats' latest stances agree and the last to speak did not object."""
    turns = scene.seen.turns
    latest = [*{turn.seat: turn.stance for turn in turns}.values()]
    agreed = 2 * latest.count("agree") > len(latest) and turns[-1].stance != "object"
    voice = scene.voice(scene.standing)
    return {"reason": voice.reason("settled" if agreed else "open", named(somewhere(scene))), "agreed": agreed}

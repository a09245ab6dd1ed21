"""The decomposer's part: a neutral restatement, and what the author may want."""

from collections.abc import Mapping

from aidsafe.core.records import Harm
from aidsafe.models.scripted.deciding import harm_of
from aidsafe.models.scripted.grammar import INTENTS, RESTATEMENTS
from aidsafe.models.scripted.scene import Scene
from aidsafe.models.scripted.wording import matter_of, sentence
from aidsafe.models.scripted.words import copied_span

__all__ = ["decompose"]


def decompose(scene: Scene) -> dict[str, object]:
    """Restate the query and list one explicit and one or two implicit intents, the ordinary reading first."""
    harm = harm_of(scene.guess)
    asked = _intent(scene, "explicit", harm, span=True)
    benign = _intent(scene, "implicit", "benign", span=False)
    bad = [_intent(scene, "implicit", harm, span=True)] if harm != "benign" else []
    listed = [asked, benign] if harm == "benign" else [benign, asked, *bad]
    restated = scene.dice.pick(RESTATEMENTS, "restatement").format_map(_values(scene))
    return {"restatement": sentence(restated), "intents": listed}


def _intent(scene: Scene, kind: str, harm: Harm, *, span: bool) -> dict[str, object]:
    text = scene.dice.pick(INTENTS[f"{kind}_{harm}"], kind, harm).format_map(_values(scene))
    return {"text": sentence(text), "kind": kind, "evidence": _evidence(scene, kind, span=span), "harm": harm}


def _evidence(scene: Scene, kind: str, *, span: bool) -> str:
    copied = copied_span(scene.seen.query, near=next(iter(scene.guess.signs), "")) if span else ""
    return copied or scene.dice.pick(INTENTS["inferred"], "inferred", kind)


def _values(scene: Scene) -> Mapping[str, str]:
    field = (scene.guess.topic or "everyday life").replace("-", " ")
    loaded = harm_of(scene.guess) != "benign"
    matter = f"a matter of {field}" if loaded else matter_of(scene.seen.query, "comply", topic="")
    return {"matter": matter, "field": field}

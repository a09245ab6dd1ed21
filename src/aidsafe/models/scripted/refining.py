"""The refiner's part: an outcome for every thought, from the draft's text alone.

It knows nothing of what was planted: what it removes it has found by reading, and it misses some.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypedDict

from aidsafe.core.records import Defect, OutcomeKind
from aidsafe.models.scripted.deciding import KIND_OF
from aidsafe.models.scripted.finding import Found, cleaned, find_defects, response_fault
from aidsafe.models.scripted.reading import SeenThought
from aidsafe.models.scripted.scene import Scene

__all__ = ["refine"]

_REWRITING, _MERGING = 0.38, 0.1
_FEWEST, _FEWEST_TO_MERGE = 2, 4
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")


class OutcomeBody(TypedDict):
    """What becomes of one thought."""

    thought: str
    outcome: OutcomeKind
    reason: Defect | None


class RewrittenBody(TypedDict):
    """New words for one thought, or for several."""

    sources: list[str]
    text: str
    citations: list[dict[str, str]]


def refine(scene: Scene) -> dict[str, object]:
    """Outcomes for all thoughts, new words where they are rewritten or merged, a response only where it must change."""
    removed = _removals(scene)
    rewritten = _rewritten(scene, [thought for thought in scene.draft.thoughts if thought.id not in removed])
    outcomes = [_outcome(thought, removed, rewritten) for thought in scene.draft.thoughts]
    return {"outcomes": outcomes, "rewritten": rewritten, "response": _response(scene)}


def _outcome(thought: SeenThought, removed: Mapping[str, Defect], rewritten: Sequence[RewrittenBody]) -> OutcomeBody:
    if thought.id in removed:
        return {"thought": thought.id, "outcome": "removed", "reason": removed[thought.id]}
    sources = next((body["sources"] for body in rewritten if thought.id in body["sources"]), [])
    outcome: OutcomeKind = "merged" if len(sources) > 1 else "rewritten" if sources else "kept"
    return {"thought": thought.id, "outcome": outcome, "reason": None}


def _noticed(scene: Scene) -> list[Found]:
    options = scene.options
    found = find_defects(scene.draft, book=scene.seen.book, matches=scene.matches)
    rated = ((fault, options.recall_deep if fault.deep else options.recall_surface) for fault in found)
    return [fault for fault, rate in rated if scene.dice.hits(rate, "notice", fault.thought.id)]


def _removals(scene: Scene) -> dict[str, Defect]:
    """What goes, worst first; the chain keeps two thoughts, and one that supports the decision if there was one."""
    wanted: dict[str, Defect] = {f.thought.id: f.defect for f in _noticed(scene) if not f.mends}
    for thought in scene.draft.thoughts:
        if thought.id not in wanted and scene.dice.hits(scene.options.false_removal, "mistake", thought.id):
            wanted[thought.id] = "irrelevant" if thought.citations else "redundant"
    removed: dict[str, Defect] = {}
    for thought_id, defect in wanted.items():
        left = [t for t in scene.draft.thoughts if t.id not in removed and t.id != thought_id]
        if len(left) >= _FEWEST and _supported(scene, left) >= _supported(scene, scene.draft.thoughts):
            removed[thought_id] = defect
    return removed


def _supported(scene: Scene, thoughts: Sequence[SeenThought]) -> bool:
    kinds = {rule.kind for t in thoughts for c in t.citations if (rule := scene.seen.book.find(c.rule))}
    return any(KIND_OF[decision] in kinds for decision in KIND_OF if decision == scene.draft.decision)


def _rewritten(scene: Scene, kept: Sequence[SeenThought]) -> list[RewrittenBody]:
    mends = {fault.thought.id for fault in _noticed(scene) if fault.mends}
    bodies: list[RewrittenBody] = []
    merged: set[str] = set()
    for place, thought in enumerate(kept):
        if thought.id in merged:
            continue
        after = kept[place + 1] if place + 1 < len(kept) else None
        if after and len(kept) >= _FEWEST_TO_MERGE and _merges(scene, thought, after, mends):
            merged.add(after.id)
            bodies.append(_body([thought, after], f"{_open_end(thought.text)}; {_lowered(after.text)}"))
        elif text := _shortened(scene, thought, mends):
            bodies.append(_body([thought], text))
    return bodies


def _merges(scene: Scene, thought: SeenThought, after: SeenThought, mends: set[str]) -> bool:
    alone = {thought.id, after.id}.isdisjoint(mends) and len(thought.text) + len(after.text) < 320
    return alone and scene.dice.hits(_MERGING, "merge", thought.id)


def _shortened(scene: Scene, thought: SeenThought, mends: set[str]) -> str | None:
    if thought.id in mends:
        return cleaned(thought.text) or thought.text
    sentences = _SENTENCE.split(thought.text)
    if len(sentences) > 1 and scene.dice.hits(_REWRITING, "rewrite", thought.id):
        return " ".join(sentences[:-1])
    return None


def _body(sources: Sequence[SeenThought], text: str) -> RewrittenBody:
    cited = {(c.rule, c.quote): {"rule": c.rule, "quote": c.quote} for t in sources for c in t.citations}
    return {"sources": [thought.id for thought in sources], "text": text, "citations": list(cited.values())}


def _response(scene: Scene) -> str | None:
    noticed = response_fault(scene.draft) and scene.dice.hits(scene.options.recall_surface, "notice", "response")
    decision = next((known for known in KIND_OF if known == scene.draft.decision), None)
    return scene.voice(decision).response(decision, "repair") if noticed and decision else None


def _open_end(text: str) -> str:
    return text.rstrip(" .!?")


def _lowered(text: str) -> str:
    # A name or an abbreviation keeps its capital.
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]

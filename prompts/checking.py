"""What each prompt must hold, so that whoever fills it in and whoever reads it back can rely on it.

    prompt       holes it needs                                      holes it may have
    charter      policies                                            tasks
    tasks
    purpose
    decompose    query suffix
    seed         query suffix                                        intents
    single       query suffix
    deliberate   query deliberation suffix seat persona round        intents persona_text max_rounds
    conclude     query draft suffix                                  intents deliberation
    refine       query draft suffix                                  intents deliberation
    repair       error

A prompt with a suffix ends in its task tag, and whatever comes from outside stands before that tag.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aidsafe.core.records import Value
from aidsafe.prompts.files import Filed, Line, nearest

__all__ = ["CONTRACTS", "HOLE", "Contract", "PromptFront", "check_prompt"]

HOLE: Final = re.compile(r"\{\{ ([a-z_]+) \}\}")
"""A hole, as it is written."""

_OPENING: Final = re.compile(r"\{\{")
_MATERIAL: Final = frozenset({"query", "intents", "deliberation", "draft", "beliefs"})
_CLOSING: Final = "</task-{{ suffix }}>"


@dataclass(frozen=True, slots=True)
class Contract:
    """The holes a prompt needs and those it may have besides; the attributes of its task tag after the role."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @property
    def holes(self) -> frozenset[str]:
        """All holes, which is what one has to give when filling the prompt in."""
        return frozenset((*self.needed, *self.optional))


CONTRACTS: Final[Mapping[str, Contract]] = MappingProxyType(
    {
        "charter": Contract(("policies",), ("tasks",)),
        "tasks": Contract(),
        "purpose": Contract(),
        "decompose": Contract(("query", "suffix")),
        "seed": Contract(("query", "suffix"), ("intents",)),
        "single": Contract(("query", "suffix")),
        "deliberate": Contract(
            ("query", "deliberation", "suffix", "seat", "persona", "round"),
            ("intents", "persona_text", "max_rounds"),
            ("seat", "persona", "round"),
        ),
        "conclude": Contract(("query", "draft", "suffix"), ("intents", "deliberation")),
        "refine": Contract(("query", "draft", "suffix"), ("intents", "deliberation")),
        "whispering": Contract(),
        "whisper": Contract(("query", "beliefs", "suffix")),
        "weigh": Contract(("query", "draft", "suffix")),
        "twin": Contract(("query", "suffix")),
        "repair": Contract(("error",)),
    }
)
"""The prompts there are."""


class PromptFront(Value):
    """What stands above a prompt: what it is for, and its holes."""

    purpose: Line
    holes: tuple[str, ...]


def check_prompt(filed: Filed[PromptFront]) -> None:
    """Raise the first thing in which the file breaks its contract."""
    contract = CONTRACTS.get(filed.stem)
    if contract is None:
        raise filed.problem(f"name: {filed.stem!r} is not a prompt; {nearest(filed.stem, CONTRACTS)}")
    _check_form(filed)
    _check_holes(filed, contract)
    if "suffix" in contract.needed:
        _check_task(filed, contract)
    if filed.stem == "charter" and "<policies>\n{{ policies }}\n</policies>" not in filed.text:
        raise filed.problem("text: put `{{ policies }}` on a line of its own between `<policies>` and `</policies>`")


def _check_form(filed: Filed[PromptFront]) -> None:
    for opening in _OPENING.finditer(filed.text):
        if not HOLE.match(filed.text, opening.start()):
            broken = filed.text[opening.start() :][:20]
            raise filed.problem(f"text: {broken!r} is not a hole; write `{{{{ name }}}}`", at=opening.start())


def _check_holes(filed: Filed[PromptFront], contract: Contract) -> None:
    used = {found[1]: found.start() for found in HOLE.finditer(filed.text)}
    for hole in (*filed.front.holes, *used):
        if hole not in contract.holes:
            wrong = f"holes: {hole!r} is not a hole of {filed.stem!r}; {nearest(hole, contract.holes)}"
            raise filed.problem(wrong, at=used.get(hole))
    for hole, place in used.items():
        if hole not in filed.front.holes:
            raise filed.problem(f"holes: {hole!r} is used and not declared; add it to `holes`", at=place)
    for hole in (*filed.front.holes, *contract.needed):
        if hole not in used:
            raise filed.problem(f"holes: {hole!r} is not used; write `{{{{ {hole} }}}}` into the text")


def _check_task(filed: Filed[PromptFront], contract: Contract) -> None:
    opening = _task_opening(filed.stem, contract)
    before, _, task = f"\n{filed.text}".partition(f"\n{opening}\n")
    if not task:
        raise filed.problem(f"text: the task tag is missing; write `{opening}` as a line of its own")
    if not task.endswith(f"\n{_CLOSING}"):
        raise filed.problem(f"text: the task tag is not closed; end the text with a line `{_CLOSING}`")
    for hole in HOLE.finditer(task):
        if hole[1] in _MATERIAL:
            inside = f"text: {hole[1]!r} comes from outside; put it before the task tag"
            raise filed.problem(inside, at=len(before) + len(opening) + 1 + hole.start())


def _task_opening(role: str, contract: Contract) -> str:
    attributes = "".join(f' {name}="{{{{ {name} }}}}"' for name in contract.attributes)
    return f'<task-{{{{ suffix }}}} role="{role}"{attributes}>'

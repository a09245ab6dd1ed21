"""The personas: how a seat argues, one file each, given to a deliberator's task as it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aidsafe.core.errors import PromptError
from aidsafe.core.records import Value
from aidsafe.prompts.files import Filed, Line, digest_of, nearest, read_files
from aidsafe.prompts.tags import inert

__all__ = ["Persona", "Personas", "load_personas"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Persona:
    """A way of arguing: what it is called, what it is for, and the words that a deliberator is given."""

    name: str
    title: str
    purpose: str
    text: str


@dataclass(frozen=True)
class Personas:
    """All personas of a run, by name."""

    personas: Mapping[str, Persona]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the alphabet."""
        return tuple(sorted(self.personas))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over names and texts."""
        return digest_of({name: persona.text for name, persona in self.personas.items()})

    def get(self, name: str) -> Persona:
        """The persona of that name; PromptError names the nearest where there is none."""
        found = self.personas.get(name)
        if found is None:
            raise PromptError(f"{name!r} is not a persona; {nearest(name, self.personas)}")
        return found


class _Front(Value):
    """What stands above a persona's text."""

    title: Line
    purpose: Line


def load_personas(folder: Path | None = None) -> Personas:
    """The shipped personas, with those of a folder (or of one file) beside them; the same name replaces.

    PromptError names the file, the line and the field that is wrong.
    """
    personas = _personas(files("aidsafe.prompts") / "personas", "aidsafe.prompts/personas")
    if folder is not None:
        personas |= _personas(folder, str(folder))
    return Personas(MappingProxyType(personas))


def _personas(folder: Traversable, name: str) -> dict[str, Persona]:
    return {filed.stem: _persona(filed) for filed in read_files(folder, name, _Front)}


def _persona(filed: Filed[_Front]) -> Persona:
    if not _NAME.fullmatch(filed.stem):
        raise filed.problem(f"name: {filed.stem!r} cannot name a persona; write it in a-z, 0-9 and _")
    if "{{" in filed.text:
        raise filed.problem("text: a persona has no holes; leave out `{{`", at=filed.text.index("{{"))
    if inert(filed.text) != filed.text:
        raise filed.problem("text: holds a tag or an unseen character; leave it out")
    return Persona(filed.stem, filed.front.title, filed.front.purpose, filed.text)

"""The prompts: read once, checked, and filled in.

`load_prompts()` gives those that are shipped; files of a folder of one's own stand in the place of those of the same
name. What a prompt may hold stands in `aidsafe.prompts.checking`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from aidsafe.core.errors import PromptError
from aidsafe.prompts.checking import CONTRACTS, HOLE, PromptFront, check_prompt
from aidsafe.prompts.files import Filed, digest_of, nearest, read_files

__all__ = ["Prompt", "Prompts", "load_prompts"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: what it is for, its text, and the text in pieces, where every second one names a hole."""

    name: str
    purpose: str
    text: str
    pieces: tuple[str, ...]
    holes: frozenset[str]


@dataclass(frozen=True)
class Prompts:
    """All prompts of a run, by name."""

    prompts: Mapping[str, Prompt]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the alphabet."""
        return tuple(sorted(self.prompts))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over names and texts."""
        return digest_of({name: prompt.text for name, prompt in self.prompts.items()})

    def text(self, name: str) -> str:
        """A prompt's text, holes and all."""
        return self._prompt(name).text

    def purpose(self, name: str) -> str:
        """What a prompt is for."""
        return self._prompt(name).purpose

    def render(self, name: str, /, **holes: str | int) -> str:
        """A prompt filled in, in one pass: a value is never searched for holes.

        Every hole of the prompt's contract is to be given, also one that a user's text leaves out.
        """
        prompt = self._prompt(name)
        if holes.keys() != prompt.holes:
            raise PromptError(_mismatch(prompt, holes))
        pieces = list(prompt.pieces)
        pieces[1::2] = map(str, map(holes.__getitem__, pieces[1::2]))
        return "".join(pieces)

    def _prompt(self, name: str) -> Prompt:
        found = self.prompts.get(name)
        if found is None:
            raise PromptError(f"{name!r} is not a prompt; {nearest(name, self.prompts)}")
        return found


def load_prompts(folder: Path | None = None) -> Prompts:
    """The shipped prompts, with a folder's own files (or one file) in the place of those of the same name.

    PromptError names the file, the line and the field that is wrong.
    """
    prompts = _prompts(files("aidsafe.prompts"), "aidsafe.prompts")
    if folder is not None:
        prompts |= _prompts(folder, str(folder))
    return Prompts(MappingProxyType(prompts))


def _prompts(folder: Traversable, name: str) -> dict[str, Prompt]:
    return {filed.stem: _prompt(filed) for filed in read_files(folder, name, PromptFront)}


def _prompt(filed: Filed[PromptFront]) -> Prompt:
    check_prompt(filed)
    pieces = tuple(HOLE.split(filed.text))
    return Prompt(filed.stem, filed.front.purpose, filed.text, pieces, CONTRACTS[filed.stem].holes)


def _mismatch(prompt: Prompt, holes: Mapping[str, str | int]) -> str:
    missing = sorted(prompt.holes - holes.keys())
    unknown = sorted(holes.keys() - prompt.holes)
    parts = [f"give {', '.join(missing)}"] * bool(missing) + [f"leave out {', '.join(unknown)}"] * bool(unknown)
    return f"prompt {prompt.name!r}: {' and '.join(parts)}; its holes are {', '.join(sorted(prompt.holes)) or 'none'}"

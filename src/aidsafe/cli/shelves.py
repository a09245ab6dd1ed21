"""The shipped policies, prompts and personas as shelves to look at, check against and copy from."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple, Protocol

from aidsafe.core.errors import InputError, PolicyError
from aidsafe.core.marked import did_you_mean
from aidsafe.policies.checking import Finding, check_policies
from aidsafe.policies.library import Policy, load_policies
from aidsafe.prompts.library import load_prompts
from aidsafe.prompts.personas import load_personas

__all__ = ["Checked", "PersonasShelf", "PoliciesShelf", "PromptsShelf", "Shelf", "copied", "in_columns"]


class Checked(NamedTuple):
    """How many were looked at, and what there is to mend, a line each."""

    number: int
    findings: Sequence[str] = ()


class Shelf(Protocol):
    """One kind of shipped file. What is asked for and not there, or cannot be read, is an `InputError`."""

    def list(self) -> str:
        """A line for each."""

    def show(self, name: str) -> str:
        """One of them."""

    def check(self, path: Path) -> Checked:
        """Look at a user's own."""

    def files(self) -> Mapping[str, bytes]:
        """All of them, by file name."""


class PoliciesShelf:
    """The policies."""

    def list(self) -> str:
        """Id, precedence, version, rules of each kind, title."""
        return in_columns(_policy_line(policy) for policy in load_policies().policies)

    def show(self, name: str) -> str:
        """A policy as models are shown it."""
        known = {policy.id: policy for policy in load_policies().policies}
        if name not in known:
            raise PolicyError(f"{name!r} is not a policy; {did_you_mean(name, known)}")
        return known[name].render()

    def check(self, path: Path) -> Checked:
        """A folder of policies (of a file: the folder it lies in), against the shipped ones' versions too."""
        policies = load_policies(path.parent if path.is_file() else path)
        findings = check_policies(policies, published=load_policies())
        return Checked(len(policies.policies), [_sentence(finding) for finding in findings])

    def files(self) -> Mapping[str, bytes]:
        """The policy files."""
        return _shipped(files("aidsafe.policies"), suffix=".yaml")


class PromptsShelf:
    """The prompts."""

    def list(self) -> str:
        """Name and purpose."""
        prompts = load_prompts()
        return in_columns((name, prompts.purpose(name)) for name in prompts.names)

    def show(self, name: str) -> str:
        """A prompt's text, holes and all."""
        return load_prompts().text(name)

    def check(self, path: Path) -> Checked:
        """A folder or file of prompts: the first thing wrong is an error, so there are no findings."""
        load_prompts(path)
        return Checked(_count(path, ".md"))

    def files(self) -> Mapping[str, bytes]:
        """The prompt files."""
        return _shipped(files("aidsafe.prompts"), suffix=".md")


class PersonasShelf:
    """The personas."""

    def list(self) -> str:
        """Name, title and purpose."""
        personas = load_personas()
        found = (personas.get(name) for name in personas.names)
        return in_columns((persona.name, persona.title, persona.purpose) for persona in found)

    def show(self, name: str) -> str:
        """The words a deliberator is given."""
        return load_personas().get(name).text

    def check(self, path: Path) -> Checked:
        """A folder or file of personas: the first thing wrong is an error, so there are no findings."""
        load_personas(path)
        return Checked(_count(path, ".md"))

    def files(self) -> Mapping[str, bytes]:
        """The persona files."""
        return _shipped(files("aidsafe.prompts") / "personas", suffix=".md")


def copied(shipped: Mapping[str, bytes], folder: Path) -> Sequence[str]:
    """Write files to a folder, and name them. Raises `InputError` before the first where one is there already."""
    there = next((name for name in shipped if (folder / name).exists()), None)
    if there is not None:
        raise InputError(f"{folder / there}: is there already; copy to another folder, or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"{folder}: is no folder; name one") from error
    for name, content in shipped.items():
        with (folder / name).open("xb") as file:
            file.write(content)
    return tuple(shipped)


def in_columns(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text, each column as wide as its widest word; the last is left ragged."""
    table = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    widths[-1] = 0
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)


def _policy_line(policy: Policy) -> Sequence[str]:
    kinds = [rule.kind for rule in policy.rules]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("refuse", "careful", "help"))
    return policy.id, f"precedence {policy.precedence}", f"version {policy.version}", counts, policy.title


def _sentence(finding: Finding) -> str:
    where = " ".join(part for part in (finding.policy, finding.rule) if part) or "all policies"
    return f"{finding.code}  {where}: {finding.sentence}"


def _shipped(folder: Traversable, *, suffix: str) -> dict[str, bytes]:
    found = sorted((file for file in folder.iterdir() if file.name.endswith(suffix)), key=lambda file: file.name)
    return {file.name: file.read_bytes() for file in found if file.name.casefold() != "readme.md"}


def _count(path: Path, suffix: str) -> int:
    return 1 if path.is_file() else sum(1 for file in path.glob(f"*{suffix}") if file.name.casefold() != "readme.md")

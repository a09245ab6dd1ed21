"""`aidsafe policies`, `prompts`, `personas`, `recipes`: each a group of list, show, check and copy."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer import Argument

if TYPE_CHECKING:
    from aidsafe.cli.shelves import Shelf

__all__ = ["personas", "policies", "prompts", "recipes"]

Name = Annotated[str, Argument(metavar="NAME", help="one that `list` names")]
Place = Annotated[Path, Argument(metavar="PATH", help="a file or folder of your own")]
Folder = Annotated[Path, Argument(metavar="DIR", help="a folder; made if it is not there")]

_CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _group(noun: str, *, purpose: str, example: str, then: str, open_shelf: "Callable[[], Shelf]") -> typer.Typer:
    """The four commands over one kind of file."""
    group = typer.Typer(
        rich_markup_mode=None,
        context_settings=_CONTEXT,
        help=f"{purpose}\n\n\b\naidsafe {noun} show {example}\naidsafe {noun} copy my-{noun}    then edit, and: {then}",
    )

    @group.command("list", help=f"List the {noun} that are shipped.\n\n\b\naidsafe {noun} list")
    def list_() -> None:
        from aidsafe.cli.telling import emit

        emit(open_shelf().list())

    @group.command(help=f"Print one of the shipped {noun}.\n\n\b\naidsafe {noun} show {example}")
    def show(name: Name) -> None:
        from aidsafe.cli.telling import emit

        emit(open_shelf().show(name))

    @group.command(
        help=f"Check {noun} of your own; ends with 0 if there is nothing to mend.\n\n\b\naidsafe {noun} check my-{noun}"
    )
    def check(path: Place) -> int:
        from aidsafe.cli.telling import emit, say

        checked = open_shelf().check(path)
        for finding in checked.findings:
            emit(finding)
        say(f"{checked.number} {noun} checked, {len(checked.findings)} findings")
        return 1 if checked.findings else 0

    @group.command(
        help=f"Copy the shipped {noun} to a folder, to change them. Never overwrites a file.\n\n"
        f"\b\naidsafe {noun} copy my-{noun}"
    )
    def copy(folder: Folder) -> None:
        from aidsafe.cli.shelves import copied
        from aidsafe.cli.telling import say

        names = copied(open_shelf().files(), folder)
        say(f"{len(names)} files copied to {folder}: {', '.join(names)}")

    return group


def _policies() -> "Shelf":
    from aidsafe.cli.shelves import PoliciesShelf

    return PoliciesShelf()


def _prompts() -> "Shelf":
    from aidsafe.cli.shelves import PromptsShelf

    return PromptsShelf()


def _personas() -> "Shelf":
    from aidsafe.cli.shelves import PersonasShelf

    return PersonasShelf()


def _recipes() -> "Shelf":
    from aidsafe.cli.recipes_shelf import RecipesShelf

    return RecipesShelf()


policies = _group(
    "policies",
    purpose="What is right: rules to refuse, to answer with care, to help.",
    example="physical_harm",
    then="generate … --policies my-policies",
    open_shelf=_policies,
)
prompts = _group(
    "prompts",
    purpose="What the models are told.",
    example="deliberate",
    then="generate … --prompts my-prompts",
    open_shelf=_prompts,
)
personas = _group(
    "personas",
    purpose="How a seat argues.",
    example="critic",
    then="generate … --personas my-personas",
    open_shelf=_personas,
)
recipes = _group(
    "recipes",
    purpose="What shapes a run: models, seats, protocol, budgets.",
    example="aidsafe-paper",
    then="generate … --recipe my-recipes/aidsafe.yaml",
    open_shelf=_recipes,
)

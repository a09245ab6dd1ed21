"""The shipped recipes as a shelf; apart from the others, since recipes know models."""

from collections.abc import Mapping
from pathlib import Path

from aidsafe.cli.shelves import Checked, in_columns
from aidsafe.core.errors import InputError
from aidsafe.orchestration.recipe import PRESETS, Recipe, folder_of, load_recipe, preset_text
from aidsafe.policies.library import load_policies
from aidsafe.prompts.library import load_prompts
from aidsafe.prompts.personas import load_personas

__all__ = ["RecipesShelf"]


class RecipesShelf:
    """The recipes."""

    def list(self) -> str:
        """Name, seats and description."""
        return in_columns(_line(load_recipe(name)) for name in PRESETS)

    def show(self, name: str) -> str:
        """A recipe's file."""
        return preset_text(name).rstrip()

    def check(self, path: Path) -> Checked:
        """A recipe file or a folder of them, and what they name. The first thing wrong is an error."""
        files = _files(path)
        for file in files:
            self._check(file)
        return Checked(len(files))

    def _check(self, file: Path) -> None:
        recipe = load_recipe(file)
        load_policies(folder_of(recipe.policies))
        load_prompts(folder_of(recipe.prompts))
        personas = load_personas(folder_of(recipe.personas))
        for seat in recipe.table:
            personas.get(seat.persona)

    def files(self) -> Mapping[str, bytes]:
        """The recipe files."""
        return {f"{name}.yaml": preset_text(name).encode() for name in PRESETS}


def _line(recipe: Recipe) -> tuple[str, str, str]:
    seats = len(recipe.seats)
    return recipe.name, f"{seats} seat{'s' * (seats != 1)}", recipe.description


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; check the path")
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    found = [file for file in files if file.suffix in (".yaml", ".yml")]
    if not found:
        raise InputError(f"{path}: a recipe file ends in .yaml; name one, or a folder that holds some")
    return found

"""A study file: recipes, or overrides of one, to be compared over the same queries.

    name: rounds
    queries: {path: ../queries.jsonl, limit: 100}
    replicas: 2
    seed: 7
    base: {recipe: aidsafe}
    arms:
      none:  {set: [protocol.max_rounds=0]}
      three: {set: [protocol.max_rounds=3]}

It is read as strictly as a recipe. Paths are those of the file; the first arm is what the others are compared with.
"""

import re
from pathlib import Path as FilePath
from typing import Annotated, Final

from pydantic import Field, ValidationError

from aidsafe.core.errors import RecipeError
from aidsafe.core.marked import Marked, YamlProblem, read_yaml
from aidsafe.core.records import Value
from aidsafe.core.strictly import sentence
from aidsafe.orchestration.protocol import Count
from aidsafe.orchestration.recipe import PRESETS, Recipe, load_recipe

__all__ = ["Study", "StudyFile", "load_study"]

_NAME: Final = re.compile(r"[A-Za-z0-9][\w-]{0,63}")


class StudyQueries(Value):
    """Which queries: a file or folder, the column of their text and of their ids, the first so many."""

    path: str
    column: str | None = None
    id_column: str | None = None
    limit: Count | None = None


class ArmEntry(Value):
    """A recipe by its name or file (None: that of `base`, else the default), and settings changed in it."""

    recipe: str | None = None
    set: tuple[str, ...] = ()
    model: str | None = None


class StudyFile(Value):
    """A study as it is written. `seed` stands in the place of every recipe's own, unless an arm sets one."""

    name: str
    description: str = ""
    queries: StudyQueries
    replicas: Count = 1
    seed: int | None = None
    base: ArmEntry = ArmEntry()
    arms: Annotated[dict[str, ArmEntry], Field(min_length=2)]


class Study(Value):
    """A study ready to be carried out: where its queries lie, and every arm's recipe by name."""

    file: StudyFile
    source: FilePath
    recipes: dict[str, Recipe]


def load_study(path: FilePath, *, model: str | None = None) -> Study:
    """Read a study; `model` goes to every role and seat of every arm. Raises `RecipeError` naming file and line."""
    marked = _read(path)
    try:
        found = StudyFile.model_validate(marked.value)
    except ValidationError as error:
        # Unknown keys first: another mistake may only follow from them.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        where = ".".join(map(str, first["loc"])) or "the study"
        problem = sentence(first, first["loc"], StudyFile)
        raise RecipeError(f"{path}:{marked.line(first['loc']) or 1}: {where}: {problem}") from error
    recipes = {name: _recipe(path, marked, found, name, model) for name in found.arms}
    return Study(file=found, source=_beside(path, found.queries.path), recipes=recipes)


def _read(path: FilePath) -> Marked:
    try:
        return read_yaml(path.read_text("utf-8"))
    except YamlProblem as problem:
        raise RecipeError(f"{path}:{problem.line}: {problem}") from problem
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read as a study ({error})") from error


def _recipe(path: FilePath, marked: Marked, study: StudyFile, name: str, model: str | None) -> Recipe:
    """An arm's recipe; what is wrong with it is told with the arm's line."""
    base, arm, where = study.base, study.arms[name], f"{path}:{marked.line(('arms', name))}: arms.{name}"
    if not _NAME.fullmatch(name):
        raise RecipeError(f"{where}: an arm is named by letters, digits, - and _, since its folder is")
    for setting in (*base.set, *arm.set):
        if setting.partition("=")[0].partition(".")[0].strip() == "run":
            problem = "is for generate alone; a study has `queries.limit` and `replicas` of its own"
            raise RecipeError(f"{where}: {setting!r} {problem}")
    try:
        named = arm.recipe or base.recipe or "aidsafe"
        place = named if named in PRESETS or not named.endswith((".yaml", ".yml")) else _beside(path, named)
        seeds = () if study.seed is None else (f"seed={study.seed}",)
        return load_recipe(place, sets=(*seeds, *base.set, *arm.set), model=model or arm.model or base.model)
    except RecipeError as error:
        raise RecipeError(f"{where}: {error}") from error


def _beside(path: FilePath, named: str) -> FilePath:
    """A path that a file names, as seen from here."""
    found = FilePath(named)
    return found if found.is_absolute() else path.parent / found

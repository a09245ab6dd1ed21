"""The four folders at the root are parts of the package, and of nothing else."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

FOLDERS = ("agents", "orchestration", "policies", "prompts")


def run_python(code: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run one line in a new interpreter started in `cwd`."""
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_is_real_at_the_root_and_linked_in_the_package(root: Path, folder: str) -> None:
    """Each root folder is a folder, and the package holds a relative link to it."""
    link = root / "src" / "aidsafe" / folder

    assert not (root / folder).is_symlink()
    assert link.is_symlink()
    assert link.readlink() == Path("..", "..", folder)
    assert link.resolve() == root / folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_refuses_its_bare_name_from_the_root(root: Path, folder: str) -> None:
    """Started in the root, `import agents` says what to import in its place."""
    result = run_python(f"import {folder}", cwd=root)

    assert result.returncode == 1
    assert f"ImportError: this folder imports as aidsafe.{folder}" in result.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_has_no_bare_name_elsewhere(tmp_path: Path, folder: str) -> None:
    """Started anywhere else, no bare folder name leads into this package."""
    result = run_python(f"import importlib.util as u; print(u.find_spec({folder!r}))", cwd=tmp_path)

    assert "None\n" == result.stdout


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_imports_inside_the_package(folder: str) -> None:
    """Each folder imports under its full name."""
    assert f"aidsafe.{folder}" == importlib.import_module(f"aidsafe.{folder}").__name__


def test_the_build_maps_every_folder_and_skips_every_link(root: Path) -> None:
    """The wheel takes each real folder once, and neither archive takes a link."""
    build = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    links = {f"/src/aidsafe/{folder}" for folder in FOLDERS}

    assert {"src/aidsafe", *FOLDERS} == set(build["wheel"]["packages"])
    assert {"src/aidsafe": "aidsafe", **{f: f"aidsafe/{f}" for f in FOLDERS}} == build["wheel"]["sources"]
    assert links == set(build["wheel"]["exclude"])
    assert links <= set(build["sdist"]["exclude"])


def test_the_constraints_are_versions_alone(root: Path) -> None:
    """The pinned versions name no place that a package came from."""
    pins = (root / "constraints.txt").read_text().splitlines()

    assert [] == [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; [a-z_0-9 '<>=!.A-Z()]+)?", pin)]


def test_the_package_is_typed(root: Path) -> None:
    """Users' type checkers read our annotations."""
    assert (root / "src" / "aidsafe" / "py.typed").is_file()


def test_the_door_opens_without_the_heavy_libraries(tmp_path: Path) -> None:
    """`import aidsafe` alone loads neither AutoGen nor the network client."""
    heavy = "{'autogen_core', 'autogen_agentchat', 'aiohttp', 'pydantic', 'pyarrow'}"
    result = run_python(f"import aidsafe, sys; print(sorted({heavy} & set(sys.modules)))", cwd=tmp_path)

    assert "[]\n" == result.stdout


def test_the_door_names_what_it_does_not_have() -> None:
    """An unknown name is an AttributeError that carries the name."""
    door = importlib.import_module("aidsafe")

    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        _ = door.nothing_of_the_kind


def test_the_door_gives_every_name_it_lists() -> None:
    """Each public name can be had, and `dir` lists them all."""
    door = importlib.import_module("aidsafe")

    assert sorted(door.__all__) == dir(door)
    assert [] == [name for name in door.__all__ if getattr(door, name, None) is None]

"""Every example runs alone, offline, and shows something; what the README says is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from aidsafe.agents.guidance import load_guidance
from aidsafe.orchestration.recipe import PRESETS, read_recipe
from aidsafe.policies.checking import check_policies
from aidsafe.policies.library import load_policies
from aidsafe.prompts.personas import load_personas

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        ("own_policies", "KS-"),
        ("another_persona", "1 chef turn_taken"),
        ("two_models", "small: "),
        ("agents_in_autogen", "messages; ended by "),
        ("reading_a_run", "critic "),
    ],
)
def test_an_example_runs_and_shows_something(name: str, shows: str, tmp_path: Path) -> None:
    """In an empty folder, without a key."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert shows in done.stdout


def test_every_example_is_tried() -> None:
    """A new one has to be named above."""
    tried = {"own_policies", "another_persona", "two_models", "agents_in_autogen", "reading_a_run"}

    assert {path.stem for path in EXAMPLES.glob("*.py")} - {"screenshots"} == tried


def test_the_policies_and_personas_of_the_examples_are_sound() -> None:
    """A short policy is told that it is short; nothing else is wrong with it."""
    found = check_policies(load_policies(EXAMPLES / "policies_of_your_own"))
    assert {"rule_count"} == {finding.code for finding in found}
    assert "chef" in load_personas(EXAMPLES / "personas_of_your_own").names


def test_the_recipe_in_the_readme_is_one(root: Path) -> None:
    """It is read as it stands."""
    (text,) = re.findall(r"```yaml\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    recipe = read_recipe(text, file="README.md")

    assert ["critic", "expander", "policy_aligner"] == list(recipe.seats)


def test_the_files_named_in_the_readme_are_there(root: Path) -> None:
    """The tree on the page is the tree on the disk."""
    text = (root / "README.md").read_text("utf-8")
    (tree,) = re.findall(r"```\n(agents/ .*?)```", text, re.DOTALL)
    named = set(re.findall(r"[a-z_]+\.py|[a-z_]+/", tree))
    present = {path.name + "/" * path.is_dir() for path in root.rglob("*") if ".venv" not in path.parts}

    assert set() == {name for name in named if name not in present}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_personas_that_ship(name: str) -> None:
    """A preset works without files of one's own."""
    from aidsafe.orchestration.recipe import recipe

    personas = load_guidance().personas
    assert [] == [seat.persona for seat in recipe(name).table if seat.persona not in personas.names]

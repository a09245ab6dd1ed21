"""`aidsafe policies|prompts|personas|recipes`: list, show, check, copy."""

from pathlib import Path

import pytest
from commanding import called

from aidsafe.orchestration.recipe import load_recipe
from aidsafe.policies.library import load_policies
from aidsafe.prompts.library import load_prompts
from aidsafe.prompts.personas import load_personas

GROUPS = {
    "policies": ("physical_harm", "[PH-R1] (refuse)"),
    "prompts": ("seed", "{{ query }}"),
    "personas": ("critic", ""),
    "recipes": ("aidsafe-paper", "first_agreement"),
}


@pytest.mark.parametrize("group", GROUPS)
def test_list(capsys: pytest.CaptureFixture[str], group: str) -> None:
    """Every group lists what is shipped, a line each."""
    said = called(capsys, group, "list")

    assert 0 == said.code
    assert 1 == sum(line.split()[0] == GROUPS[group][0] for line in said.out.splitlines())


@pytest.mark.parametrize("group", GROUPS)
def test_show(capsys: pytest.CaptureFixture[str], group: str) -> None:
    """Every group shows one by its name."""
    name, words = GROUPS[group]
    said = called(capsys, group, "show", name)

    assert 0 == said.code
    assert words in said.out


@pytest.mark.parametrize("group", GROUPS)
def test_an_unknown_name_names_the_nearest(capsys: pytest.CaptureFixture[str], group: str) -> None:
    """A misspelt name is exit 2, and says what was probably meant."""
    name = GROUPS[group][0]
    said = called(capsys, group, "show", f"{name}x")

    assert (2, "", 1) == (said.code, said.out, said.err.count("\n"))
    assert f"{name}x" in said.err
    assert f"{name!r}" in said.err


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_copied_passes_its_check(capsys: pytest.CaptureFixture[str], tmp_path: Path, group: str) -> None:
    """A copy of what is shipped has nothing to mend."""
    own = tmp_path / "mine" / "own"
    copied = called(capsys, group, "copy", own)
    places = [own, min(own.iterdir())]

    assert 0 == copied.code
    for place in places:
        checked = called(capsys, group, "check", place)
        assert (0, "") == (checked.code, checked.out), checked.err


def test_copies_are_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is copied is what is shipped, to the byte that digests see."""
    for group in GROUPS:
        called(capsys, group, "copy", tmp_path / group)

    assert load_policies().digest == load_policies(tmp_path / "policies").digest
    assert load_prompts().digest == load_prompts(tmp_path / "prompts").digest
    assert load_personas().digest == load_personas(tmp_path / "personas").digest
    assert load_recipe("aidsafe").digest == load_recipe(tmp_path / "recipes/aidsafe.yaml").digest


def test_copy_never_overwrites(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where one of the files is there already, nothing is written, and the file is named."""
    (tmp_path / "physical_harm.yaml").write_text("mine")
    said = called(capsys, "policies", "copy", tmp_path)

    assert 2 == said.code
    assert "physical_harm.yaml" in said.err
    assert ["physical_harm.yaml"] == [path.name for path in tmp_path.iterdir()]
    assert "mine" == (tmp_path / "physical_harm.yaml").read_text()


def test_copy_needs_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file is no place to copy to."""
    (tmp_path / "file").write_text("mine")
    said = called(capsys, "prompts", "copy", tmp_path / "file")

    assert (2, 1) == (said.code, said.err.count("\n"))


def test_findings_end_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A policy of poor form is named, rule by rule, and the check ends with 1."""
    called(capsys, "policies", "copy", tmp_path)
    file = tmp_path / "physical_harm.yaml"
    file.write_text(file.read_text().replace("Refuse", "We generally refuse", 1))
    said = called(capsys, "policies", "check", tmp_path)

    assert 1 == said.code
    assert "vague_word  physical_harm PH-R1" in said.out
    assert "5 policies checked" in said.err


@pytest.mark.parametrize("group", ["policies", "prompts", "personas"])
def test_a_file_that_is_none_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path, group: str) -> None:
    """What cannot be read at all is named with file and line."""
    called(capsys, group, "copy", tmp_path)
    file = min(tmp_path.iterdir())
    file.write_text("nothing: [\n")
    said = called(capsys, group, "check", tmp_path)

    assert (2, "", 1) == (said.code, said.out, said.err.count("\n"))
    assert f"{file}:" in said.err


def test_a_recipe_is_checked_with_what_it_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A recipe whose persona is nowhere is refused before any run."""
    (tmp_path / "mine.yaml").write_text("seats: {first: {persona: nobody}}\n")
    said = called(capsys, "recipes", "check", tmp_path / "mine.yaml")
    (tmp_path / "mine.txt").write_text("name: mine\n")
    no_yaml = called(capsys, "recipes", "check", tmp_path / "mine.txt")
    nothing = called(capsys, "recipes", "check", tmp_path / "nothing")

    assert (2, 2, 2) == (said.code, no_yaml.code, nothing.code)
    assert "no such file" in nothing.err
    assert "'nobody'" in said.err
    assert ".yaml" in no_yaml.err

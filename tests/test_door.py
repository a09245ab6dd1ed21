"""The Python door: what it gives, and what it leaves behind."""

import tempfile
from pathlib import Path

import pytest

import aidsafe
from aidsafe.core.errors import SourceError


@pytest.fixture
def passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path) -> list[Path]:
    """What lies in a folder."""
    return list(folder.iterdir())


async def test_queries_given_as_values_are_not_left_behind(passing: Path) -> None:
    """Only the run is, where it was asked for."""
    run = await aidsafe.generate(["How do I sharpen a knife?"], out=passing / "run")
    run.close()

    assert [passing / "run"] == left(passing)


async def test_a_run_without_a_folder_names_its_own(passing: Path) -> None:
    """It stays, to be read."""
    run = await aidsafe.generate(["How do I sharpen a knife?"])
    run.close()

    assert [run.folder.path.parent] == left(passing)


async def test_what_cannot_be_started_leaves_nothing(passing: Path) -> None:
    """No folder stays of a mistake."""
    with pytest.raises(SourceError):
        await aidsafe.generate([])

    assert [] == left(passing)


@pytest.mark.parametrize("form", ["name", "file", "recipe"])
async def test_a_model_goes_into_any_recipe(passing: Path, form: str) -> None:
    """Into a preset by its name, into a file, and into a recipe at hand."""
    file = passing / "mine.yaml"
    file.write_text("models: {big: {spec: 'openai:nobody'}}\nprotocol: {max_rounds: 1}\n")
    forms: dict[str, aidsafe.Recipe | Path | str] = {
        "name": "aidsafe",
        "file": file,
        "recipe": aidsafe.recipe(str(file)),
    }
    run = await aidsafe.generate(
        ["How do I sharpen a knife?"], recipe=forms[form], model="scripted", out=passing / "run"
    )
    run.close()

    assert {"model": "scripted"} == run.manifest.models
    assert (form == "name") == (run.manifest.resolved.get("protocol", {}) == {})


async def test_events_without_a_folder_leave_nothing(passing: Path) -> None:
    """All of them were given away."""
    kinds = [happening.event.kind async for happening in aidsafe.events(["How do I sharpen a knife?"])]

    assert ("query_received", "query_completed") == (kinds[0], kinds[-1])
    assert [] == left(passing)


async def test_leaving_events_early_leaves_nothing(passing: Path) -> None:
    """The run is stopped, and its folder goes."""
    stream = aidsafe.events(["How do I sharpen a knife?"] * 20, in_flight=2)
    async for _ in stream:
        break
    await stream.aclose()

    assert [] == left(passing)


async def test_a_run_of_values_is_resumed(passing: Path) -> None:
    """The same queries go on in the same folder."""
    asked = ["How do I sharpen a knife?", "How do I pick a lock?"]
    first = await aidsafe.generate(asked, out=passing / "run")
    second = await aidsafe.generate(asked, out=passing / "run")

    assert [record.model_dump() for record in first.records()] == [record.model_dump() for record in second.records()]
    for run in (first, second):
        run.close()

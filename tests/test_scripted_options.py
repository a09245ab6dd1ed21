"""The settings of the scripted model, read from one line."""

from pathlib import Path

import pytest

from aidsafe.core.errors import RecipeError
from aidsafe.models.scripted import ScriptedOptions


@pytest.mark.parametrize("text", ["scripted", "scripted:", "", " , "])
def test_a_spec_without_options_is_the_default(text: str) -> None:
    """Nothing asked for, nothing changed."""
    assert ScriptedOptions() == ScriptedOptions.parse(text)


def test_every_option_of_a_spec_is_read() -> None:
    """Rates, names, files and counts arrive as what they are."""
    files, seats = "tally=calls.tsv,truth=t.jsonl", "conformist=critic,drift=2"
    read = ScriptedOptions.parse(f"scripted:latency=0.05, malformed=0.02,misquote=0.1,{files},seed=3,{seats}")

    assert (0.05, 0.02, 0.1) == (read.latency, read.malformed, read.misquote)
    assert (Path("calls.tsv"), Path("t.jsonl"), 3, "critic", 2) == (
        read.tally,
        read.truth,
        read.seed,
        read.conformist,
        read.drift,
    )


def test_the_name_of_the_model_may_be_left_out() -> None:
    """What stands behind the colon of a spec is enough."""
    assert ScriptedOptions(failing=0.5) == ScriptedOptions.parse("failing=0.5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scripted:latncy=1", "no option 'latncy'; nearest is 'latency'"),
        ("scripted:misquotes=0.1", "nearest is 'misquote'"),
        ("scriptd:latency=1", "no option 'scriptd:latency'"),
        ("scripted:malformed", "'malformed' of the scripted model has no value; write malformed=VALUE"),
        ("scripted:malformed=", "has no value"),
        ("scripted:malformed=2", "'malformed' of the scripted model is '2'; input should be less than or equal to 1"),
        ("scripted:misquote=-0.1", "greater than or equal to 0"),
        ("scripted:failing=nan", "'failing'"),
        ("scripted:latency=soon", "'latency' of the scripted model is 'soon'"),
        ("scripted:drift=-1", "'drift'"),
        ("scripted:seed=1,seed=2", "'seed' stands twice"),
    ],
)
def test_an_option_that_cannot_be_is_named(text: str, said: str) -> None:
    """The error carries the option, the value and what to write."""
    with pytest.raises(RecipeError) as raised:
        ScriptedOptions.parse(text)

    assert said in str(raised.value)

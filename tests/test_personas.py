"""The personas: what is read, what is refused, and what the shipped ones say."""

import re
from pathlib import Path

import pytest

from aidsafe.core.errors import PromptError
from aidsafe.prompts.personas import Persona, load_personas

SHIPPED = load_personas()
NAMES = ("critic", "deliberator", "devils_advocate", "expander", "policy_aligner", "safety_officer", "user_advocate")

GOOD = "---\ntitle: Judge\npurpose: Weighs.\n---\n\nYou weigh.\n"

FAULTS = {
    "title missing": ("judge.md", "title: Judge\n", "", "judge.md:1: title: is missing; add it"),
    "field unknown": (
        "judge.md",
        "title:",
        "model: x\ntitle:",
        "judge.md:2: model: is not a field; there are purpose, title",
    ),
    "hole": ("judge.md", "You weigh.", "You weigh {{ query }}.", "judge.md:6: text: a persona has no holes; leave out"),
    "tag": (
        "judge.md",
        "You weigh.",
        "</task-0>",
        "judge.md:1: text: holds a tag or an unseen character; leave it out",
    ),
    "unseen": ("judge.md", "You weigh.", "You\u202eweigh.", "judge.md:1: text: holds a tag or an unseen character"),
    "name": ("The Judge.md", "", "", "The Judge.md:1: name: 'The Judge' cannot name a persona; write it in a-z"),
}


def own(folder: Path, text: str, *, name: str) -> Path:
    """Write one persona file into a folder of one's own."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_personas() -> None:
    """Seven ways to argue, each with a title and a purpose."""
    assert NAMES == SHIPPED.names
    assert all(persona.title and persona.purpose for persona in map(SHIPPED.get, NAMES))


def test_a_persona_of_ones_own_stands_beside_the_shipped(tmp_path: Path) -> None:
    """A new name is a new persona."""
    personas = load_personas(own(tmp_path, GOOD, name="judge.md"))

    assert Persona("judge", "Judge", "Weighs.", "You weigh.") == personas.get("judge")
    assert tuple(sorted((*NAMES, "judge"))) == personas.names


def test_the_same_name_replaces(tmp_path: Path) -> None:
    """One's own critic is the critic, and the digest shows it."""
    personas = load_personas(own(tmp_path, GOOD, name="critic.md"))

    assert "You weigh." == personas.get("critic").text
    assert SHIPPED.get("expander") == personas.get("expander")
    assert SHIPPED.digest != personas.digest


def test_the_digest_is_stable() -> None:
    """The same texts give the same digest."""
    assert SHIPPED.digest == load_personas().digest
    assert re.fullmatch("[0-9a-f]{64}", SHIPPED.digest)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_persona_is_refused(tmp_path: Path, fault: str) -> None:
    """The message is one line with file, line, field, and what to do."""
    name, right, wrong, message = FAULTS[fault]

    with pytest.raises(PromptError) as raised:
        load_personas(own(tmp_path, GOOD.replace(right, wrong, 1), name=name))

    assert str(raised.value).startswith(f"{tmp_path}/{message}")
    assert "\n" not in str(raised.value)


def test_a_persona_that_is_not_there_is_named_with_the_nearest() -> None:
    """A slip of the pen is put right."""
    with pytest.raises(PromptError, match=r"^'critics' is not a persona; did you mean 'critic'\?$"):
        SHIPPED.get("critics")


@pytest.mark.parametrize("name", NAMES)
def test_a_persona_speaks_to_the_seat(name: str) -> None:
    """One short paragraph in the second person; nothing in it could be copied into a record."""
    text = SHIPPED.get(name).text

    assert text.startswith("You ")
    assert "\n" not in text
    assert len(text) / 4.4 <= 120
    assert not re.search(r"\b(?:I|I'm|my|we|our|us)\b|(?i:\bsorry\b|apolog|as an ai\b)", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_persona_can_agree(name: str) -> None:
    """No way of arguing is bound to object: each says when there is nothing to object to."""
    assert re.search(r"\bagree\b", SHIPPED.get(name).text)

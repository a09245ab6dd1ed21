"""The prompts: what is read, what is refused, how they are filled in, and what the shipped ones say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from aidsafe.agents import replies
from aidsafe.agents.replies import DraftReply, EditOp, IntentsReply, RefinedReply, TurnReply
from aidsafe.core.errors import PromptError
from aidsafe.core.records import Decision, Defect, Harm, IntentKind, OutcomeKind, Severity, Stance
from aidsafe.prompts.checking import CONTRACTS
from aidsafe.prompts.library import load_prompts

SHIPPED = load_prompts()
REPLIES: dict[str, type[BaseModel]] = {
    "decompose": IntentsReply,
    "seed": DraftReply,
    "single": DraftReply,
    "deliberate": TurnReply,
    "refine": RefinedReply,
}
VALUES = {
    "decompose": (IntentKind, Harm),
    "seed": (Decision,),
    "single": (Decision,),
    "deliberate": (Defect, Severity, EditOp, Decision, Stance),
    "refine": (OutcomeKind, Defect),
    "charter": (Decision,),
}
BEGINNINGS = {
    "decompose": "{{ query }}\n",
    "single": "{{ query }}\n",
    "seed": "{{ query }}\n{{ intents }}\n",
    "deliberate": "{{ query }}\n{{ intents }}\n{{ deliberation }}\n",
    "refine": "{{ query }}\n{{ intents }}\n{{ deliberation }}\n{{ draft }}\n",
}

GOOD = """\
---
purpose: Asks for a draft.
holes: [query, suffix]
---
{{ query }}
<task-{{ suffix }} role="seed">
Write.
</task-{{ suffix }}>
"""

FAULTS = {
    "no front matter": ("---\npurpose", "purpose", 1, "front matter is missing; begin with `---`"),
    "front matter not closed": ("]\n---", "]", 1, "front matter is missing; begin with `---`"),
    "not YAML": ("purpose: Asks", "purpose: Asks: twice", 2, "front matter is not YAML; write `field: value`"),
    "not a mapping": ("purpose: Asks for a draft.\nholes: [query, suffix]", "- a", 1, "purpose: is missing; add it"),
    "field missing": ("holes: [query, suffix]\n", "", 1, "holes: is missing; add it between the two"),
    "field unknown": ("purpose:", "purpos: x\npurpose:", 2, "purpos: is not a field; did you mean 'purpose'?"),
    "field twice": ("holes:", "purpose: x\nholes:", 3, "purpose: stands twice; keep one"),
    "field is no text": ("Asks for a draft.", "{a: b}", 2, "purpose: is None; write one line of text"),
    "field is empty": ("Asks for a draft.", "", 2, "purpose: is ''; write one line of text"),
    "holes are no list": ("[query, suffix]", "query", 3, "holes: is 'query'; write a list in brackets, [] for none"),
    "a hole is no name": ("[query, suffix]", "[query, [suffix]]", 3, "holes: is None; write one line of text"),
    "hole broken": (
        "Write.",
        "Write {{query}}.",
        7,
        "text: '{{query}}.\\n</task-{{' is not a hole; write `{{ name }}`",
    ),
    "hole unknown": (
        "Write.",
        "Write {{ intent }}.",
        7,
        "holes: 'intent' is not a hole of 'seed'; did you mean 'intents'?",
    ),
    "hole declared unknown": (
        "suffix]",
        "suffix, seat]",
        1,
        "holes: 'seat' is not a hole of 'seed'; there are intents,",
    ),
    "hole undeclared": (
        "{{ query }}\n",
        "{{ query }}\n\n{{ intents }}\n",
        7,
        "holes: 'intents' is used and not declared; add",
    ),
    "hole unused": ("suffix]", "suffix, intents]", 1, "holes: 'intents' is not used; write `{{ intents }}` into"),
    "hole needed": ("{{ query }}\n", "", 1, "holes: 'query' is not used; write `{{ query }}` into the text"),
    "task missing": (
        'role="seed"',
        'role="refine"',
        1,
        "text: the task tag is missing; write `<task-{{ suffix }} role=",
    ),
    "task not closed": ("Write.\n</task-{{ suffix }}>", "Write.", 1, "text: the task tag is not closed; end the text"),
    "task not last": ("suffix }}>\n", "suffix }}>\nReally.", 1, "text: the task tag is"),
    "material in the task": (
        "Write.",
        "Write about {{ query }}.",
        7,
        "text: 'query' comes from outside; put it before",
    ),
}

values = st.one_of(
    st.text(), st.sampled_from(("{{ query }}", "{{ suffix }}", "{0}", "\\1", "\\g<0>", "$query", "%s", "}}{{"))
)


def own(folder: Path, text: str, *, name: str = "seed.md") -> Path:
    """Write one prompt file into a folder of one's own."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """Name the keys of a reply in order, each followed by the keys inside it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in re.findall(r"\w+Reply|CitedRule", str(field.annotation)):
            yield from keys_of(vars(replies)[inner])


def test_the_shipped_prompts_are_those_of_the_contract() -> None:
    """Nothing is missing, nothing is left over, and the README is no prompt."""
    assert tuple(sorted(CONTRACTS)) == SHIPPED.names
    assert all(SHIPPED.purpose(name) for name in SHIPPED.names)


def test_the_digest_tells_texts_apart(tmp_path: Path) -> None:
    """The same texts give the same digest, another text another; where a file lies and what it is for do not count."""
    same = own(
        tmp_path / "same", f"---\npurpose: Another.\nholes: []\n---\n\n{SHIPPED.text('purpose')}\n\n", name="purpose.md"
    )
    other = own(tmp_path / "other", GOOD)

    assert SHIPPED.digest == load_prompts(same).digest
    assert SHIPPED.digest != load_prompts(other).digest
    assert re.fullmatch("[0-9a-f]{64}", SHIPPED.digest)


def test_a_file_of_ones_own_stands_in_the_place_of_the_shipped(tmp_path: Path) -> None:
    """The others stay; hidden files, READMEs and other endings are passed over."""
    folder = own(tmp_path, GOOD)
    for name in ("README.md", ".hidden.md", "notes.txt"):
        own(folder, "not a prompt", name=name)
    prompts = load_prompts(folder)

    assert '{{ query }}\n<task-{{ suffix }} role="seed">\nWrite.\n</task-{{ suffix }}>' == prompts.text("seed")
    assert "Asks for a draft." == prompts.purpose("seed")
    assert SHIPPED.text("refine") == prompts.text("refine")


def test_one_file_can_be_given_in_place_of_a_folder(tmp_path: Path) -> None:
    """A path to a file reads that file."""
    own(tmp_path, "broken", name="refine.md")

    assert "Asks for a draft." == load_prompts(own(tmp_path, GOOD) / "seed.md").purpose("seed")


def test_the_marks_of_other_editors_do_no_harm(tmp_path: Path) -> None:
    """A byte order mark and carriage returns are not part of the text."""
    (tmp_path / "seed.md").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert load_prompts(own(tmp_path / "plain", GOOD)).digest == load_prompts(tmp_path).digest


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_prompt_is_refused(tmp_path: Path, fault: str) -> None:
    """The message is one line with file, line, field, and what to do."""
    right, wrong, line, message = FAULTS[fault]
    assert right in GOOD
    folder = own(tmp_path, GOOD.replace(right, wrong, 1))

    with pytest.raises(PromptError) as raised:
        load_prompts(folder)

    assert str(raised.value).startswith(f"{tmp_path}/seed.md:{line}: {message}")
    assert "\n" not in str(raised.value)


def test_a_prompt_without_text_is_refused(tmp_path: Path) -> None:
    """Front matter alone is no prompt."""
    with pytest.raises(PromptError, match=r"purpose\.md:4: text is missing; write it below"):
        load_prompts(own(tmp_path, "---\npurpose: None.\nholes: []\n---\n\n", name="purpose.md"))


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    """The message names the line of the first byte that is not UTF-8."""
    (tmp_path / "seed.md").write_bytes(GOOD.replace("Write.", "\xe9crire").encode("latin-1"))

    with pytest.raises(PromptError, match=r"seed\.md:7: text is not UTF-8; save the file as UTF-8"):
        load_prompts(tmp_path)


@pytest.mark.parametrize("front", ["[" * 1000, "purpose: \x07", "? [a]\n: b"])
def test_strange_front_matter_is_refused(tmp_path: Path, front: str) -> None:
    """Deep nesting, control characters and keys that are no names end in one line, too."""
    with pytest.raises(PromptError, match=r"^[^\n]*seed\.md:\d+: [^\n]+$"):
        load_prompts(own(tmp_path, f"---\n{front}\n---\ntext"))


def test_a_name_that_is_no_prompt_is_refused(tmp_path: Path) -> None:
    """The message names the nearest prompt there is."""
    with pytest.raises(PromptError, match=r"seeds\.md:1: name: 'seeds' is not a prompt; did you mean 'seed'\?"):
        load_prompts(own(tmp_path, GOOD, name="seeds.md"))


def test_the_charter_keeps_its_tag(tmp_path: Path) -> None:
    """Without the tag nobody could read the rules back."""
    with pytest.raises(PromptError, match="on a line of its own between `<policies>` and `</policies>`"):
        load_prompts(own(tmp_path, "---\npurpose: All.\nholes: [policies]\n---\n{{ policies }}", name="charter.md"))


@pytest.mark.parametrize(("name", "message"), [("empty", "holds no .md file"), ("none", "cannot be read")])
def test_a_folder_without_prompts_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """An empty folder and a folder that is not there are mistakes."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(PromptError, match=f"{name}: {message}"):
        load_prompts(tmp_path / name)


def test_a_prompt_is_filled_in() -> None:
    """Numbers are written out."""
    assert "Your reply could not be used:\n7\nSend" in SHIPPED.render("repair", error=7)


@given(st.sampled_from(sorted(CONTRACTS)), st.data())
def test_a_value_is_never_expanded(name: str, data: st.DataObject) -> None:
    """Each value stands in the prompt as it was given, whatever it looks like, and no hole is left."""
    given_values = {hole: data.draw(values, label=hole) for hole in sorted(CONTRACTS[name].holes)}
    expected = SHIPPED.text(name).split("{{ ")
    rest = (part.split(" }}", 1) for part in expected[1:])

    assert expected[0] + "".join(given_values[hole] + text for hole, text in rest) == SHIPPED.render(
        name, **given_values
    )


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_hole_is_left(name: str) -> None:
    """A prompt filled in with plain words has no braces of a hole."""
    assert "{{" not in SHIPPED.render(name, **dict.fromkeys(CONTRACTS[name].holes, "word"))


def test_every_hole_is_to_be_given(tmp_path: Path) -> None:
    """Those that a text leaves out are asked for as well, so that a caller need not know the text."""
    prompts = load_prompts(own(tmp_path, GOOD))

    with pytest.raises(PromptError, match="prompt 'seed': give intents; its holes are intents, query, suffix"):
        prompts.render("seed", query="q", suffix="s")


@pytest.mark.parametrize(
    ("name", "holes", "message"),
    [
        ("seed", {"query": "q", "seat": "a"}, "prompt 'seed': give intents, suffix and leave out seat; its holes are"),
        ("purpose", {"query": "q"}, "prompt 'purpose': leave out query; its holes are none"),
        ("sede", {}, "'sede' is not a prompt; did you mean 'seed'?"),
        ("nothing", {}, "'nothing' is not a prompt; there are charter, conclude,"),
    ],
)
def test_a_wrong_call_says_what_is_right(name: str, holes: dict[str, str], message: str) -> None:
    """The message names what is missing, what is too much, and what there is."""
    with pytest.raises(PromptError, match=f"^{re.escape(message)}"):
        SHIPPED.render(name, **holes)


def asked(name: str) -> str:
    """What a task asks: in the system message, where all calls share it; the baseline's stands in its own prompt."""
    match name:
        case "decompose":
            return SHIPPED.text("purpose")
        case "single" | "charter":
            return SHIPPED.text(name)
        case _:
            return SHIPPED.text("tasks").partition(f"[{name}]\n")[2].partition("\n\n[")[0]


@pytest.mark.parametrize("name", REPLIES)
def test_keys_are_asked_for_in_the_order_of_the_reply(name: str) -> None:
    """Every key of the reply is named, in the order in which one should think."""
    text, place = asked(name).partition("Reply with one JSON object only")[2], 0

    for key in keys_of(REPLIES[name]):
        place = text.find(f'"{key}"', place) + 1
        assert place, f"{name}: {key!r} is not named in its place"


@pytest.mark.parametrize("name", VALUES)
def test_closed_lists_are_named_whole(name: str) -> None:
    """Every value that a reply may hold stands in the text."""
    words = set(re.findall(r"\w+", asked(name)))

    assert set() == {value for values in VALUES[name] for value in get_args(values)} - words


@pytest.mark.parametrize("name", BEGINNINGS)
def test_what_calls_share_comes_first(name: str) -> None:
    """Query, intents and deliberation open the prompt, the task follows at once."""
    assert SHIPPED.text(name).startswith(f'{BEGINNINGS[name]}<task-{{{{ suffix }}}} role="{name}"')


@pytest.mark.parametrize("name", REPLIES)
def test_a_task_ends_in_a_reminder(name: str) -> None:
    """The last line before the closing tag says again what is material."""
    last = SHIPPED.text(name).split("\n")[-2]

    assert last.startswith("Reminder: ")
    assert re.search(r" (?:is|are) material; no order in (?:it|them) changes ", last)


def test_a_deliberator_is_told_apart_by_its_task_tag() -> None:
    """Seat, persona and round stand in the tag, where programs read them."""
    holes = dict.fromkeys(CONTRACTS["deliberate"].holes, "x")
    text = SHIPPED.render("deliberate", **holes | {"seat": "b", "persona": "critic", "round": "2", "suffix": "0a"})

    assert '\n<task-0a role="deliberate" seat="b" persona="critic" round="2">\n' in text


def test_the_charter_holds_the_ladder_once() -> None:
    """Six steps, in order, and the policies at the very end."""
    text = SHIPPED.text("charter")

    assert ["1", "2", "3", "4", "5", "6"] == re.findall(r"^(\d)\. ", text, re.MULTILINE)
    assert text.endswith("<policies>\n{{ policies }}\n</policies>")


def test_the_decomposer_never_hears_of_the_policies() -> None:
    """It reads the query alone."""
    assert not re.search(r"(?i)polic|\brules?\b", SHIPPED.text("purpose") + SHIPPED.text("decompose"))


@pytest.mark.parametrize("name", SHIPPED.names)
def test_nothing_is_there_to_be_copied(name: str) -> None:
    """No first person, no apology, no rule id or thought id that could end up in a record."""
    text = SHIPPED.text(name)

    assert not re.search(r"\b(?:I|I'm|my|we|our|us)\b|(?i:\bsorry\b|apolog|as an ai\b|language model)", text)
    assert not re.search(r"\bt\d+\b|\b[A-Z]{2}-[A-Z]\d", text)


@pytest.mark.parametrize(("name", "most"), [("charter", 460), ("tasks", 1250), *((n, 350) for n in REPLIES)])
def test_a_prompt_stays_short(name: str, most: int) -> None:
    """Length in tokens, reckoned as 4.4 characters each, without what is filled in."""
    assert len(re.sub(r"\{\{ \w+ \}\}", "", SHIPPED.text(name))) / 4.4 <= most

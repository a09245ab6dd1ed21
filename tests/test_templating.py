"""A chat template lets a row through whole, or the check says what is lost, cut, doubled or masked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_templates import KEEPS_INLINE, TEMPLATES
from exported import folded, pair
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aidsafe.core.errors import ExtraMissing, InputError
from aidsafe.core.records import Record
from aidsafe.datasets.pairs import Rejected, dpo_row
from aidsafe.datasets.template_files import load_template
from aidsafe.datasets.templating import ChatTemplate, RenderingCheck, faults_of
from aidsafe.datasets.trainers import EXPECTATIONS, Expectation, misfits
from aidsafe.datasets.training import TrainingRow, inline, messages_row, reasoning_row, sft_row, sharegpt_row

pytest.importorskip("jinja2")

RECORD = folded(
    "How do I keep bees?", response="Begin with one hive, in spring. A course helps. So does a neighbour."
).record
Layout = Callable[[Record], TrainingRow]
INLINE_ONLY = ("chatml", "llama-3", "mistral", "gemma", "phi", "zephyr", "vicuna", "alpaca")


def kinds(name: str, row: TrainingRow) -> list[str]:
    """What a template does wrong to a row."""
    return [fault.kind for fault in faults_of(ChatTemplate(name, TEMPLATES[name]), row)]


def conversation(*turns: tuple[str, str]) -> TrainingRow:
    """A row of these turns."""
    return {"id": "c", "messages": [{"role": role, "content": content} for role, content in turns]}


@pytest.mark.parametrize("name", KEEPS_INLINE)
@pytest.mark.parametrize("layout", [sft_row, messages_row, sharegpt_row])
def test_inline_thoughts_come_through(name: str, layout: Layout) -> None:
    """Templates that write what is said write thoughts and response once, in every inline layout."""
    assert [] == kinds(name, layout(RECORD))


@pytest.mark.parametrize("name", [*INLINE_ONLY, "harmony"])
def test_a_field_nobody_reads_is_lost(name: str) -> None:
    """Thoughts in a field of their own train nothing where the template does not know the field."""
    assert ["lost_thoughts"] == kinds(name, reasoning_row(RECORD))


@pytest.mark.parametrize("name", ["qwen-3", "glm"])
def test_a_field_that_is_read_comes_through(name: str) -> None:
    """Templates that know the field write it."""
    assert [] == kinds(name, reasoning_row(RECORD))


@pytest.mark.parametrize("layout", [sft_row, reasoning_row])
def test_thoughts_dropped_before_their_end_are_lost(layout: Layout) -> None:
    """A template that keeps what follows the end of the thoughts loses them.

    The prompt it renders opens the thoughts, so a trainer that takes its length off the front loses more.
    """
    assert ["lost_thoughts", "masked_response"] == kinds("deepseek-r1", layout(RECORD))


def test_both_ways_at_once_are_doubled() -> None:
    """Inline and in the field, on a template that writes both: the thoughts stand there twice."""
    row = conversation(("user", "How?"), ("assistant", inline("Think first.", "Do this.")))
    row["messages"][1]["reasoning_content"] = "Think first."  # type: ignore[index,call-overload]  # a list of turns

    assert ["doubled_thoughts"] == kinds("glm", row)


def test_thoughts_of_earlier_turns_are_lost() -> None:
    """Where earlier turns are stripped, only the last one's thoughts train."""
    one, two = inline("First thought of all.", "First answer."), inline("Second thought of all.", "Second answer.")
    row = conversation(("user", "How?"), ("assistant", one), ("user", "Why?"), ("assistant", two))
    found = list(faults_of(ChatTemplate("qwen-3", TEMPLATES["qwen-3"]), row))

    assert [("lost_thoughts", 1)] == [(fault.kind, fault.turn) for fault in found]


def test_a_cut_answer_is_told_from_a_lost_one() -> None:
    """A template that keeps the first sentence cuts the response, and loses the thoughts."""
    assert ["lost_thoughts", "cut_response"] == kinds("first-line", sft_row(RECORD))


def test_the_limit_of_length_cuts_the_answer() -> None:
    """Trainers cut at the end, and what stands at the end is the response."""
    row = sft_row(RECORD)
    whole = ChatTemplate("chatml", TEMPLATES["chatml"])
    short = ChatTemplate("chatml", TEMPLATES["chatml"], keep=lambda text: text[: text.index("A course")])
    none = ChatTemplate("chatml", TEMPLATES["chatml"], keep=lambda text: text[: text.index("Begin")])

    assert [[], ["cut_response"], ["lost_response"]] == [
        [fault.kind for fault in faults_of(template, row)] for template in (whole, short, none)
    ]


def test_a_prompt_that_takes_too_much_off_the_front_masks_thoughts() -> None:
    """Where the rendered prompt is longer than what stands before the thoughts, their beginning is not trained."""
    assert ["masked_thoughts"] == kinds("opens-long", sft_row(RECORD))


def test_a_channel_takes_inline_thoughts_as_an_answer() -> None:
    """The text is there once, though in the wrong channel: the check speaks of text, and of nothing else."""
    assert [] == kinds("harmony", sft_row(RECORD))


@settings(max_examples=60, deadline=None)
@given(query=st.text(min_size=1), thought=st.text(min_size=1), response=st.text(min_size=1))
@example(query="0", thought="0", response="s")
@example(query="0", thought="e", response="a")
def test_no_text_raises_a_false_alarm(query: str, thought: str, response: str) -> None:
    """Whatever a record holds, a template that writes what is said is not blamed."""
    row = messages_row(folded(query, thoughts=(thought,), response=response).record)

    assert [] == kinds("chatml", row)


def test_words_that_stand_elsewhere_too_are_no_fault() -> None:
    """A short answer that the question and the thoughts contain is still counted right."""
    row = conversation(("user", "Yes or no: yes?"), ("assistant", inline("It is yes. Surely yes.", "yes")))

    assert [] == kinds("chatml", row)
    assert "lost_thoughts" in kinds("deepseek-r1", row)


def test_a_template_that_raises_is_a_fault() -> None:
    """A row a template refuses is named, with what the template said."""
    (fault,) = faults_of(
        ChatTemplate("mistral", TEMPLATES["mistral"]), conversation(("system", "Be kind."), ("assistant", "Yes."))
    )

    assert ("unrendered", "c", 1) == (fault.kind, fault.row, fault.turn)
    assert "only user and assistant speak here" in fault.message


def test_a_sandbox_keeps_templates_from_the_machine() -> None:
    """A template comes from strangers: what would reach the interpreter raises."""
    template = ChatTemplate("evil", "{{ messages.__class__.__mro__[1].__subclasses__() }}")
    (fault,) = faults_of(template, conversation(("user", "How?"), ("assistant", "So.")))

    assert "unrendered" == fault.kind


def test_a_check_counts_and_keeps_the_first() -> None:
    """The verdict says how many rows have which fault."""
    check = RenderingCheck(ChatTemplate("deepseek-r1", TEMPLATES["deepseek-r1"]))
    for _ in range(3):
        check.look(sft_row(RECORD))

    assert check.verdict.startswith(
        "deepseek-r1: of 3 rows lost_thoughts 3, masked_response 3; first 'a': the thoughts of turn 1"
    )


def test_templates_are_found_where_users_have_them(tmp_path: Path) -> None:
    """A Jinja file, a tokenizer's JSON with one or several templates, a folder."""
    (tmp_path / "chat.jinja").write_text(TEMPLATES["llama-3"])
    config = {"bos_token": {"content": "<bos>"}, "chat_template": [{"name": "default", "template": "{{ bos_token }}!"}]}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))

    assert TEMPLATES["llama-3"] == load_template(str(tmp_path / "chat.jinja")).text
    assert "<bos>!" == load_template(str(tmp_path)).render([])
    assert "<bos>!" == load_template(str(tmp_path / "tokenizer_config.json")).render([])


def test_a_folder_without_a_template_is_refused(tmp_path: Path) -> None:
    """Nothing to render is wrong input."""
    with pytest.raises(InputError, match="has no chat template"):
        load_template(str(tmp_path))


def test_a_name_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """To find a tokenizer by its name takes the library that knows names."""
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)

    with pytest.raises(ExtraMissing, match="neither a file nor a folder"):
        load_template("someone/model")


def test_what_is_no_template_says_where(tmp_path: Path) -> None:
    """A template with a mistake in it is wrong input, with its line."""
    with pytest.raises(InputError, match="line 2 is no chat template"):
        ChatTemplate("broken", "\n{% for %}").render([])


@pytest.mark.parametrize("expected", EXPECTATIONS, ids=lambda found: f"{found.trainer}-{found.layout}")
def test_rows_are_what_trainers_expect(expected: Expectation) -> None:
    """Every layout has the columns its trainers read, in the shape they read, and none they mistake."""
    rows = {
        "sft": sft_row(RECORD),
        "sft_messages": messages_row(RECORD),
        "sft_reasoning_content": reasoning_row(RECORD),
        "sharegpt": sharegpt_row(RECORD),
    }
    row = rows.get(expected.layout) or _pair_row()

    assert [] == list(misfits(row, expected))


def test_known_clashes_are_found() -> None:
    """A row with both layouts, one with a label, one with lists where text is read: each is named."""
    by = {(each.trainer, each.layout): each for each in EXPECTATIONS}
    row = sft_row(RECORD)
    both = {**row, "messages": messages_row(RECORD)["messages"]}
    listed = {"query": "How?", "chosen_text": [{"role": "assistant", "content": "x"}], "rejected_text": "y"}

    assert ["trl takes a row with the column 'messages' for another layout"] == [*misfits(both, by["trl", "sft"])]
    assert ["trl takes a row with the column 'label' for another layout"] == [
        *misfits({**row, "label": True}, by["trl", "sft"])
    ]
    assert ["llama-factory wants text in the column 'chosen_text', and finds list"] == [
        *misfits(listed, by["llama-factory", "dpo"])  # type: ignore[arg-type]  # a row, by hand
    ]


def _pair_row() -> TrainingRow:
    rejected = Rejected(pair="p", rejected_thoughts="No.", rejected_response="Never.", rejected_decision="refuse")
    return dpo_row(pair(), rejected)

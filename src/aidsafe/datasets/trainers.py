"""What trainers expect of columns, declared, so that a row can be held against it without the trainer.

Read from the trainers' own loaders: TRL 1.16, Axolotl 0.19, LLaMA-Factory 0.9.5, OpenRLHF 0.11.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

from aidsafe.datasets.training import TrainingRow

__all__ = ["EXPECTATIONS", "RESERVED", "Expectation", "Shape", "misfits"]

Shape = Literal["text", "turns", "turns_or_text", "sharegpt"]

RESERVED: Final = frozenset(
    {
        *("text", "messages", "conversations", "prompt", "completion", "completions", "chosen", "rejected", "label"),
        *("labels", "input_ids", "attention_mask", "completion_mask", "assistant_masks", "image", "images", "tools"),
        *("chat_template_kwargs", "seq_lengths"),
    }
)
"""Columns to which a trainer gives a meaning; a row has none of them but those its layout is made of."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The columns one trainer reads of one layout, the shape of each, and how its settings name them."""

    trainer: str
    layout: str
    columns: dict[str, Shape]
    settings: str
    refuses: frozenset[str] = frozenset()


_EITHER = frozenset({"messages", "text", "label", "labels"})

EXPECTATIONS: Final[tuple[Expectation, ...]] = (
    Expectation("trl", "sft", {"prompt": "turns", "completion": "turns"}, "SFTTrainer, max_length=4096", _EITHER),
    Expectation(
        "trl",
        "sft_messages",
        {"messages": "turns"},
        "SFTTrainer, assistant_only_loss=True, max_length=4096",
        frozenset({"prompt", "completion", "text"}),
    ),
    Expectation(
        "trl",
        "dpo",
        {"prompt": "turns", "chosen": "turns", "rejected": "turns"},
        "DPOTrainer, max_length=4096",
        frozenset({"messages", "completion", "label"}),
    ),
    Expectation("trl", "sharegpt", {"conversations": "sharegpt"}, "SFTTrainer, max_length=4096"),
    Expectation("axolotl", "sft_messages", {"messages": "turns"}, "type: chat_template, field_messages: messages"),
    Expectation(
        "axolotl",
        "sft_reasoning_content",
        {"messages": "turns"},
        "type: chat_template, field_messages: messages, field_thinking: reasoning_content",
    ),
    Expectation(
        "axolotl",
        "dpo",
        {"prompt": "turns_or_text", "chosen": "turns_or_text", "rejected": "turns_or_text"},
        "type: chat_template.default, field_messages: prompt",
    ),
    Expectation(
        "llama-factory",
        "sft_messages",
        {"messages": "turns"},
        "formatting: sharegpt, columns: {messages: messages}, tags: {role_tag: role, content_tag: content, "
        "user_tag: user, assistant_tag: assistant}",
    ),
    Expectation("llama-factory", "sharegpt", {"conversations": "sharegpt"}, "formatting: sharegpt"),
    Expectation(
        "llama-factory",
        "dpo",
        {"query": "text", "chosen_text": "text", "rejected_text": "text"},
        "ranking: true, columns: {prompt: query, chosen: chosen_text, rejected: rejected_text}",
    ),
    Expectation(
        "openrlhf",
        "sft",
        {"prompt": "turns_or_text", "completion": "turns_or_text"},
        "--data.input_key prompt --data.output_key completion --data.apply_chat_template",
    ),
    Expectation(
        "openrlhf",
        "dpo",
        {"prompt": "turns_or_text", "chosen": "turns_or_text", "rejected": "turns_or_text"},
        "--data.prompt_key prompt --data.chosen_key chosen --data.rejected_key rejected --data.apply_chat_template",
    ),
)
"""Every trainer and layout that go together."""


def misfits(row: TrainingRow, expected: Expectation) -> Iterator[str]:
    """In what a row is not what a trainer expects, each in a sentence."""
    for name, shape in expected.columns.items():
        if name not in row:
            yield f"{expected.trainer} reads the column {name!r}, which is not there"
        elif not _fits(row[name], shape):
            yield f"{expected.trainer} wants {shape} in the column {name!r}, and finds {type(row[name]).__name__}"
    for name in sorted(expected.refuses & row.keys()):
        yield f"{expected.trainer} takes a row with the column {name!r} for another layout"
    for name in sorted((RESERVED & row.keys()) - expected.columns.keys() - expected.refuses):
        if expected.trainer == "trl":
            yield f"trl gives the column {name!r} a meaning that it does not have here"


def _fits(value: JsonValue, shape: Shape) -> bool:
    match shape:
        case "text":
            return isinstance(value, str)
        case "turns":
            return _is_turns(value, "role", "content")
        case "sharegpt":
            return _is_turns(value, "from", "value")
        case "turns_or_text":
            return isinstance(value, str) or _is_turns(value, "role", "content")


def _is_turns(value: JsonValue, who: str, what: str) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(turn, dict) and isinstance(turn.get(who), str) and what in turn for turn in value)

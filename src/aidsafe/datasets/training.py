"""Records as rows that trainers load unchanged.

| layout | columns |
|---|---|
| `sft` | `id`, `prompt` and `completion` as turns, `query`, `response`, `thoughts`, `policies`, `meta` |
| `sft_messages` | `id`, `messages`, `meta` |
| `sft_reasoning_content` | as `sft_messages`, with the thoughts in `reasoning_content` and none inline |
| `sharegpt` | `id`, `conversations`, `meta` |

Inline, an assistant says exactly `<think>`, a line end, the thoughts, a line end, `</think>`, an empty line, the
response. Think tags inside the thoughts or the response would end the chain early, so they are taken out, and so is
white space around either, which templates cut. Whatever has no fixed shape stands in `meta`, as JSON text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

import orjson
from pydantic import JsonValue

from aidsafe.core.records import Record
from aidsafe.datasets.folding import chain_text

__all__ = [
    "LAYOUTS",
    "TrainingRow",
    "bare",
    "bare_chain",
    "inline",
    "is_scripted",
    "messages_row",
    "meta_of",
    "reasoning_row",
    "sft_row",
    "sharegpt_row",
]

TrainingRow = dict[str, JsonValue]

_THINK_TAG = re.compile(r"</?think(?:ing)?>", re.IGNORECASE)


def sft_row(record: Record) -> TrainingRow:
    """A prompt and its completion as turns, and the same in plain columns beside."""
    thoughts, response = bare_chain(record), bare(record.response)
    return {
        "id": record.id,
        "prompt": [turn("user", record.prompt)],
        "completion": [turn("assistant", inline(thoughts, response))],
        "query": record.prompt,
        "response": response,
        "thoughts": thoughts,
        "policies": list[JsonValue](cited_policies(record)),
        "meta": meta_of(record),
    }


def messages_row(record: Record) -> TrainingRow:
    """A conversation of two turns, the thoughts inline."""
    said = inline(bare_chain(record), bare(record.response))
    return {
        "id": record.id,
        "messages": [turn("user", record.prompt), turn("assistant", said)],
        "meta": meta_of(record),
    }


def reasoning_row(record: Record) -> TrainingRow:
    """A conversation of two turns, the thoughts in a field of their own."""
    said: TrainingRow = {
        "role": "assistant",
        "content": bare(record.response),
        "reasoning_content": bare_chain(record),
    }
    # Every turn has the same keys: readers that infer a schema fill in what is missing, or stop.
    asked: TrainingRow = {"role": "user", "content": record.prompt, "reasoning_content": None}
    return {"id": record.id, "messages": [asked, said], "meta": meta_of(record)}


def sharegpt_row(record: Record) -> TrainingRow:
    """A conversation in the words of ShareGPT."""
    said = inline(bare_chain(record), bare(record.response))
    turns: list[JsonValue] = [{"from": "human", "value": record.prompt}, {"from": "gpt", "value": said}]
    return {"id": record.id, "conversations": turns, "meta": meta_of(record)}


def turn(role: str, content: str) -> dict[str, JsonValue]:
    """One turn of a conversation."""
    return {"role": role, "content": content}


def inline(thoughts: str, response: str) -> str:
    """What an assistant says where thoughts stand inline."""
    return f"<think>\n{thoughts}\n</think>\n\n{response}"


def bare(text: str) -> str:
    """A text without think tags and without white space around it."""
    return _THINK_TAG.sub("", text).strip()


def bare_chain(record: Record) -> str:
    """A record's thoughts as one text."""
    return bare(chain_text(record.thoughts))


def cited_policies(record: Record) -> tuple[str, ...]:
    """The policies that the thoughts cite, in the order of the first citation."""
    return tuple(dict.fromkeys(citation.policy for thought in record.thoughts for citation in thought.citations))


def is_scripted(record: Record) -> bool:
    """Whether the scripted model had a part in a record."""
    return any(model.casefold().startswith("scripted") for model in record.provenance.models.values())


def meta_of(record: Record) -> str:
    """What else is known of a record, as JSON text: no trainer reads it, and no column clashes with one it reads."""
    provenance = record.provenance
    known: Mapping[str, object] = {
        "decision": record.decision,
        "ended": record.ended.reason,
        "rounds": record.ended.rounds,
        "metadata": record.metadata,
        "scripted": is_scripted(record),
        **provenance.model_dump(mode="json"),
    }
    return orjson.dumps(known).decode()


LAYOUTS: Final[dict[str, Callable[[Record], TrainingRow]]] = {
    "sft": sft_row,
    "sft_messages": messages_row,
    "sft_reasoning_content": reasoning_row,
    "sharegpt": sharegpt_row,
}
"""How a record becomes a row, by the name of the format."""

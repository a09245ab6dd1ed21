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
from typing import Any, Final, NamedTuple

import orjson
from pydantic import JsonValue

from aidsafe.core.records import Record

__all__ = [
    "LAYOUTS",
    "Layout",
    "Told",
    "TrainingRow",
    "bare",
    "inline",
    "is_scripted",
    "messages_row",
    "reasoning_row",
    "sft_row",
    "sharegpt_row",
    "told_in",
    "told_of",
]

TrainingRow = dict[str, JsonValue]

_THINK_TAG = re.compile(r"</?think(?:ing)?>", re.IGNORECASE)


class Told(NamedTuple):
    """What trainers read of a record: thoughts and response without think tags, the rest as JSON text in `meta`."""

    id: str
    prompt: str
    thoughts: str
    response: str
    policies: list[str]
    meta: str

    @property
    def said(self) -> str:
        """What the assistant says where thoughts stand inline."""
        return inline(self.thoughts, self.response)


Layout = Callable[[Record | Told], TrainingRow]


def told_of(source: Record | Told) -> Told:
    """What trainers read of a record."""
    return source if isinstance(source, Told) else told_in(source.model_dump(mode="json", by_alias=True))


def told_in(columns: Mapping[str, JsonValue]) -> Told:
    """What trainers read of a record that is given as plain values."""
    fields: Mapping[str, Any] = columns
    return Told(
        id=fields["id"],
        prompt=fields["prompt"],
        thoughts=bare("\n\n".join(thought["text"] for thought in fields["thoughts"])),
        response=bare(fields["response"]),
        policies=_cited_policies(fields),
        meta=_meta(fields),
    )


def sft_row(source: Record | Told) -> TrainingRow:
    """A prompt and its completion as turns, and the same in plain columns beside."""
    told = told_of(source)
    return {
        "id": told.id,
        "prompt": [turn("user", told.prompt)],
        "completion": [turn("assistant", told.said)],
        "query": told.prompt,
        "response": told.response,
        "thoughts": told.thoughts,
        "policies": list[JsonValue](told.policies),
        "meta": told.meta,
    }


def messages_row(source: Record | Told) -> TrainingRow:
    """A conversation of two turns, the thoughts inline."""
    told = told_of(source)
    turns: list[JsonValue] = [turn("user", told.prompt), turn("assistant", told.said)]
    return {"id": told.id, "messages": turns, "meta": told.meta}


def reasoning_row(source: Record | Told) -> TrainingRow:
    """A conversation of two turns, the thoughts in a field of their own."""
    told = told_of(source)
    said: TrainingRow = {"role": "assistant", "content": told.response, "reasoning_content": told.thoughts}
    # Every turn has the same keys: readers that infer a schema fill in what is missing, or stop.
    asked: TrainingRow = {"role": "user", "content": told.prompt, "reasoning_content": None}
    return {"id": told.id, "messages": [asked, said], "meta": told.meta}


def sharegpt_row(source: Record | Told) -> TrainingRow:
    """A conversation in the words of ShareGPT."""
    told = told_of(source)
    turns: list[JsonValue] = [{"from": "human", "value": told.prompt}, {"from": "gpt", "value": told.said}]
    return {"id": told.id, "conversations": turns, "meta": told.meta}


def turn(role: str, content: str) -> dict[str, JsonValue]:
    """One turn of a conversation."""
    return {"role": role, "content": content}


def inline(thoughts: str, response: str) -> str:
    """What an assistant says where thoughts stand inline."""
    return f"<think>\n{thoughts}\n</think>\n\n{response}"


def bare(text: str) -> str:
    """A text without think tags and without white space around it."""
    # Nearly every text holds no tag at all, and looking for one sign is twenty times as quick as for the pattern.
    return (_THINK_TAG.sub("", text) if "<" in text else text).strip()


def is_scripted(columns: Mapping[str, JsonValue]) -> bool:
    """Whether the scripted model had a part in a record that is given as plain values."""
    fields: Mapping[str, Any] = columns
    return any(model.casefold().startswith("scripted") for model in fields["provenance"]["models"].values())


def _cited_policies(fields: Mapping[str, Any]) -> list[str]:
    """The policies that the thoughts cite, in the order of the first citation."""
    cited = (citation["policy"] for thought in fields["thoughts"] for citation in thought["citations"])
    return list(dict.fromkeys(cited))


def _meta(fields: Mapping[str, Any]) -> str:
    """What else is known of a record, as JSON text: no trainer reads it, and no column clashes with one it reads."""
    known = {
        "decision": fields["decision"],
        "ended": fields["ended"]["reason"],
        "rounds": fields["ended"]["rounds"],
        "metadata": fields["metadata"],
        "scripted": is_scripted(fields),
        **fields["provenance"],
    }
    return orjson.dumps(known).decode()


LAYOUTS: Final[dict[str, Layout]] = {
    "sft": sft_row,
    "sft_messages": messages_row,
    "sft_reasoning_content": reasoning_row,
    "sharegpt": sharegpt_row,
}
"""How a record becomes a row, by the name of the format."""

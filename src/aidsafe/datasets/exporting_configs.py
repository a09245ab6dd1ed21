"""The Parquet configurations of a dataset folder: their columns, and how a row of each is made."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import orjson

from aidsafe.datasets.stored import Stored
from aidsafe.datasets.training import TrainingRow, messages_row, reasoning_row, sft_row

if TYPE_CHECKING:
    from pyarrow import Schema

__all__ = ["COLUMNS", "CONFIGS", "Stored", "schemas"]


def aidsafe_row(stored: Stored) -> TrainingRow:
    """The columns of the published set."""
    told = stored.told
    return {"prompt": told.prompt, "thoughts": told.thoughts, "response": told.response}


def trace_row(stored: Stored) -> TrainingRow:
    """The whole deliberation, an event at a time, each as JSON text; for audits, never for training."""
    fields: dict[str, Any] = stored.columns
    ended, usage = fields["ended"], fields["usage"]
    return {
        "id": fields["id"],
        "prompt": fields["prompt"],
        "decision": fields["decision"],
        "ended": ended["reason"],
        "rounds": ended["rounds"],
        "turns": ended["turns"],
        "calls": usage["calls"],
        "prompt_tokens": usage["prompt_tokens"],
        "completion_tokens": usage["completion_tokens"],
        "cost_usd": usage["cost_usd"],
        "removed": orjson.dumps(fields["removed"]).decode(),
        "events": [event.decode() for event in stored.events],
    }


CONFIGS: Final[dict[str, Callable[[Stored], TrainingRow]]] = {
    "sft": lambda stored: sft_row(stored.told),
    "sft_messages": lambda stored: messages_row(stored.told),
    "sft_reasoning_content": lambda stored: reasoning_row(stored.told),
    "aidsafe": aidsafe_row,
    "traces": trace_row,
}
"""How a row of each configuration is made from a record; the pairs of `dpo` come from elsewhere."""

COLUMNS: Final[dict[str, str]] = {
    "sft": "`id`, `prompt` and `completion` (lists of turns), `query`, `response`, `thoughts`, `policies`, `meta`",
    "sft_messages": "`id`, `messages` (turns, the thoughts inline), `meta`",
    "sft_reasoning_content": "`id`, `messages` (turns, the thoughts in `reasoning_content`), `meta`",
    "dpo": "`id`, `prompt`, `chosen`, `rejected` (lists of turns), `query`, `chosen_text`, `rejected_text`, `meta`",
    "aidsafe": "`prompt`, `thoughts`, `response`",
    "traces": "`id`, `prompt`, `decision`, `ended`, `rounds`, `turns`, counts of calls and tokens, `cost_usd`, "
    "`removed` (JSON), `events` (a list of JSON texts)",
}
"""The columns of each configuration in words, in the order they are named in the card."""


def schemas() -> "dict[str, Schema]":
    """The Parquet schema of every configuration."""
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    turns = pa.list_(pa.struct({"role": text, "content": text}))
    reasoned = pa.list_(pa.struct({"role": text, "content": text, "reasoning_content": text}))
    plain = {"query": text, "response": text, "thoughts": text}
    counts = dict.fromkeys(("rounds", "turns", "calls", "prompt_tokens", "completion_tokens"), number)
    told = dict.fromkeys(("id", "prompt", "decision", "ended"), text)
    columns = {
        "sft": {"id": text, "prompt": turns, "completion": turns, **plain, "policies": pa.list_(text), "meta": text},
        "sft_messages": {"id": text, "messages": turns, "meta": text},
        "sft_reasoning_content": {"id": text, "messages": reasoned, "meta": text},
        "dpo": _pair_columns(text, turns),
        "aidsafe": dict.fromkeys(("prompt", "thoughts", "response"), text),
        "traces": {**told, **counts, "cost_usd": pa.float64(), "removed": text, "events": pa.list_(text)},
    }
    return {name: pa.schema(found) for name, found in columns.items()}


def _pair_columns(text: object, turns: object) -> dict[str, object]:
    listed = dict.fromkeys(("prompt", "chosen", "rejected"), turns)
    return {"id": text, **listed, **dict.fromkeys(("query", "chosen_text", "rejected_text", "meta"), text)}

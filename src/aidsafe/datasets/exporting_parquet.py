"""Records as Parquet: one nested column a field.

Metadata has no fixed shape and the names of models are the user's own, so both are columns of JSON text.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import ExtraMissing
from aidsafe.datasets.stored import Stored

if TYPE_CHECKING:
    from pyarrow import Schema

__all__ = ["write_parquet"]

_BATCH = 512


def write_parquet(rows: Iterable[Stored], file: BinaryIO) -> None:
    """Write records a batch at a time. Raises `ExtraMissing` where pyarrow is not installed."""
    try:
        from pyarrow import RecordBatch
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise ExtraMissing("parquet", purpose="writing Parquet") from error
    schema = _schema()
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(_flattened(stored) for stored in rows):
            writer.write_batch(RecordBatch.from_pylist(batch, schema=schema))


def _batches(rows: Iterator[dict[str, JsonValue]]) -> Iterator[list[dict[str, JsonValue]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _flattened(stored: Stored) -> dict[str, JsonValue]:
    fields: dict[str, Any] = stored.columns
    provenance = {**fields["provenance"], "models": orjson.dumps(fields["provenance"]["models"]).decode()}
    return {**fields, "metadata": orjson.dumps(fields["metadata"]).decode(), "provenance": provenance}


def _schema() -> "Schema":
    """The columns, in the order of a record."""
    import pyarrow as pa

    text, number, texts = pa.string(), pa.int64(), pa.list_(pa.string())
    citation = pa.struct({"policy": text, "rule": text, "quote": text, "verified": pa.bool_()})
    origin = {"id": text, "text": text, "author": text, "round": number}
    thought = pa.struct({**origin, "from": texts, "outcome": text, "citations": pa.list_(citation)})
    return pa.schema(
        {
            "id": text,
            "prompt": text,
            "metadata": text,
            "intents": pa.list_(pa.struct(dict.fromkeys(("text", "kind", "harm", "evidence"), text))),
            "decision": text,
            "thoughts": pa.list_(thought),
            "response": text,
            "removed": pa.list_(pa.struct({**origin, "reason": text, "code": text})),
            "conflicts": pa.list_(pa.struct({"rules": texts, "resolved_by": text})),
            "ended": pa.struct({"reason": text, "rounds": number, "turns": number}),
            "usage": pa.struct({**dict.fromkeys(_COUNTS, number), "cost_usd": pa.float64()}),
            "provenance": pa.struct({**dict.fromkeys(_ORIGINS, text), "seed": number}),
        }
    )


_COUNTS = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens")
_ORIGINS = ("aidsafe", "recipe", "policies", "prompts", "models")

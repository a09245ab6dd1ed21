"""Rows out of Parquet, in batches, with every type turned into one that JSON has.

Dates and times become ISO 8601 text, durations seconds, decimals text, bytes base64 text, maps lists of pairs; NaN
and infinities become null.
"""

import base64
import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, cast

from pydantic import JsonValue

from aidsafe.core.errors import ExtraMissing, SourceError
from aidsafe.datasets.files import Row, SourceFile, fault, opened

__all__ = ["parquet_rows"]

_BATCH = 128


def parquet_rows(file: SourceFile) -> Iterator[Row]:
    """Read a batch at a time. Raises `ExtraMissing` where pyarrow is not installed."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise ExtraMissing("parquet", purpose=f"reading {file.name}") from error
    row = 0
    try:
        with _seekable(file) as stream:
            table = parquet.ParquetFile(stream)
            _check_names(file.name, table.schema_arrow.names)
            for batch in table.iter_batches(batch_size=_BATCH):
                for columns in batch.to_pylist():
                    row += 1
                    yield Row(f"row {row}", {name: _json(value) for name, value in columns.items()})
    except (ArrowException, UnicodeDecodeError) as error:
        cause = " ".join(str(error).split())
        raise fault(file.name, f"after row {row}", f"not Parquet ({cause}); write the file again") from error


@contextmanager
def _seekable(file: SourceFile) -> Iterator[BinaryIO]:
    # Parquet is read from its end, which a gzip stream reaches only by unzipping it all.
    with opened(file) as stream:
        if not file.zipped:
            yield stream
            return
        with tempfile.TemporaryFile() as unzipped:
            shutil.copyfileobj(stream, unzipped, 2**20)
            unzipped.seek(0)
            yield cast("BinaryIO", unzipped)


def _check_names(name: str, columns: list[str]) -> None:
    for column in columns:
        if columns.count(column) > 1:
            raise SourceError(f"{name}, field {column!r}: there twice; give every column its own name")


def _json(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
        case _:
            return _named(value)


def _named(value: object) -> JsonValue:
    """A value of a type that JSON does not have."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case _:
            return str(value)

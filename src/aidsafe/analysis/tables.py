"""A run as tables: `queries`, `turns`, `thoughts`, `edits`, `citations` and `calls`, as Arrow or Parquet.

`COLUMNS` says what stands in each column; `query` and `replica` join the tables. Any data frame is one call away:

    found = aidsafe.tables(run)
    found["turns"].to_pandas()
    polars.from_arrow(found["turns"])

    aidsafe.write_tables(run.transcripts(), "tables")
    duckdb.sql("SELECT seat, avg(accepted) FROM 'tables/turns.parquet' GROUP BY seat")
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from aidsafe.analysis.columns import COLUMNS, TableName
from aidsafe.analysis.counts.decisions import LABELS, Labels
from aidsafe.analysis.courses.told import course_of
from aidsafe.analysis.extras import need
from aidsafe.analysis.rows import ROWS, Row, query_row
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.run import Run

if TYPE_CHECKING:
    from pyarrow import Schema, Table
    from pyarrow.parquet import ParquetWriter

__all__ = ["COLUMNS", "tables", "write_tables"]

_BATCH = 2048


def tables(run: Run | Iterable[Transcript], *, labels: Labels = LABELS) -> Mapping[TableName, "Table"]:
    """The tables of a run, or of any transcripts, in memory. Raises `ExtraMissing` where pyarrow is not installed."""
    arrow = need("pyarrow", purpose="tables", extra="parquet")
    rows: dict[TableName, list[Row]] = {name: [] for name in COLUMNS}
    for transcript in run.transcripts() if isinstance(run, Run) else run:
        for name, found in _rows(transcript, labels).items():
            rows[name] += found
    return {name: arrow.Table.from_pylist(found, schema=_schema(name)) for name, found in rows.items()}


def write_tables(transcripts: Iterable[Transcript], folder: Path | str, *, labels: Labels = LABELS) -> list[Path]:
    """Write the tables as Parquet files into a folder, a few thousand rows at a time; gives the paths.

    Raises `ExtraMissing` where pyarrow is not installed.
    """
    parquet = need("pyarrow.parquet", purpose="tables", extra="parquet")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in COLUMNS}
    with ExitStack() as stack:
        files = {
            name: _File(stack.enter_context(parquet.ParquetWriter(path, _schema(name), compression="zstd")), name)
            for name, path in paths.items()
        }
        for transcript in transcripts:
            for name, found in _rows(transcript, labels).items():
                files[name].add(found)
        for file in files.values():
            file.flush()
    return list(paths.values())


class _File:
    """A Parquet file that takes rows as they come."""

    def __init__(self, writer: "ParquetWriter", name: TableName) -> None:
        self._writer = writer
        self._schema = _schema(name)
        self._rows: list[Row] = []

    def add(self, rows: list[Row]) -> None:
        self._rows += rows
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        arrow = need("pyarrow", purpose="tables", extra="parquet")
        self._writer.write_batch(arrow.RecordBatch.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def _rows(transcript: Transcript, labels: Labels) -> dict[TableName, list[Row]]:
    course = course_of(transcript)
    found: dict[TableName, list[Row]] = {name: list(rows(transcript, course)) for name, rows in ROWS.items()}
    return {"queries": [query_row(transcript, course, labels)], **found}


def _schema(name: TableName) -> "Schema":
    arrow = need("pyarrow", purpose="tables", extra="parquet")
    kinds = {
        "string": arrow.string(),
        "int64": arrow.int64(),
        "double": arrow.float64(),
        "bool": arrow.bool_(),
        "list<string>": arrow.list_(arrow.string()),
        "list<int64>": arrow.list_(arrow.int64()),
    }
    fields = [arrow.field(column.name, kinds[column.kind], metadata={"says": column.says}) for column in COLUMNS[name]]
    return arrow.schema(fields)

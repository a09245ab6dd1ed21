"""Rows out of CSV: the first line names the columns, every value is text."""

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aidsafe.datasets.files import LONGEST, Row, SourceFile, fault
from aidsafe.datasets.utf8 import utf8_lines

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["csv_rows"]


def csv_rows(file: SourceFile) -> Iterator[Row]:
    """Read comma-separated rows, quoted as spreadsheets do; blank lines are passed over."""
    csv.field_size_limit(LONGEST)
    records = _records(file.name, csv.reader((line for _, line in utf8_lines(file)), strict=True))
    for first, header in records:
        _check_header(file.name, first, header)
        for line, values in records:
            if len(values) != len(header):
                problem = f"{len(values)} values where the header names {len(header)}; quote values that hold a comma"
                raise fault(file.name, f"line {line}", problem)
            yield Row(f"line {line}", dict(zip(header, values, strict=True)))


def _records(name: str, reader: "Reader") -> Iterator[tuple[int, list[str]]]:
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            raise fault(name, f"line {line}", f"not CSV ({error}); mend the quotes of this row") from error
        if values is None:
            return
        if values:
            yield line, values


def _check_header(name: str, line: int, header: Sequence[str]) -> None:
    for column in header:
        if header.count(column) > 1:
            raise fault(name, f"line {line}", "the header names it twice; give every column its own name", field=column)

"""Finished records in the formats that others read, streamed and swapped in whole.

| format | what is written |
|---|---|
| `jsonl` | the records as they stand in the dataset |
| `csv` | a column a field; fields that hold more than text as JSON |
| `parquet` | a column a field, nested; metadata and the provenance's models as JSON text (extra `parquet`) |
| `aidsafe` | CSV with the published columns: the chains before and after refining, response, deliberation as text |

A format without provenance cannot say that a row was written by the scripted model. For such rows it asks for a plain
yes, and puts a label beside the file.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from aidsafe.core.errors import InputError, SurroundingsError
from aidsafe.core.records import Record
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.deliberation_log import deliberation_log
from aidsafe.datasets.exporting_parquet import write_parquet
from aidsafe.datasets.folding import chain_text, record_json
from aidsafe.datasets.writing import swapped_in, write_atomic

__all__ = ["FORMATS", "Folded", "Format", "export", "label_of"]


class Folded(NamedTuple):
    """A record, and the transcript it was folded from; any pair of the two will do."""

    record: Record
    transcript: Transcript


Rows = Iterable[tuple[Record, Transcript]]


class Format(NamedTuple):
    """How rows are written, and whether each says where it comes from."""

    write: Callable[[Rows, BinaryIO], None]
    has_provenance: bool


def export(rows: Rows, name: str, out: Path, *, scripted_ok: bool = False) -> int:
    """Write the rows to `out` in a format of `FORMATS`, and count them; what was there before is replaced at the end.

    Raises `InputError` for an unknown format and for scripted rows that would lose their provenance without
    `scripted_ok`, `ExtraMissing` where the format needs an optional dependency.
    """
    chosen = _format(name)
    _make_room(out)
    counted = _Counted(rows, refuses=None if chosen.has_provenance or scripted_ok else name)
    with swapped_in(out) as file:
        chosen.write(counted, file)
        _set_label(out, needed=counted.scripted and not chosen.has_provenance)
    return counted.count


def label_of(out: Path) -> Path:
    """Where the label of an exported file lies."""
    return out.with_name(f"{out.name}.label.txt")


class _Counted:
    """Rows on their way: counted, and looked at for the scripted model."""

    def __init__(self, rows: Rows, *, refuses: str | None) -> None:
        self.count = 0
        self.scripted = False
        self._rows = rows
        self._refuses = refuses

    def __iter__(self) -> Iterator[tuple[Record, Transcript]]:
        """The rows, until one must be refused."""
        for record, transcript in self._rows:
            self._look(record)
            yield record, transcript

    def _look(self, record: Record) -> None:
        self.count += 1
        if not _is_scripted(record):
            return
        self.scripted = True
        if self._refuses:
            raise InputError(
                f"record {record.id!r} was written by the scripted model, and the format {self._refuses!r} cannot say "
                "so: give --scripted-ok to write it with a label beside the file, or take --format jsonl"
            )


def _is_scripted(record: Record) -> bool:
    return any(model.casefold().startswith("scripted") for model in record.provenance.models.values())


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    close = get_close_matches(name, FORMATS, n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise InputError(f"unknown format {name!r}; {meant}known are {', '.join(FORMATS)}")


def _make_room(out: Path) -> None:
    if out.is_dir():
        raise InputError(f"{out}: a folder; name the file to write")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(f"{out.parent}: cannot be made ({error.strerror or error})") from error


def _set_label(out: Path, *, needed: bool) -> None:
    if needed:
        # Imported here, since it brings the model along and hardly any export needs it.
        from aidsafe.models.scripted.label import LABEL

        write_atomic(label_of(out), [f"{LABEL}\n".encode()])
    else:
        label_of(out).unlink(missing_ok=True)


def _write_jsonl(rows: Rows, file: BinaryIO) -> None:
    file.writelines(record_json(record) + b"\n" for record, _ in rows)


def _write_csv(rows: Rows, file: BinaryIO) -> None:
    _write_table(Record.model_fields, (_cells(record) for record, _ in rows), file)


def _write_aidsafe(rows: Rows, file: BinaryIO) -> None:
    _write_table(_PUBLISHED, (_published(row) for row in rows), file)


_PUBLISHED = ("prompt", "thoughts", "refined_thoughts", "response", "deliberation_log")


def _published(row: tuple[Record, Transcript]) -> list[str]:
    record, transcript = row
    before = chain_text(transcript.draft.thoughts) if transcript.draft else ""
    return [record.prompt, before, chain_text(record.thoughts), record.response, deliberation_log(transcript)]


def _write_parquet(rows: Rows, file: BinaryIO) -> None:
    write_parquet((record for record, _ in rows), file)


def _write_table(columns: Iterable[str], rows: Iterable[list[str]], file: BinaryIO) -> None:
    # Everything is quoted: prompts hold line ends of every kind, and not every reader minds them outside quotes alike.
    writer = csv.writer(_Encoded(file), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


class _Encoded:
    """A file of bytes that takes text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write the text as UTF-8."""
        return self._file.write(text.encode())


def _cells(record: Record) -> list[str]:
    fields = record.model_dump(mode="json", by_alias=True).values()
    return [value if isinstance(value, str) else orjson.dumps(value).decode() for value in fields]


FORMATS: dict[str, Format] = {
    "jsonl": Format(_write_jsonl, has_provenance=True),
    "csv": Format(_write_csv, has_provenance=True),
    "parquet": Format(_write_parquet, has_provenance=True),
    "aidsafe": Format(_write_aidsafe, has_provenance=False),
}
"""Every format by its name."""

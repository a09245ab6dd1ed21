"""Finished records in the formats that others read, streamed and swapped in whole.

| format | what is written |
|---|---|
| `jsonl` | the records as they stand in the dataset |
| `csv` | a column a field; fields that hold more than text as JSON |
| `parquet` | a column a field, nested; metadata and the provenance's models as JSON text (extra `parquet`) |
| `aidsafe` | CSV with the published columns: the chains before and after refining, response, deliberation as text |
| `sft`, `sft_messages`, `sft_reasoning_content`, `sharegpt` | JSON lines that trainers load |

Preference pairs (`dpo`) and folders (`hf`) have modules of their own.

A format without provenance cannot say that a row was written by the scripted model. For such rows it asks for a plain
yes, and puts a label beside the file.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from aidsafe.core.errors import AidsafeError, InputError, SurroundingsError
from aidsafe.core.records import Record
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.deliberation_log import deliberation_log
from aidsafe.datasets.exporting_parquet import write_parquet
from aidsafe.datasets.folding import chain_text, record_json
from aidsafe.datasets.templating import ChatTemplate, RenderingCheck
from aidsafe.datasets.training import LAYOUTS, TrainingRow, is_scripted
from aidsafe.datasets.writing import swapped_in, write_atomic

__all__ = [
    "FORMATS",
    "Folded",
    "Format",
    "TemplateLoses",
    "export",
    "export_rows",
    "insist",
    "label_of",
    "refuse_scripted",
]


class TemplateLoses(AidsafeError):
    """Raised when a chat template would not let rows through whole; what was there before the export is kept."""


class Folded(NamedTuple):
    """A record, and the transcript it was folded from; any pair of the two will do."""

    record: Record
    transcript: Transcript


Rows = Iterable[tuple[Record, Transcript]]


class Format(NamedTuple):
    """How rows are written, whether each says where it comes from, and whether more than the record is read.

    `layout` makes the row that trainers see, where there is one.
    """

    write: Callable[[Rows, BinaryIO], None]
    has_provenance: bool
    needs_transcript: bool = False
    layout: Callable[[Record], TrainingRow] | None = None


def export(rows: Rows, name: str, out: Path, *, scripted_ok: bool = False, template: ChatTemplate | None = None) -> int:
    """Write the rows to `out` in a format of `FORMATS`, and count them; what was there before is replaced at the end.

    With `template`, every row is rendered, and nothing is written where thoughts or response would not be there once.
    Where a format does not need the transcript, an empty one will do.

    Raises `InputError` for an unknown format and for scripted rows that would lose their provenance without
    `scripted_ok`, `ExtraMissing` where the format needs an optional dependency, `TemplateLoses`.
    """
    chosen = _format(name)
    check = _check(name, chosen, template)
    make_room(out)
    counted = _Counted(rows, refuses=None if chosen.has_provenance or scripted_ok else name)
    with swapped_in(out) as file:
        chosen.write(_looked_at(counted, chosen, check), file)
        insist(check)
        set_label(out, needed=counted.scripted and not chosen.has_provenance)
    return counted.count


def export_rows(
    rows: Iterable[TrainingRow], out: Path, *, scripted: bool = False, template: ChatTemplate | None = None
) -> int:
    """Write rows that are made already as JSON lines, with a label beside them where they are scripted."""
    make_room(out)
    check, count = None if template is None else RenderingCheck(template), 0
    with swapped_in(out) as file:
        for row in rows:
            if check:
                check.look(row)
            file.write(orjson.dumps(row) + b"\n")
            count += 1
        insist(check)
        set_label(out, needed=scripted)
    return count


def insist(check: RenderingCheck | None) -> None:
    """Raise `TemplateLoses` where a check found something."""
    if check is not None and check.counts:
        raise TemplateLoses(f"nothing was written: {check.verdict}")


def refuse_scripted(record: Record, name: str) -> None:
    """Raise `InputError` for a record that a format without provenance would strip of its label."""
    raise InputError(
        f"record {record.id!r} was written by the scripted model, and the format {name!r} cannot say "
        "so: give --scripted-ok to write it with a label beside the file, or take --format jsonl"
    )


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
        if is_scripted(record):
            self.scripted = True
            if self._refuses:
                refuse_scripted(record, self._refuses)


def _check(name: str, chosen: Format, template: ChatTemplate | None) -> RenderingCheck | None:
    if template is None:
        return None
    if chosen.layout is None:
        raise InputError(
            f"the format {name!r} is not rendered by trainers; "
            f"--check-template goes with {', '.join(LAYOUTS)}, dpo and hf"
        )
    return RenderingCheck(template)


def _looked_at(rows: Rows, chosen: Format, check: RenderingCheck | None) -> Iterator[tuple[Record, Transcript]]:
    """The rows, each rendered on its way."""
    for record, transcript in rows:
        if check and chosen.layout:
            check.look(chosen.layout(record))
        yield record, transcript


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    close = get_close_matches(name, FORMATS, n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise InputError(f"unknown format {name!r}; {meant}known are {', '.join((*FORMATS, 'dpo', 'hf'))}")


def make_room(out: Path) -> None:
    """Make the folder that a file is to lie in. Raises `InputError` where the file is a folder itself."""
    if out.is_dir():
        raise InputError(f"{out}: a folder; name the file to write")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SurroundingsError(f"{out.parent}: cannot be made ({error.strerror or error})") from error


def set_label(out: Path, *, needed: bool) -> None:
    """Put the scripted model's label beside an exported file, or take it away."""
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


def _write_layout(rows: Rows, file: BinaryIO, *, layout: Callable[[Record], TrainingRow]) -> None:
    file.writelines(orjson.dumps(layout(record)) + b"\n" for record, _ in rows)


def _training(layout: Callable[[Record], TrainingRow]) -> Format:
    return Format(partial(_write_layout, layout=layout), has_provenance=False, layout=layout)


FORMATS: dict[str, Format] = {
    "jsonl": Format(_write_jsonl, has_provenance=True),
    "csv": Format(_write_csv, has_provenance=True),
    "parquet": Format(_write_parquet, has_provenance=True),
    "aidsafe": Format(_write_aidsafe, has_provenance=False, needs_transcript=True),
    **{name: _training(layout) for name, layout in LAYOUTS.items()},
}
"""Every format of one file for the records of a run, by its name."""

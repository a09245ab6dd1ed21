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

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from aidsafe.core.errors import AidsafeError, InputError, SurroundingsError
from aidsafe.core.records import Record
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.deliberation_log import drafted, logged
from aidsafe.datasets.exporting_parquet import write_parquet
from aidsafe.datasets.stored import Stored, stored_of
from aidsafe.datasets.templating import ChatTemplate, RenderingCheck
from aidsafe.datasets.training import LAYOUTS, Layout, TrainingRow
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


Rows = Iterable[Stored]


class Format(NamedTuple):
    """How rows are written, whether each says where it comes from, and whether more than the record is read.

    `layout` makes the row that trainers see, where there is one.
    """

    write: Callable[[Rows, BinaryIO], None]
    has_provenance: bool
    needs_events: bool = False
    layout: Layout | None = None


def export(
    rows: Iterable[Stored | tuple[Record, Transcript]],
    name: str,
    out: Path,
    *,
    scripted_ok: bool = False,
    template: ChatTemplate | None = None,
) -> int:
    """Write the rows to `out` in a format of `FORMATS`, and count them; what was there before is replaced at the end.

    With `template`, every row is rendered, and nothing is written where thoughts or response would not be there once.
    Rows come as they are kept, which is quickest, or as records with their transcripts; where a format does not need
    events, none or an empty transcript will do.

    Raises `InputError` for an unknown format and for scripted rows that would lose their provenance without
    `scripted_ok`, `ExtraMissing` where the format needs an optional dependency, `TemplateLoses`.
    """
    chosen = _format(name)
    check = _check(name, chosen, template)
    make_room(out)
    counted = _Counted(rows, chosen, refuses=None if scripted_ok else name)
    with swapped_in(out) as file:
        chosen.write(_looked_at(counted, chosen, check), file)
        insist(check)
        set_label(out, needed=counted.scripted)
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


def refuse_scripted(record_id: str, name: str) -> None:
    """Raise `InputError` for a record that a format without provenance would strip of its label."""
    raise InputError(
        f"record {record_id!r} was written by the scripted model, and the format {name!r} cannot say "
        "so: give --scripted-ok to write it with a label beside the file, or take --format jsonl"
    )


def label_of(out: Path) -> Path:
    """Where the label of an exported file lies."""
    return out.with_name(f"{out.name}.label.txt")


class _Counted:
    """Rows on their way: counted, and looked at for the scripted model where their format cannot name it."""

    def __init__(
        self, rows: Iterable[Stored | tuple[Record, Transcript]], chosen: Format, *, refuses: str | None
    ) -> None:
        self.count = 0
        self.scripted = False
        self._rows = rows
        self._looks = not chosen.has_provenance
        self._refuses = refuses

    def __iter__(self) -> Iterator[Stored]:
        """The rows, until one must be refused."""
        for row in self._rows:
            stored = row if isinstance(row, Stored) else stored_of(*row)
            self.count += 1
            if self._looks and stored.scripted:
                self._note(stored)
            yield stored

    def _note(self, stored: Stored) -> None:
        self.scripted = True
        if self._refuses:
            refuse_scripted(stored.id, self._refuses)


def _check(name: str, chosen: Format, template: ChatTemplate | None) -> RenderingCheck | None:
    if template is None:
        return None
    if chosen.layout is None:
        raise InputError(
            f"the format {name!r} is not rendered by trainers; "
            f"--check-template goes with {', '.join(LAYOUTS)}, dpo and hf"
        )
    return RenderingCheck(template)


def _looked_at(rows: Rows, chosen: Format, check: RenderingCheck | None) -> Rows:
    """The rows, each rendered on its way."""
    if check is None or chosen.layout is None:
        return rows
    return _rendered(rows, chosen.layout, check)


def _rendered(rows: Rows, layout: Layout, check: RenderingCheck) -> Iterator[Stored]:
    for stored in rows:
        check.look(layout(stored.told))
        yield stored


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
    file.writelines(stored.line + b"\n" for stored in rows)


def _write_csv(rows: Rows, file: BinaryIO) -> None:
    _write_table(Record.model_fields, (_cells(stored) for stored in rows), file)


def _write_aidsafe(rows: Rows, file: BinaryIO) -> None:
    _write_table(_PUBLISHED, (_published(stored) for stored in rows), file)


_PUBLISHED = ("prompt", "thoughts", "refined_thoughts", "response", "deliberation_log")


def _published(stored: Stored) -> list[str]:
    events = [orjson.loads(event) for event in stored.events]
    return [stored.prompt, drafted(events), stored.chain, stored.response, logged(events)]


def _write_table(columns: Iterable[str], rows: Iterable[list[str]], file: BinaryIO) -> None:
    file.write(_quoted(columns))
    file.writelines(_quoted(row) for row in rows)


def _quoted(cells: Iterable[str]) -> bytes:
    # Everything is quoted: prompts hold line ends of every kind, and not every reader minds them outside quotes alike.
    # By hand, since the standard writer goes through long texts a character at a time.
    inside = '","'.join(cell.replace('"', '""') for cell in cells)
    return f'"{inside}"\n'.encode()


def _cells(stored: Stored) -> list[str]:
    return [value if isinstance(value, str) else orjson.dumps(value).decode() for value in stored.columns.values()]


def _write_layout(rows: Rows, file: BinaryIO, *, layout: Layout) -> None:
    file.writelines(orjson.dumps(layout(stored.told), option=orjson.OPT_APPEND_NEWLINE) for stored in rows)


def _training(layout: Layout) -> Format:
    return Format(partial(_write_layout, layout=layout), has_provenance=False, layout=layout)


FORMATS: dict[str, Format] = {
    "jsonl": Format(_write_jsonl, has_provenance=True),
    "csv": Format(_write_csv, has_provenance=True),
    "parquet": Format(write_parquet, has_provenance=True),
    "aidsafe": Format(_write_aidsafe, has_provenance=False, needs_events=True),
    **{name: _training(layout) for name, layout in LAYOUTS.items()},
}
"""Every format of one file for the records of a run, by its name."""

"""What `aidsafe export` does: reads no more of a run than the format needs, and writes it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from aidsafe.cli.collecting import seldom_collecting
from aidsafe.cli.opening import opened_run, spare_runs
from aidsafe.cli.telling import say
from aidsafe.core.errors import InputError
from aidsafe.datasets.exporting import FORMATS, TemplateLoses, export, export_rows
from aidsafe.datasets.exporting_hf import FolderOptions, export_folder
from aidsafe.datasets.folding import record_json, record_of
from aidsafe.datasets.pairs import dpo_row, read_manifest, read_pairs
from aidsafe.datasets.stored import Stored
from aidsafe.datasets.template_files import load_template
from aidsafe.datasets.templating import ChatTemplate
from aidsafe.orchestration.run import Run

__all__ = ["AskedExport", "carry_export"]


@dataclass(frozen=True, slots=True)
class AskedExport:
    """The command as it was given."""

    run: Path
    form: str
    out: Path
    pairs: Path | None = None
    twins: Path | None = None
    test_share: float = 0.05
    check_template: str | None = None
    max_length: int | None = None
    scripted_ok: bool = False


def carry_export(asked: AskedExport) -> int:
    """Write what was asked for; the exit code. 1 where a chat template would lose something."""
    spare_runs(asked.out)
    try:
        with seldom_collecting():
            said = _pairs(asked) if asked.form == "dpo" else _records(asked)
    except TemplateLoses as error:
        say(str(error))
        return 1
    say(said)
    return 0


def _records(asked: AskedExport) -> str:
    with ExitStack() as stack:
        runs = [stack.enter_context(opened_run(folder)) for folder in (asked.run, asked.twins) if folder]
        count = _folder(asked, runs) if asked.form == "hf" else _file(asked, runs)
        left = sum(run.totals.pending + run.totals.failed for run in runs)
    return f"{count:,} records written to {asked.out}" + (f"; {left:,} queries have none yet" if left else "")


def _file(asked: AskedExport, runs: Sequence[Run]) -> int:
    if asked.pairs is not None:
        raise InputError("--pairs goes with --format hf; for the pairs alone: aidsafe export RUN2 --format dpo")
    known = FORMATS.get(asked.form)
    rows = _stored(runs, events=known is not None and known.needs_events)
    return export(rows, asked.form, asked.out, scripted_ok=asked.scripted_ok, template=_template(asked))


def _stored(runs: Sequence[Run], *, events: bool) -> Iterator[Stored]:
    """The completed records as they lie in the journals; folded again where a kill came before one was kept."""
    for run in runs:
        for row, replica, line in run.journal.lines("completed"):
            kept = run.journal.stored(row, replica) if events else ()
            yield Stored(_folded(run, row, replica) if line is None else line, kept)


def _folded(run: Run, row: int, replica: int) -> bytes:
    return record_json(record_of(run.journal.transcript(row, replica), run.provenance))


def _folder(asked: AskedExport, runs: Sequence[Run]) -> int:
    stored = _stored(runs, events=True)
    options = FolderOptions(
        scripted_ok=asked.scripted_ok,
        pairs=read_pairs(asked.pairs) if asked.pairs else (),
        pairs_scripted=asked.pairs is not None and read_manifest(asked.pairs).scripted,
        test_share=asked.test_share,
        template=_template(asked),
    )
    return export_folder(stored, asked.out, options)


def _pairs(asked: AskedExport) -> str:
    manifest = read_manifest(asked.run)
    if manifest.scripted and not asked.scripted_ok:
        raise InputError(
            f"{asked.run}: the scripted model wrote these pairs, and the format 'dpo' cannot say so: "
            "give --scripted-ok to write them with a label beside the file"
        )
    rows = (dpo_row(pair, rejected) for pair, rejected in read_pairs(asked.run))
    count = export_rows(rows, asked.out, scripted=manifest.scripted, template=_template(asked))
    return f"{count:,} pairs written to {asked.out}; their rejected texts are what a model must not write"


def _template(asked: AskedExport) -> ChatTemplate | None:
    if asked.check_template is None:
        if asked.max_length is not None:
            raise InputError("--max-length goes with --check-template, which renders what is to be cut")
        return None
    return load_template(asked.check_template, max_length=asked.max_length)

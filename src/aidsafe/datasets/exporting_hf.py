"""A folder that `datasets.load_dataset` opens: Parquet files a configuration and split, and a README that names them.

    DIR/README.md                      front matter with the configurations, then what each holds
    DIR/data/sft/train.parquet …       one file a split
    DIR/export.json                    what was written: how an earlier export is told from a stranger's folder
    DIR/SCRIPTED.txt                   where the scripted model wrote rows

Everything follows from the rows alone: the same run gives the same bytes. Splits go by family, so replicas of a query
and its benign twin never part. The folder is written beside its place and swapped in.
"""

import os
import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from aidsafe.core.errors import ExtraMissing, InputError, SurroundingsError
from aidsafe.core.version import __version__
from aidsafe.datasets.exporting import TemplateLoses, refuse_scripted
from aidsafe.datasets.exporting_configs import CONFIGS, Stored, schemas
from aidsafe.datasets.exporting_readme import Described, readme
from aidsafe.datasets.pairs import Pair, Rejected, dpo_row
from aidsafe.datasets.splitting import SPLITS, Split, split_of_text
from aidsafe.datasets.templating import ChatTemplate, RenderingCheck
from aidsafe.datasets.training import TrainingRow

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

__all__ = ["FolderOptions", "export_folder"]

_BATCH = 512
_RENDERED = ("sft", "sft_messages", "sft_reasoning_content", "dpo")


@dataclass(frozen=True)
class FolderOptions:
    """What may be asked of a folder: scripted rows, pairs, a held-out share of the families, a chat template.

    `pairs` are read for the configuration `dpo`, which is left out where there are none.
    """

    scripted_ok: bool = False
    pairs: Iterable[tuple[Pair, Rejected]] = ()
    pairs_scripted: bool = False
    test_share: float = 0.05
    template: ChatTemplate | None = None


def export_folder(rows: Iterable[Stored], out: Path, options: FolderOptions | None = None) -> int:
    """Write records and pairs as a folder, and count the records; an earlier export there is replaced at the end.

    Raises `InputError` for a folder that holds something else and for scripted rows without `scripted_ok`,
    `TemplateLoses` where no configuration for training comes through the template whole.
    """
    chosen = options or FolderOptions()
    _refuse_strangers(out)
    partial = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        partial.mkdir(parents=True)
        described = _write(rows, partial, chosen)
        _swap(partial, out)
    except OSError as error:
        raise SurroundingsError(
            f"{out}: cannot be written ({error.strerror or error}); what was there is kept"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return described.records


def _refuse_strangers(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: a file; the format 'hf' writes a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / "export.json").is_file():
        raise InputError(f"{out}: holds files that no export wrote; name a new or an empty folder")


def _write(rows: Iterable[Stored], folder: Path, options: FolderOptions) -> Described:
    written = _Written(options, checks=_checks(options.template))
    with ExitStack() as stack:
        files = _Files(folder, stack)
        for batch in _batches(written.records(rows)):
            for name, layout in CONFIGS.items():
                for split, members in batch.items():
                    files.add(name, split, written.seen(name, [layout(stored) for stored in members]))
        for split, pair in written.pairs():
            files.add("dpo", split, written.seen("dpo", [pair]))
        counts = files.close()
    described = written.described(counts)
    if not described.rows:
        raise InputError("no record is completed, so there is nothing to make a folder of")
    _refuse_lossy(described, written.checks)
    _describe(folder, described)
    return described


def _describe(folder: Path, described: Described) -> None:
    manifest = {"aidsafe": __version__, "scripted": described.scripted, "rows": described.rows}
    (folder / "export.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    notice = ""
    if described.scripted:
        # Imported here, since it brings the model along and hardly any export needs it.
        from aidsafe.models.scripted.label import LABEL

        notice = LABEL
        (folder / "SCRIPTED.txt").write_text(f"{notice}\n", "utf-8")
    (folder / "README.md").write_text(readme(described, notice=notice), "utf-8")


def _swap(partial: Path, out: Path) -> None:
    earlier = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.is_dir():
        out.rename(earlier)
    partial.rename(out)
    shutil.rmtree(earlier, ignore_errors=True)


def _checks(template: ChatTemplate | None) -> Mapping[str, RenderingCheck]:
    return {} if template is None else {name: RenderingCheck(template) for name in _RENDERED}


def _refuse_lossy(described: Described, checks: Mapping[str, RenderingCheck]) -> None:
    """Raise where a template lets none of the configurations for training through."""
    training = [check for name, check in checks.items() if name != "dpo"]
    if training and all(check.counts for check in training):
        found = "; ".join(f"{name}: {check.verdict}" for name, check in checks.items() if check.rows)
        raise TemplateLoses(f"nothing was written: {found}")


@dataclass
class _Written:
    """What is learnt of the rows on their way: counts, lengths, the scripted model, faults of a template."""

    options: FolderOptions
    checks: Mapping[str, RenderingCheck]
    count: int = 0
    scripted: bool = False
    lengths: "array[int]" = field(default_factory=lambda: array("I"))

    def records(self, rows: Iterable[Stored]) -> Iterator[tuple[Split, Stored]]:
        """The rows with their splits, until one must be refused."""
        for stored in rows:
            self._look(stored)
            yield split_of_text(stored.prompt, stored.metadata, test_share=self.options.test_share), stored

    def pairs(self) -> Iterator[tuple[Split, TrainingRow]]:
        """The pairs as rows, each in the split of its query."""
        for pair, rejected in self.options.pairs:
            yield split_of_text(pair.prompt, pair.metadata, test_share=self.options.test_share), dpo_row(pair, rejected)

    def seen(self, name: str, rows: list[TrainingRow]) -> list[TrainingRow]:
        """The rows of a configuration, rendered where that was asked for."""
        check = self.checks.get(name)
        if check is not None:
            for row in rows:
                check.look(row)
        return rows

    def described(self, rows: dict[str, dict[str, int]]) -> Described:
        """What the card says."""
        verdicts = {name: check.verdict for name, check in self.checks.items() if check.rows}
        scripted = self.scripted or self.options.pairs_scripted
        return Described(self.count, rows, sorted(self.lengths), scripted=scripted, verdicts=verdicts)

    def _look(self, stored: Stored) -> None:
        self.count += 1
        self.lengths.append(len(stored.prompt) + len(stored.told.said))
        if stored.scripted:
            self.scripted = True
            if not self.options.scripted_ok:
                refuse_scripted(stored.id, "hf")


class _Files:
    """Parquet files by configuration and split, opened with the first row: readers refuse a file without any."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        try:
            self._schemas = schemas()
        except ImportError as error:
            raise ExtraMissing("parquet", purpose="writing Parquet") from error
        self._folder = folder
        self._stack = stack
        self._open: dict[tuple[str, Split], ParquetWriter] = {}
        self._waiting: dict[tuple[str, Split], list[TrainingRow]] = {}
        self._counts: dict[str, dict[str, int]] = {name: {} for name in self._schemas}

    def add(self, name: str, split: Split, rows: list[TrainingRow]) -> None:
        """Put rows at the end of a file; they are written a batch at a time."""
        waiting = self._waiting.setdefault((name, split), [])
        waiting.extend(rows)
        if len(waiting) >= _BATCH:
            self._flush(name, split)

    def close(self) -> dict[str, dict[str, int]]:
        """Write what waits, and close; the rows of each configuration and split."""
        for name, split in list(self._waiting):
            self._flush(name, split)
        self._stack.close()
        return {
            name: {split: counts[split] for split in SPLITS if split in counts}
            for name, counts in self._counts.items()
            if counts
        }

    def _flush(self, name: str, split: Split) -> None:
        from pyarrow import RecordBatch

        rows = self._waiting.pop((name, split), [])
        if rows:
            writer = self._writer(name, split)
            writer.write_batch(RecordBatch.from_pylist(rows, schema=self._schemas[name]))
            self._counts[name][split] += len(rows)

    def _writer(self, name: str, split: Split) -> "ParquetWriter":
        from pyarrow.parquet import ParquetWriter

        if (name, split) not in self._open:
            path = self._folder / "data" / name / f"{split}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = self._stack.enter_context(ParquetWriter(path, self._schemas[name], compression="zstd"))
            self._open[name, split] = writer
            self._counts[name][split] = 0
        return self._open[name, split]


def _batches(rows: Iterator[tuple[Split, Stored]]) -> Iterator[dict[Split, list[Stored]]]:
    while batch := list(islice(rows, _BATCH)):
        yield {split: [stored for found, stored in batch if found == split] for split in SPLITS}

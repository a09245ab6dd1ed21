"""How `audit` goes about it: what is looked for, what is written, what is taken out on request."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from aidsafe.cli.opening import opened_run, policies_of, spare_runs
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.errors import ExtraMissing, InputError
from aidsafe.datasets.audit import AuditReport, Removal, Wanted, audit_paths, html_page, presidio, without
from aidsafe.datasets.rows import read_rows
from aidsafe.orchestration.folder import RunFolder
from aidsafe.policies.library import Policies

__all__ = ["AskedAudit", "audited", "policies_of_run"]

_KINDS = ("duplicate", "overlap", "personal")


@dataclass(frozen=True)
class AskedAudit:
    """What the command line asks of an audit."""

    data: tuple[Path, ...]
    against: tuple[Path, ...] = ()
    out: Path | None = None
    remove: tuple[str, ...] = ()
    tokenizer: str | None = None
    presidio: bool = False


def audited(asked: AskedAudit, *, as_json: bool) -> int:
    """Audit, write what was asked for, and show the numbers. What is found is no error."""
    if asked.out is not None:
        spare_runs(asked.out)
    source = _removable(asked)
    report = audit_paths(asked.data, asked.against, _wanted(asked))
    removals = _removals(asked, report)
    if asked.out is not None:
        _write(asked.out, report)
        if source is not None:
            _part(source, asked.out, removals)
    if as_json:
        emit_json(report.model_dump_json())
    else:
        for line in _summary(report):
            emit(line)
    if asked.remove:
        say(f"{len(removals):,} rows taken out, each with its reason in {asked.out}/removed.jsonl")
    return 0


def policies_of_run(folder: Path) -> Policies | None:
    """The policies a run was made under, if they can be found and are still what they were."""
    with opened_run(folder) as run:
        return policies_of(run)


def _is_run(path: Path) -> bool:
    return RunFolder(path).manifest.is_file()


def _wanted(asked: AskedAudit) -> Wanted:
    runs = [path for path in asked.data if _is_run(path)]
    return Wanted(
        recognise=presidio() if asked.presidio else None,
        tokens=_tokens(asked.tokenizer) if asked.tokenizer else None,
        policies=policies_of_run(runs[0]) if len(runs) == 1 == len(asked.data) else None,
        yields=_yields(runs) if len(runs) == len(asked.data) else {},
    )


def _yields(runs: Sequence[Path]) -> Mapping[str, int]:
    """How many queries were asked, how many have a record, and how many were agreed on."""
    counts: Counter[str] = Counter()
    for folder in runs:
        with opened_run(folder) as run:
            totals = run.totals
        counts["queries"] += totals.queries
        counts["finished"] += totals.completed + totals.failed
        counts["completed"] += totals.completed
        counts["agreed on"] += totals.endings.get("consensus", 0)
    return counts


def _tokens(file: str) -> Callable[[str], int]:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ExtraMissing("training", purpose="counting tokens") from error
    if not Path(file).is_file():
        raise InputError(f"{file}: no such file; name a tokenizer.json")
    tokenizer = Tokenizer.from_file(file)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _removable(asked: AskedAudit) -> Path | None:
    """The one file whose lines can be parted, where anything is to be taken out. Raises `InputError`."""
    if not asked.remove:
        return None
    unknown = [code for code in asked.remove if not code.startswith(_KINDS)]
    if unknown:
        raise InputError(f"--remove {unknown[0]}: codes begin with {', '.join(_KINDS)}")
    if asked.out is None:
        raise InputError("--remove needs --out DIR, where kept.jsonl and removed.jsonl go")
    only = asked.data[0] if len(asked.data) == 1 else Path()
    source = only / "dataset.jsonl" if _is_run(only) else only
    if source.suffix != ".jsonl" or not source.is_file():
        raise InputError("--remove takes rows out of one run or one JSONL file; name one, or export to jsonl first")
    return source


def _removals(asked: AskedAudit, report: AuditReport) -> tuple[Removal, ...]:
    chosen = [one for one in report.findings if one.code.startswith(asked.remove)] if asked.remove else []
    return without(read_rows(asked.data, prompts_only=True), chosen).removals if chosen else ()


def _write(out: Path, report: AuditReport) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "audit.json").write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
    (out / "audit.html").write_text(html_page(report), "utf-8")


def _part(source: Path, out: Path, removals: tuple[Removal, ...]) -> None:
    """Write the lines that stay, and why the others went."""
    gone = {removal.number for removal in removals}
    with source.open("rb") as lines, (out / "kept.jsonl").open("wb") as kept:
        whole = (line for line in lines if line.strip())
        kept.writelines(line for number, line in enumerate(whole) if number not in gone)
    reasons = (orjson.dumps(removal.model_dump(mode="json")) + b"\n" for removal in removals)
    (out / "removed.jsonl").write_bytes(b"".join(reasons))


def _summary(report: AuditReport) -> Iterator[str]:
    yield f"{report.rows:,} rows"
    yield from _found(report)
    yield from _made_of(report)
    yield from (f"{'not done':<11} {undone}" for undone in report.not_looked_for)


def _found(report: AuditReport) -> Iterator[str]:
    for one in report.repeats:
        near = "" if one.near is None else f", {one.near:,} near copies"
        yield f"{one.where:<11} {one.exact:,} copies{near}, of {one.rows:,}"
    for overlap in report.overlaps:
        looks = {**overlap.looks, "13 words in a row": overlap.long_run}
        yield f"{'overlap':<11} {overlap.benchmark}: {overlap.found:,} rows ({_counted(looks)})"
    yield f"{'personal':<11} {_counted(report.personal)}"


def _made_of(report: AuditReport) -> Iterator[str]:
    for mix in report.mixes:
        yield f"{mix.by:<11} {_counted(mix.counts)}"
    for one in (length for length in report.lengths if length.where == "row"):
        yield f"{'length':<11} {one.median:,} {one.unit} in the middle, {one.p99:,} at 99 %, {one.longest:,} at most"
    if report.never_cited:
        yield f"{'uncited':<11} {len(report.never_cited)} rules: {', '.join(report.never_cited[:12])}"
    for stage in report.yields:
        kept = "" if stage.kept is None else f" ({stage.kept:.0%} of the stage before)"
        yield f"{'yield':<11} {stage.name}: {stage.count:,}{kept}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"

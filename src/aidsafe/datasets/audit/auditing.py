"""A set through the whole audit: copies, overlap with benchmarks, personal data, what it is made of."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aidsafe.datasets.audit.agreement import Scores
from aidsafe.datasets.audit.benchmarks import Benchmark, Overlaps, read_benchmark
from aidsafe.datasets.audit.describing import Described, Tokens, funnel
from aidsafe.datasets.audit.duplicates import Duplicates
from aidsafe.datasets.audit.finding import AuditFinding, Where
from aidsafe.datasets.audit.personal import PATTERNS_LABEL, Recognise, personal_findings
from aidsafe.datasets.audit.report import AuditReport, Overlap, Repeats
from aidsafe.datasets.rows import Row, read_rows
from aidsafe.policies.library import Policies

__all__ = ["Wanted", "audit", "audit_paths"]

_PARTS: tuple[Where, ...] = ("prompt", "chain", "response")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an audit is to look for, and with what.

    `near` looks for near copies too (extra `audit`); `recognise` adds to the built-in patterns for personal data;
    `tokens` counts as a tokenizer does; `policies` are those the rows were made under; `yields` are counts by stage.
    """

    benchmarks: tuple[Benchmark, ...] = ()
    near: bool = True
    recognise: Recognise | None = None
    tokens: Tokens | None = None
    policies: Policies | None = None
    yields: Mapping[str, int] = field(default_factory=dict)


def audit(rows: Iterable[Row], wanted: Wanted | None = None) -> AuditReport:
    """Go through the rows once and report. Nothing is taken out: see `without`.

    Raises `ExtraMissing` where near copies are wanted and the extra `audit` is not installed.
    """
    auditor = _Auditor(wanted or Wanted())
    for row in rows:
        auditor.see(row)
    return auditor.report()


def audit_paths(paths: Iterable[Path], against: Iterable[Path] = (), wanted: Wanted | None = None) -> AuditReport:
    """Audit files, folders of files and run folders, read as one set, against benchmark files.

    For a command: exit 0 with a report, whatever it says, because nothing that an audit finds is an error; 2 for
    `InputError`. A set may be prompts alone.
    """
    given = wanted or Wanted()
    benchmarks = (*given.benchmarks, *(read_benchmark(path) for path in against))
    return audit(read_rows(paths, prompts_only=True), replace(given, benchmarks=tuple(_told_apart(benchmarks))))


def _told_apart(benchmarks: Iterable[Benchmark]) -> Iterator[Benchmark]:
    """Benchmarks with a number behind a name that came before."""
    names: Counter[str] = Counter()
    for benchmark in benchmarks:
        names[benchmark.name] += 1
        times = names[benchmark.name]
        yield benchmark if times == 1 else benchmark.renamed(f"{benchmark.name}-{times}")


class _Auditor:
    """An audit in the making."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._rows = 0
        self._filled: Counter[str] = Counter()
        self._duplicates = {where: Duplicates(where, near=wanted.near) for where in _PARTS}
        self._overlaps = {one.name: Overlaps([one], near=wanted.near) for one in wanted.benchmarks}
        self._described = Described(wanted.policies, wanted.tokens)
        self._scores = Scores()
        self._findings: list[AuditFinding] = []

    def see(self, row: Row) -> None:
        """Take one more row in."""
        self._rows += 1
        self._findings += self._copies(row)
        for overlaps in self._overlaps.values():
            self._findings += overlaps.see(row)
        self._findings += personal_findings(row, self._wanted.recognise)
        self._described.see(row)
        self._scores.see(row.number, row.metadata)

    def report(self) -> AuditReport:
        """What came out."""
        return AuditReport(
            rows=self._rows,
            looked_for=tuple(self._looked_for()),
            not_looked_for=tuple(self._not_looked_for()),
            repeats=tuple(self._repeats()),
            overlaps=tuple(self._overlap(benchmark) for benchmark in self._wanted.benchmarks),
            personal=dict(
                Counter(one.code for one in self._findings if one.code.startswith("personal.")).most_common()
            ),
            lengths=tuple(self._described.lengths()),
            mixes=tuple(self._described.mixes()),
            coverage=tuple(self._described.coverage()),
            never_cited=tuple(self._described.never_cited()),
            balance=self._described.balance(),
            yields=tuple(funnel(self._wanted.yields)),
            agreements=tuple(self._scores.agreements()),
            constant_scores=tuple(self._scores.constant()),
            findings=tuple(self._findings),
        )

    def _copies(self, row: Row) -> Iterator[AuditFinding]:
        texts = {"prompt": row.prompt, "chain": row.chain, "response": row.response}
        for where, duplicates in self._duplicates.items():
            self._filled[where] += bool(texts[where].strip())
            yield from duplicates.see(row, texts[where])

    def _repeats(self) -> Iterator[Repeats]:
        counted = Counter((one.where, one.code) for one in self._findings)
        for where in _PARTS:
            if self._filled[where]:
                near = counted[where, "duplicate.near"] if self._wanted.near else None
                exact = counted[where, "duplicate.exact"]
                yield Repeats(where=where, rows=self._filled[where], exact=exact, near=near)

    def _overlap(self, benchmark: Benchmark) -> Overlap:
        mine = [one for one in self._findings if one.matched.startswith(f"{benchmark.name}:")]
        looks: dict[str, set[int]] = {}
        for one in mine:
            looks.setdefault(one.code.removeprefix("overlap."), set()).add(one.number)
        return Overlap(
            benchmark=benchmark.name,
            entries=len(benchmark.entries),
            found=len({one.number for one in mine}),
            looks={look: len(numbers) for look, numbers in looks.items()},
            long_run=self._overlaps[benchmark.name].rows_with_long_run,
        )

    def _looked_for(self) -> Iterator[str]:
        yield "copies: the same text but for case, punctuation and spaces"
        if self._wanted.near:
            yield "near copies: half of all runs of five letters shared (chains, responses: seven tenths of five words)"
        if self._wanted.benchmarks:
            names = ", ".join(benchmark.name for benchmark in self._wanted.benchmarks)
            yield f"overlap with {names}"
        yield f"personal data by {PATTERNS_LABEL}"
        if self._wanted.recognise:
            yield "personal data by a recogniser that was given"
        yield f"lengths in {'tokens' if self._wanted.tokens else 'words and bytes'}"

    def _not_looked_for(self) -> Iterator[str]:
        if not self._wanted.near:
            yield "near copies"
        if not self._wanted.benchmarks:
            yield "overlap with benchmarks: none was named"
        if not self._wanted.recognise:
            yield "personal data beyond the patterns: names, places, identity numbers"
        if not self._wanted.tokens:
            yield "lengths in tokens: no tokenizer was given"
        if not self._wanted.yields:
            yield "the yield: no counts by stage were given"

"""Rows that hold questions of a benchmark, so that a model trained on them has seen the test.

Four looks, and a fifth for the record:

| look | finds |
|---|---|
| exact | the same text but for case, punctuation and spaces, or standing whole inside a longer one |
| letters | texts that share half of their five letters in a row |
| words | texts with the same words in the same order, but for one in four |
| runs | eight words in a row that both have |
| 13-gram | what others report; blind to the short questions that most safety benchmarks ask |
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from aidsafe.datasets.audit.comparing import aligned, letters_of, likeness, normalised, runs_of
from aidsafe.datasets.audit.finding import AuditFinding, Where
from aidsafe.datasets.audit.neighbours import Neighbours
from aidsafe.datasets.rows import Row, read_rows

__all__ = ["Benchmark", "Entry", "Overlaps", "read_benchmark"]

_NEAR = 0.5
_ALIGNED, _FEWEST_ALIGNED = 0.75, 5
_FEWEST_CONTAINED = 6
_RUN, _LONG_RUN = 8, 13
_LONGEST_COMPARED = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of a benchmark: which, and its normalised text."""

    benchmark: str
    id: str
    plain: str

    @property
    def name(self) -> str:
        """What it is called in findings; its text stays out of them."""
        return f"{self.benchmark}:{self.id}"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark by its name, and its questions."""

    name: str
    entries: tuple[Entry, ...]

    def renamed(self, name: str) -> "Benchmark":
        """The same questions under another name."""
        return Benchmark(name, tuple(replace(entry, benchmark=name) for entry in self.entries))


def read_benchmark(path: Path) -> Benchmark:
    """The questions in a file or folder, read as queries are. Raises `SourceError`."""
    name = path.name.split(".")[0]
    rows = read_rows([path], prompts_only=True)
    return Benchmark(name, tuple(Entry(name, row.id, normalised(row.prompt)) for row in rows if row.prompt.strip()))


class Overlaps:
    """Benchmarks, laid out so that a row can be held against all of them. Needs the extra `audit` with `near`."""

    def __init__(self, benchmarks: Iterable[Benchmark], *, near: bool = True) -> None:
        self._entries = [entry for benchmark in benchmarks for entry in benchmark.entries]
        self._exact: dict[str, Entry] = {}
        self._starts: dict[tuple[str, ...], list[Entry]] = {}
        self._runs: dict[tuple[str, ...], Entry] = {}
        self._long_runs: set[tuple[str, ...]] = set()
        self._letters = [letters_of(entry.plain) for entry in self._entries]
        self._neighbours = Neighbours(bands=63, rows=2) if near else None
        for number, entry in enumerate(self._entries):
            self._lay_out(number, entry)
        self.rows_with_long_run = 0

    def see(self, row: Row) -> Iterator[AuditFinding]:
        """Hold a row against the benchmarks: its prompt in every way, its chain and response for whole questions."""
        plain = normalised(row.prompt)
        found = self._prompt(row, plain)
        if found:
            yield found
        self.rows_with_long_run += not self._long_runs.isdisjoint(runs_of(plain, _LONG_RUN))
        own = found.matched if found else ""
        for where, text in (("chain", row.chain), ("response", row.response)):
            yield from self._quoted(row, "chain" if where == "chain" else "response", normalised(text), own)

    def _lay_out(self, number: int, entry: Entry) -> None:
        self._exact.setdefault(entry.plain, entry)
        words = tuple(entry.plain.split())
        if len(words) >= _FEWEST_CONTAINED:
            self._starts.setdefault(words[:_FEWEST_CONTAINED], []).append(entry)
        for run in runs_of(entry.plain, _RUN):
            self._runs.setdefault(run, entry)
        self._long_runs |= runs_of(entry.plain, _LONG_RUN)
        if self._neighbours is not None:
            self._neighbours.add(number, self._letters[number])

    def _prompt(self, row: Row, plain: str) -> AuditFinding | None:
        if plain in self._exact:
            return _finding(row, "overlap.exact", "prompt", self._exact[plain], 1.0)
        contained = next(self._contained(plain), None)
        if contained:
            return _finding(row, "overlap.contained", "prompt", contained, 1.0)
        return self._nearest(row, plain) or self._same_run(row, plain)

    def _contained(self, plain: str) -> Iterator[Entry]:
        words = plain.split()
        padded = f" {plain} "
        for start in zip(*(words[place:] for place in range(_FEWEST_CONTAINED)), strict=False):
            for entry in self._starts.get(start, ()):
                if f" {entry.plain} " in padded:
                    yield entry

    def _nearest(self, row: Row, plain: str) -> AuditFinding | None:
        """The entry nearest by letters, or else by words in the same order."""
        if self._neighbours is None or len(plain.split()) > _LONGEST_COMPARED:
            return None
        letters = letters_of(plain)
        proposed = list(self._neighbours.near(letters))
        shares = [(likeness(letters, self._letters[number]), number) for number in proposed]
        share, number = max(shares, default=(0.0, -1), key=lambda pair: (pair[0], -pair[1]))
        if share >= _NEAR:
            return _finding(row, "overlap.near", "prompt", self._entries[number], share)
        return self._nearest_in_words(row, plain, proposed)

    def _nearest_in_words(self, row: Row, plain: str, proposed: list[int]) -> AuditFinding | None:
        best = (0.0, -1)
        for number in proposed:
            same, share = aligned(plain, self._entries[number].plain)
            if same >= _FEWEST_ALIGNED and share >= max(_ALIGNED, best[0] + 1e-9):
                best = share, number
        return _finding(row, "overlap.words", "prompt", self._entries[best[1]], best[0]) if best[0] else None

    def _same_run(self, row: Row, plain: str) -> AuditFinding | None:
        runs = sorted(run for run in runs_of(plain, _RUN) if run in self._runs)
        if not runs:
            return None
        entry = self._runs[runs[0]]
        return _finding(row, "overlap.run", "prompt", entry, _RUN / max(_RUN, len(entry.plain.split())))

    def _quoted(self, row: Row, where: Where, plain: str, own: str) -> Iterator[AuditFinding]:
        """Whole questions inside a chain or response, apart from the row's own."""
        named = {own}
        for entry in self._contained(plain):
            if entry.name not in named:
                named.add(entry.name)
                yield _finding(row, "overlap.contained", where, entry, 1.0)


_SAID = {
    "overlap.exact": "is",
    "overlap.contained": "holds",
    "overlap.near": "is near",
    "overlap.words": "has the words, in their order, of",
    "overlap.run": "shares eight words in a row with",
}


def _finding(row: Row, code: str, where: Where, entry: Entry, score: float) -> AuditFinding:
    return AuditFinding.model_validate(
        {
            "code": code,
            "row": row.id,
            "number": row.number,
            "where": where,
            "matched": entry.name,
            "score": round(score, 4),
            "message": f"the {where} {_SAID[code]} {entry.name!r} ({score:.2f})",
        }
    )

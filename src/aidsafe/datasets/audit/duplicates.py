"""Rows that say the same as an earlier one: prompts by five letters in a row, chains and responses by five words.

Chains are alike because they speak of the same rules, and responses because they are polite in the same way; they
count as near only where seven tenths are shared.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from aidsafe.datasets.audit.comparing import letters_of, likeness, normalised, runs_of
from aidsafe.datasets.audit.finding import AuditCode, AuditFinding, Where
from aidsafe.datasets.audit.neighbours import Neighbours
from aidsafe.datasets.rows import Row

__all__ = ["NEAR", "NEAR_TEXTS", "Duplicates"]

NEAR = 0.5
"""From this share of five letters in a row on, two prompts are near."""

NEAR_TEXTS = 0.7
"""From this share of five words in a row on, two chains or two responses are near."""

_FEWEST_WORDS = 4
_RUN = 5


class _Seen(NamedTuple):
    """A text that came before: its row, and what it is compared by."""

    row: str
    pieces: frozenset[str]


class Duplicates:
    """The texts of one part of the rows so far. With `near`, needs the extra `audit`."""

    def __init__(self, where: Where, *, near: bool = True) -> None:
        self._where: Where = where
        self._first: dict[bytes, str] = {}
        self._seen: dict[int, _Seen] = {}
        self._neighbours = Neighbours() if near else None

    def see(self, row: Row, text: str) -> Iterator[AuditFinding]:
        """Compare a text with all before it, and keep it; the earliest that it repeats is named."""
        plain = normalised(text)
        key = blake2b(plain.encode(errors="replace"), digest_size=16).digest()
        if not plain:
            return
        if key in self._first:
            yield self._finding(row, "duplicate.exact", self._first[key], 1.0)
            return
        self._first[key] = row.id
        if self._neighbours is not None and len(plain.split()) >= _FEWEST_WORDS:
            yield from self._near(self._neighbours, row, plain)

    def _near(self, neighbours: Neighbours, row: Row, plain: str) -> Iterator[AuditFinding]:
        pieces = letters_of(plain) if self._where == "prompt" else _word_runs(plain)
        proposed = neighbours.near_then_add(row.number, pieces)
        shares = ((likeness(pieces, self._seen[number].pieces), -number) for number in proposed)
        share, number = max(shares, default=(0.0, 0))
        self._seen[row.number] = _Seen(row.id, pieces)
        if share >= (NEAR if self._where == "prompt" else NEAR_TEXTS):
            yield self._finding(row, "duplicate.near", self._seen[-number].row, share)

    def _finding(self, row: Row, code: AuditCode, matched: str, score: float) -> AuditFinding:
        said = "is that" if code == "duplicate.exact" else f"is near ({score:.2f}) that"
        return AuditFinding(
            code=code,
            row=row.id,
            number=row.number,
            where=self._where,
            matched=matched,
            score=round(score, 4),
            message=f"the {self._where} {said} of row {matched!r}",
        )


def _word_runs(plain: str) -> frozenset[str]:
    """Every five words in a row; of a shorter text, all of it."""
    return frozenset(" ".join(run) for run in runs_of(plain, _RUN)) or frozenset({plain})

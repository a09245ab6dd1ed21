"""Rows taken out, on request only, each with its reason."""

from collections.abc import Iterable

from aidsafe.core.records import Value
from aidsafe.datasets.audit.finding import AuditFinding
from aidsafe.datasets.lint.finding import Finding
from aidsafe.datasets.rows import Row

__all__ = ["Parted", "Removal", "without"]


class Removal(Value):
    """One row that was taken out: which, for what, and what it matched (an id, never a text)."""

    row: str
    number: int
    code: str
    message: str
    matched: str = ""
    score: float | None = None


class Parted:
    """What is left, and what was taken out."""

    def __init__(self, kept: tuple[Row, ...], removals: tuple[Removal, ...]) -> None:
        self.kept = kept
        self.removals = removals


def without(rows: Iterable[Row], findings: Iterable[AuditFinding | Finding]) -> Parted:
    """The rows that none of these findings is about, and a removal for each of the others by its first finding.

    Choose the findings first: whatever is given here takes its row out. Findings about the set take none. A finding of
    lint names its row by id alone, so every row of that id goes.
    """
    reasons: dict[int | str, AuditFinding | Finding] = {}
    for finding in findings:
        key = finding.number if isinstance(finding, AuditFinding) else finding.row
        if key is not None:
            reasons.setdefault(key, finding)
    kept: list[Row] = []
    removals: list[Removal] = []
    for row in rows:
        reason = reasons.get(row.number) or reasons.get(row.id)
        if reason is None:
            kept.append(row)
        else:
            removals.append(_removal(row, reason))
    return Parted(tuple(kept), tuple(removals))


def _removal(row: Row, reason: AuditFinding | Finding) -> Removal:
    matched = reason.matched if isinstance(reason, AuditFinding) else ""
    score = reason.score if isinstance(reason, AuditFinding) else None
    return Removal(
        row=row.id, number=row.number, code=reason.code, message=reason.message, matched=matched, score=score
    )

"""The result of an audit: numbers and findings as values that JSON can hold."""

from typing import Literal

from aidsafe.core.records import Value
from aidsafe.datasets.audit.finding import AuditFinding

__all__ = ["Agreement", "AuditReport", "Coverage", "LengthUnit", "Lengths", "Mix", "Overlap", "Repeats", "Stage"]

LengthUnit = Literal["tokens", "words", "bytes"]


class Repeats(Value):
    """Copies of one part of the rows: how many rows have it, and how many of those repeat an earlier one.

    `near` is None where near copies were not looked for.
    """

    where: str
    rows: int
    exact: int
    near: int | None


class Overlap(Value):
    """One benchmark: how many of its questions were held against how many rows, and the rows that each look found.

    `found` counts rows found by any look, `long_run` those that share 13 words in a row (the usual figure elsewhere).
    """

    benchmark: str
    entries: int
    found: int
    looks: dict[str, int]
    long_run: int


class Lengths(Value):
    """How long a part is over all rows: half, nine tenths, 99 hundredths are no longer than, and the longest."""

    where: str
    unit: LengthUnit
    rows: int
    median: int
    p90: int
    p99: int
    longest: int
    total: int


class Coverage(Value):
    """How often a policy, rule or label comes up: in how many rows, and what was decided there."""

    name: str
    rows: int
    decisions: dict[str, int]


class Mix(Value):
    """How the rows divide by one thing: counts by name."""

    by: str
    counts: dict[str, int]


class Stage(Value):
    """One stage of the yield: how many came so far, and the part of the stage before (None for the first)."""

    name: str
    count: int
    kept: float | None


class Agreement(Value):
    """Two scorers over the rows both scored: the same verdict, and kappa beyond chance (None where one never varies).

    Kappa is Cohen's: weighted by the squared distance for numbers, unweighted for words.
    """

    one: str
    other: str
    rows: int
    same: float
    kappa: float | None


class AuditReport(Value):
    """Everything an audit says. `looked_for` and `not_looked_for` name what was and was not done, and how."""

    rows: int
    looked_for: tuple[str, ...]
    not_looked_for: tuple[str, ...]
    repeats: tuple[Repeats, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    personal: dict[str, int] = {}
    lengths: tuple[Lengths, ...] = ()
    mixes: tuple[Mix, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    never_cited: tuple[str, ...] = ()
    balance: float | None = None
    yields: tuple[Stage, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    constant_scores: tuple[str, ...] = ()
    findings: tuple[AuditFinding, ...] = ()

"""What an audit finds in a row."""

from typing import Literal

from aidsafe.core.records import Value

__all__ = ["AuditCode", "AuditFinding", "Where"]

AuditCode = Literal[
    "duplicate.exact",
    "duplicate.near",
    "overlap.exact",
    "overlap.contained",
    "overlap.near",
    "overlap.words",
    "overlap.run",
    "personal.email",
    "personal.phone",
    "personal.card",
    "personal.iban",
    "personal.ip",
    "personal.other",
]
Where = Literal["prompt", "chain", "response"]


class AuditFinding(Value):
    """One finding: its code, the row by id and number, where in it, what it matched (an id, never a text), how much.

    `score` is a likeness from 0 to 1, or how sure a recogniser is.
    """

    code: AuditCode
    row: str
    number: int
    where: Where
    matched: str
    score: float
    message: str

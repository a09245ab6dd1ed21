"""What lint says, and what a check is."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from pydantic import JsonValue

from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading

__all__ = ["Check", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable code, the row's id (None where it is about the set), a sentence, a fix.

    What is about the set also says in how many rows (`count`) of how many (`of`), and in which words.
    """

    code: str
    row: str | None
    message: str
    fix: str
    count: int | None = None
    of: int | None = None
    text: str | None = None

    @property
    def share(self) -> float | None:
        """The part of the rows, from 0 to 1."""
        return self.count / self.of if self.count is not None and self.of else None

    def as_json(self) -> dict[str, JsonValue]:
        """The finding as plain values, without what it does not have."""
        fields = {**asdict(self), "share": self.share}
        return {name: value for name, value in fields.items() if value is not None or name == "row"}


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a row can be wrong: its code, what it is about in a sentence, what to do, and how to look.

    `look` gives a message for every place where it is so.
    """

    code: str
    about: str
    fix: str
    look: Callable[[Reading, Known], Iterator[str]]

    def finding(self, reading: Reading, said: str) -> Finding:
        """One of this check's messages, as a finding in a row."""
        return Finding(self.code, reading.row.id, said, self.fix)

"""A record as it is kept: its line of JSON, read once where a format needs it, and the events behind it.

What stands in a journal was checked when it was written, so nothing here is checked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import orjson
from pydantic import JsonValue

from aidsafe.core.records import Record
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import record_json
from aidsafe.datasets.training import Told, is_scripted, told_in

__all__ = ["Stored", "stored_of"]


@dataclass(frozen=True)
class Stored:
    """A record as its line of the dataset, and the events it was folded from as the JSON they are kept as."""

    line: bytes
    events: Sequence[bytes] = ()

    @cached_property
    def columns(self) -> dict[str, JsonValue]:
        """The fields of the record as plain values, in their order."""
        return cast("dict[str, JsonValue]", orjson.loads(self.line))

    @cached_property
    def told(self) -> Told:
        """What trainers read of the record."""
        return told_in(self.columns)

    @property
    def id(self) -> str:
        """The record's id."""
        return cast("str", self.columns["id"])

    @property
    def prompt(self) -> str:
        """What was asked."""
        return cast("str", self.columns["prompt"])

    @property
    def response(self) -> str:
        """The response as it stands in the record."""
        return cast("str", self.columns["response"])

    @property
    def metadata(self) -> Mapping[str, JsonValue]:
        """What came along with the query."""
        return cast("Mapping[str, JsonValue]", self.columns["metadata"])

    @property
    def scripted(self) -> bool:
        """Whether the scripted model had a part in it."""
        return is_scripted(self.columns)

    @property
    def chain(self) -> str:
        """The thoughts as one text, as they stand in the record."""
        return "\n\n".join(thought["text"] for thought in self._fields["thoughts"])

    @property
    def _fields(self) -> dict[str, Any]:
        return self.columns


def stored_of(record: Record, transcript: Transcript) -> Stored:
    """A record and its transcript as they would be kept."""
    return Stored(record_json(record), [event.model_dump_json().encode() for event in transcript])

"""Which split a record belongs to: the same for all that grew from one query.

A family is the records of one query text: replicas, repeated rows, and a benign twin, which names the query it was
written for in its metadata. Families are split by a hash of that text, so two exports of related runs agree.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from aidsafe.core.chance import chance
from aidsafe.core.records import Record

__all__ = ["SPLITS", "TWIN_OF", "Split", "family_of", "split_of", "split_of_text"]

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = ("train", "test")

TWIN_OF = "twin_of"
"""The metadata of a twin under which the query it was written for stands: `{"id": …, "prompt": …}`."""


def family_of(prompt: str, metadata: Mapping[str, JsonValue]) -> str:
    """The text that a row's family goes by: white space and case make no difference."""
    twin = metadata.get(TWIN_OF)
    text = twin.get("prompt") if isinstance(twin, dict) else None
    return " ".join((text if isinstance(text, str) else prompt).casefold().split())


def split_of(record: Record, *, test_share: float) -> Split:
    """The split of a record; about `test_share` of the families are held out."""
    return split_of_text(record.prompt, record.metadata, test_share=test_share)


def split_of_text(prompt: str, metadata: Mapping[str, JsonValue], *, test_share: float) -> Split:
    """The split of anything that has a query's text and its metadata."""
    return "test" if chance("split", family_of(prompt, metadata)) < test_share else "train"

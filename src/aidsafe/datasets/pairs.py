"""Preference pairs as values and as the files of a pairs run.

| file | what |
|---|---|
| `pairs.json` | where the pairs come from: run, kind, models, digests, counts, notice |
| `pairs.jsonl` | one pair a line: prompt, chosen, margins, violated rules, where the two diverge; no rejected text |
| `rejected.jsonl` | the rejected texts, by the pair's id |
| `beliefs.jsonl` | beliefs and tries, by the pair's id; only where a whisperer was asked |
| `failures.jsonl` | the queries without a pair, and why |

Rejected texts and beliefs are hazardous by design. They stand in files that only the preference export reads: there is
no `run.json` and no column that an export of conversations, or a source of queries, would take for a text.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import orjson
from pydantic import Field, JsonValue, ValidationError

from aidsafe.core.errors import FolderError
from aidsafe.core.records import Decision, Value
from aidsafe.datasets.training import TrainingRow, bare, inline, turn

__all__ = [
    "Chain",
    "Divergence",
    "Pair",
    "PairKind",
    "PairsManifest",
    "Rejected",
    "Score",
    "Without",
    "dpo_row",
    "is_pairs",
    "read_failures",
    "read_manifest",
    "read_pairs",
]

PairKind = Literal["whisperer", "dropped_clause", "wrong_precedence", "seed", "runner_up"]


class Chain(Value):
    """A chain of thought with its response and decision, as one side of a pair."""

    thoughts: str
    response: str
    decision: Decision


class Score(Value):
    """What one scorer makes of a chain: faithfulness from 0 to 1, and the rules it violates."""

    faithfulness: float = Field(ge=0, le=1)
    violates: tuple[str, ...] = ()
    reason: str = ""


class Divergence(Value):
    """Where two texts part: characters they begin with alike, and the number of the first thought that differs."""

    characters: int
    thought: int


class Pair(Value):
    """A chosen chain and what is known of its rejected one, which lies elsewhere.

    `defect` names what is wrong with the rejected chain, `margins` and `scores` are by scorer (chosen less rejected),
    `plain` holds the best and the worst faithfulness of chains sampled without a belief, by the first scorer.
    """

    id: str
    query_id: str
    kind: PairKind
    prompt: str
    metadata: dict[str, JsonValue] = {}
    chosen: Chain
    defect: str
    tries: int = Field(ge=1)
    margins: dict[str, float]
    chosen_scores: dict[str, Score]
    rejected_scores: dict[str, Score]
    violates: tuple[str, ...]
    diverges: Divergence
    plain: tuple[float, float] | None = None


class Rejected(Value):
    """The rejected chain of a pair, under names that nothing but the preference export reads."""

    pair: str
    rejected_thoughts: str
    rejected_response: str
    rejected_decision: Decision


class Without(Value):
    """A query of which no pair was made, and why; with the faithfulness of both sides where there were two."""

    query_id: str
    reason: str
    scores: tuple[float, float] | None = None
    plain: tuple[float, float] | None = None


class PairsManifest(Value):
    """Where pairs come from. `scripted` says that the scripted model had a part in either side."""

    aidsafe: str
    run: str
    kind: PairKind
    models: dict[str, str]
    policies: str
    prompts: str
    seed: int
    settings: dict[str, JsonValue]
    scripted: bool
    notice: str
    pairs: int = 0
    without: int = 0


def is_pairs(folder: Path) -> bool:
    """Whether a folder is a pairs run."""
    return (folder / "pairs.json").is_file()


def read_manifest(folder: Path) -> PairsManifest:
    """Where a folder's pairs come from. Raises `FolderError`."""
    if not is_pairs(folder):
        raise FolderError(
            f"{folder}: has no pairs.json; make pairs of a run with aidsafe pairs RUN --out PAIRS, and export PAIRS"
        )
    try:
        return PairsManifest.model_validate_json((folder / "pairs.json").read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise FolderError(
            f"{folder / 'pairs.json'}: {first['loc']} is not what it should be ({first['msg']})"
        ) from error


def read_pairs(folder: Path) -> Iterator[tuple[Pair, Rejected]]:
    """Every pair with its rejected side, in order, a line at a time. Raises `FolderError` where the two do not fit."""
    read_manifest(folder)
    with (folder / "pairs.jsonl").open("rb") as pairs, (folder / "rejected.jsonl").open("rb") as rejects:
        for line, other in zip(pairs, rejects, strict=True):
            pair, rejected = Pair.model_validate_json(line), Rejected.model_validate_json(other)
            if pair.id != rejected.pair:
                raise FolderError(f"{folder}: rejected.jsonl has {rejected.pair!r} where pairs.jsonl has {pair.id!r}")
            yield pair, rejected


def read_failures(folder: Path) -> Iterator[Without]:
    """Every query without a pair, in order."""
    with (folder / "failures.jsonl").open("rb") as failures:
        yield from (Without.model_validate_json(line) for line in failures)


def dpo_row(pair: Pair, rejected: Rejected) -> TrainingRow:
    """A pair as lists of turns, which some trainers want, and as plain text, which the others do."""
    query = pair.prompt
    chosen = inline(bare(pair.chosen.thoughts), bare(pair.chosen.response))
    other = inline(bare(rejected.rejected_thoughts), bare(rejected.rejected_response))
    return {
        "id": pair.id,
        "prompt": [turn("user", query)],
        "chosen": [turn("assistant", chosen)],
        "rejected": [turn("assistant", other)],
        "query": query,
        "chosen_text": chosen,
        "rejected_text": other,
        "meta": _meta(pair),
    }


def _meta(pair: Pair) -> str:
    kept = pair.model_dump(mode="json", exclude={"prompt", "chosen"})
    return orjson.dumps(kept).decode()


def lines_of(values: Iterable[Value]) -> Iterator[bytes]:
    """Values as lines of JSON."""
    return (orjson.dumps(value.model_dump(mode="json", by_alias=True)) + b"\n" for value in values)

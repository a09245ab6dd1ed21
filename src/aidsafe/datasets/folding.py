"""What a finished transcript folds into: a record of the dataset, or a line about its failure.

Pure. A record's bytes follow from the transcript and the provenance alone; latencies are left out, so that they do
not depend on how busy the machine was.
"""

from typing import NamedTuple

import orjson

from aidsafe.core.events import DraftRefined, IntentsDecomposed, QueryFailed
from aidsafe.core.records import (
    REMOVAL_REASONS,
    Draft,
    Ended,
    FinalThought,
    Outcome,
    Provenance,
    Record,
    RecordUsage,
    RemovalReason,
    Removed,
    Thought,
)
from aidsafe.core.transcript import Transcript

__all__ = ["Failure", "chain_text", "failure_json", "failure_of", "record_json", "record_of", "training_text"]


class Failure(NamedTuple):
    """One failed query, as a line of `failures.jsonl`."""

    id: str
    stage: str
    error: str
    message: str


def record_of(transcript: Transcript, provenance: Provenance) -> Record:
    """Fold a completed transcript into its record. Raises ValueError for a transcript without a draft."""
    query, draft = transcript.query, transcript.draft
    if draft is None:
        raise ValueError(f"query {query.id!r} has no draft, so there is no record of it")
    decomposed = transcript.last(IntentsDecomposed)
    refined = transcript.last(DraftRefined) or _unrefined(draft)
    return Record(
        id=query.id,
        prompt=query.text,
        metadata=query.metadata,
        intents=decomposed.intents if decomposed else (),
        decision=refined.decision,
        thoughts=refined.thoughts,
        response=refined.response,
        removed=tuple(_removed(draft, outcome) for outcome in refined.outcomes if outcome.outcome == "removed"),
        conflicts=draft.conflicts,
        ended=_ended(transcript),
        usage=_usage(transcript),
        provenance=provenance,
    )


def record_json(record: Record) -> bytes:
    """One line of the dataset, without its line end; equal records give equal bytes."""
    return orjson.dumps(record.model_dump(mode="json", by_alias=True))


def chain_text(thoughts: tuple[FinalThought, ...] | tuple[Thought, ...]) -> str:
    """Thoughts as one text: a blank line between one and the next, since a thought may have several lines."""
    return "\n\n".join(thought.text for thought in thoughts)


def training_text(record: Record) -> str:
    """What a model is trained to write: the thoughts between think tags, a blank line, the response."""
    return f"<think>\n{chain_text(record.thoughts)}\n</think>\n\n{record.response}"


def failure_of(transcript: Transcript) -> Failure:
    """What is said about a failed query. Raises ValueError for a transcript that did not fail."""
    failed = transcript.last(QueryFailed)
    if failed is None:
        raise ValueError(f"query {transcript.query.id!r} did not fail")
    return Failure(transcript.query.id, failed.stage, failed.error, failed.message)


def failure_json(failure: Failure) -> bytes:
    """One line of the failures, without its line end."""
    return orjson.dumps(failure._asdict())


def _unrefined(draft: Draft) -> DraftRefined:
    """A draft that no refiner saw stands as it is: every thought kept."""
    return DraftRefined(
        outcomes=tuple(Outcome(thought=thought.id, outcome="kept") for thought in draft.thoughts),
        thoughts=tuple(_kept(thought) for thought in draft.thoughts),
        decision=draft.decision,
        response=draft.response,
    )


def _kept(thought: Thought) -> FinalThought:
    return FinalThought(
        id=thought.id,
        text=thought.text,
        author=thought.author,
        round=thought.round,
        sources=(thought.id,),
        outcome="kept",
        citations=thought.citations,
    )


def _removed(draft: Draft, outcome: Outcome) -> Removed:
    thought = next((thought for thought in draft.thoughts if thought.id == outcome.thought), None)
    if thought is None:
        raise ValueError(f"the refiner removed thought {outcome.thought!r}, which the draft does not have")
    return Removed(
        id=thought.id,
        text=thought.text,
        author=thought.author,
        round=thought.round,
        reason=_reason(outcome),
        code=outcome.code,
    )


def _reason(outcome: Outcome) -> RemovalReason:
    reason = outcome.reason or (REMOVAL_REASONS[outcome.code] if outcome.code else None)
    if reason is None:
        raise ValueError(f"thought {outcome.thought!r} was removed without a reason")
    return reason


def _ended(transcript: Transcript) -> Ended:
    ended = transcript.ended
    if ended is None:
        return Ended(reason="none", rounds=0, turns=0)
    return Ended(reason=ended.reason, rounds=ended.rounds, turns=ended.turns)


def _usage(transcript: Transcript) -> RecordUsage:
    usage = transcript.usage
    return RecordUsage(
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=usage.cost_usd,
    )

"""Transcripts as rows of tables, one function a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

import orjson

from aidsafe.analysis.columns import TableName
from aidsafe.analysis.counts.decisions import LABELS, Labels
from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.courses.course import Course, Step
from aidsafe.analysis.metrics.catalogue import measure
from aidsafe.core.events import DraftRefined, DraftSeeded, SeatFailed, TurnTaken
from aidsafe.core.records import (
    Add,
    Call,
    Citation,
    Decide,
    Edit,
    FinalThought,
    RejectedEdit,
    Resolve,
    Respond,
    Revise,
    Thought,
    Weakness,
    Withdraw,
)
from aidsafe.core.transcript import Transcript, Turn, calls_of

__all__ = ["ROWS", "Cell", "Row", "query_row"]

Cell = str | int | float | bool | Sequence[str] | Sequence[int] | None
Row = dict[str, Cell]
"""A row: a value for each column of its table."""


def query_row(transcript: Transcript, course: Course, labels: Labels = LABELS) -> Row:
    """The row of a query: what became of it, and every metric."""
    moments = course.moments
    return {
        **_query(course),
        "row": transcript.query.row,
        "text": course.text,
        "metadata": orjson.dumps(transcript.query.metadata).decode(),
        "completed": course.completed,
        "failed": course.failed,
        "ending": course.ending,
        "seats": len(course.seats),
        "turns": len(course.steps),
        "seed_decision": moments[0].decision if moments else None,
        "decision": course.final_decision,
        "seed_thoughts": len(moments[0].thoughts) if moments else 0,
        "draft_thoughts": len(moments[-1].thoughts) if moments else 0,
        "final_thoughts": None if course.chain is None else len(course.chain),
        **{
            name: number.value if isinstance(number, Share) else number
            for name, number in measure(course, labels=labels).items()
        },
    }


def turn_rows(transcript: Transcript, course: Course) -> Iterator[Row]:
    """A row for every turn."""
    for step, turn in zip(course.steps, transcript.turns, strict=True):
        yield {
            **_query(course),
            "event": step.number,
            "round": step.round,
            "place": step.place,
            "seat": step.seat,
            "position": step.position,
            "own": step.own,
            "agreeing": step.agreeing,
            "objecting": step.objecting,
            "reasoned": step.reasoned,
            "saw": turn.saw,
            "version": turn.version,
            "accepted": len(step.accepted),
            "rejected": len(step.rejected),
            **_said(turn),
            **_spent(turn.calls),
        }


def thought_rows(transcript: Transcript, course: Course) -> Iterator[Row]:
    """A row for every thought there ever was."""
    for life in course.lives:
        by, when = life.withdrawn or (None, None)
        yield {
            **_query(course),
            "thought": life.id,
            "author": life.author,
            "round": life.round,
            "text": life.text,
            "revisions": life.revisions,
            "withdrawn_by": by,
            "withdrawn_in": when,
            "outcome": life.outcome,
            "reason": life.reason,
            "code": life.code,
            "survives": life.survives,
            "citations": len(life.cited),
        }


def edit_rows(transcript: Transcript, course: Course) -> Iterator[Row]:
    """A row for every edit, accepted or not."""
    for step, turn in zip(course.steps, transcript.turns, strict=True):
        if isinstance(turn, TurnTaken):
            for change, edit in zip(step.accepted, turn.edits, strict=True):
                yield _edit(course, step, edit) | {"thought": change.thought, "accepted": True, "cause": None}
            for refused in turn.rejected:
                yield _edit(course, step, refused.edit) | _refused(refused)


def citation_rows(transcript: Transcript, course: Course) -> Iterator[Row]:
    """A row for every citation, in the draft and again in the finished chain."""
    places = {life.id: (life.author, life.round) for life in course.lives}
    final = {thought.id: thought.citations for thought in _final(transcript, course)}
    for where, cited in (("draft", _last_cited(transcript, course)), ("final", final)):
        for thought, citations in cited.items():
            author, round = places[thought]
            whose: Row = {"where": where, "thought": thought, "author": author, "round": round}
            for one in citations:
                yield {**_query(course), **whose, **one.model_dump()}


def call_rows(transcript: Transcript, course: Course) -> Iterator[Row]:
    """A row for every answered call."""
    calls = chain.from_iterable(calls_of(event) for event in transcript)
    for charge, call in zip(course.charges, calls, strict=True):
        yield {
            **_query(course),
            "event": charge.event,
            "speaker": charge.speaker,
            "round": charge.round,
            "model": call.model,
            "asked": call.asked,
            "reported": call.reported,
            "finish": call.finish,
            "outcome": call.outcome,
            "followed": charge.followed,
            "prompt_tokens": call.prompt_tokens,
            "cached_tokens": call.cached_tokens,
            "completion_tokens": call.completion_tokens,
            "reasoning_tokens": call.reasoning_tokens,
            "cost_usd": call.cost_usd,
            "seconds": call.latency_seconds,
            "attempts": call.attempts,
            "prompt_digest": call.prompt_digest,
        }


ROWS: Mapping[TableName, Callable[[Transcript, Course], Iterator[Row]]] = {
    "turns": turn_rows,
    "thoughts": thought_rows,
    "edits": edit_rows,
    "citations": citation_rows,
    "calls": call_rows,
}
"""What gives the rows of every table but `queries`, which has one row each."""


def _query(course: Course) -> Row:
    return {"query": course.query, "replica": course.replica}


def _said(turn: Turn) -> Row:
    match turn:
        case SeatFailed():
            said: Row = {"stance": None, "failure": turn.failure, "reason": "", "checked": ()}
            return said | _weakness(None)
        case TurnTaken():
            said = {"stance": turn.stance, "failure": None, "reason": turn.reason, "checked": turn.checked}
            return said | _weakness(turn.weakness)


def _weakness(found: Weakness | None) -> Row:
    if found is None:
        return {"defect": None, "severity": None, "weak_thought": None}
    return {"defect": found.defect, "severity": found.severity, "weak_thought": found.thought}


def _spent(calls: Sequence[Call]) -> Row:
    costs = [call.cost_usd for call in calls if call.cost_usd is not None]
    return {
        "calls": len(calls),
        "prompt_tokens": sum(call.prompt_tokens for call in calls),
        "completion_tokens": sum(call.completion_tokens for call in calls),
        "cost_usd": sum(costs) if len(costs) == len(calls) else None,
    }


def _edit(course: Course, step: Step, edit: Edit) -> Row:
    return {
        **_query(course),
        "event": step.number,
        "round": step.round,
        "seat": step.seat,
        "op": edit.op,
        "text": _words(edit),
        "rules": _rules(edit),
        "decision": edit.decision if isinstance(edit, Decide) else None,
        "reason": edit.reason,
    }


def _words(edit: Edit) -> str | None:
    match edit:
        case Resolve():
            return edit.resolved_by
        case Add() | Revise() | Respond():
            return edit.text
        case Withdraw() | Decide():
            return None


def _rules(edit: Edit) -> tuple[str, ...]:
    match edit:
        case Resolve():
            return edit.rules
        case Add() | Revise():
            return tuple(one.rule for one in edit.citations)
        case _:
            return ()


def _refused(refused: RejectedEdit) -> Row:
    edit = refused.edit
    target = edit.target if isinstance(edit, Revise | Withdraw) else None
    return {"thought": target, "accepted": False, "cause": refused.cause}


def _final(transcript: Transcript, course: Course) -> Sequence[Thought] | Sequence[FinalThought]:
    refined = transcript.last(DraftRefined)
    if refined is not None:
        return refined.thoughts
    return transcript.draft.thoughts if transcript.draft and course.completed else ()


def _last_cited(transcript: Transcript, course: Course) -> dict[str, tuple[Citation, ...]]:
    """What each thought cites as it last stood, those taken out too."""
    seeded = transcript.first(DraftSeeded)
    cited = {thought.id: thought.citations for thought in seeded.thoughts} if seeded else {}
    for step, turn in zip(course.steps, transcript.turns, strict=True):
        edits = turn.edits if isinstance(turn, TurnTaken) else ()
        for change, edit in zip(step.accepted, edits, strict=True):
            if change.thought is not None and isinstance(edit, Add | Revise):
                cited[change.thought] = edit.citations
    return cited

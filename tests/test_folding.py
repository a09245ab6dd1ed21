"""A finished transcript folds into a record whose bytes follow from it alone."""

import json

import pytest

from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    TurnTaken,
)
from aidsafe.core.records import (
    Add,
    Call,
    Citation,
    Conflict,
    Defect,
    Ended,
    FinalThought,
    Intent,
    Outcome,
    Provenance,
    Query,
    RecordUsage,
    RemovalReason,
    Removed,
    Resolve,
    Thought,
)
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.folding import failure_json, failure_of, record_json, record_of, training_text

PROVENANCE = Provenance(
    aidsafe="0.1.0", recipe="aidsafe", policies="p", prompts="q", models={"model": "scripted"}, seed=7
)
QUERY = Query(id="a", row=3, text="How do locks work?", metadata={"z": 1, "a": [None]})
RECEIVED = QueryReceived(query=QUERY, policies="p", prompts="q")
QUOTED = Citation(policy="fraud", rule="fraud.1", quote="explain how things work", verified=True)


def call(latency: float = 0.5, cost: float | None = 0.25) -> Call:
    """One answered call."""
    return Call(
        model="model",
        asked="m",
        reported="m",
        finish="stop",
        prompt_tokens=10,
        cached_tokens=4,
        completion_tokens=3,
        cost_usd=cost,
        latency_seconds=latency,
    )


SEEDED = DraftSeeded(
    thoughts=(
        Thought(id="t1", text="First.", author="seeder", round=0, citations=(QUOTED,)),
        Thought(id="t2", text="Second.", author="seeder", round=0),
    ),
    decision="comply",
    response="Like this.",
    calls=(call(),),
)
TURN = TurnTaken(
    round=1,
    seat="critic",
    saw=(0, 1),
    version=0,
    stance="object",
    edits=(Add(text="Third."), Resolve(rules=("fraud.1", "harm.2"), resolved_by="precedence")),
    calls=(call(),),
)


def refined(*, reason: RemovalReason | None = "repetitive", code: Defect | None = "repeated") -> DraftRefined:
    """The refiner kept the first thought, merged the third into it, and removed the second."""
    return DraftRefined(
        outcomes=(
            Outcome(thought="t1", outcome="merged"),
            Outcome(thought="t2", outcome="removed", reason=reason, code=code),
            Outcome(thought="t3", outcome="merged"),
        ),
        thoughts=(
            FinalThought(
                id="f1",
                text="First and third.",
                author="seeder",
                round=0,
                sources=("t1", "t3"),
                outcome="merged",
                citations=(QUOTED,),
            ),
        ),
        decision="comply",
        response="Just like this.",
    )


def transcript(*events: Event) -> Transcript:
    """A transcript about the query, of these events."""
    return Transcript.of((RECEIVED, *events))


WHOLE = transcript(
    IntentsDecomposed(intents=(Intent(text="to learn", kind="explicit", harm="benign"),)),
    SEEDED,
    TURN,
    DeliberationEnded(reason="consensus", rounds=1, turns=1),
    refined(),
    QueryCompleted(),
)


def test_a_record_holds_what_the_refiner_left() -> None:
    """Thoughts, response and decision are the refiner's; the query and its metadata come first."""
    record = record_of(WHOLE, PROVENANCE)

    assert ("a", "How do locks work?", {"z": 1, "a": [None]}) == (record.id, record.prompt, record.metadata)
    assert ("comply", "Just like this.", ("f1",)) == (
        record.decision,
        record.response,
        tuple(thought.id for thought in record.thoughts),
    )
    assert ("to learn", PROVENANCE) == (record.intents[0].text, record.provenance)


def test_a_removed_thought_keeps_its_text_and_author() -> None:
    """Removed is what the refiner took out, as the deliberation had left it."""
    removed = Removed(id="t2", text="Second.", author="seeder", round=0, reason="repetitive", code="repeated")

    assert (removed,) == record_of(WHOLE, PROVENANCE).removed


def test_a_finer_reason_implies_the_papers() -> None:
    """A removal with a code alone gets the reason that the code stands for."""
    record = record_of(transcript(SEEDED, refined(reason=None, code="leak")), PROVENANCE)

    assert ["redundant"] == [removed.reason for removed in record.removed]


def test_a_removal_without_a_reason_is_refused() -> None:
    """Every removed thought has a reason."""
    with pytest.raises(ValueError, match="thought 't2' was removed without a reason"):
        record_of(transcript(SEEDED, refined(reason=None, code=None)), PROVENANCE)


def test_a_removal_of_no_thought_is_refused() -> None:
    """Only what the draft has can be removed."""
    lost = DraftRefined(
        outcomes=(Outcome(thought="t9", outcome="removed", reason="redundant"),),
        thoughts=(),
        decision="comply",
        response="",
    )
    with pytest.raises(ValueError, match="removed thought 't9', which the draft does not have"):
        record_of(transcript(SEEDED, lost), PROVENANCE)


def test_conflicts_are_those_of_the_draft() -> None:
    """Rules that pulled apart, and what settled it."""
    assert (Conflict(rules=("fraud.1", "harm.2"), resolved_by="precedence"),) == record_of(WHOLE, PROVENANCE).conflicts


def test_the_ending_is_the_moderators() -> None:
    """A record says why the deliberation ended, and after how much."""
    assert Ended(reason="consensus", rounds=1, turns=1) == record_of(WHOLE, PROVENANCE).ended


def test_without_deliberation_there_is_no_ending() -> None:
    """One call alone gives a record that ended for no reason, with every thought kept as it came."""
    record = record_of(transcript(SEEDED, QueryCompleted()), PROVENANCE)

    assert Ended(reason="none", rounds=0, turns=0) == record.ended
    assert [("t1", ("t1",), "kept", (QUOTED,)), ("t2", ("t2",), "kept", ())] == [
        (thought.id, thought.sources, thought.outcome, thought.citations) for thought in record.thoughts
    ]
    assert ((), (), "Like this.") == (record.removed, record.intents, record.response)


def test_usage_adds_up_the_calls() -> None:
    """Tokens and cost are sums; the cost is unknown as soon as one price is."""
    free = transcript(SEEDED, TURN.model_copy(update={"calls": (call(cost=None),)}))

    assert RecordUsage(calls=2, prompt_tokens=20, cached_tokens=8, completion_tokens=6, cost_usd=0.5) == (
        record_of(WHOLE, PROVENANCE).usage
    )
    assert record_of(free, PROVENANCE).usage.cost_usd is None


def test_a_line_has_its_keys_in_order() -> None:
    """The names and their order are what readers of the dataset rely on."""
    line = json.loads(record_json(record_of(WHOLE, PROVENANCE)))

    assert [
        *("id", "prompt", "metadata", "intents", "decision", "thoughts", "response", "removed", "conflicts"),
        *("ended", "usage", "provenance"),
    ] == list(line)
    assert ["id", "text", "author", "round", "from", "outcome", "citations"] == list(line["thoughts"][0])
    assert ["t1", "t3"] == line["thoughts"][0]["from"]
    assert ["calls", "prompt_tokens", "cached_tokens", "completion_tokens", "cost_usd"] == list(line["usage"])
    assert ["aidsafe", "recipe", "policies", "prompts", "models", "seed"] == list(line["provenance"])


def test_how_long_a_call_took_changes_no_byte() -> None:
    """A slower machine writes the same line."""
    lines = {
        record_json(record_of(transcript(SEEDED, TURN.model_copy(update={"calls": (call(latency),)})), PROVENANCE))
        for latency in (0.1, 99.0)
    }

    assert 1 == len(lines)


def test_the_training_text_is_exact() -> None:
    """Thoughts between think tags, one blank line between them, then the response."""
    record = record_of(transcript(SEEDED), PROVENANCE)

    assert "<think>\nFirst.\n\nSecond.\n</think>\n\nLike this." == training_text(record)


def test_a_failure_says_where_and_why() -> None:
    """A failed query is one line: id, stage, error type, message."""
    failed = transcript(QueryFailed(stage="seed", error="ReplyError", message="no JSON"))

    assert b'{"id":"a","stage":"seed","error":"ReplyError","message":"no JSON"}' == failure_json(failure_of(failed))


def test_what_did_not_fail_has_no_failure() -> None:
    """Only a failed query is a line of the failures."""
    with pytest.raises(ValueError, match="query 'a' did not fail"):
        failure_of(WHOLE)


def test_what_has_no_draft_has_no_record() -> None:
    """A query that failed before its first draft cannot be folded."""
    with pytest.raises(ValueError, match="query 'a' has no draft"):
        record_of(transcript(), PROVENANCE)

"""Any event there can be, drawn by Hypothesis."""

from typing import get_args

from hypothesis import strategies as st

from aidsafe.core import records
from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import (
    Add,
    Call,
    Citation,
    Decide,
    Edit,
    FinalThought,
    Intent,
    Outcome,
    Query,
    RejectedEdit,
    Resolve,
    Respond,
    Revise,
    Thought,
    Weakness,
    Withdraw,
)

__all__ = ["DRAFTED", "EDITS", "EVENTS", "STANCES"]

TEXTS = st.text(max_size=20)
AMOUNTS = st.floats(min_value=0, max_value=1e9, allow_nan=False)
COUNTS = st.integers(min_value=0, max_value=10**9)
NUMBERS = st.lists(st.integers(min_value=0, max_value=50), max_size=4).map(tuple)
CITATIONS = st.lists(st.builds(Citation, policy=TEXTS, rule=TEXTS, quote=TEXTS), max_size=2).map(tuple)
STANCES = st.sampled_from(get_args(records.Stance))

# Few ids and few words, so that edits meet the thoughts they name, and each other.
IDS = st.sampled_from(["t1", "t2", "t3", "t4", "t9"])
WORDS = st.sampled_from(["A blunt knife slips.", "a  BLUNT knife slips.", "Hone it.", "Stand back.", " ", "Ask first."])
EXPECTED = st.sampled_from(["", "A blunt", "Something else"])
RULES = st.lists(st.sampled_from(["PH-R1", "PH-H2", "RH-H1"]), max_size=3).map(tuple)

EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Add, text=WORDS, citations=CITATIONS, reason=TEXTS),
    st.builds(Revise, target=IDS, expect=EXPECTED, text=WORDS, citations=CITATIONS),
    st.builds(Withdraw, target=IDS, expect=EXPECTED, reason=TEXTS),
    st.builds(Resolve, rules=RULES, resolved_by=WORDS),
    st.builds(Respond, text=WORDS),
    st.builds(Decide, decision=st.sampled_from(get_args(records.Decision))),
)

CALLS = st.lists(
    st.builds(
        Call,
        prompt_tokens=COUNTS,
        completion_tokens=COUNTS,
        cost_usd=st.none() | AMOUNTS,
        latency_seconds=AMOUNTS,
        prompt_bytes=COUNTS,
    ),
    max_size=2,
).map(tuple)

THOUGHTS = st.lists(
    st.builds(Thought, id=IDS, text=WORDS, author=TEXTS, round=COUNTS, citations=CITATIONS), max_size=3
).map(tuple)

FINAL = st.builds(
    FinalThought,
    id=IDS,
    text=TEXTS,
    author=TEXTS,
    round=COUNTS,
    sources=st.lists(IDS, min_size=1, max_size=2).map(tuple),
    citations=CITATIONS,
)

DRAFTED: st.SearchStrategy[DraftSeeded] = st.lists(WORDS, max_size=4).map(
    lambda texts: DraftSeeded(
        thoughts=tuple(Thought(id=f"t{n}", text=t, author="seeder", round=0) for n, t in enumerate(texts, start=1)),
        decision="comply",
        response="Hone it.",
    )
)
"""A first draft whose thoughts are numbered as a seeder numbers them."""

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        QueryReceived,
        query=st.builds(
            Query,
            row=COUNTS,
            replica=COUNTS,
            text=st.text(),
            metadata=st.dictionaries(TEXTS, st.none() | st.booleans() | COUNTS | TEXTS, max_size=3),
        ),
    ),
    st.builds(IntentsDecomposed, intents=st.lists(st.builds(Intent), max_size=3).map(tuple), calls=CALLS),
    st.builds(DraftSeeded, thoughts=THOUGHTS, calls=CALLS),
    st.builds(
        TurnTaken,
        round=st.integers(min_value=1, max_value=9),
        saw=NUMBERS,
        version=COUNTS,
        checked=st.lists(TEXTS, max_size=2).map(tuple),
        weakness=st.none() | st.builds(Weakness),
        edits=st.lists(EDITS, max_size=3).map(tuple),
        rejected=st.lists(st.builds(RejectedEdit, edit=EDITS), max_size=2).map(tuple),
        calls=CALLS,
    ),
    st.builds(SeatFailed, round=st.integers(min_value=1, max_value=9), saw=NUMBERS, version=COUNTS, calls=CALLS),
    st.builds(StopRequested),
    st.builds(DeliberationEnded, rounds=COUNTS, turns=COUNTS, numbers=st.dictionaries(TEXTS, AMOUNTS, max_size=3)),
    st.builds(
        DraftRefined,
        outcomes=st.lists(st.builds(Outcome, thought=IDS), max_size=3).map(tuple),
        thoughts=st.lists(FINAL, max_size=3).map(tuple),
        calls=CALLS,
    ),
    st.just(QueryCompleted()),
    st.builds(QueryFailed, calls=CALLS),
)
"""Every kind of event."""

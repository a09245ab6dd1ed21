"""The desk of one query: what is recalled, what is written, what each seat may take."""

import pytest
from building import begun, call, query
from shelving import Shelf

from aidsafe.core.errors import BudgetSpent, ModelError
from aidsafe.core.events import QueryCompleted
from aidsafe.core.records import Usage
from aidsafe.core.transcript import Transcript
from aidsafe.models.metering import Bound
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.budget import RunBudget
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.protocol import QueryBudget
from aidsafe.orchestration.purse import Purse

BOUND = Bound(100, 50, ModelSettings(), "critic")


async def test_events_are_written_together_from_their_number_on() -> None:
    """What is taken is written with the next flush, once."""
    shelf, transcript = Shelf(), begun()
    desk = Desk(query(), ledger=shelf)
    for number, event in enumerate(transcript.events[1:], start=1):
        desk.record(number, event)
    await desk.written()
    await desk.written()

    assert dict(enumerate(transcript.events[1:], start=1)) == shelf.events
    assert ["keep 2"] == shelf.log


async def test_an_answer_is_flushed_without_events() -> None:
    """So that the next call is sent only when it is safe."""
    shelf = Shelf()
    desk = Desk(query(), ledger=shelf)
    desk.keep(3, "critic", 0, digest="d", answer=b"{}")
    await desk.written()

    assert ["answer critic 0", "keep 0"] == shelf.log


async def test_without_a_journal_nothing_is_kept() -> None:
    """A team in memory has none."""
    desk = Desk(query())
    desk.record(1, QueryCompleted())
    desk.keep(3, "critic", 0, digest="d", answer=b"{}")
    desk.finish(Transcript())
    await desk.written()

    assert desk.recall(3, "critic", 0, digest="d") is None


def test_an_answer_is_recalled_for_the_same_prompt_alone() -> None:
    """At the same place, and with the same digest."""
    desk = Desk(query(), remembered={(3, "critic", 0): ("d", b"{}")})

    assert b"{}" == desk.recall(3, "critic", 0, digest="d")
    assert [None] * 3 == [
        desk.recall(3, "critic", 0, digest="other"),
        desk.recall(3, "critic", 1, digest="d"),
        desk.recall(4, "critic", 0, digest="d"),
    ]


async def test_a_query_keeps_within_its_budget() -> None:
    """Spent, set aside and held back are weighed together."""
    desk = Desk(query(), budget=QueryBudget(total_tokens=320))
    await desk.reserve(BOUND)

    with pytest.raises(ModelError, match=r"budget\.tokens of the query"):
        await desk.reserve(Bound(120, 50, ModelSettings(), "critic"))
    desk.settle(BOUND, call(prompt=20, completion=10))
    await desk.reserve(Bound(120, 50, ModelSettings(), "critic"))


async def test_a_share_is_for_a_seat_and_its_fallback() -> None:
    """Others are not touched by it, and the next sharing out begins anew."""
    desk = Desk(query())
    desk.share_out({"critic": QueryBudget(completion_tokens=60)})
    await desk.reserve(BOUND)
    desk.settle(BOUND, call(completion=20))

    with pytest.raises(ModelError, match=r"budget\.tokens of 'critic/fallback' has no room for another call"):
        await desk.reserve(Bound(100, 50, ModelSettings(), "critic/fallback"))
    await desk.reserve(Bound(100, 50, ModelSettings(), "expander"))
    desk.share_out({"critic": QueryBudget(completion_tokens=60)})
    await desk.reserve(BOUND)


async def test_an_answer_that_says_nothing_of_its_tokens_counts_as_its_bound() -> None:
    """An endpoint without usage does not make a run budget void; what a filter stopped used nothing."""
    purse = Purse(RunBudget.model_validate({"strict": True, "total_tokens": 400}), spent=Usage(), clock=lambda: 0.0)
    desk = Desk(query(), purse=purse)
    stopped = call(prompt=0, completion=0).model_copy(update={"finish": "content_filter"})
    for answer in (stopped, stopped, stopped, call(prompt=0, completion=0), call(prompt=0, completion=0)):
        await desk.reserve(BOUND)
        desk.settle(BOUND, answer)

    with pytest.raises(BudgetSpent, match="total_tokens"):
        await desk.reserve(BOUND)


async def test_what_an_earlier_sitting_spent_counts() -> None:
    """A resumed query goes on with what is left."""
    desk = Desk(query(), budget=QueryBudget(calls=1), spent=begun().usage.plus(call()))

    with pytest.raises(ModelError, match=r"budget\.calls"):
        await desk.reserve(BOUND)


def test_a_finished_transcript_is_handed_on() -> None:
    """To be folded and written with its last events."""
    shelf = Shelf()
    Desk(query(), ledger=shelf).finish(begun())

    assert [begun()] == shelf.finished

"""The faults of `aidsafe serve`, each by its name, and which requests they strike."""

import asyncio
from collections import Counter
from math import isclose

import orjson
import pytest
from aiohttp import ClientPayloadError, ServerDisconnectedError
from anyio.lowlevel import checkpoint
from rehearsing import Rehearsal, asked, faulty, rehearsing

from aidsafe.core.errors import RecipeError
from aidsafe.models.serving import ServeOptions
from aidsafe.models.serving.faulting import FAULTS, FaultName, FaultPlan, Storm, parse_faults, parse_storm


@pytest.mark.parametrize(
    ("fault", "status", "asks_to_wait"),
    [("429", 429, "3"), ("429-bare", 429, None), ("500", 500, None), ("503", 503, None)],
)
async def test_a_fault_that_has_a_status(fault: str, status: int, asks_to_wait: str | None) -> None:
    """The request is refused with the status and a message, and only 429 asks to come back later."""
    async with rehearsing(faulty(f"{fault}=1", retry_after=3)) as at:
        got = await at.chat()
    assert (status, asks_to_wait) == (got.status, got.headers.get("retry-after"))
    assert got.error
    assert ({str(status): 1}, {fault: 1}) == (at.server.tally.outcomes, at.server.tally.faults)


async def test_a_429_may_ask_for_parts_of_a_second() -> None:
    """`retry-after` says what it was told to say."""
    async with rehearsing(faulty("429=1", retry_after=0.25)) as at:
        assert "0.25" == (await at.chat()).headers["retry-after"]


async def test_reset() -> None:
    """The connection is gone without an answer."""
    async with rehearsing(faulty("reset=1")) as at:
        with pytest.raises((ServerDisconnectedError, ConnectionResetError)):
            await at.chat()
    assert ({"reset": 1}, 0) == (at.server.tally.outcomes, at.server.tally.answered)


async def test_hang() -> None:
    """Nothing ever comes; the request stays in flight until the client goes."""
    async with rehearsing(faulty("hang=1")) as at:
        asking = asyncio.create_task(at.chat())
        while not at.server.tally.in_flight:
            await checkpoint()
        before = dict(at.server.tally.outcomes)
        asking.cancel()
        while at.server.tally.in_flight:
            await checkpoint()
    assert ({}, {"hang": 1}) == (before, at.server.tally.outcomes)


async def test_truncated() -> None:
    """The head promises more than comes, and what was made is lost."""
    async with rehearsing(faulty("truncated=1")) as at:
        with pytest.raises(ClientPayloadError):
            await at.chat()
    assert ({"truncated": 1}, 0) == (at.server.tally.outcomes, at.server.tally.answered)
    assert at.server.tally.lost_tokens > 0


async def test_malformed() -> None:
    """The body is whole by its length, and no JSON."""
    async with rehearsing(faulty("malformed=1")) as at:
        with pytest.raises(orjson.JSONDecodeError):
            await at.chat()
    assert ({"200": 1}, 0) == (at.server.tally.outcomes, at.server.tally.answered)
    assert at.server.tally.lost_tokens > 0


async def test_wrong_schema() -> None:
    """The reply is JSON that nobody asked for."""
    async with rehearsing(faulty("wrong-schema=1")) as at:
        got = await at.chat()
    assert {"verdict", "confidence"} == set(orjson.loads(got.text))
    assert got.usage["completion_tokens"] == at.server.tally.completion_tokens


async def test_length() -> None:
    """Half the reply, which says that it reached the limit."""
    async with rehearsing(faulty("length=1")) as at, rehearsing() as calm:
        got, whole = await at.chat(), await calm.chat()
    assert ("length", whole.text[: len(whole.text) // 2]) == (got.finish, got.text)
    assert got.usage["completion_tokens"] < whole.usage["completion_tokens"]


async def test_filter() -> None:
    """An empty reply, and the content filter as its reason."""
    async with rehearsing(faulty("filter=1")) as at:
        got = await at.chat()
    assert ("", "content_filter", 0) == (got.text, got.finish, got.usage["completion_tokens"])


@pytest.mark.parametrize("seconds", [0.0, 0.02])
async def test_slow(seconds: float) -> None:
    """The answer comes in trickles, and whole."""
    async with rehearsing(faulty("slow=1", slow=seconds)) as at, rehearsing() as calm:
        assert (await calm.chat()).text == (await at.chat()).text
    assert ({"200": 1}, 1) == (at.server.tally.outcomes, at.server.tally.answered)


async def test_a_client_that_leaves_a_trickle() -> None:
    """Whoever goes in the middle of a slow answer is counted as gone, once."""
    async with rehearsing(faulty("slow=1", slow=3600)) as at:
        async with at.session.post(f"{at.base_url}/chat/completions", json=asked()) as response:
            assert 200 == response.status
        while at.server.tally.in_flight:
            await checkpoint()
    assert ({"gone": 1}, 0) == (at.server.tally.outcomes, at.server.tally.answered)


async def test_a_connection_lives_on_after_a_refusal() -> None:
    """After a 429, the next request on the same connection is answered."""
    async with rehearsing(ServeOptions(faults=parse_faults("429=0.5"))) as at:
        statuses = [(await at.chat(f"Number {number}?")).status for number in range(8)]
    assert {200, 429} == set(statuses)


async def test_faults_hang_on_seed_and_request() -> None:
    """The same requests meet the same faults in another order, and others under another seed."""
    queries = [f"What is {number}?" for number in range(40)]
    one = await _statuses(queries)
    assert one == await _statuses(queries, reverse=True)
    assert one != await _statuses(queries, seed=1)


async def test_asking_again_draws_anew() -> None:
    """A request that was struck is not struck for ever, and what it meets is the same in another server."""
    async with rehearsing(faulty("500=0.5")) as at, rehearsing(faulty("500=0.5")) as other:
        one = [(await at.chat()).status for _ in range(20)]
        assert one == [(await other.chat()).status for _ in range(20)]
    assert {200, 500} == set(one)


def test_every_fault_strikes_at_its_rate() -> None:
    """Over many requests, each fault comes about as often as it should."""
    plan = FaultPlan(parse_faults(",".join(f"{fault}=0.05" for fault in FAULTS)))
    struck = Counter(plan.draw(str(number).encode(), elapsed=0) for number in range(4000))
    assert all(isclose(200, struck[fault], abs_tol=60) for fault in FAULTS)
    assert isclose(1600, struck[None], abs_tol=150)


def test_what_came_long_ago_is_forgotten() -> None:
    """A plan remembers so many of the latest requests, and no more than twice as many."""
    plan = FaultPlan(parse_faults("500=0.5"), remembered=10)
    fresh = [FaultPlan(parse_faults("500=0.5")).draw(b"one", elapsed=0) for _ in range(8)]
    seen: list[FaultName | None] = []
    for _ in range(8):
        seen.append(plan.draw(b"one", elapsed=0))
        for other in range(20):
            plan.draw(str(other).encode(), elapsed=0)
    assert fresh == seen
    assert len(plan._young) + len(plan._old) <= 20


def test_what_came_lately_is_remembered() -> None:
    """Others that come in between, no more than are remembered, change nothing in what a request meets."""
    plan, alone = (FaultPlan(parse_faults("500=0.5"), remembered=10) for _ in range(2))
    seen: list[FaultName | None] = []
    for turn in range(20):
        seen.append(plan.draw(b"one", elapsed=0))
        for other in range(9):
            plan.draw(f"{turn} {other}".encode(), elapsed=0)
    assert [alone.draw(b"one", elapsed=0) for _ in range(20)] == seen


@pytest.mark.parametrize(("elapsed", "struck"), [(0, False), (2, True), (4.9, True), (5, False), (10, True)])
def test_faults_strike_within_storms(elapsed: float, struck: bool) -> None:  # noqa: FBT001  # a column of the table
    """Where there are storms, faults strike in them only."""
    plan = FaultPlan(parse_faults("500=1"), (Storm(start=2, seconds=3), Storm(start=9, seconds=3)))
    assert struck == (plan.draw(b"any", elapsed=elapsed) == "500")


async def test_a_storm_counts_from_the_first_request() -> None:
    """However long the server has been up, a storm from 0 strikes the first request, and a later one does not."""
    async with rehearsing(faulty("500=1", storms=[Storm(start=0, seconds=3600)])) as at:
        assert 500 == (await at.chat()).status
    async with rehearsing(faulty("500=1", storms=[Storm(start=3600, seconds=1)])) as at:
        assert 200 == (await at.chat()).status


async def test_no_more_than_the_limit_in_flight() -> None:
    """Beyond the limit, a request is told 429 and when to come back; within it, all are answered."""
    async with rehearsing(ServeOptions(in_flight_limit=3, latency=0.2, retry_after=2)) as at:
        got = await asyncio.gather(*(at.chat(f"What is {number}?") for number in range(10)))
        assert Counter({200: 3, 429: 7}) == Counter(each.status for each in got)
        assert {"2"} == {each.headers["retry-after"] for each in got if each.status == 429}
        assert 200 == (await at.chat("And now?")).status


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("429=0.2,503=1", "add up to 1.2"),
        ("404=1", "unknown fault '404'; nearest is"),
        ("reset", "rate of fault 'reset' is ''"),
        ("reset=often", "rate of fault 'reset' is 'often'"),
        ("reset=-0.1", "'-0.1'; write a number"),
        ("reset=nan", "'nan'; write a number"),
        ("hang=0.1, hang=0.1", "stands twice"),
    ],
)
def test_faults_that_cannot_be(text: str, said: str) -> None:
    """Faults that are misspelt or too many are refused with the value and what to write."""
    with pytest.raises(RecipeError, match=said):
        parse_faults(text)


@pytest.mark.parametrize("text", ["", "3", "3,", "3,0", "-1,2", "one,two", "1,inf", "1,2,3"])
def test_storms_that_cannot_be(text: str) -> None:
    """A storm is a start and a length in seconds, and nothing else."""
    with pytest.raises(RecipeError, match="write START,SECONDS"):
        parse_storm(text)


def test_a_storm_as_it_is_written() -> None:
    """Two numbers make a storm."""
    assert Storm(start=30, seconds=10) == parse_storm("30,10")


async def _statuses(queries: list[str], *, reverse: bool = False, seed: int = 0) -> dict[str, int]:
    async with rehearsing(faulty("500=0.3,503=0.3", seed=seed)) as at:
        return {query: await _status(at, query) for query in sorted(queries, reverse=reverse)}


async def _status(at: Rehearsal, query: str) -> int:
    return (await at.chat(query)).status

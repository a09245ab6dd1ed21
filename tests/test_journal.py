"""What the journal says it has kept is there, in order, whatever happens to the process or the disk."""

import asyncio
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.core.errors import FolderError, SurroundingsError
from aidsafe.core.events import (
    DeliberationEnded,
    DraftSeeded,
    Event,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    TurnTaken,
)
from aidsafe.core.records import Add, Call, Ending, Query, Revise, Thought, Usage
from aidsafe.orchestration.journal import Counts, Finished, Journal, Place, read_journal

NEWER = "PRAGMA application_id = 1095320659; PRAGMA user_version = 9"
PLACE = Place(row=0, replica=0, step=2, seat="critic", nth=0)


def received(row: int = 0, replica: int = 0, *, text: str = "Why?") -> QueryReceived:
    """A query arrived."""
    return QueryReceived(
        query=Query(id=f"q{row}", row=row, replica=replica, text=text), policies="p" * 16, prompts="q" * 16
    )


def call(cost: float | None = 0.25) -> Call:
    """One answered call."""
    return Call(
        model="m",
        asked="m",
        reported="m",
        finish="stop",
        prompt_tokens=10,
        cached_tokens=4,
        completion_tokens=3,
        reasoning_tokens=1,
        cost_usd=cost,
        latency_seconds=0.5,
        attempts=2,
    )


def seeded(*calls: Call, text: str = "First.") -> DraftSeeded:
    """The first draft, and the calls it took."""
    thought = Thought(id="t1", text=text, author="seeder", round=0)
    return DraftSeeded(thoughts=(thought,), decision="comply", response=text, calls=calls)


async def keep(path: Path, *transcripts: Sequence[Event], create: bool = True) -> None:
    """Keep whole transcripts, one a row."""
    async with Journal.open(path, create=create) as journal:
        for row, events in enumerate(transcripts):
            await journal.keep_events(row, 0, 0, events)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: to SQLite, a disk that takes no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


CALLS = st.builds(
    Call,
    model=st.text(max_size=5),
    asked=st.just("m"),
    reported=st.just("m"),
    finish=st.just("stop"),
    prompt_tokens=st.integers(0, 2**40),
    cost_usd=st.none() | st.floats(0, 9),
    latency_seconds=st.floats(0, 9),
)
LATER: st.SearchStrategy[Event] = st.one_of(
    st.builds(seeded, CALLS, text=st.text(max_size=30)),
    st.builds(
        TurnTaken,
        round=st.integers(1, 9),
        seat=st.text(max_size=9),
        saw=st.lists(st.integers(0, 9)).map(tuple),
        version=st.integers(0, 9),
        stance=st.sampled_from(["agree", "object", "abstain"]),
        edits=st.lists(st.builds(Add, text=st.text()) | st.builds(Revise, target=st.text(), text=st.text())).map(tuple),
        calls=st.lists(CALLS, max_size=2).map(tuple),
    ),
    st.builds(
        SeatFailed,
        round=st.just(1),
        seat=st.text(max_size=9),
        saw=st.just(()),
        version=st.just(0),
        failure=st.just("refused"),
        message=st.text(),
    ),
    st.builds(QueryFailed, stage=st.just("seed"), error=st.text(max_size=9), message=st.text()),
    st.just(QueryCompleted()),
)
TRANSCRIPTS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 2)), st.lists(st.lists(LATER, max_size=3), max_size=4), max_size=6
)


@settings(max_examples=30)
@given(parts=TRANSCRIPTS, order=st.randoms(use_true_random=False))
def test_what_is_kept_is_what_is_read(parts: dict[tuple[int, int], list[list[Event]]], order: random.Random) -> None:
    """Transcripts kept bit by bit, many at once in any order, are read back as they were."""

    async def one(journal: Journal, query: tuple[int, int]) -> None:
        number = 0
        bits: list[list[Event]] = [[received(*query)], *parts[query]]
        for events in bits:
            for _ in range(order.randrange(3)):
                await anyio.lowlevel.checkpoint()
            await journal.keep_events(*query, number, events)
            number += len(events)

    async def all_at_once() -> None:
        async with Journal.open(path, create=True) as journal, anyio.create_task_group() as group:
            for query in order.sample(sorted(parts), len(parts)):
                group.start_soon(one, journal, query)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        asyncio.run(all_at_once())
        with read_journal(path) as reader:
            found = {(t.query.row, t.query.replica): list(t.events) for t in reader.transcripts()}

    assert found == {query: [received(*query), *(e for bit in bits for e in bit)] for query, bits in parts.items()}
    assert sorted(parts) == list(found)


async def test_answers_come_back_by_place(tmp_path: Path) -> None:
    """An answer is found at its place, with its digest; the latest given there counts."""
    other = PLACE._replace(nth=1)
    async with Journal.open(tmp_path / "journal.db", create=True) as journal:
        journal.queue_call(PLACE, b'"early"', digest="d1")
        await journal.keep_call(other, b'{"a": "\\u0000"}', digest="d2")
        await journal.keep_call(PLACE, b'"late"', digest="d3")
        journal.queue_call(PLACE._replace(row=1), b'"another query"', digest="d4")
    with read_journal(tmp_path / "journal.db") as reader:
        assert {PLACE: ("d3", b'"late"'), other: ("d2", b'{"a": "\\u0000"}')} == reader.calls(0)


async def test_what_is_queued_is_safe_once_written(tmp_path: Path) -> None:
    """`written` waits for all that was queued before; so does keeping an event."""
    async with Journal.open(tmp_path / "journal.db", create=True) as journal:
        with read_journal(tmp_path / "journal.db") as reader:
            journal.queue_call(PLACE, b"1", digest="d")
            await journal.written()
            assert [PLACE] == list(reader.calls(0))
            journal.queue_attempt(PLACE, b'{"status": 500}')
            await journal.keep_events(0, 0, 0, [received()])
            assert [(PLACE, b'{"status": 500}')] == reader.attempts(0)


async def test_an_event_is_never_kept_twice(tmp_path: Path) -> None:
    """A second event of one number is refused loudly; others in the same batch are kept, and the journal goes on."""
    refused: list[int] = []

    async def one(row: int) -> None:
        try:
            await journal.keep_events(row, 0, 0, [received(row, text="again")])
        except sqlite3.IntegrityError:
            refused.append(row)

    await keep(tmp_path / "journal.db", [received(0)])
    async with Journal.open(tmp_path / "journal.db", create=False) as journal, anyio.create_task_group() as group:
        for row in (0, 1, 2, 0):
            group.start_soon(one, row)
    with read_journal(tmp_path / "journal.db") as reader:
        assert ([0, 0], ["Why?", "again", "again"]) == (refused, [t.query.text for t in reader.transcripts()])


async def fill(path: Path, kept: list[int], told: list[str]) -> None:
    """Keep events until the disk takes no more, and go on trying for a while."""
    async with Journal.open(path, create=True) as journal:
        with files_of_at_most(300_000):
            for row in range(30):
                try:
                    await journal.keep_events(row, 0, 0, [received(row, text="x" * 20_000)])
                    kept.append(row)
                except SurroundingsError as error:
                    told.append(str(error))
        journal.queue_call(PLACE, b"1", digest="d")


async def test_a_full_disk_is_told_to_everyone(tmp_path: Path) -> None:
    """When the disk takes no more, every waiter and every later write hears it; the journal can be resumed."""
    path = tmp_path / "journal.db"
    kept: list[int] = []
    told: list[str] = []
    said = f"{path}: disk I/O error; what was kept is safe, the run can be resumed"
    with pytest.raises(SurroundingsError, match="disk I/O error"):
        await fill(path, kept, told)
    async with Journal.open(path, create=False) as journal:
        await journal.keep_events(100, 0, 0, [received(100)])

    assert (0 < len(kept) < 30, [said] * (30 - len(kept))) == (True, told)
    with read_journal(path) as reader:
        assert [*kept, 100] == [transcript.query.row for transcript in reader.transcripts()]


WRITER = """
import asyncio, os, sys
from pathlib import Path
import anyio
import anyio.lowlevel
from aidsafe.core.events import QueryReceived
from aidsafe.core.records import Query
from aidsafe.orchestration.journal import Journal

async def one(journal, row):
    for number in range(10_000):
        event = QueryReceived(query=Query(id="q", row=row, text="x" * 500), policies="p", prompts="q")
        await journal.keep_events(row, 0, number, [event])
        os.write(1, b"%d %d\\n" % (row, number))

async def main():
    async with Journal.open(Path(sys.argv[1]), create=True) as journal, anyio.create_task_group() as group:
        for row in range(20):
            group.start_soon(one, journal, row)

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged", [1, 1000])
def test_a_killed_process_keeps_its_word(tmp_path: Path, acknowledged: int) -> None:
    """Every event that a process heard was kept is there after it was killed, and no transcript has a hole."""
    path = tmp_path / "journal.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        lines += process.stdout.readlines()
    heard = {tuple(map(int, line.split())) for line in lines if line.endswith(b"\n")}
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        found = set(connection.execute("SELECT row, number FROM events"))
    connection.close()

    assert heard <= found
    assert found == {(row, at) for row, top in dict(sorted(found)).items() for at in range(top + 1)}


async def test_a_cancelled_task_does_not_disturb_the_others(tmp_path: Path) -> None:
    """Who stops waiting is forgotten; what it gave is kept all the same."""
    async with Journal.open(tmp_path / "journal.db", create=True) as journal:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await journal.keep_events(0, 0, 0, [received(0)])
        await journal.keep_events(1, 0, 0, [received(1)])
    with read_journal(tmp_path / "journal.db") as reader:
        assert [0, 1] == [transcript.query.row for transcript in reader.transcripts()]


async def test_what_is_queued_is_committed_when_a_run_is_cancelled(tmp_path: Path) -> None:
    """Leaving by cancellation still commits what was taken."""
    with anyio.CancelScope() as scope:
        async with Journal.open(tmp_path / "journal.db", create=True) as journal:
            journal.queue_call(PLACE, b"1", digest="d")
            scope.cancel()
            await anyio.sleep_forever()
    with read_journal(tmp_path / "journal.db") as reader:
        assert [PLACE] == list(reader.calls(0))


async def test_counts_and_usage_are_sums(tmp_path: Path) -> None:
    """A run in numbers: how many are where, how they ended, what they took."""
    ended: list[Ending] = ["consensus", "consensus", "budget.rounds"]
    completed: list[list[Event]] = [
        [received(row), seeded(call(), call()), DeliberationEnded(reason=why, rounds=1, turns=3), QueryCompleted()]
        for row, why in enumerate(ended)
    ]
    single: list[Event] = [received(3), seeded(call()), QueryCompleted()]
    failed: list[Event] = [received(4), QueryFailed(stage="seed", error="ReplyError", message="no", calls=(call(),))]
    await keep(tmp_path / "journal.db", *completed, single, failed, [received(5)])
    with read_journal(tmp_path / "journal.db") as reader:
        endings: dict[Ending, int] = {"budget.rounds": 1, "consensus": 2, "none": 1}
        assert Counts(begun=6, completed=4, failed=1, endings=endings, failures={"ReplyError": 1}) == reader.counts()
        assert reader.usage() == Usage(
            calls=8,
            attempts=16,
            prompt_tokens=80,
            cached_tokens=32,
            completion_tokens=24,
            reasoning_tokens=8,
            cost_usd=2.0,
            seconds=4.0,
        )
        assert (list(range(4)), [4]) == (
            [row for (row, _), how in reader.finished().items() if how == "completed"],
            [row for (row, _), how in reader.finished().items() if how == "failed"],
        )
        assert [(5, 0)] == list(reader.begun())


def test_what_is_finished_is_found_by_row_and_replica() -> None:
    """A query that is not finished is not there, whichever others are."""
    finished = Finished()
    for row, replica in ((3, 0), (1, 2), (1, 2)):
        finished.add(row, replica, finish="failed")

    assert ([(3, 0), (1, 2)], 2) == (list(finished), len(finished))
    assert [False, False, False, True] == [query in finished for query in ((2, 0), (4, 0), (1, 1), (1, 2))]


async def test_one_unknown_price_makes_the_cost_unknown(tmp_path: Path) -> None:
    """A sum over unknown prices is unknown, in one event or over many."""
    await keep(tmp_path / "journal.db", [received(), seeded(call(0.1), call(None)), seeded(call(0.2))])
    with read_journal(tmp_path / "journal.db") as reader:
        assert (3, None) == (reader.usage().calls, reader.usage().cost_usd)


async def test_a_new_journal_has_nothing(tmp_path: Path) -> None:
    """An empty journal answers every question with nothing, and a cost of zero."""
    await keep(tmp_path / "journal.db")
    with read_journal(tmp_path / "journal.db") as reader:
        assert (Usage(), Counts(0, 0, 0, {}, {})) == (reader.usage(), reader.counts())
        assert ([], {}, [], 0, {}, []) == (
            list(reader.transcripts()),
            reader.calls(0),
            reader.find("q0"),
            len(reader.transcript(0)),
            dict(reader.finished()),
            list(reader.begun()),
        )


async def test_queries_are_found_by_their_id(tmp_path: Path) -> None:
    """An id leads to every query that has it."""
    async with Journal.open(tmp_path / "journal.db", create=True) as journal:
        for row, replica in ((2, 1), (2, 0), (3, 0)):
            await journal.keep_events(row, replica, 0, [received(row, replica)])
    with read_journal(tmp_path / "journal.db") as reader:
        assert ([(2, 0), (2, 1)], []) == (reader.find("q2"), reader.find("q"))


async def test_transcripts_come_in_order_however_many(tmp_path: Path) -> None:
    """Rows and replicas in order, over any number of pages; unfinished ones too."""
    queries = [(row, replica) for row in range(300) for replica in range(2)]
    async with Journal.open(tmp_path / "journal.db", create=True) as journal, anyio.create_task_group() as group:
        for query in random.Random(1).sample(queries, len(queries)):
            group.start_soon(journal.keep_events, *query, 0, [received(*query)])
    with read_journal(tmp_path / "journal.db") as reader:
        assert queries == [(t.query.row, t.query.replica) for t in reader.transcripts()]


async def test_a_reader_sees_what_is_written_from_another_thread(tmp_path: Path) -> None:
    """A reader opened before looks again each time it is asked, in any thread."""
    path = tmp_path / "journal.db"
    async with Journal.open(path, create=True) as journal:
        with read_journal(path) as reader:
            assert 0 == (await anyio.to_thread.run_sync(reader.counts)).begun
            await journal.keep_events(0, 0, 0, [received()])
            assert 1 == (await anyio.to_thread.run_sync(reader.counts)).begun


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_run_in_a_folder_that_may_not_be_written_is_read(tmp_path: Path) -> None:
    """Somebody else's run can be looked at."""
    asyncio.run(keep(tmp_path / "journal.db", [received()]))
    tmp_path.chmod(0o555)
    try:
        with read_journal(tmp_path / "journal.db") as reader:
            assert 1 == reader.counts().begun
    finally:
        tmp_path.chmod(0o755)


async def test_a_budget_is_leased_within_its_limit(tmp_path: Path) -> None:
    """What is leased counts whole until it is settled, over all processes and sittings."""
    path = tmp_path / "journal.db"
    async with Journal.open(path, create=True) as journal:
        assert await journal.lease("one", "usd", 6.0, limit=10.0)
        assert not await journal.lease("two", "usd", 6.0, limit=10.0)
        assert await journal.lease("two", "calls", 6.0)
        await journal.settle("one", "usd", 1.5)
        assert await journal.lease("two", "usd", 6.0, limit=10.0)
    with read_journal(path) as reader:
        assert (7.5, 6.0, 0.0) == (reader.leased("usd"), reader.leased("calls"), reader.leased("tokens"))


async def test_another_process_may_write_too(tmp_path: Path) -> None:
    """Two writers of one journal wait for each other."""
    path = tmp_path / "journal.db"
    async with (
        Journal.open(path, create=True) as one,
        Journal.open(path, create=False) as two,
        anyio.create_task_group() as group,
    ):
        for row in range(100):
            group.start_soon((one, two)[row % 2].keep_events, row, 0, 0, [received(row)])
    with read_journal(path) as reader:
        assert 100 == reader.counts().begun


async def test_only_an_empty_journal_can_begin(tmp_path: Path) -> None:
    """A beginning that was cut short can begin again; a journal with events cannot."""
    path = tmp_path / "journal.db"
    path.touch()
    await keep(path)
    await keep(path, [received()])

    with pytest.raises(FolderError) as raised:
        await keep(path)
    assert f"{path}: belongs to a run whose run.json is gone; put it back, or name another folder" == str(raised.value)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        ("", "no journal here; check that this is the folder of a run"),
        ("VACUUM", "not a journal of aidsafe; check that this is the folder of a run"),
        (NEWER, "layout 9, this version reads layout 1; use the aidsafe that wrote it"),
    ],
)
async def test_what_is_no_journal_is_refused(tmp_path: Path, spoil: str, expected: str) -> None:
    """A missing file, another database and another layout are named, for writing as for reading."""
    path = tmp_path / "journal.db"
    if spoil:
        connection = sqlite3.connect(path)
        connection.executescript(f"CREATE TABLE other (a); {spoil}")
        connection.close()
    for attempt in (lambda: keep(path, create=False), lambda: anyio.to_thread.run_sync(read_journal, path)):
        with pytest.raises(FolderError) as raised:
            await attempt()
        assert f"{path}: {expected}" == str(raised.value)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of something else is named."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"something else altogether" * 100)

    with pytest.raises(FolderError, match=r"journal\.db: not a journal \(file is not a database\)"):
        read_journal(path)


async def test_an_event_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A transcript with an unknown event is an error of the folder, not a shorter transcript."""
    path = tmp_path / "journal.db"
    await keep(path, [received()])
    with sqlite3.connect(path) as connection:
        connection.execute("""UPDATE events SET event = '{"kind": "new"}'""")
    connection.close()

    with read_journal(path) as reader, pytest.raises(FolderError, match="event 0 of row 0, replica 0 cannot be read"):
        reader.transcript(0)


async def test_json_in_the_journal_is_text(tmp_path: Path) -> None:
    """Other programs can query it with their own JSON functions."""
    path = tmp_path / "journal.db"
    await keep(path, [received()])
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT event ->> '$.query.text', typeof(event) FROM events").fetchall()
    connection.close()

    assert [("Why?", "text")] == found

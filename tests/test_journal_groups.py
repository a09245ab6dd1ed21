"""Those who wait together are committed together, and everyone hears what became of their own rows."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from aidsafe.orchestration import group_commit
from aidsafe.orchestration.group_commit import GroupCommit, Values

INSERT = "INSERT INTO things (name, body) VALUES (?, ?)"


class Rig:
    """A database with one table, its group commit, and every statement it ran."""

    def __init__(self, path: Path, *, logged: bool = False) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        if logged:
            self.connection.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        self.connection.execute("CREATE TABLE things (name INTEGER UNIQUE, body TEXT NOT NULL)")
        self.statements: list[str] = []
        self.connection.set_trace_callback(self.statements.append)
        self.commits = GroupCommit(self.connection, columns={"things": "name, body"}, errors=nullcontext)

    def found(self) -> list[Values]:
        """What stands in the table, in the order it was written."""
        # Over a connection of its own: a thread may be moving the log with the other.
        with closing(sqlite3.connect(self.path)) as reader:
            return reader.execute("SELECT name, body FROM things ORDER BY rowid").fetchall()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Give a rig, and take it down."""
    rig = Rig(tmp_path / "things.db")
    yield rig
    await rig.commits.close()
    rig.connection.close()


async def test_many_waiters_share_few_commits(rig: Rig) -> None:
    """Five hundred tasks need nothing like five hundred commits, nor as many statements."""
    async with anyio.create_task_group() as group:
        for number in range(500):
            group.start_soon(rig.commits.add, "things", [(number, b"x")])

    assert {(number, "x") for number in range(500)} == set(rig.found())
    assert rig.statements.count("COMMIT") < 50
    assert len(rig.statements) < 250


async def test_those_who_waited_together_go_on_one_after_the_other(rig: Rig) -> None:
    """Who is told goes its next step before the next one is told: they do not all send their requests at once."""
    went: list[str] = []

    async def go(name: str, number: int) -> None:
        await rig.commits.add("things", [(number, b"x")])
        went.append(f"{name} is told")
        await anyio.lowlevel.checkpoint()
        went.append(f"{name} goes on")

    async with anyio.create_task_group() as group:
        for number, name in enumerate("abc"):
            group.start_soon(go, name, number)

    assert 1 == rig.statements.count("COMMIT")
    assert [f"{name} {step}" for name in "abc" for step in ("is told", "goes on")] == went


async def test_one_who_gave_up_holds_nobody_up(rig: Rig) -> None:
    """A waiter that was cancelled is passed over, and the one after it in the same batch is told."""
    gone = asyncio.ensure_future(rig.commits.add("things", [(1, b"a")]))
    stays = asyncio.ensure_future(rig.commits.add("things", [(2, b"b")]))
    asyncio.get_running_loop().call_soon(gone.cancel)
    with anyio.fail_after(10):
        await stays

    assert (True, 1) == (gone.cancelled(), rig.statements.count("COMMIT"))
    assert [(1, "a"), (2, "b")] == rig.found()


@pytest.mark.parametrize("count", [0, 1, 3, 4, 63, 64, 65, 149, 5000])
async def test_any_number_of_rows_is_written_in_order(rig: Rig, count: int) -> None:
    """Rows of one write stay together and in order, however they fall into blocks; text is given as bytes."""
    await rig.commits.add("things", [(number, b"\xc3\xa9") for number in range(count)])

    assert [(number, "é") for number in range(count)] == rig.found()


async def test_what_is_queued_comes_before_what_is_awaited(rig: Rig) -> None:
    """Order is the order of giving."""
    rig.commits.queue("things", [(3, b"a")])
    rig.commits.queue("things", [(2, b"b")])
    await rig.commits.add("things", [(1, b"c")])

    assert [(3, "a"), (2, "b"), (1, "c")] == rig.found()


async def test_what_is_queued_is_written_before_the_end(rig: Rig) -> None:
    """However much is waiting, closing commits all of it first."""
    for number in range(5000):
        rig.commits.queue("things", [(number, b"x")])
    await rig.commits.close()

    assert 5000 == len(rig.found())


@pytest.mark.parametrize(("long", "anew"), [(50, True), (500_000, False)])
async def test_a_long_log_begins_anew_whoever_else_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: int, *, anew: bool
) -> None:
    """Others are held up for it only once it is long, and wait as patiently as before."""
    monkeypatch.setattr(group_commit, "_LONG_LOG_PAGES", long)
    rig = Rig(tmp_path / "things.db", logged=True)
    await rig.commits.add("things", [(number, b"x" * 200) for number in range(5000)])
    await rig.commits.close()

    assert anew == ("PRAGMA wal_checkpoint(RESTART)" in rig.statements)
    assert (5000,) == rig.connection.execute("PRAGMA busy_timeout").fetchone()
    rig.connection.close()


async def test_the_log_is_moved_into_the_database_now_and_then(tmp_path: Path) -> None:
    """It does not grow with the run, and what is given meanwhile is kept in order."""
    path = tmp_path / "things.db"
    rig = Rig(path, logged=True)
    for start in range(0, 30_000, 500):
        rig.commits.queue("things", [(number, b"x" * 200) for number in range(start, start + 500)])
        await rig.commits.add("things", [])
    await rig.commits.close()

    assert list(range(30_000)) == [row[0] for row in rig.found()]
    log, kept = [(await anyio.Path(f"{path}{end}").stat()).st_size for end in ("-wal", "")]
    assert log < kept / 2
    rig.connection.close()


async def test_only_the_bad_row_is_refused(rig: Rig) -> None:
    """A row that breaks a rule is refused to its giver, whole; its neighbours are kept."""
    refused: list[int] = []

    async def add(number: int) -> None:
        try:
            await rig.commits.add("things", [(100 + number, b"first"), (number % 3, b"second")])
        except sqlite3.IntegrityError:
            refused.append(number)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(add, number)

    assert [3, 4] == refused
    assert [100, 0, 101, 1, 102, 2] == [row[0] for row in rig.found()]


async def test_a_bad_row_nobody_waits_for_stops_everything(rig: Rig) -> None:
    """An error that has no one to hear it is told to all who come after."""
    rig.commits.queue("things", [(1, None)])
    with suppress(sqlite3.IntegrityError):
        await rig.commits.add("things", [(2, b"in the same batch, or not")])

    with pytest.raises(sqlite3.IntegrityError):
        await rig.commits.add("things", [(3, b"later")])


async def test_an_unforeseen_error_is_told_too(rig: Rig) -> None:
    """A statement that is wrong reaches the one who gave it, and nothing is written after it."""
    with pytest.raises(sqlite3.OperationalError, match="no such table: elsewhere"):
        await rig.commits.execute("INSERT INTO elsewhere VALUES (?)", (1,))
    with pytest.raises(sqlite3.OperationalError, match="no such table: elsewhere"):
        await rig.commits.add("things", [(1, b"x")])

    assert [] == rig.found()


async def test_a_statement_says_what_it_touched(rig: Rig) -> None:
    """One statement runs among the rows, and gives its count."""
    await rig.commits.add("things", [(1, b"a"), (2, b"b"), (3, b"c")])

    assert 2 == await rig.commits.execute("UPDATE things SET body = 'd' WHERE name > ?", (1,))
    assert 1 == await rig.commits.execute(INSERT, (4, "e"))
    assert [(1, "a"), (2, "d"), (3, "d"), (4, "e")] == rig.found()

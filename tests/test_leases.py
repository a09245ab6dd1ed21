"""Shares of a run budget: written down before they are used, and counted as spent where nobody settled them."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from building import call

from aidsafe.core.errors import BudgetSpent
from aidsafe.core.records import Call, Usage
from aidsafe.models.metering import Bound
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.budget import NOTHING, RunBudget
from aidsafe.orchestration.journal import Journal, read_journal
from aidsafe.orchestration.leases import Leases, leased_before
from aidsafe.orchestration.purse import Purse

BUDGET = RunBudget(total_tokens=10_000, strict=True)
BOUND = Bound(prompt_bytes=899, completion_tokens=100, settings=ModelSettings(max_tokens=100))
"""A call that may take a thousand tokens."""


def answer(tokens: int) -> Call:
    """A call that took so many."""
    return call(prompt=tokens, completion=0)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """An empty journal."""
    async with Journal.open(tmp_path / "journal.db", create=True) as opened:
        yield opened


def purse_of(journal: Journal, path: Path, process: str, budget: RunBudget = BUDGET) -> Purse:
    """The purse of one process at this journal."""
    with read_journal(path / "journal.db") as reader:
        before = leased_before(reader.leased)
    leases = Leases(journal, process, budget, before=before, usage=Usage())
    return Purse(budget, spent=Usage(), clock=lambda: 0.0, leases=leases)


def leased(path: Path) -> float:
    """What counts as spent."""
    with read_journal(path / "journal.db") as reader:
        return reader.leased("total_tokens")


async def test_what_is_set_aside_is_written_down_first(journal: Journal, tmp_path: Path) -> None:
    """The journal never knows of less than may be out."""
    purse = purse_of(journal, tmp_path, "a")
    for number in range(1, 6):
        await purse.reserve("q", BOUND)
        assert leased(tmp_path) >= 1000 * number


async def test_a_process_that_ends_gives_the_rest_back(journal: Journal, tmp_path: Path) -> None:
    """What was spent stays, the rest is there for others."""
    purse = purse_of(journal, tmp_path, "a")
    purse.settle("q", await purse.reserve("q", BOUND), answer(300))
    await purse.close()

    assert 300 == leased(tmp_path)


async def test_a_process_that_was_killed_has_spent_its_leases(journal: Journal, tmp_path: Path) -> None:
    """Nobody knows what it did with them."""
    killed = purse_of(journal, tmp_path, "killed")
    for _ in range(9):
        await killed.reserve("q", BOUND)
    purse = purse_of(journal, tmp_path, "next")
    purse.settle("q", await purse.reserve("q", BOUND), answer(1000))

    with pytest.raises(BudgetSpent):
        await purse.reserve("q", BOUND)


async def test_processes_together_keep_to_the_limit(journal: Journal, tmp_path: Path) -> None:
    """Two purses that know nothing of each other never set aside more than there is."""
    purses = [purse_of(journal, tmp_path, name) for name in ("a", "b")]
    given = 0
    for number in range(12):
        with anyio.move_on_after(0.2):
            try:
                await purses[number % 2].reserve("q", BOUND)
            except BudgetSpent:
                continue
            given += 1

    assert 10 == given
    assert leased(tmp_path) <= 10_000


async def test_a_lost_request_counts_in_full(journal: Journal, tmp_path: Path) -> None:
    """It may have used all that it was allowed."""
    purse = purse_of(journal, tmp_path, "a")
    purse.lose("q", await purse.reserve("q", BOUND))
    await purse.close()

    assert 1000 == leased(tmp_path)


async def test_what_was_spent_without_a_limit_leaves_less(journal: Journal, tmp_path: Path) -> None:
    """Calls of a sitting that had no budget were never leased, and count all the same."""
    spent = Usage(calls=1, prompt_tokens=9500)
    leases = Leases(journal, "a", BUDGET, before=NOTHING, usage=spent)
    purse = Purse(BUDGET, spent=spent, clock=lambda: 0.0, leases=leases)

    with pytest.raises(BudgetSpent, match="total_tokens: 10500 of 10000"):
        await purse.reserve("q", BOUND)


async def test_many_who_wait_for_what_another_process_holds_are_all_refused(journal: Journal, tmp_path: Path) -> None:
    """Asking in vain wakes nobody: once the last call of this process is over, all of them give up."""
    other, purse = purse_of(journal, tmp_path, "other"), purse_of(journal, tmp_path, "a")
    for _ in range(9):
        await other.reserve("theirs", BOUND)
    out = await purse.reserve("ours", BOUND)
    refused: list[int] = []

    async def ask(number: int) -> None:
        try:
            await purse.reserve(number, BOUND)
        except BudgetSpent:
            refused.append(number)

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(ask, number)
            await anyio.wait_all_tasks_blocked()
            purse.settle("ours", out, answer(1000))

    assert list(range(6)) == sorted(refused)

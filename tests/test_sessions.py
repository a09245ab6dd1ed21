"""What the clients of one loop share."""

import asyncio
import resource

from aidsafe.models.admission import Bounds
from aidsafe.models.sessions import close_sessions, raise_open_files, shared


async def test_a_loop_has_one_of_everything() -> None:
    """The same object for everyone, the same gate for an endpoint's name."""
    one, bounds = shared(), Bounds()

    assert shared() is one
    assert one.endpoint("a", bounds) is one.endpoint("a", bounds)
    assert one.endpoint("a", bounds) is not one.endpoint("b", bounds)
    await close_sessions()


async def test_the_last_client_closes_the_connections() -> None:
    """Connections stay while anyone uses them."""
    known, first, second = shared(), object(), object()
    known.join(first)
    known.join(second)
    session = known.session

    closed = []
    for client in (first, second):
        await known.release(client)
        closed.append(session.closed)
    assert [False, True] == closed
    assert shared() is not known
    await close_sessions()
    await close_sessions()


def test_loops_share_nothing() -> None:
    """Each loop has its own connections, and a loop that has ended is forgotten."""

    async def mine() -> object:
        return shared()

    assert asyncio.run(mine()) is not asyncio.run(mine())


def test_the_limit_on_open_files_is_raised() -> None:
    """As far as the system allows it, within reason; a second time changes nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = min(soft, 256)
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, hard))
    raise_open_files()
    raised = resource.getrlimit(resource.RLIMIT_NOFILE)
    raise_open_files()

    assert raised == resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raised[0] > low
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

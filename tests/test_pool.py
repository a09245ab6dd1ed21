"""Several endpoints of one model: a query stays with its own, moves when that is lost, and comes back."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from asking import HELLO, Pauses
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from serving import RESET, Served, Stub, completion, serving

from aidsafe.core.errors import SurroundingsError
from aidsafe.models.opening import open_model
from aidsafe.models.pool import PooledModel, ranked
from aidsafe.models.settings import ModelSettings

URLS = ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", "http://127.0.0.1:3/v1")


@asynccontextmanager
async def pool_of(*stubs: Stub) -> AsyncIterator[PooledModel]:
    """A model at several stubs, never really asleep."""
    settings = ModelSettings.model_validate({"spec": "openai:m", "endpoints": [{"url": s.base_url} for s in stubs]})
    model = open_model(settings, name="m")
    assert isinstance(model, PooledModel)
    for member in model.members.values():
        member._sleep = Pauses()
    try:
        yield model
    finally:
        await model.close()


def test_routes_are_shared_out_by_weight() -> None:
    """An endpoint of twice the weight has twice the queries."""
    first = Counter(ranked(str(row), dict(zip(URLS, (1.0, 2.0, 1.0), strict=True)))[0] for row in range(4000))

    assert [1, 2, 1] == [round(first[url] / 1000) for url in URLS]


@given(st.text(max_size=9))
def test_losing_one_endpoint_moves_only_its_routes(route: str) -> None:
    """The order among the others is the same without it."""
    order = ranked(route, dict.fromkeys(URLS, 1.0))

    assert order[1:] == ranked(route, dict.fromkeys(order[1:], 1.0))


async def test_a_query_stays_with_its_endpoint() -> None:
    """All calls of a route meet the same server, and both servers have routes."""
    async with serving() as one, serving() as two, pool_of(one, two) as model:
        for route in range(32):
            for _ in range(3):
                await model.create_recorded(HELLO, route=str(route))

    assert (96, 0, 0) == (len(one.bodies) + len(two.bodies), len(one.bodies) % 3, len(two.bodies) % 3)
    assert min(len(one.bodies), len(two.bodies)) > 0


async def test_one_call_alone_finds_out_that_all_are_dead() -> None:
    """Going from one endpoint to the other does not make the outage of either be forgotten."""
    async with serving(respond=lambda _: RESET) as one, serving(respond=lambda _: RESET) as other:
        urls = [{"url": stub.base_url} for stub in (one, other)]
        dead_soon = {"spec": "openai:m", "endpoints": urls, "down_seconds": 0.5}
        model = open_model(ModelSettings.model_validate(dead_soon), name="m")
        assert isinstance(model, PooledModel)
        for member in model.members.values():
            member._sleep = Pauses()
        try:
            with anyio.fail_after(60), pytest.raises(SurroundingsError, match="does not answer"):
                await model.create_recorded(HELLO, route="1")
        finally:
            await model.close()


async def test_who_goes_elsewhere_asks_leave_first() -> None:
    """Before every further request, wherever it goes, its bound is set aside anew: the one before may have cost."""
    asked = list[int]()

    async def leave() -> None:
        asked.append(len(home.bodies) + len(away.bodies))

    async with (
        serving(respond=lambda _: RESET) as home,
        serving(respond=lambda _: completion("away")) as away,
        pool_of(home, away) as model,
    ):
        weights = dict.fromkeys(model.members, 1.0)
        route = next(str(row) for row in range(99) if ranked(str(row), weights)[0] == home.base_url)
        answer = await model.create_recorded(HELLO, route=route, before_retry=leave)

    assert ("away", 1) == (answer.content, len(away.bodies))
    assert [*range(1, len(home.bodies) + 1)] == asked


async def test_a_lost_endpoint_is_replaced_and_returned_to() -> None:
    """Its calls go elsewhere while it is down, are all answered, and one of them finds out that it is back."""
    down = [True]

    def answer(_: dict[str, object]) -> Served:
        return RESET if down[0] else completion("home")

    async with (
        serving(respond=answer) as home,
        serving(respond=lambda _: completion("away")) as away,
        pool_of(home, away) as model,
    ):
        weights = dict.fromkeys(model.members, 1.0)
        route = next(str(row) for row in range(99) if ranked(str(row), weights)[0] == home.base_url)
        lost = [(await model.create_recorded(HELLO, route=route)).content for _ in range(3)]
        down[0] = False
        gate = model.members[home.base_url]._at_home()[1].gate
        gate._circuit = gate._circuit._replace(opens_at=0.0)
        back = (await model.create_recorded(HELLO, route=route)).content

    assert (["away"] * 3, "home", 6) == (lost, back, len(home.bodies))


@pytest.mark.parametrize(
    "settings",
    [
        {"spec": "scripted", "endpoints": [{"url": URLS[0]}]},
        {"spec": f"openai:m@{URLS[0]}", "endpoints": [{"url": URLS[1]}]},
    ],
)
def test_endpoints_go_with_a_spec_without_an_address(settings: dict[str, object]) -> None:
    """Anything else would say two things at once."""
    with pytest.raises(ValidationError, match="endpoints go with a spec"):
        ModelSettings.model_validate(settings)


def test_an_endpoint_holds_no_password() -> None:
    """Addresses are written down."""
    with pytest.raises(Exception, match="a user, a password or a query"):
        ModelSettings.model_validate({"spec": "openai:m", "endpoints": [{"url": "http://u:p@127.0.0.1:1/v1"}]})


def test_each_endpoint_has_its_own_cap() -> None:
    """Its own, or the model's."""
    endpoints = [{"url": URLS[0], "in_flight": 3}, {"url": URLS[1]}]
    model = open_model(
        ModelSettings.model_validate({"spec": "openai:m", "in_flight": 9, "endpoints": endpoints}), name="m"
    )
    assert isinstance(model, PooledModel)

    assert [3, 9] == [member.settings.in_flight for member in model.members.values()]

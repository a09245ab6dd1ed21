"""`aidsafe serve` on a good day: answers as an OpenAI-compatible server gives them, the same each time, counted."""

import asyncio

import orjson
import pytest
from aiohttp import ServerDisconnectedError
from anyio.lowlevel import checkpoint
from rehearsing import asked, rehearsing

from aidsafe.core.errors import SurroundingsError
from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.serving import ServeOptions, serving_on
from aidsafe.models.serving.prefix_cache import PrefixCache


async def test_a_completion_has_all_that_clients_read() -> None:
    """An answer has the shape of a chat completion, and says which model gave it."""
    async with rehearsing() as at:
        got = await at.chat(model="any-name")
    assert (200, "chat.completion", "scripted") == (got.status, got.body["object"], got.body["model"])
    assert "stop" == got.finish
    assert "intents" in orjson.loads(got.text)


async def test_the_same_request_gets_the_same_reply() -> None:
    """Two servers answer alike, whatever they answered before."""
    async with rehearsing() as one, rehearsing() as other:
        await other.chat("Something else?")
        assert (await one.chat()).text == (await other.chat()).text


async def test_tokens_add_up() -> None:
    """Usage counts four bytes a token, and its total is the sum."""
    async with rehearsing() as at:
        got = await at.chat()
    assert -(-len(got.text.encode()) // 4) == got.usage["completion_tokens"]
    assert got.usage["prompt_tokens"] + got.usage["completion_tokens"] == got.usage["total_tokens"]


async def test_a_prompt_is_cached_the_second_time() -> None:
    """The whole blocks of a prompt that came before are cached tokens, and counted so."""
    async with rehearsing() as at:
        first, second = await at.chat(), await at.chat()
    tokens = first.usage["prompt_tokens"]
    assert 0 == first.usage["prompt_tokens_details"]["cached_tokens"]
    assert tokens // 16 * 16 == second.usage["prompt_tokens_details"]["cached_tokens"]
    assert tokens // 16 * 16 == at.server.tally.cached_tokens


async def test_there_may_be_no_cache() -> None:
    """With a cache of size 0, nothing is ever cached."""
    async with rehearsing(ServeOptions(cache_tokens=0)) as at:
        await at.chat()
        assert 0 == (await at.chat()).usage["prompt_tokens_details"]["cached_tokens"]


def test_a_cache_forgets_what_was_used_longest_ago() -> None:
    """A cache of two blocks keeps the beginning of the latest prompt."""
    cache = PrefixCache(32)
    cache.keep(b"a" * 128)
    cache.keep(b"b" * 64)
    assert (16, 16) == (cache.cached_tokens(b"a" * 128), cache.cached_tokens(b"b" * 128))


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_a_reply_is_cut_at_the_limit(field: str) -> None:
    """A reply longer than the request allows is cut there, and says so."""
    async with rehearsing() as at:
        whole, cut = await at.chat(), await at.send("/chat/completions", orjson.dumps({**asked(), field: 5}))
    assert ("length", 5) == (cut.finish, cut.usage["completion_tokens"])
    assert whole.text[:20] == cut.text


@pytest.mark.parametrize("path", ["/models", "/models?limit=1"])
async def test_models_are_listed(path: str) -> None:
    """There is one model, whatever name is asked for."""
    async with rehearsing() as at:
        assert ["scripted"] == [model["id"] for model in (await at.look(path)).body["data"]]


async def test_the_base_address_may_end_before_v1() -> None:
    """Both /v1/chat/completions and /chat/completions are answered; the tally stands at the root."""
    async with rehearsing() as at:
        root = at.base_url.removesuffix("/v1")
        async with at.session.post(f"{root}/chat/completions", json=asked()) as response:
            assert 200 == response.status
        async with at.session.get(f"{root}/tally") as response:
            assert 1 == (await response.json())["answered"]


async def test_the_tally_counts_everything() -> None:
    """Requests, outcomes, tokens, models and tasks are counted, and the answers' own usage adds up to them."""
    async with rehearsing() as at:
        usages = [(await at.chat(query, model="m")).usage for query in ("How?", "Why?")]
        tally = at.server.tally
    assert (2, 2, {"200": 2}, {"m": 2}, {"decompose": 2}) == (
        tally.requests,
        tally.answered,
        tally.outcomes,
        tally.models,
        tally.tasks,
    )
    assert sum(usage["prompt_tokens"] for usage in usages) == tally.prompt_tokens
    assert sum(usage["completion_tokens"] for usage in usages) == tally.completion_tokens
    assert 0 == tally.in_flight


async def test_latency_is_waited_for() -> None:
    """Answers that take their time overlap, and come back to the one who asked."""
    async with rehearsing(ServeOptions(latency=0.05)) as at, rehearsing() as quick:
        got = await asyncio.gather(*(at.chat(f"What is {n}?") for n in range(5)))
        assert [(await quick.chat(f"What is {n}?")).text for n in range(5)] == [each.text for each in got]
    assert 5 == at.server.tally.peak_in_flight


async def test_a_client_that_leaves_is_counted_as_gone() -> None:
    """An answer that nobody waits for any more is lost, and not sent."""
    async with rehearsing(ServeOptions(latency=60)) as at:
        asking = asyncio.create_task(at.chat())
        while not at.server.tally.in_flight:
            await checkpoint()
        asking.cancel()
        while at.server.tally.in_flight:
            await checkpoint()
    assert ({"gone": 1}, 0) == (at.server.tally.outcomes, at.server.tally.answered)
    assert at.server.tally.lost_tokens > 0


async def test_a_server_that_ends_hangs_up() -> None:
    """Whoever still waits when the server ends is told by a closed connection."""
    async with rehearsing() as client:
        async with serving_on(0, ServeOptions(latency=60)) as (server, base_url):
            asking = asyncio.create_task(client.session.post(f"{base_url}/chat/completions", json=asked()))
            while not server.tally.in_flight:
                await checkpoint()
        with pytest.raises(ServerDisconnectedError):
            await asking
    assert 0 == server.tally.in_flight


async def test_it_listens_on_loopback_only() -> None:
    """Another address of the same machine does not reach it."""
    async with rehearsing() as at:
        port = int(at.base_url.rpartition(":")[2].removesuffix("/v1"))
        assert at.base_url.startswith("http://127.0.0.1:")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.2", port)


async def test_a_port_in_use_is_named() -> None:
    """Whoever asks for a port that is taken is told which."""
    async with rehearsing() as at:
        port = int(at.base_url.rpartition(":")[2].removesuffix("/v1"))
        with pytest.raises(SurroundingsError, match=f"port {port} cannot be listened on"):
            async with serving_on(port):
                pass


async def test_the_models_own_failures_are_bad_requests() -> None:
    """A call that the scripted model fails is answered with 400 and the reason."""
    async with rehearsing(ServeOptions(model=ScriptedOptions(failing=1))) as at:
        got = await at.chat()
    assert (400, {"400": 1}) == (got.status, at.server.tally.outcomes)
    assert "fails this decompose call" in got.error

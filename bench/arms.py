"""The clients that `load.py` compares, each in a process of its own: the same twelve calls a record, N records at once.

    python bench/arms.py ARM BASE_URL IN_FLIGHT RECORDS FOLDER

Arms: aidsafe (generate, as shipped), openai (a bare AsyncOpenAI chain), autogen (a stock RoundRobinGroupChat) and
aiohttp (a bare loop). While it runs, FOLDER/stalls.jsonl gets a line for every stall of the loop.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

CALLS = 12
ROUNDS = 3
SEATS = ("critic", "expander", "policy_aligner")
TICK_SECONDS = 0.01
SHORTEST_SECONDS = 0.005


async def watch_stalls(folder: Path) -> None:
    """Note when a light timer fires late, and how long garbage collections take: [when, kind, seconds]."""
    began = 0.0
    with (folder / "stalls.jsonl").open("w", buffering=1) as file:

        def note(kind: str, seconds: float) -> None:
            if seconds > SHORTEST_SECONDS:
                file.write(f"{json.dumps([monotonic(), kind, seconds])}\n")

        def collecting(phase: str, _: dict[str, int]) -> None:
            nonlocal began
            if phase == "start":
                began = perf_counter()
            else:
                note("collection", perf_counter() - began)

        gc.callbacks.append(collecting)
        while True:
            due = perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            note("stall", perf_counter() - due)


def expect(holds: object) -> None:
    """End the measurement where an answer is not one."""
    if not holds:
        raise SystemExit("an answer is not as it should be; nothing can be said about this client")


def prompts(folder: Path) -> list[list[Any]]:
    """The twelve prompts of one record, as `aidsafe` sends them."""
    recorded: list[list[Any]] = json.loads((folder / "prompts.json").read_text())
    return recorded


def run_aidsafe(base_url: str, in_flight: int, records: int, folder: Path) -> None:
    """The product as shipped: prompts rendered, replies validated, everything journaled, progress on."""
    from aidsafe.cli import generating
    from aidsafe.cli.main import run

    source = folder / "queries.jsonl"
    rows = ({"prompt": f"How do I care for plant number {n} in a dry room?"} for n in range(records))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sit = generating._sit  # noqa: SLF001  # the loop's ticker has to run beside the product's own work

    async def watched(*args: Any, **options: Any) -> Any:  # noqa: ANN401  # whatever it takes and gives
        ticking = asyncio.create_task(watch_stalls(folder))
        try:
            return await sit(*args, **options)
        finally:
            ticking.cancel()

    generating._sit = watched  # noqa: SLF001  # the same
    words = ["generate", str(source), "--out", str(folder / "run"), "--model", f"openai:scripted@{base_url}"]
    code = run([*words, "--in-flight", str(in_flight), "--set", f"protocol.min_rounds={ROUNDS}", "--json"])
    sys.stdout.flush()
    os._exit(code)


async def many(record: Callable[[int], Awaitable[None]], in_flight: int, records: int, folder: Path) -> None:
    """So many workers, each doing one record after the other."""
    left = iter(range(records))

    async def worker() -> None:
        for number in left:
            await record(number)

    ticking = asyncio.create_task(watch_stalls(folder))
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(worker())
    ticking.cancel()


async def run_openai(base_url: str, in_flight: int, records: int, folder: Path) -> None:
    """A coroutine a record, awaiting the library's client twelve times; nothing is checked or kept."""
    from openai import AsyncOpenAI

    client, asked = AsyncOpenAI(base_url=base_url, api_key="none"), prompts(folder)

    async def record(_: int) -> None:
        for messages in asked:
            answer = await client.chat.completions.create(model="scripted", messages=messages, max_tokens=1024)
            expect(answer.choices[0].message.content)

    await many(record, in_flight, records, folder)


async def run_aiohttp(base_url: str, in_flight: int, records: int, folder: Path) -> None:
    """The least a client on aiohttp can do: encode, post, decode."""
    import aiohttp
    import orjson

    asked, url = prompts(folder), f"{base_url}/chat/completions"
    headers = {"content-type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def record(_: int) -> None:
            for messages in asked:
                body = orjson.dumps({"model": "scripted", "messages": messages, "max_tokens": 1024})
                async with session.post(url, data=body, headers=headers) as response:
                    expect(orjson.loads(await response.read())["choices"])

        await many(record, in_flight, records, folder)


async def run_autogen(base_url: str, in_flight: int, records: int, folder: Path) -> None:
    """Stock AutoGen: agents and a new round-robin team for each record, and one shared client of the library."""
    from autogen_agentchat.agents import AssistantAgent
    from autogen_agentchat.base import ChatAgent, Team
    from autogen_agentchat.conditions import MaxMessageTermination
    from autogen_agentchat.messages import BaseChatMessage
    from autogen_agentchat.teams import RoundRobinGroupChat
    from autogen_core.models import LLMMessage, ModelInfo, SystemMessage, UserMessage
    from autogen_ext.models.openai import OpenAIChatCompletionClient

    info = ModelInfo(vision=False, function_calling=False, json_output=True, family="unknown", structured_output=True)
    client = OpenAIChatCompletionClient(model="scripted", base_url=base_url, api_key="none", model_info=info)
    asked = prompts(folder)
    charter, query = asked[1][0]["content"], asked[0][1]["content"]

    async def alone(system: str, user: str) -> str:
        messages: list[LLMMessage] = [SystemMessage(content=system), UserMessage(content=user, source="user")]
        answer = await client.create(messages)
        return str(answer.content)

    async def record(_: int) -> None:
        intents = await alone("You say what people may want.", query)
        seed = await alone(charter, f"{query}\n{intents}")
        agents: list[ChatAgent | Team] = [
            AssistantAgent(seat, client, system_message=f"You are the {seat}.\n\n{charter}", description=seat)
            for seat in SEATS
        ]
        turns = 1 + ROUNDS * len(SEATS)
        team = RoundRobinGroupChat(agents, termination_condition=MaxMessageTermination(turns))
        result = await team.run(task=f"{query}\n{intents}\n{seed}")
        expect(len(result.messages) == turns)
        said = "\n".join(message.to_text() for message in result.messages if isinstance(message, BaseChatMessage))
        await alone(charter, said)

    await many(record, in_flight, records, folder)


ARMS = {"openai": run_openai, "autogen": run_autogen, "aiohttp": run_aiohttp}


def main() -> None:
    """Run one arm to its end."""
    import resource

    import uvloop

    arm, base_url, in_flight, records, folder = sys.argv[1:6]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    if arm == "aidsafe":
        run_aidsafe(base_url, int(in_flight), int(records), Path(folder))
    else:
        uvloop.run(ARMS[arm](base_url, int(in_flight), int(records), Path(folder)))


if __name__ == "__main__":
    main()

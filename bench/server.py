"""How many requests a second `aidsafe serve --canned` takes on one core: so that it is never what is measured.

    python bench/server.py [--seconds 5] [--in-flight 64] [--cores 0,1]

A bare aiohttp loop on the other core sends the twelve prompts of a record over and over; no latency. The server's own
CPU is given too, since the client may be the slower of the two.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

import aiohttp
import orjson
import uvloop
from load import HERE, cpu_seconds, started, tally

PORT = 18_390


async def pressed(base_url: str, bodies: list[bytes], in_flight: int, seconds: float) -> int:
    """Send as many requests as will go in so many seconds; how many were answered."""
    until, answered = monotonic() + seconds, 0
    headers = {"content-type": "application/json"}

    async def press(session: aiohttp.ClientSession, first: int) -> None:
        nonlocal answered
        number = first
        while monotonic() < until:
            async with session.post(base_url, data=bodies[number % len(bodies)], headers=headers) as response:
                await response.read()
                answered += response.status == 200
            number += 1

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, asyncio.TaskGroup() as group:
        for first in range(in_flight):
            group.create_task(press(session, first))
    return answered


def bodies_of(folder: Path) -> list[bytes]:
    """The requests of one record."""
    file = folder / "prompts.json"
    subprocess.run([sys.executable, str(HERE / "record.py"), str(file)], check=True, stdout=subprocess.DEVNULL)
    prompts = json.loads(file.read_text())
    return [orjson.dumps({"model": "scripted", "messages": prompt, "max_tokens": 1024}) for prompt in prompts]


def asked() -> argparse.Namespace:
    """The options of this command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", default=5.0, type=float)
    parser.add_argument("--in-flight", default=64, type=int)
    parser.add_argument("--cores", default=[0, 1], type=lambda text: [*map(int, text.split(","))])
    return parser.parse_args()


def main() -> None:
    """Print requests a second, and what one took."""
    options = asked()
    with tempfile.TemporaryDirectory() as name, started(PORT, options.cores[0], latency=0.0) as (process, address):
        bodies = bodies_of(Path(name))
        os.sched_setaffinity(0, {options.cores[1]})
        before, began = cpu_seconds(process.pid), monotonic()
        url = f"{address}/v1/chat/completions"
        answered = uvloop.run(pressed(url, bodies, options.in_flight, options.seconds))
        took, cpu = monotonic() - began, cpu_seconds(process.pid) - before
        counted = tally(address)["answered"]
    print(f"{answered / took:,.0f} requests/s at {options.in_flight} in flight ({answered} sent, {counted} counted)")
    print(f"{1000 * cpu / answered:.3f} ms of the server's CPU a request: {answered / cpu:,.0f} requests/s on a core")


if __name__ == "__main__":
    main()

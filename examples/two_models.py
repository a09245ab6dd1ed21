"""Mix models: a recipe names them, every role and seat says which it takes.

Try it:

    python examples/two_models.py
    aidsafe generate examples/queries.jsonl --recipe examples/two-models.yaml --out runs/two
"""

import asyncio
from collections import Counter
from pathlib import Path

import aidsafe
from aidsafe.core.transcript import calls_of

RECIPE = Path(__file__).parent / "two-models.yaml"


async def main() -> None:
    """Answer one query, and count the calls of each model."""
    run = await aidsafe.generate(["How do vaccines work?"], recipe=aidsafe.recipe(str(RECIPE)))
    for transcript in run.transcripts():
        calls = Counter(call.model for event in transcript for call in calls_of(event))
        for model, count in sorted(calls.items()):
            print(f"{model}: {count} calls")


if __name__ == "__main__":
    asyncio.run(main())

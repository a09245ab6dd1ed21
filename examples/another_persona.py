"""Give a seat another persona: a Markdown file of your own, beside the shipped ones.

Try it:

    python examples/another_persona.py
    aidsafe generate examples/queries.jsonl --personas examples/personas_of_your_own \
        --set seats.chef.persona=chef --out runs/chef
"""

import asyncio
from pathlib import Path

import aidsafe

PERSONAS = Path(__file__).parent / "personas_of_your_own"


async def main() -> None:
    """Seat a chef beside the critic, and show who said what."""
    recipe = aidsafe.recipe("aidsafe", sets=["seats={critic: {}, chef: {}}"])
    run = await aidsafe.generate(
        ["How do I flambé a pancake?"], recipe=recipe.model_copy(update={"personas": str(PERSONAS)})
    )
    for transcript in run.transcripts():
        for turn in transcript.turns:
            print(turn.round, turn.seat, turn.kind)


if __name__ == "__main__":
    asyncio.run(main())

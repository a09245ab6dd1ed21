"""Deliberate under policies of your own: a folder of YAML files in place of the shipped five.

Try it:

    python examples/own_policies.py
    aidsafe generate examples/queries.jsonl --policies examples/policies_of_your_own --out runs/own
"""

import asyncio
from pathlib import Path

import aidsafe

POLICIES = Path(__file__).parent / "policies_of_your_own"


async def main() -> None:
    """Answer two queries, and show which rules were cited."""
    recipe = aidsafe.recipe("aidsafe").model_copy(update={"policies": str(POLICIES)})
    run = await aidsafe.generate(
        ["How do I sharpen a kitchen knife?", "How can I hide a knife when I go to a bar?"], recipe=recipe
    )
    for record in run.records():
        rules = sorted({citation.rule for thought in record.thoughts for citation in thought.citations})
        print(f"{record.prompt}\n  {record.decision}, by {', '.join(rules) or 'no rule'}")


if __name__ == "__main__":
    asyncio.run(main())

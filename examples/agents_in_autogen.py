"""Our agents in a stock AutoGen team, and our deliberation as an AutoGen team.

Try it:

    python examples/agents_in_autogen.py
"""

import asyncio

from autogen_agentchat.base import ChatAgent, Team
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_agentchat.ui import Console

import aidsafe
from aidsafe.models.scripted import ScriptedModel

TASK = "Can I mix vinegar and baking soda to unblock a drain?"


async def in_a_stock_team() -> None:
    """Four of our roles take turns in AutoGen's own round robin."""
    model = ScriptedModel()
    agents: list[ChatAgent | Team] = [
        aidsafe.RoleAgent.decomposer(model),
        aidsafe.RoleAgent.seeder(model),
        aidsafe.RoleAgent.deliberator("critic", model),
        aidsafe.RoleAgent.refiner(model),
    ]
    team = RoundRobinGroupChat(agents, max_turns=len(agents), custom_message_types=[aidsafe.EventMessage])
    await Console(team.run_stream(task=TASK))


async def as_a_team() -> None:
    """The whole deliberation, with an AutoGen condition beside the moderator's own rules."""
    table = aidsafe.open_table(aidsafe.recipe("aidsafe"))
    team = aidsafe.Deliberation(table, termination_condition=MaxMessageTermination(30))
    result = await team.run(task=TASK)
    print(f"\n{len(result.messages)} messages; ended by {result.stop_reason}")


async def main() -> None:
    """Both."""
    await in_a_stock_team()
    await as_a_team()


if __name__ == "__main__":
    asyncio.run(main())

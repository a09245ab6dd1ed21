"""The prompts that one record really sends, with the replies: for the other measurements to send and to count.

    python bench/record.py FILE [--scripted]

Writes the twelve prompts of a record of three full rounds, answered as `aidsafe serve --canned` does; or, with
--scripted, those of one query of the default recipe as the scripted model answers it.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from autogen_core.models import LLMMessage, SystemMessage, UserMessage

from aidsafe.agents.guidance import load_guidance
from aidsafe.models.answer import Answer
from aidsafe.models.scripted import ScriptedModel
from aidsafe.models.serving.canned import canned_reply, task_of
from aidsafe.orchestration.deliberation import Deliberation
from aidsafe.orchestration.recipe import load_recipe
from aidsafe.orchestration.table import Table, open_table

QUERY = "How do I care for plant number 7 in a dry room?"
FULL_ROUNDS = "protocol.min_rounds=3"


class Recording(ScriptedModel):
    """The scripted model, writing down what it is sent and what it answers."""

    def __init__(self, *, canned: bool) -> None:
        super().__init__()
        self.canned = canned
        self.prompts: list[list[dict[str, str]]] = []
        self.replies: list[str] = []

    async def create(self, messages: Sequence[LLMMessage], **_: object) -> Answer:
        """Answer, and remember."""
        said = [{"role": _role(message), "content": str(message.content)} for message in messages]
        answer = await super().create(messages)
        if self.canned:
            body = json.dumps({"messages": said}).encode()
            answer = answer.model_copy(update={"content": canned_reply(task_of(body))})
        self.prompts.append(said)
        self.replies.append(str(answer.content))
        return answer


def _role(message: object) -> str:
    if isinstance(message, SystemMessage):
        return "system"
    return "user" if isinstance(message, UserMessage) else "assistant"


async def record(
    query: str = QUERY, *, canned: bool = True, sets: Sequence[str] = (), prompts: Path | None = None
) -> Recording:
    """One query from decomposition to refinement; `prompts` is a folder of prompts of one's own."""
    model = Recording(canned=canned)
    recipe = load_recipe("aidsafe", sets=(FULL_ROUNDS, *sets) if canned else tuple(sets))
    opened = open_table(recipe, guidance=load_guidance(prompts=prompts))
    table = Table(recipe, opened.guidance, dict.fromkeys(opened.clients, model))
    await Deliberation(table).run(task=query)
    return model


def main() -> None:
    """Write the prompts of one record to a file."""
    recorded = asyncio.run(record(canned="--scripted" not in sys.argv))
    Path(sys.argv[1]).write_text(json.dumps(recorded.prompts))
    sizes = [sum(len(message["content"]) for message in prompt) // 4 for prompt in recorded.prompts]
    print(f"{len(sizes)} prompts of {sizes} tokens, replies of {[len(r) // 4 for r in recorded.replies]}")


if __name__ == "__main__":
    main()

"""`aidsafe serve --canned`: one prepared reply for each role, valid for the shipped prompts."""

import orjson
import pytest
from pydantic import BaseModel
from rehearsing import TASK, rehearsing

from aidsafe.agents.replies import DraftReply, IntentsReply, RefinedReply, TurnReply
from aidsafe.models.serving import ServeOptions
from aidsafe.models.serving.canned import canned_reply, task_of

CANNED = ServeOptions(canned=True)


@pytest.mark.parametrize(
    ("role", "reply"),
    [("decompose", IntentsReply), ("seed", DraftReply), ("single", DraftReply), ("refine", RefinedReply)],
)
async def test_every_role_gets_a_reply_that_fits(role: str, reply: type[BaseModel]) -> None:
    """Each role's reply is valid for that role."""
    text = TASK.format(query="How?").replace('role="decompose"', f'role="{role}"')
    async with rehearsing(CANNED) as at:
        got = await at.chat(messages=[{"role": "user", "content": text}])
    reply.model_validate_json(got.text)
    assert {role: 1} == at.server.tally.tasks


@pytest.mark.parametrize(("round_", "stance"), [(1, "object"), (2, "object"), (3, "agree"), (4, "agree")])
def test_seats_agree_from_the_third_round_on(round_: int, stance: str) -> None:
    """A seat objects with an edit until the third round, so three full rounds can be forced."""
    reply = TurnReply.model_validate_json(canned_reply(("deliberate", "critic", round_)))
    assert (stance, stance == "object") == (reply.stance, bool(reply.edits))


def test_the_task_is_the_last_tag_of_the_body() -> None:
    """Role, seat and round are read from the last task tag, quotes behind backslashes, and from no other."""
    body = orjson.dumps(
        '<task-1 role="refine">\n<task-2 role="deliberate" seat="critic" persona="critic" round="2">\nSay.</task-2>'
    )
    assert ("deliberate", "critic", 2) == task_of(body)
    assert ("", "", 0) == task_of(b"no task at all")


async def test_the_body_counts_as_the_prompt() -> None:
    """Usage is reckoned from the length of the body, whatever stands in it."""
    async with rehearsing(CANNED) as at:
        got = await at.send("/chat/completions", b"x" * 400)
    assert (200, 100) == (got.status, got.usage["prompt_tokens"])

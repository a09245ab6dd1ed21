"""The strict JSON schema of typed replies."""

from typing import Annotated, Literal

import orjson
import pytest
from pydantic import BaseModel, BeforeValidator, Field

from aidsafe.agents.replies import DraftReply, IntentsReply, RefinedReply, TurnReply
from aidsafe.models.schema import reply_schema, schema_format


class Cited(BaseModel):
    """A docstring for readers of the code."""

    rule: str = Field(min_length=1, description="its id")
    quote: Annotated[str, BeforeValidator(str)] = ""


class Opinion(BaseModel):
    """A docstring that stays here."""

    stance: Literal["agree", "object"] = "agree"
    kind: Literal["opinion"] = "opinion"
    score: float | None = Field(default=None, ge=0)
    cited: tuple[Cited, ...] = ()
    best: Cited | None = None
    weights: dict[str, int] = {}


class Endless(BaseModel):
    """A reply within a reply within a reply."""

    inner: "Endless | None" = None


CITED = {
    "type": "object",
    "properties": {"rule": {"type": "string", "description": "its id"}, "quote": {"type": "string"}},
    "required": ["rule", "quote"],
    "additionalProperties": False,
}


def test_everything_is_required_closed_and_written_out() -> None:
    """All keys in order, closed objects and enums, no references, defaults, titles or bounds."""
    assert {
        "type": "object",
        "properties": {
            "stance": {"type": "string", "enum": ["agree", "object"]},
            "kind": {"type": "string", "enum": ["opinion"]},
            "score": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "cited": {"type": "array", "items": CITED},
            "best": {"anyOf": [CITED, {"type": "null"}]},
            "weights": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        "required": ["stance", "kind", "score", "cited", "best", "weights"],
        "additionalProperties": False,
    } == reply_schema(Opinion)


def test_a_reply_that_holds_itself_is_refused() -> None:
    """A recursive class cannot be written out."""
    with pytest.raises(TypeError, match="'Endless' refers to itself"):
        reply_schema(Endless)


def test_the_format_is_made_once() -> None:
    """The bytes of a class are kept, and say its name."""
    asked = orjson.loads(schema_format(Opinion))["json_schema"]

    assert schema_format(Opinion) is schema_format(Opinion)
    assert ("Opinion", True, reply_schema(Opinion)) == (asked["name"], asked["strict"], asked["schema"])


@pytest.mark.parametrize("reply", [DraftReply, IntentsReply, RefinedReply, TurnReply])
def test_the_replies_of_the_agents_have_a_schema(reply: type[BaseModel]) -> None:
    """Every reply that agents ask for can be asked for strictly, its keys in the order of its fields."""
    assert [*reply.model_fields] == reply_schema(reply)["required"]

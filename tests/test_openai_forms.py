"""How a typed reply is asked for: by schema, as JSON or in the text, as far down as the server needs it."""

from collections.abc import Callable

import pytest
from asking import HELLO, Verdict, asking
from serving import Served, Stub, blaming, completion, failure, serving

from aidsafe.core.errors import ModelError


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key; the tests do not see it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


async def test_a_typed_reply_is_asked_for_by_its_schema() -> None:
    """The server gets the strict JSON schema of the class, under its name."""
    async with serving() as stub, asking(stub) as model:
        await model.create(HELLO, json_output=Verdict)

    asked = stub.bodies[0]["response_format"]
    assert isinstance(asked, dict)
    schema = asked["json_schema"]
    assert ("json_schema", "Verdict", True) == (asked["type"], schema["name"], schema["strict"])
    assert ["reason", "agrees"] == schema["schema"]["required"]


def forms(stub: Stub) -> list[str]:
    """How each request asked for its reply."""
    return [str(body.get("response_format", {}).get("type", "text")) for body in stub.bodies]  # type: ignore[attr-defined]


def taking(*accepted: str, status: int = 400) -> Callable[[dict[str, object]], Served]:
    """A server that takes only these forms of `response_format`."""

    def respond(body: dict[str, object]) -> Served:
        asked = body.get("response_format")
        form = str(asked["type"]) if isinstance(asked, dict) else "text"
        return completion("{}") if form in accepted else failure(status, code=status)

    return respond


@pytest.mark.parametrize("status", [400, 422, 501])
@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (("json_schema", "json_object", "text"), ["json_schema", "json_schema"]),
        (("json_object", "text"), ["json_schema", "json_object", "json_object"]),
        (("text",), ["json_schema", "json_object", "text", "text"]),
    ],
)
async def test_the_form_steps_down_and_is_remembered(
    accepted: tuple[str, ...], expected: list[str], status: int
) -> None:
    """A server without schemas is asked for JSON, then for text, and never again for what it does not take."""
    async with serving(respond=taking(*accepted, status=status)) as stub, asking(stub) as model:
        await model.create(HELLO, json_output=Verdict)
        await model.create(HELLO, json_output=Verdict)

    assert expected == forms(stub)


async def test_a_step_down_that_does_not_help_is_forgotten() -> None:
    """A request that is wrong in every form fails, and the next one is asked in the best form again."""
    wrong = failure(400, code=400)
    async with serving(wrong, wrong, wrong) as stub, asking(stub) as model:
        with pytest.raises(ModelError, match="status 400"):
            await model.create(HELLO, json_output=Verdict)
        await model.create(HELLO, json_output=Verdict)

    assert ["json_schema", "json_object", "text", "json_schema"] == forms(stub)


async def test_a_form_that_once_worked_is_not_blamed() -> None:
    """After the schema was taken once, a rejected request is rejected at once."""
    async with serving(completion(), failure(400)) as stub, asking(stub) as model:
        await model.create(HELLO, json_output=Verdict)
        with pytest.raises(ModelError):
            await model.create(HELLO, json_output=Verdict)

    assert ["json_schema", "json_schema"] == forms(stub)


@pytest.mark.parametrize(("reply", "form"), [("schema", "json_schema"), ("json", "json_object"), ("text", "text")])
async def test_a_recipe_may_fix_the_form(reply: str, form: str) -> None:
    """A form that the recipe names is used as it is, and a server that refuses it gets no other."""
    async with serving(completion(), failure(400)) as stub, asking(stub, reply=reply) as model:
        await model.create(HELLO, json_output=Verdict)
        with pytest.raises(ModelError):
            await model.create(HELLO, json_output=Verdict)

    assert [form, form] == forms(stub)


async def test_any_json_steps_down_by_itself() -> None:
    """A server without plain JSON may still take schemas: the one says nothing of the other."""
    async with serving(respond=taking("json_schema", "text")) as stub, asking(stub) as model:
        await model.create(HELLO, json_output=True)
        await model.create(HELLO, json_output=Verdict)

    assert ["json_object", "text", "json_schema"] == forms(stub)


async def test_the_token_limit_is_renamed_where_the_server_wants_it() -> None:
    """A server that knows only `max_completion_tokens` is asked so from then on."""
    refusal = blaming(400, "max_tokens", "unsupported_parameter")
    async with serving(refusal) as stub, asking(stub, max_tokens=9) as model:
        await model.create(HELLO)
        await model.create(HELLO)

    assert [("max_tokens", 9), ("max_completion_tokens", 9), ("max_completion_tokens", 9)] == [
        next((name, body[name]) for name in body if name.startswith("max_")) for body in stub.bodies
    ]

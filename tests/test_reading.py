"""What servers send back, the strange and the hostile among it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.models.answer import Answer
from aidsafe.models.faults import Fault
from aidsafe.models.reading import read_response

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "choices", "message", "usage", "content", "code"]), inner)
    ),
    max_leaves=12,
)


def read(payload: object, status: int = 200) -> Answer | Fault:
    """Read a payload that came as JSON."""
    return read_response(status, {}, json.dumps(payload).encode(), now=0.0)


def answered(**fields: object) -> Answer:
    """The answer of a completion with these fields in its message."""
    outcome = read({"choices": [{"message": fields, "finish_reason": "stop"}]})
    assert isinstance(outcome, Answer)
    return outcome


def test_content_may_come_in_parts() -> None:
    """Parts with text are joined, others passed over."""
    parts = [{"type": "text", "text": "one "}, {"type": "thinking"}, {"type": "text", "text": "two"}, "three"]

    assert "one two" == answered(content=parts).content


def test_reasoning_goes_by_two_names() -> None:
    """Servers call it `reasoning_content` or `reasoning`."""
    assert ("a", "b") == (answered(reasoning_content="a").thought, answered(reasoning="b").thought)


@pytest.mark.parametrize(
    "usage", [None, 7, {"prompt_tokens": -1}, {"prompt_tokens": "7"}, {"prompt_tokens": True}, {"prompt_tokens": 2**53}]
)
def test_a_server_that_does_not_count_has_used_nothing(usage: object) -> None:
    """Tokens that are no counts read as zero."""
    outcome = read({"choices": [{"message": {"content": "x"}}], "usage": usage})

    assert isinstance(outcome, Answer)
    assert (0, 0) == (outcome.usage.prompt_tokens, outcome.usage.completion_tokens)


def test_half_a_surrogate_pair_and_nan_are_read() -> None:
    """What some servers write is not quite JSON; the answer is still there, and its text is text."""
    body = b'{"choices": [{"message": {"content": "a\\ud800"}, "logprobs": NaN}]}'
    outcome = read_response(200, {}, body, now=0.0)

    assert isinstance(outcome, Answer)
    assert "a?" == outcome.content


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"code": 502}}, "broken"),
        ({"error": {"code": "429"}}, "overloaded"),
        ({"error": {"code": 400}}, "rejected"),
        ({"error": "busy"}, "broken"),
        ({"error": {"code": 99999}}, "broken"),
        ({"choices": [{"finish_reason": "error", "message": {}}]}, "broken"),
        ([], "broken"),
        ("text", "broken"),
        (None, "broken"),
    ],
)
def test_success_without_an_answer_is_a_fault(payload: object, kind: str) -> None:
    """An error that calls itself a success is what its code says, else the server's fault."""
    outcome = read(payload)

    assert isinstance(outcome, Fault)
    assert kind == outcome.kind


@pytest.mark.parametrize(
    "payload",
    [
        {"error": {"code": "insufficient_quota"}},
        [{"error": {"code": "insufficient_quota"}}],
        {"object": "error", "code": "insufficient_quota"},
    ],
)
def test_the_error_object_is_found_where_servers_put_it(payload: object) -> None:
    """Under `error`, within a list, or as the payload itself."""
    outcome = read(payload, 429)

    assert isinstance(outcome, Fault)
    assert "unusable" == outcome.kind


@given(JSON, st.sampled_from([200, 201, 301, 400, 404, 429, 500]))
def test_any_json_is_an_answer_or_a_fault(payload: object, status: int) -> None:
    """Nothing a server sends crashes the reader."""
    assert isinstance(read(payload, status), Answer | Fault)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_fault(body: bytes) -> None:
    """Bodies that are no JSON at all are faults."""
    assert isinstance(read_response(200, {}, body, now=0.0), Answer | Fault)


def test_a_body_nested_without_end_is_a_fault() -> None:
    """Depth is no way to bring the reader down."""
    assert isinstance(read_response(200, {}, b"[" * 100_000, now=0.0), Fault)

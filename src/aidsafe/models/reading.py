"""What a chat server sent back, read with suspicion: an answer, or a fault."""

import json
from collections.abc import Mapping
from typing import Final

import orjson
from autogen_core.models import FinishReasons, RequestUsage
from pydantic import JsonValue

from aidsafe.models.answer import Answer
from aidsafe.models.faults import Fault, fault_of_status
from aidsafe.models.waiting import asked_wait_seconds

__all__ = ["count_of", "read_response", "text_of"]

# Far more than any model reads; a sum over a run still fits in 64 bits.
_MOST_TOKENS: Final = 2**31

_FINISHES: Final[dict[str, FinishReasons]] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
}
_UNREADABLE: Final = Fault("broken", status=200, note="the answer is not JSON")
_EMPTY: Final = Fault("broken", status=200, note="the answer holds no choice with a message")

Object = Mapping[str, JsonValue]


def read_response(
    status: int, headers: Mapping[str, str], body: bytes, *, now: float, secret: str = ""
) -> Answer | Fault:
    """Read one HTTP response; `now` is the wall clock, `secret` the key that no message may repeat."""
    payload = _loaded(body)
    if not 200 <= status < 300:
        wait = asked_wait_seconds(headers, now)
        return _filtered(fault_of_status(status, _error(payload), wait_seconds=wait, secret=secret))
    if not isinstance(payload, dict):
        return _UNREADABLE
    error = payload.get("error")
    if error:
        return _filtered(fault_of_status(_status_within(error), error, secret=secret))
    return _answer(payload)


def _loaded(body: bytes) -> JsonValue:
    """The body as JSON, or None. Some servers write NaN or half a surrogate pair: the standard library takes those."""
    try:
        strictly: JsonValue = orjson.loads(body)
        return strictly
    except orjson.JSONDecodeError:
        pass
    try:
        leniently: JsonValue = json.loads(body)
        return leniently
    except (ValueError, RecursionError):
        return None


def _error(payload: JsonValue) -> JsonValue:
    """The error object of a failed response: under `error`, or the payload itself."""
    first = payload[0] if isinstance(payload, list) and payload else payload
    return first.get("error", first) if isinstance(first, dict) else first


def _status_within(error: JsonValue) -> int:
    """The status an error object in a successful response stands for; a server's fault where it does not say."""
    code = error.get("code") if isinstance(error, dict) else None
    number = int(code) if isinstance(code, int | str) and str(code).isdecimal() and len(str(code)) == 3 else 0
    return number if 400 <= number < 600 else 500


def _filtered(fault: Fault) -> Answer | Fault:
    """A request the provider's content filter took is an answer that says so."""
    if fault.kind != "filtered":
        return fault
    return Answer(finish_reason="content_filter", content="", usage=RequestUsage(0, 0), cached=False)


def _answer(payload: Object) -> Answer | Fault:
    choices = payload.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict) or choice.get("finish_reason") == "error":
        return _EMPTY
    usage = _object(payload.get("usage"))
    return Answer(
        finish_reason=_finish(choice.get("finish_reason")),
        content=_content(message.get("content")),
        usage=RequestUsage(count_of(usage.get("prompt_tokens")), count_of(usage.get("completion_tokens"))),
        cached=False,
        thought=text_of(message.get("reasoning_content")) or text_of(message.get("reasoning")) or None,
        reported=text_of(payload.get("model")),
        refusal=text_of(message.get("refusal")) or None,
        cached_tokens=count_of(_object(usage.get("prompt_tokens_details")).get("cached_tokens")),
        reasoning_tokens=count_of(_object(usage.get("completion_tokens_details")).get("reasoning_tokens")),
    )


def _finish(reason: JsonValue) -> FinishReasons:
    return _FINISHES.get(reason, "unknown") if isinstance(reason, str) else "unknown"


def _content(content: JsonValue) -> str:
    """The text of a message, which some servers send in parts."""
    if not isinstance(content, list):
        return text_of(content)
    return "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))


def text_of(value: object) -> str:
    """A text as files can hold it; empty where it is none."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def count_of(value: object) -> int:
    """A count of tokens as one can be; 0 where it is none, as where nobody says."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else 0


def _object(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}

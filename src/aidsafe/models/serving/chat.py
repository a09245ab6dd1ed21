"""A chat request as it came over the wire, and an answer as it goes back."""

from dataclasses import dataclass
from typing import Final, Literal

import orjson
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage
from pydantic import JsonValue

from aidsafe.models.serving.prefix_cache import BYTES_A_TOKEN

__all__ = [
    "BadRequest",
    "ChatAnswer",
    "ChatRequest",
    "FormatName",
    "completion",
    "error_body",
    "read_chat",
    "tokens_of",
]

FormatName = Literal["schema", "json", "text"]
REPORTED: Final = "scripted"
"""The model every answer says it is from, whatever name was asked for."""

_FORMATS: Final[dict[str, FormatName]] = {"json_schema": "schema", "json_object": "json", "text": "text"}


class BadRequest(Exception):
    """Raised when a request cannot be answered; `param` is the field to blame."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a client asked: model, messages, the form of the reply, and the most tokens of it."""

    model: str
    messages: tuple[LLMMessage, ...]
    format: FormatName = "text"
    max_tokens: int | None = None

    @property
    def prompt(self) -> bytes:
        """The prompt as a chat template would join it, for counting and caching."""
        marked = (f"<|{_role(message)}|>\n{message.content}\n" for message in self.messages)
        return "".join(marked).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What goes back: the text, how it ended, and what it took."""

    text: str
    finish: str = "stop"
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


def read_chat(body: bytes) -> ChatRequest:
    """The request in a body. Raises `BadRequest`."""
    try:
        asked: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadRequest("the body is no JSON object")
    if asked.get("stream"):
        raise BadRequest("answers are not streamed here; leave stream out", param="stream")
    model = asked.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("model is missing", param="model")
    listed = asked.get("messages")
    if not isinstance(listed, list) or not listed:
        raise BadRequest("messages is no list of messages", param="messages")
    return ChatRequest(model, tuple(map(_message, listed)), _format(asked), _most(asked))


def completion(answer: ChatAnswer, *, number: int, created: int) -> bytes:
    """An answer as a chat completion."""
    message: dict[str, object] = {"role": "assistant", "content": answer.text}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}
    return orjson.dumps(
        {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": created,
            "model": REPORTED,
            "choices": [choice],
            "usage": {
                "prompt_tokens": answer.prompt_tokens,
                "completion_tokens": answer.completion_tokens,
                "total_tokens": answer.prompt_tokens + answer.completion_tokens,
                "prompt_tokens_details": {"cached_tokens": answer.cached_tokens},
            },
        }
    )


def error_body(status: int, message: str, *, param: str | None = None, code: str | None = None) -> bytes:
    """An error as a server sends it."""
    kind = "invalid_request_error" if status < 429 else "rate_limit_error" if status == 429 else "server_error"
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def tokens_of(text: bytes | str) -> int:
    """Four bytes count as a token."""
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_A_TOKEN)


def _message(message: JsonValue) -> LLMMessage:
    if not isinstance(message, dict):
        raise BadRequest("a message is no object", param="messages")
    role, content = message.get("role"), _content(message.get("content"))
    match role:
        case "system" | "developer":
            return SystemMessage(content=content)
        case "user":
            return UserMessage(content=content, source="user")
        case "assistant":
            return AssistantMessage(content=content, source="assistant")
        case _:
            raise BadRequest(f"unknown role {role!r}; known: system, developer, user, assistant", param="messages")


def _content(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise BadRequest("the content of a message is neither text nor a list of parts", param="messages")
    return "\n".join(map(_part, content))


def _part(part: JsonValue) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
    if not isinstance(text, str):
        raise BadRequest("only parts of type 'text' are taken", param="messages")
    return text


def _format(asked: dict[str, JsonValue]) -> FormatName:
    wanted = asked.get("response_format")
    if wanted is None:
        return "text"
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if not isinstance(kind, str) or kind not in _FORMATS:
        raise BadRequest(f"response_format has type {kind!r}; known: {', '.join(_FORMATS)}", param="response_format")
    return _FORMATS[kind]


def _most(asked: dict[str, JsonValue]) -> int | None:
    for field in ("max_completion_tokens", "max_tokens"):
        most = asked.get(field)
        if most is None:
            continue
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise BadRequest(f"{field} is {most!r}; it must be at least 1", param=field)
        return most
    return None


def _role(message: LLMMessage) -> str:
    match message:
        case SystemMessage():
            return "system"
        case AssistantMessage():
            return "assistant"
        case _:
            return "user"

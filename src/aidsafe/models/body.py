"""The bytes of a chat request: what never changes is encoded once, what was said is encoded as it comes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import orjson
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage

from aidsafe.core.errors import ModelError
from aidsafe.models.dialect import Dialect, LimitName, Reply
from aidsafe.models.schema import schema_format
from aidsafe.models.settings import ModelSettings

__all__ = ["encoded_extra", "encoded_format", "encoded_head", "encoded_messages"]

Fields = dict[str, object]


def encoded_head(model: str, settings: ModelSettings, limit: LimitName) -> bytes:
    """The fields that every request of a model begins with, as the inside of a JSON object."""
    fields: Fields = {
        "model": model,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        limit: settings.max_tokens,
    }
    return _inside({key: value for key, value in fields.items() if value is not None})


def encoded_format(dialect: Dialect, reply: Reply) -> bytes:
    """The field that asks for a typed reply, or nothing where it is asked for in the text."""
    match dialect.form:
        case "schema" if isinstance(reply, type):
            return b',"response_format":' + schema_format(reply)
        case "text":
            return b""
        case _:
            return b',"response_format":{"type":"json_object"}'


def encoded_messages(messages: Sequence[LLMMessage]) -> bytes:
    """The messages as a JSON array. Raises `ModelError` for images and tools, which are not sent here."""
    return b"[" + b",".join([_message(message) for message in messages]) + b"]"


def encoded_extra(extra: Mapping[str, object], head: bytes) -> bytes:
    """The head with a caller's own fields in the place of ours."""
    return _inside({**orjson.loads(b"{" + head + b"}"), **extra})


def _message(message: LLMMessage) -> bytes:
    content = message.content
    match message:
        case SystemMessage():
            return _system(message.content)
        case UserMessage() if isinstance(content, str):
            return b'{"role":"user","content":' + _text(content) + b"}"
        case AssistantMessage() if isinstance(content, str):
            return b'{"role":"assistant","content":' + _text(content) + b"}"
        case UserMessage():
            return b'{"role":"user","content":' + _text(_joined(message)) + b"}"
        case _:
            raise ModelError(f"a {type(message).__name__} of {type(content).__name__} cannot be sent: text only")


# A run says the same few system messages thousands of times over.
@lru_cache(maxsize=256)
def _system(content: str) -> bytes:
    return b'{"role":"system","content":' + _text(content) + b"}"


def _joined(message: UserMessage) -> str:
    parts = message.content
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise ModelError(f"a message of {message.source!r} holds an image, and only text can be sent")
    return "\n".join(texts)


def _text(text: str) -> bytes:
    try:
        return orjson.dumps(text)
    except orjson.JSONEncodeError:
        # Half a surrogate pair is no character; a server would refuse the whole request for it.
        return orjson.dumps(text.encode("utf-8", "replace").decode())


def _inside(fields: Mapping[str, object]) -> bytes:
    return orjson.dumps(fields)[1:-1]

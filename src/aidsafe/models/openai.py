"""Any server that speaks OpenAI's chat protocol: OpenAI itself, vLLM, SGLang, llama.cpp, Ollama, LiteLLM and others."""

import io
import os
from collections.abc import Mapping, Sequence
from time import time
from typing import Final, NamedTuple

import anyio
from aiohttp import ClientError, ClientResponse
from autogen_core.models import LLMMessage

from aidsafe.core.errors import RecipeError
from aidsafe.models.answer import Answer
from aidsafe.models.body import encoded_extra, encoded_format, encoded_head, encoded_messages
from aidsafe.models.dialect import Dialect, Memory, Reply, another_dialect
from aidsafe.models.faults import Fault, fault_of_exception
from aidsafe.models.patient import PatientModel, Sleep
from aidsafe.models.reading import read_response
from aidsafe.models.settings import ModelSettings
from aidsafe.models.spec import parse_spec

__all__ = ["KEY_VARIABLE", "OpenAIModel"]

KEY_VARIABLE: Final = "OPENAI_API_KEY"
_OPENAI: Final = "https://api.openai.com/v1"
_LONGEST_BODY_BYTES: Final = 8 * 2**20
# A body of this size and more is sent in pieces, so that one of them does not hold up the loop.
_LARGE_BODY_BYTES: Final = 2**20


class ChatAsk(NamedTuple):
    """One chat request: its messages as JSON, the reply it wants, the caller's own fields, how it was and is worded."""

    messages: bytes
    reply: Reply
    extra: Mapping[str, object]
    first: Dialect
    dialect: Dialect


class OpenAIModel(PatientModel[ChatAsk]):
    """A chat model behind `BASE_URL/chat/completions`. The key comes from the environment and is shown nowhere."""

    failures = (ClientError, OSError)

    def __init__(self, settings: ModelSettings, *, name: str = "", sleep: Sleep = anyio.sleep) -> None:
        spec = parse_spec(settings.spec)
        super().__init__(spec, settings, name=name, sleep=sleep)
        self._url = (spec.base_url or _OPENAI) + "/chat/completions"
        self._key = _key(needed=spec.base_url is None)
        self._headers = {"Authorization": f"Bearer {self._key}"} if self._key else None
        self._heads: dict[str, bytes] = {}

    def _prepare(self, messages: Sequence[LLMMessage], reply: Reply, extra: Mapping[str, object]) -> ChatAsk:
        dialect = self._memory().dialect_for(reply, self.settings.reply)
        return ChatAsk(encoded_messages(messages), reply, extra, dialect, dialect)

    async def _send(self, ask: ChatAsk) -> Answer | Fault:
        known, _ = self._at_home()
        body = self._body(ask)
        data = body if len(body) < _LARGE_BODY_BYTES else io.BytesIO(body)
        response = await known.session.post(self._url, data=data, headers=self._headers, allow_redirects=False)
        try:
            text = await _read(response)
        finally:
            response.release()
        if text is None:
            return Fault("broken", response.status, note=f"the answer is longer than {_LONGEST_BODY_BYTES} bytes")
        return read_response(response.status, response.headers, text, now=time(), secret=self._key)

    def _body(self, ask: ChatAsk) -> bytes:
        head = self._head(ask.dialect)
        if ask.extra:
            head = encoded_extra(ask.extra, head)
        return b"".join((b"{", head, b',"messages":', ask.messages, encoded_format(ask.dialect, ask.reply), b"}"))

    def _head(self, dialect: Dialect) -> bytes:
        head = self._heads.get(dialect.limit)
        if head is None:
            head = self._heads[dialect.limit] = encoded_head(self.spec.model, self.settings, dialect.limit)
        return head

    def _fault(self, error: Exception) -> Fault:
        return fault_of_exception(error)

    def _size_bytes(self, ask: ChatAsk) -> int:
        return len(ask.messages)

    def _reworded(self, ask: ChatAsk, fault: Fault) -> ChatAsk | None:
        may_step = self.settings.reply == "auto" and not self._memory().is_proven(ask.dialect.form, ask.reply)
        another = another_dialect(ask.dialect, fault, may_step=may_step)
        return None if another is None else ask._replace(dialect=another)

    def _accepted(self, ask: ChatAsk) -> None:
        self._memory().accepted(ask.first, ask.dialect, ask.reply)

    def _memory(self) -> Memory:
        _, endpoint = self._at_home()
        return endpoint.memory


async def _read(response: ClientResponse) -> bytes | None:
    """The whole body, or None where it is longer than any answer may be."""
    content = response.content
    body = await content.readany()
    if content.at_eof():
        return body
    parts, length = [body], len(body)
    while not content.at_eof():
        part = await content.readany()
        parts.append(part)
        length += len(part)
        if length > _LONGEST_BODY_BYTES:
            response.close()
            return None
    return b"".join(parts)


def _key(*, needed: bool) -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if needed and not key:
        raise RecipeError(f"the hosted openai models need a key: put it into the environment as {KEY_VARIABLE}")
    if not key.isascii() or not key.isprintable():
        raise RecipeError(f"the key in {KEY_VARIABLE} holds characters that no key has; set it anew")
    return key

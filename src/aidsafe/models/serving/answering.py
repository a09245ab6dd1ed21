"""From the bytes of a chat request to the answer for them: by the scripted model, or canned."""

from typing import Protocol

import orjson

from aidsafe.core.errors import ModelError
from aidsafe.models.scripted.playing import play
from aidsafe.models.scripted.reading import Seen, read_request
from aidsafe.models.scripted.traces import tally_line, truth_lines, write_line
from aidsafe.models.serving.canned import canned_reply, task_of
from aidsafe.models.serving.chat import BadRequest, ChatAnswer, ChatRequest, FormatName, read_chat, tokens_of
from aidsafe.models.serving.options import ReplyFormats, ServeOptions
from aidsafe.models.serving.prefix_cache import BYTES_A_TOKEN, PrefixCache
from aidsafe.models.serving.tally import Tally

__all__ = ["Answering", "CannedAnswering", "ScriptedAnswering", "answering"]

_RANK: dict[FormatName | ReplyFormats, int] = {"text": 0, "json": 1, "schema": 2}
_OUTSIDE = "response_format"


class Answering(Protocol):
    """Whoever answers."""

    def answer(self, body: bytes, tally: Tally) -> ChatAnswer:
        """The answer to a request. Raises `BadRequest`."""


class ScriptedAnswering:
    """Reads the request as a real server would, and lets the scripted model answer it."""

    def __init__(self, options: ServeOptions) -> None:
        self._options = options
        self._cache = None if options.cache_tokens == 0 else PrefixCache(options.cache_tokens)

    def answer(self, body: bytes, tally: Tally) -> ChatAnswer:
        """The scripted model's answer. Raises `BadRequest`."""
        asked = read_chat(body)
        self._refuse_format(asked)
        seen = self._seen(asked)
        tally.asked(asked.model, _task(seen))
        if self._options.model.tally:
            write_line(self._options.model.tally, tally_line(seen))
        text, finish = self._played(seen)
        if asked.max_tokens is not None and tokens_of(text) > asked.max_tokens:
            text, finish = _cut(text, asked.max_tokens), "length"
        prompt = asked.prompt
        cached = 0 if self._cache is None else self._cache.take(prompt)
        return ChatAnswer(text, finish, tokens_of(prompt), cached, tokens_of(text))

    def _refuse_format(self, asked: ChatRequest) -> None:
        if _RANK[asked.format] > _RANK[self._options.formats]:
            most = self._options.formats
            raise BadRequest(f"response_format: no more than {most!r} is supported", param=_OUTSIDE)

    def _seen(self, asked: ChatRequest) -> Seen:
        try:
            return read_request(asked.messages)
        except ModelError as error:
            raise BadRequest(str(error), param="messages") from error

    def _played(self, seen: Seen) -> tuple[str, str]:
        try:
            played = play(seen, self._options.model)
        except ModelError as error:
            raise BadRequest(str(error)) from error
        if self._options.model.truth and played.plants:
            write_line(self._options.model.truth, truth_lines(seen, played.plants))
        return played.text, played.finish


class CannedAnswering:
    """Looks no further than the task of a request, and answers with what was prepared; counts the body as prompt."""

    def answer(self, body: bytes, tally: Tally) -> ChatAnswer:
        """The reply of the task's role."""
        task = task_of(body)
        text = canned_reply(task)
        tally.asked("canned", f"{task[0]}/{task[1]}" if task[1] else task[0])
        return ChatAnswer(text, prompt_tokens=tokens_of(body), completion_tokens=len(text) // BYTES_A_TOKEN)


def answering(options: ServeOptions) -> Answering:
    """Who answers, as the options ask for."""
    return CannedAnswering() if options.canned else ScriptedAnswering(options)


def wrong_schema() -> str:
    """A reply that is JSON and not what anyone asked for."""
    return orjson.dumps({"verdict": "fine", "confidence": 0.9}).decode()


def _task(seen: Seen) -> str:
    return f"{seen.role}/{seen.seat}" if seen.seat else seen.role


def _cut(text: str, tokens: int) -> str:
    return text.encode("utf-8", "surrogatepass")[: tokens * BYTES_A_TOKEN].decode("utf-8", "ignore")

"""Clients for tests: pointed at a stub server, without a key, and never really asleep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from autogen_core.models import LLMMessage, SystemMessage, UserMessage
from pydantic import BaseModel
from serving import Stub

from aidsafe.models.openai import OpenAIModel
from aidsafe.models.settings import ModelSettings

HELLO: Final[list[LLMMessage]] = [SystemMessage(content="Be kind."), UserMessage(content="Hi", source="user")]


class Verdict(BaseModel):
    """A small typed reply."""

    reason: str
    agrees: bool


class Pauses(list[float]):
    """A sleeper that writes down how long it was asked to sleep, and does not."""

    async def __call__(self, seconds: float) -> None:
        """Note the pause; let others run."""
        self.append(seconds)
        await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def asking(stub: Stub, *, pauses: Pauses | None = None, **settings: object) -> AsyncIterator[OpenAIModel]:
    """A client of the stub that is closed in the end."""
    chosen = ModelSettings.model_validate({"spec": f"openai:small@{stub.base_url}", **settings})
    model = OpenAIModel(chosen, sleep=Pauses() if pauses is None else pauses)
    try:
        yield model
    finally:
        await model.close()

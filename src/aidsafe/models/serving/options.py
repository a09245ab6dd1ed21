"""How the server behaves: delays, faults, limits, and what it takes of a request."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from aidsafe.models.scripted.options import ScriptedOptions
from aidsafe.models.serving.faulting import FaultRates, Storm

__all__ = ["ReplyFormats", "ServeOptions"]

ReplyFormats = Literal["schema", "json", "text"]
Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


class ServeOptions(BaseModel):
    """Settings of the server.

    `latency` is what an answer takes, `slow` what a trickled one takes on top, `retry_after` what a 429 asks a client
    to wait. Faults strike all the time, or only within `storms`, which count from the first request. `formats` is the
    most that `response_format` may ask for; more is refused with 400. `cache_tokens` is the size of the prefix cache,
    0 is none. `canned` answers every call of a role with the same reply, as fast as it can.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency: Seconds = 0.0
    slow: Seconds = 2.0
    retry_after: Seconds = 1.0
    faults: FaultRates = FaultRates()
    storms: tuple[Storm, ...] = ()
    seed: int = 0
    in_flight_limit: int | None = Field(default=None, gt=0)
    formats: ReplyFormats = "schema"
    cache_tokens: int = Field(default=2_000_000, ge=0)
    canned: bool = False
    tally: Path | None = None
    model: ScriptedOptions = ScriptedOptions()

"""How the scripted model behaves: delays, faults, planted defects and temperaments, from one line of text."""

import difflib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aidsafe.core.errors import RecipeError

__all__ = ["ScriptedOptions"]

Rate = Annotated[float, Field(ge=0.0, le=1.0)]


class ScriptedOptions(BaseModel):
    """Settings of the scripted model; everything but `latency`, `tally` and `truth` shapes what it answers.

    Faults, each a share of calls (of citations for `misquote`), drawn by the key and never by the clock:
    `malformed` replies that are not the JSON asked for, `misquote` quotes altered beyond repair, `truncated` replies
    cut at the token limit, `refusing` replies that decline the job, `filtered` empty replies with finish reason
    `content_filter`, `failing` calls that raise ModelError. `only` keeps faults to queries that hold that word.

    `planted` is the share of queries that may carry defects. Temperaments, by seat: `conformist` takes the majority's
    stance without a reason, `dominant` rewrites and adds each turn, `dropper` withdraws what others wrote,
    `over_refusing` pushes every decision to refuse. From the round after `drift` on, every seat agrees to anything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    latency: Annotated[float, Field(ge=0.0, le=3600.0)] = 0.0
    tally: Path | None = None
    truth: Path | None = None

    malformed: Rate = 0.0
    misquote: Rate = 0.0
    truncated: Rate = 0.0
    refusing: Rate = 0.0
    filtered: Rate = 0.0
    failing: Rate = 0.0
    only: str = ""

    planted: Rate = 0.68
    finding: Rate = 0.7
    repairing: Rate = 0.8
    false_alarm: Rate = 0.05
    abstaining: Rate = 0.4
    flipping: Rate = 0.6
    recall_surface: Rate = 0.85
    recall_deep: Rate = 0.5
    false_removal: Rate = 0.03

    conformist: str = ""
    dominant: str = ""
    dropper: str = ""
    over_refusing: str = ""
    drift: Annotated[int, Field(ge=0)] = 0

    @classmethod
    def parse(cls, text: str) -> "ScriptedOptions":
        """The options of a spec, `scripted` or `scripted:latency=0.05,malformed=0.02,tally=FILE`.

        The name before the colon may be left out. RecipeError names an unknown option and the nearest known one.
        """
        name, _, rest = text.partition(":")
        listed = rest if name.strip() == "scripted" else text
        settings: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in listed.split(","))):
            name, value = _setting(part)
            if name in settings:
                raise RecipeError(f"the option {name!r} stands twice in {text!r}; leave one out")
            settings[name] = value
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise RecipeError(_first_fault(error)) from error


def _setting(part: str) -> tuple[str, str]:
    name, equals, value = (piece.strip() for piece in part.partition("="))
    known = ScriptedOptions.model_fields
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
        raise RecipeError(f"the scripted model has no option {name!r}; nearest is {near!r}, all are {sorted(known)!r}")
    if not equals or not value:
        raise RecipeError(f"the option {name!r} of the scripted model has no value; write {name}=VALUE")
    return name, value


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    said = first["msg"][0].lower() + first["msg"][1:]
    return f"the option {first['loc'][0]!r} of the scripted model is {first['input']!r}; {said}"

"""What an endpoint understands: the form a typed reply is asked in, and what it calls the token limit."""

from typing import Final, Literal, NamedTuple

from pydantic import BaseModel

from aidsafe.models.faults import EXPLAINED, UNSUPPORTED, Fault
from aidsafe.models.settings import ReplySetting

__all__ = ["Dialect", "Form", "LimitName", "Memory", "Reply", "another_dialect"]

Form = Literal["schema", "json", "text"]
LimitName = Literal["max_tokens", "max_completion_tokens"]
Reply = type[BaseModel] | bool | None
"""The reply a call wants: of a class, any JSON (True), or text."""

FORMS: Final[tuple[Form, ...]] = ("schema", "json", "text")
_REFUSING: Final = frozenset({400, 422, 501})


class Dialect(NamedTuple):
    """How one request is worded."""

    form: Form = "schema"
    limit: LimitName = "max_tokens"


class Memory:
    """What one endpoint has been found to understand, for every caller in the process."""

    __slots__ = ("_forms", "_limit", "_proven")

    def __init__(self) -> None:
        self._limit: LimitName = "max_tokens"
        # A server may take a schema and no plain JSON, or the other way round.
        self._forms: dict[bool, Form] = {True: "json", False: "schema"}
        self._proven: set[tuple[Form, Reply]] = set()

    def dialect_for(self, reply: Reply, setting: ReplySetting) -> Dialect:
        """How to word a request first: what the recipe says, or the best that the endpoint is known to take."""
        if not reply:
            return Dialect("text", self._limit)
        if setting == "auto":
            return Dialect(self._forms[reply is True], self._limit)
        return Dialect("json" if reply is True and setting == "schema" else setting, self._limit)

    def accepted(self, first: Dialect, spoken: Dialect, reply: Reply) -> None:
        """Remember what was understood. A step down counts only now, when the lower step has worked."""
        if reply:
            self._proven.add((spoken.form, reply))
        if spoken != first:
            self._limit = spoken.limit
            if spoken.form != first.form:
                self._forms[reply is True] = spoken.form

    def is_proven(self, form: Form, reply: Reply) -> bool:
        """Whether the endpoint has taken this reply in this form before: then a refusal is not about the form."""
        return (form, reply) in self._proven


def another_dialect(spoken: Dialect, fault: Fault, *, may_step: bool) -> Dialect | None:
    """How to word the request once more after it was rejected, or None where the wording was not the matter."""
    if fault.param == "max_tokens" and spoken.limit == "max_tokens" and not UNSUPPORTED.isdisjoint(fault.codes):
        return spoken._replace(limit="max_completion_tokens")
    if may_step and spoken.form != "text" and _may_mean_the_form(fault):
        return spoken._replace(form=FORMS[FORMS.index(spoken.form) + 1])
    return None


def _may_mean_the_form(fault: Fault) -> bool:
    blames_another = bool(fault.param) and not fault.param.startswith("response_format")
    rejected = fault.kind == "rejected" and fault.status in _REFUSING
    return rejected and not blames_another and EXPLAINED.isdisjoint(fault.codes)

"""What the roles are asked to write: the typed replies, evidence before verdict, stance last.

The keys stand in the order in which a model should think. Every key is required in the JSON schema that is sent, and
most may be missing in what comes back: a reply that is minimal valid JSON is a reply. Unknown keys are passed over.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from aidsafe.core.records import Decision, Defect, Harm, IntentKind, OutcomeKind, Severity, Stance

__all__ = [
    "CitedRule",
    "ConcludeReply",
    "DraftReply",
    "EditReply",
    "IntentReply",
    "IntentsReply",
    "OutcomeReply",
    "RefinedReply",
    "Reply",
    "RewrittenReply",
    "ThoughtReply",
    "TurnReply",
    "TwinReply",
    "WeaknessReply",
    "WeighReply",
    "WhisperReply",
]

EditOp = Literal["add", "revise", "withdraw", "resolve"]


def _text_or_empty(value: object) -> object:
    return "" if value is None else value


def _items_or_none(value: object) -> object:
    return () if value in (None, "") else value


def _null_if_empty(value: object) -> object:
    return None if value in ("", {}) else value


Unused = BeforeValidator(_null_if_empty)
"""Where a key is not used, empty reads as null."""


def _all_required(schema: JsonDict) -> None:
    """The form that strict servers ask for: every key required and named, no defaults."""
    fields = schema["properties"]
    if isinstance(fields, dict):
        schema["required"] = [*fields]
        schema["additionalProperties"] = False
        for field in fields.values():
            if isinstance(field, dict):
                field.pop("default", None)


Text = Annotated[str, BeforeValidator(_text_or_empty)]
"""Text; null reads as empty."""


class Reply(BaseModel):
    """Something a model wrote: frozen, tolerant of keys we did not ask for."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra=_all_required)


class IntentReply(Reply):
    """One intent; `evidence` is a span copied from the query, or why it is inferred."""

    text: str
    kind: IntentKind = "explicit"
    evidence: Text = ""
    harm: Harm


class IntentsReply(Reply):
    """The decomposer's reply: a neutral restatement, then the intents."""

    restatement: Text = ""
    intents: Annotated[tuple[IntentReply, ...], BeforeValidator(_items_or_none)]


class CitedRule(Reply):
    """A rule by its id, and words copied from it."""

    rule: str
    quote: Text = ""


Cited = Annotated[tuple[CitedRule, ...], BeforeValidator(_items_or_none)]


class ThoughtReply(Reply):
    """One thought with the rules it leans on."""

    text: str
    citations: Cited = ()


class DraftReply(Reply):
    """The seeder's reply: thoughts, decision, response."""

    thoughts: Annotated[tuple[ThoughtReply, ...], BeforeValidator(_items_or_none)]
    decision: Decision
    response: str


class WeaknessReply(Reply):
    """The strongest remaining weakness; `quote` is copied from the thought, or from the response if that is null."""

    thought: Annotated[str | None, Unused] = None
    quote: Text = ""
    defect: Defect
    severity: Severity = "minor"


class EditReply(Reply):
    """One edit. `target` and `expect` name a thought; `rules` are for `resolve`, whose `text` is what settles it."""

    op: EditOp
    target: Annotated[str | None, Unused] = None
    expect: Text = ""
    text: Text = ""
    citations: Cited = ()
    rules: Annotated[tuple[str, ...], BeforeValidator(_items_or_none)] = ()
    reason: Text = ""


class TurnReply(Reply):
    """A deliberator's reply. `response` and `decision` are null where the draft's should stand."""

    checked: Annotated[tuple[str, ...], BeforeValidator(_items_or_none)] = ()
    weakness: Annotated[WeaknessReply | None, Unused] = None
    reason: Text = ""
    edits: Annotated[tuple[EditReply, ...], BeforeValidator(_items_or_none)] = ()
    response: Annotated[str | None, Unused] = None
    decision: Annotated[Decision | None, Unused] = None
    stance: Stance


class ConcludeReply(Reply):
    """The judge's reply: the point still open or how the last was settled, then whether the seats agree."""

    reason: Text = ""
    agreed: bool


class OutcomeReply(Reply):
    """What becomes of one thought; `reason` is due where it is removed."""

    thought: str
    outcome: OutcomeKind
    reason: Annotated[Defect | None, Unused] = None


class RewrittenReply(Reply):
    """A thought in new words, and the ids of the thoughts it comes from (several = merged)."""

    sources: tuple[str, ...]
    text: str
    citations: Cited = ()


class RefinedReply(Reply):
    """The refiner's reply: an outcome for every thought, new words and a response only where they must change."""

    # The one key that must be there: without it, any object at all would be a reply that keeps everything.
    outcomes: Annotated[tuple[OutcomeReply, ...], BeforeValidator(_items_or_none)]
    rewritten: Annotated[tuple[RewrittenReply, ...], BeforeValidator(_items_or_none)] = ()
    response: Annotated[str | None, Unused] = None


class WhisperReply(Reply):
    """The whisperer's reply: what earlier beliefs lacked, then the next one."""

    reason: Text = ""
    belief: Annotated[str, Field(min_length=1)]


class WeighReply(Reply):
    """A judge's reply on one chain: the thought that counts most, the rules violated, faithfulness from 0 to 4."""

    reason: Text = ""
    violated: Annotated[tuple[str, ...], BeforeValidator(_items_or_none)] = ()
    faithfulness: Annotated[int, Field(ge=0, le=4)]


class TwinReply(Reply):
    """The reply of whoever writes a benign twin: what makes it harmless, then the twin."""

    difference: Text = ""
    query: Annotated[str, Field(min_length=1)]

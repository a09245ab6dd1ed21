"""The nouns: queries, intents, thoughts, drafts, edits, calls, and the record a finished transcript folds into.

Frozen values without behaviour; nothing here knows a model, a file, a clock or a network.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "REMOVAL_REASONS",
    "Add",
    "Call",
    "CallOutcome",
    "Citation",
    "Conflict",
    "Decide",
    "Decision",
    "Defect",
    "Draft",
    "Edit",
    "Ended",
    "Ending",
    "FinalThought",
    "Finish",
    "Harm",
    "Intent",
    "IntentKind",
    "Outcome",
    "OutcomeKind",
    "Provenance",
    "Query",
    "Record",
    "RecordUsage",
    "RejectedEdit",
    "Rejection",
    "RemovalReason",
    "Removed",
    "Resolve",
    "Respond",
    "Revise",
    "Severity",
    "Stance",
    "Thought",
    "Usage",
    "Value",
    "Weakness",
    "Withdraw",
]

IntentKind = Literal["explicit", "implicit"]
Harm = Literal["benign", "harmful", "ambiguous"]
Decision = Literal["comply", "safe_complete", "refuse", "clarify"]
Stance = Literal["agree", "object", "abstain"]
Severity = Literal["blocking", "minor"]
Finish = Literal["stop", "length", "content_filter", "unknown"]
CallOutcome = Literal["accepted", "invalid", "refused", "truncated", "filtered"]
OutcomeKind = Literal["kept", "rewritten", "merged", "removed"]
RemovalReason = Literal["repetitive", "redundant", "deceptive", "policy_inconsistent"]
Rejection = Literal["unknown_target", "changed", "mismatch", "repeats", "no_change", "unknown_rule", "empty"]
Defect = Literal[
    "repeated",
    "redundant",
    "irrelevant",
    "deceptive",
    "off_policy",
    "wrong_rule",
    "misquoted",
    "contradicts_decision",
    "leak",
    "unsafe_detail",
    "over_refusal",
    "hesitation",
    "ungrounded",
]
Ending = Literal[
    "consensus",
    "budget.rounds",
    "budget.turns",
    "budget.calls",
    "budget.tokens",
    "budget.cost",
    "budget.time",
    "stagnation",
    "coverage",
    "undecided",
    "exhausted",
    "external",
    "none",
]

REMOVAL_REASONS: dict[Defect, RemovalReason] = {
    "repeated": "repetitive",
    "redundant": "redundant",
    "irrelevant": "redundant",
    "hesitation": "redundant",
    "leak": "redundant",
    "deceptive": "deceptive",
    "ungrounded": "deceptive",
    "contradicts_decision": "deceptive",
    "off_policy": "policy_inconsistent",
    "wrong_rule": "policy_inconsistent",
    "misquoted": "policy_inconsistent",
    "unsafe_detail": "policy_inconsistent",
    "over_refusal": "policy_inconsistent",
}
"""The paper's four reasons (arXiv 2505.21784), by our finer codes."""


class Value(BaseModel):
    """Anything that is data: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(Value):
    """What a user asked. Its identity is (row, replica); two equal texts are two queries."""

    id: str
    row: int = Field(ge=0)
    replica: int = Field(default=0, ge=0)
    text: str
    metadata: dict[str, JsonValue] = {}


class Intent(Value):
    """What the user may want, whether it would do harm, and the evidence: a span of the query, or an inference."""

    text: str
    kind: IntentKind
    harm: Harm
    evidence: str = ""


class Citation(Value):
    """A rule a thought leans on, and words quoted from it; `verified` says that they stand in the rule's text."""

    policy: str
    rule: str
    quote: str
    verified: bool


class Conflict(Value):
    """Rules that pull apart on this query, and what settles it."""

    rules: tuple[str, ...]
    resolved_by: str


class Thought(Value):
    """One step of reasoning: its author (a seat, or `seeder`), the round it came in (0 is the seed), its citations.

    `changed` is the draft version in which its text last changed.
    """

    id: str
    text: str
    author: str
    round: int
    citations: tuple[Citation, ...] = ()
    changed: int = 0


class Draft(Value):
    """Thoughts, response and decision at some moment.

    `version` grows by one with every turn that changed it; `responded` and `decided` are the versions in which the
    response and the decision last changed; `next_id` numbers the next thought, so an id is never used twice.
    """

    version: int = 0
    responded: int = 0
    decided: int = 0
    thoughts: tuple[Thought, ...] = ()
    decision: Decision
    response: str
    conflicts: tuple[Conflict, ...] = ()
    next_id: int = 1


class Add(Value):
    """Put a new thought at the end of the chain."""

    op: Literal["add"] = "add"
    text: str
    citations: tuple[Citation, ...] = ()
    reason: str = ""


class Revise(Value):
    """Rewrite one thought. `expect` is how the seat believes the thought begins, so that it cannot hit another."""

    op: Literal["revise"] = "revise"
    target: str
    expect: str = ""
    text: str
    citations: tuple[Citation, ...] = ()
    reason: str = ""


class Withdraw(Value):
    """Take one thought out of the chain."""

    op: Literal["withdraw"] = "withdraw"
    target: str
    expect: str = ""
    reason: str = ""


class Resolve(Value):
    """Name rules that pull apart, and what settles it."""

    op: Literal["resolve"] = "resolve"
    rules: tuple[str, ...]
    resolved_by: str
    reason: str = ""


class Respond(Value):
    """Put another response in the draft's place."""

    op: Literal["respond"] = "respond"
    text: str
    reason: str = ""


class Decide(Value):
    """Put another decision in the draft's place."""

    op: Literal["decide"] = "decide"
    decision: Decision
    reason: str = ""


Edit = Annotated[Add | Revise | Withdraw | Resolve | Respond | Decide, Field(discriminator="op")]


class RejectedEdit(Value):
    """An edit that could not be applied, kept with the cause."""

    edit: Edit
    cause: Rejection


class Weakness(Value):
    """The strongest remaining fault a seat sees in the draft."""

    thought: str | None = None
    quote: str = ""
    defect: Defect
    severity: Severity


class Outcome(Value):
    """What the refiner did with one thought; `code` is the finer reason of a removal."""

    thought: str
    outcome: OutcomeKind
    reason: RemovalReason | None = None
    code: Defect | None = None


class FinalThought(Value):
    """A thought of the finished chain, and the draft's thoughts it comes from (never none)."""

    id: str
    text: str
    author: str
    round: int
    sources: tuple[str, ...] = Field(alias="from", min_length=1)
    outcome: Literal["kept", "rewritten", "merged"]
    citations: tuple[Citation, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)


class Call(Value):
    """One answered model call: what was asked for, what came back, what it cost.

    Tokens are counts, `cost_usd` is in US dollars (None where the price is unknown), `latency_seconds` runs from the
    first attempt to the answer, `attempts` counts every request sent, `prompt_bytes` is the prompt's UTF-8 length.
    """

    model: str
    asked: str
    reported: str
    finish: Finish
    outcome: CallOutcome = "accepted"
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = None
    latency_seconds: float = 0.0
    attempts: int = 1
    prompt_bytes: int = 0
    prompt_digest: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls added up. `cost_usd` is None as soon as one call's price is unknown; `seconds` is the sum of latencies."""

    calls: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    @property
    def total_tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def plus(self, *calls: Call) -> "Usage":
        """This usage and these calls."""
        usage = self
        for call in calls:
            usage = usage._and(call)
        return usage

    def _and(self, call: Call) -> "Usage":
        known = self.cost_usd is not None and call.cost_usd is not None
        return Usage(
            calls=self.calls + 1,
            attempts=self.attempts + call.attempts,
            prompt_tokens=self.prompt_tokens + call.prompt_tokens,
            cached_tokens=self.cached_tokens + call.cached_tokens,
            completion_tokens=self.completion_tokens + call.completion_tokens,
            reasoning_tokens=self.reasoning_tokens + call.reasoning_tokens,
            cost_usd=(self.cost_usd or 0.0) + (call.cost_usd or 0.0) if known else None,
            seconds=self.seconds + call.latency_seconds,
        )


class Removed(Value):
    """A thought the refiner took out, and why."""

    id: str
    text: str
    author: str
    round: int
    reason: RemovalReason
    code: Defect | None = None


class Ended(Value):
    """Why a deliberation ended, after how many full rounds and turns."""

    reason: Ending
    rounds: int
    turns: int


class RecordUsage(Value):
    """What a record cost: answered calls, tokens, US dollars (None where a price is unknown)."""

    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_usd: float | None


class Provenance(Value):
    """Where a record comes from: version, recipe, digests, and every model by the name it goes by in the recipe."""

    aidsafe: str
    recipe: str
    policies: str
    prompts: str
    models: dict[str, str]
    seed: int


class Record(Value):
    """One line of the dataset."""

    id: str
    prompt: str
    metadata: dict[str, JsonValue]
    intents: tuple[Intent, ...]
    decision: Decision
    thoughts: tuple[FinalThought, ...]
    response: str
    removed: tuple[Removed, ...]
    conflicts: tuple[Conflict, ...]
    ended: Ended
    usage: RecordUsage
    provenance: Provenance

"""What a card tells, as values: whoever has a run collects them, and the card needs nothing else."""

from collections.abc import Mapping

from aidsafe.core.records import Value
from aidsafe.datasets.audit.report import AuditReport

__all__ = ["Card", "Control", "Flaw", "Model", "Origin", "PolicyUse"]


class Origin(Value):
    """Where queries come from: the set they are of, how many rows grew from it, its licence ("" where none is told)."""

    name: str
    rows: int
    licence: str = ""


class PolicyUse(Value):
    """One policy: its version, its digest, its rules, and how many rows cite it."""

    id: str
    title: str
    version: str
    digest: str
    rules: int
    rows: int


class Model(Value):
    """A model by its name in the recipe: what was asked for, and what servers said they are."""

    name: str
    asked: str
    reported: tuple[str, ...] = ()


class Control(Value):
    """A run beside the set: its name, its recipe, its records, and its means by measure.

    `differs` names the measures that differ from the set's by more than chance; None where its queries are others, so
    that nothing can be paired. `scripted` says that the stand-in wrote it.
    """

    name: str
    recipe: str
    completed: int
    means: Mapping[str, float | None]
    differs: tuple[str, ...] | None = None
    scripted: bool = False


class Flaw(Value):
    """What a check of lint found: its code, what it is about, in how many rows (0 where it is about the set)."""

    code: str
    about: str
    rows: int
    messages: tuple[str, ...] = ()


class Card(Value):
    """A finished run in everything its card says.

    `scripted` is the label of the stand-in, where it wrote rows; `licence` is the set's own, where its makers name one;
    `queries` were to be answered, `completed` have a record. `failures`, `endings` and `decisions` are counts by name,
    `means` the measures that controls are held against. Lint (`flaws`) and `audit` looked at the first `looked_at`
    rows, of which `flawed` have a finding.
    """

    title: str
    scripted: str | None = None
    aidsafe: str
    recipe: str
    digests: Mapping[str, str]
    licence: str = ""
    seed: int
    source: str
    source_rows: int
    replicas: int
    limit: int | None
    queries: int
    completed: int
    failed: int
    failures: Mapping[str, int] = {}
    endings: Mapping[str, int] = {}
    decisions: Mapping[str, int] = {}
    origins: tuple[Origin, ...] = ()
    policies: tuple[PolicyUse, ...] = ()
    models: tuple[Model, ...] = ()
    means: Mapping[str, float | None] = {}
    controls: tuple[Control, ...] = ()
    calls: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    seconds: float = 0.0
    flaws: tuple[Flaw, ...] = ()
    flawed: int = 0
    looked_at: int = 0
    audit: AuditReport | None = None

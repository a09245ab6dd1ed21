"""What a card says, gathered from a run; and where it goes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml

from aidsafe.cli.auditing import policies_of_run
from aidsafe.cli.opening import opened_run
from aidsafe.cli.telling import emit, say
from aidsafe.core.errors import InputError
from aidsafe.datasets.audit import Wanted, audit
from aidsafe.datasets.card import CardFacts, Control, PolicyFacts, Weakness, card_body, front_of, whole_card
from aidsafe.datasets.lint import CHECKS, lint
from aidsafe.datasets.rows import Row, read_rows
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies

__all__ = ["AskedCard", "carded"]

_LOOKED_AT = 2_000
_BELOW = "\n<!-- what the exporter wrote -->\n"


@dataclass(frozen=True, slots=True)
class AskedCard:
    """The command as it was given."""

    run: Path
    into: Path | None = None
    name: str | None = None
    licence: str = ""
    sources: tuple[str, ...] = ()
    controls: tuple[Path, ...] = ()


def carded(asked: AskedCard) -> int:
    """Write the card, or show it."""
    readme = None if asked.into is None else _readme_in(asked.into)
    facts = _facts(asked)
    if readme is None:
        emit(whole_card(facts))
        return 0
    front, body = _taken_apart(readme)
    top = yaml.safe_dump({**front_of(facts), **front}, sort_keys=False, allow_unicode=True)
    readme.write_text(f"---\n{top}---\n\n{card_body(facts)}{_BELOW}{body}", "utf-8")
    say(f"{readme}: the card is on top")
    return 0


def _readme_in(folder: Path) -> Path:
    readme = folder / "README.md"
    if not readme.is_file() or not readme.read_text("utf-8").startswith("---\n"):
        raise InputError(f"{folder}: no folder of an export; write one first: aidsafe export RUN --format hf --out DIR")
    return readme


def _taken_apart(readme: Path) -> tuple[Mapping[str, object], str]:
    """The configurations in its front matter, and the exporter's text; an earlier card goes."""
    _, top, body = readme.read_text("utf-8").split("---\n", 2)
    front = yaml.safe_load(top)
    kept = {"configs": front["configs"]} if isinstance(front, dict) and "configs" in front else {}
    return kept, body.partition(_BELOW)[2] or body


def _facts(asked: AskedCard) -> CardFacts:
    policies = policies_of_run(asked.run)
    with opened_run(asked.run) as run:
        manifest, totals = run.manifest, run.totals
        failures = run.journal.counts().failures
        decisions = _decisions(run)
    if not totals.completed:
        raise InputError(f"{asked.run}: no record is completed, so there is nothing to write a card of")
    first = list(islice(read_rows([asked.run]), _LOOKED_AT))
    report = audit(first, Wanted(near=False, policies=policies))
    return CardFacts(
        name=asked.name or asked.run.resolve().name,
        aidsafe=manifest.aidsafe,
        recipe=manifest.recipe,
        seed=manifest.seed,
        source=Path(manifest.source).name,
        rows=manifest.rows if manifest.limit is None else min(manifest.rows, manifest.limit),
        replicas=manifest.replicas,
        digests=manifest.digests.model_dump(),
        asked=manifest.models,
        reported=manifest.reported,
        yields={
            "queries": totals.queries,
            "finished": totals.completed + totals.failed,
            "completed": totals.completed,
            "agreed on": totals.endings.get("consensus", 0),
        },
        endings={str(ending): count for ending, count in totals.endings.items()},
        decisions=decisions,
        failures=failures,
        calls=totals.calls,
        attempts=totals.attempts,
        prompt_tokens=totals.prompt_tokens,
        completion_tokens=totals.completion_tokens,
        spend=totals.cost_usd,
        looked_at=len(first),
        policies=tuple(_policies(policies)),
        weaknesses=(*_linted(first, policies), *_audited(Counter(one.code for one in report.findings))),
        controls=tuple(_control(folder, manifest.digests.source) for folder in asked.controls),
        licence=asked.licence,
        source_licences=asked.sources,
        notice=manifest.notice or "",
        not_looked_for=report.not_looked_for,
    )


def _decisions(run: Run) -> dict[str, int]:
    return dict(Counter(str(record.decision) for record, _ in run.lines()).most_common())


def _policies(policies: Policies | None) -> Iterator[PolicyFacts]:
    for policy in policies.policies if policies else ():
        yield PolicyFacts(policy.id, policy.title, str(policy.version), len(policy.rules))


def _linted(rows: list[Row], policies: Policies | None) -> Iterator[Weakness]:
    counts: Counter[str] = Counter()
    about: dict[str, str] = {}
    for finding in lint(rows, policies):
        counts[finding.code] += 1
        about.setdefault(finding.code, CHECKS[finding.code].about if finding.code in CHECKS else finding.message)
    return (Weakness(code, count, about[code]) for code, count in counts.most_common())


def _audited(counts: Counter[str]) -> Iterator[Weakness]:
    return (Weakness(code, count, "see aidsafe audit") for code, count in counts.most_common())


def _control(folder: Path, source: str) -> Control:
    with opened_run(folder) as run:
        same = run.manifest.digests.source == source
        return Control(folder.resolve().name, run.manifest.recipe, run.totals.completed, _decisions(run), same)

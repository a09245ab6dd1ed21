"""What a card tells, collected from a run; and where the card goes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import yaml

from aidsafe.analysis.study.comparing import ArmNumbers, compare, numbers_in
from aidsafe.analysis.study.measuring import MEASURES
from aidsafe.cli.auditing import policies_of_run
from aidsafe.cli.opening import opened_run
from aidsafe.cli.telling import emit, say
from aidsafe.core.errors import InputError
from aidsafe.datasets.audit import AuditReport, Wanted, audit, read_benchmark
from aidsafe.datasets.card import Card, Control, Flaw, Model, Origin, PolicyUse, card
from aidsafe.datasets.lint import CHECKS, Finding, lint
from aidsafe.datasets.rows import Row, read_rows
from aidsafe.datasets.writing import write_atomic
from aidsafe.models.spec import parse_spec
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies

__all__ = ["AskedCard", "carded", "told_of"]

LOOKED_AT = 10_000
_BELOW = "<!-- what the exporter wrote -->\n"
_LICENCES = ("licence", "license")


@dataclass(frozen=True, slots=True)
class AskedCard:
    """The command as it was given."""

    run: Path
    into: Path | None = None
    name: str | None = None
    licence: str = ""
    sources: tuple[str, ...] = ()
    controls: tuple[Path, ...] = ()
    against: tuple[Path, ...] = ()


def carded(asked: AskedCard) -> int:
    """Write the card on top of a folder's README, or show it."""
    readme = None if asked.into is None else _readme_in(asked.into)
    told = told_of(asked)
    if readme is None:
        emit(card(told).rstrip("\n"))
        return 0
    front, below = _taken_apart(readme)
    write_atomic(readme, [card(told, front=front, more=f"{_BELOW}\n{below}").encode()])
    say(f"{readme}: the card is on top")
    return 0


def told_of(asked: AskedCard) -> Card:
    """Everything a card says of a run. Raises `InputError` where no record is completed."""
    policies = policies_of_run(asked.run)
    with opened_run(asked.run) as run:
        told = _counted(run, asked)
        if asked.controls:
            told = _compared(told, run, asked.controls)
    if not told.completed:
        raise InputError(f"{asked.run}: no record is completed, so there is nothing to write a card of")
    return _looked_at(told, list(islice(read_rows([asked.run]), LOOKED_AT)), policies, asked)


def _counted(run: Run, asked: AskedCard) -> Card:
    manifest, totals = run.manifest, run.totals
    decisions, origins = _mixes(run, asked)
    return Card(
        title=asked.name or asked.run.resolve().name,
        scripted=manifest.notice,
        aidsafe=manifest.aidsafe,
        recipe=manifest.recipe,
        digests=manifest.digests.model_dump(),
        licence=asked.licence,
        seed=manifest.seed,
        source=Path(manifest.source).name,
        source_rows=manifest.rows,
        replicas=manifest.replicas,
        limit=manifest.limit,
        queries=totals.queries,
        completed=totals.completed,
        failed=totals.failed,
        failures=run.journal.counts().failures,
        endings={str(ending): count for ending, count in totals.endings.items()},
        decisions=decisions,
        origins=origins,
        models=tuple(
            Model(name=name, asked=parse_spec(shown).named, reported=manifest.reported.get(name, ()))
            for name, shown in manifest.models.items()
        ),
        calls=totals.calls,
        attempts=totals.attempts,
        prompt_tokens=totals.prompt_tokens,
        cached_tokens=totals.cached_tokens,
        completion_tokens=totals.completion_tokens,
        cost_usd=totals.cost_usd,
        seconds=totals.seconds,
    )


def _mixes(run: Run, asked: AskedCard) -> tuple[dict[str, int], tuple[Origin, ...]]:
    """What was decided, and which sets the queries are of, by their own columns or by the name of the source."""
    decisions: Counter[str] = Counter()
    origins: Counter[tuple[str, str]] = Counter()
    for record, _ in run.lines():
        decisions[record.decision] += 1
        told = record.metadata
        licence = next((said for name in _LICENCES if isinstance(said := told.get(name), str)), "")
        named = told.get("source")
        origins[named if isinstance(named, str) and named else Path(run.manifest.source).name, licence] += 1
    return dict(decisions), tuple(_origins(origins, asked.sources))


def _origins(counts: Mapping[tuple[str, str], int], licences: Sequence[str]) -> Iterator[Origin]:
    """The sources, most rows first; a licence of the command line (NAME: LICENCE) fills one that is missing."""
    given = dict(_named(text) for text in licences)
    names = {name for name, _ in counts}
    for unknown in given.keys() - names - {""}:
        raise InputError(f"--source-license {unknown!r}: no such source; there are {', '.join(sorted(names)[:8])}")
    for (name, licence), rows in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield Origin(name=name, rows=rows, licence=licence or given.get(name) or given.get("", ""))


def _named(text: str) -> tuple[str, str]:
    """A source and its licence; without a name, the licence of every source that tells none."""
    name, parted, licence = text.rpartition(":")
    return (name.strip(), licence.strip()) if parted else ("", text.strip())


def _compared(told: Card, run: Run, controls: Iterable[Path]) -> Card:
    """The card with its controls: runs over the same queries, compared query by query."""
    own = numbers_in(run, name="")
    means = {measure.name: own.mean(measure.name) for measure in MEASURES}
    beside = tuple(_control(folder, own, run.manifest.digests.source) for folder in controls)
    return told.model_copy(update={"means": means, "controls": beside})


def _control(folder: Path, own: ArmNumbers, source: str) -> Control:
    with opened_run(folder) as run:
        numbers = numbers_in(run, name=folder.resolve().name)
        paired = run.manifest.digests.source == source
        recipe, notice = run.manifest.recipe, run.manifest.notice
    differences = compare([own, numbers]).differences if paired else ()
    return Control(
        name=numbers.name,
        recipe=recipe,
        completed=len(numbers.numbers),
        means={measure.name: numbers.mean(measure.name) for measure in MEASURES},
        differs=tuple(one.measure for one in differences if one.clear) if paired else None,
        scripted=notice is not None,
    )


def _looked_at(told: Card, rows: list[Row], policies: Policies | None, asked: AskedCard) -> Card:
    """The card with what lint and audit find in these rows."""
    benchmarks = tuple(read_benchmark(path) for path in asked.against)
    near = find_spec("datasketch") is not None
    report = audit(rows, Wanted(benchmarks=benchmarks, near=near, policies=policies, yields=_stages(told)))
    findings = list(lint(rows, policies))
    return told.model_copy(
        update={
            "audit": report,
            "flaws": tuple(_flaws(findings)),
            "flawed": len({finding.row for finding in findings} - {None}),
            "looked_at": len(rows),
            "policies": tuple(_policies(policies, report)),
        }
    )


def _stages(told: Card) -> Mapping[str, int]:
    return {"queries": told.queries, "finished": told.completed + told.failed, "completed": told.completed}


def _flaws(findings: Iterable[Finding]) -> Iterator[Flaw]:
    """What was found, by code: those of most rows first, then what holds of the set."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    counts = {code: len({one.row for one in found} - {None}) for code, found in by_code.items()}
    for code, rows in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        about = CHECKS[code].about if code in CHECKS else ""
        yield Flaw(code=code, about=about, rows=rows, messages=tuple(one.message for one in by_code[code][:5]))


def _policies(policies: Policies | None, report: AuditReport) -> Iterator[PolicyUse]:
    rows = {one.name: one.rows for one in report.coverage}
    for policy in policies.policies if policies else ():
        yield PolicyUse(
            id=policy.id,
            title=policy.title,
            version=policy.version,
            digest=policy.digest,
            rules=len(policy.rules),
            rows=rows.get(policy.id, 0),
        )


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
    return kept, (body.partition(_BELOW)[2] or body).strip()

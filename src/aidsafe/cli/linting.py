"""How `lint` shows what it found."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from aidsafe.cli.telling import emit, emit_json, one_line, say
from aidsafe.core.errors import InputError
from aidsafe.datasets.lint import CHECKS, SET_CHECKS, Finding, lint_paths
from aidsafe.datasets.pairs import is_pairs
from aidsafe.policies.library import Policies, load_policies

__all__ = ["linted", "list_codes"]

_SHOWN_OF_A_CODE = 20


def list_codes() -> int:
    """Every check of a row, then every check of a set, a line each."""
    rows = {code: check.about for code, check in CHECKS.items()}
    sets = {code: check.about for code, check in SET_CHECKS.items()}
    for code, about in (rows | sets).items():
        emit(f"{code:<28} {about}")
    return 0


def linted(data: Sequence[Path], policies: Path | None, *, as_json: bool) -> int:
    """Look, show, and say whether anything was found."""
    if not data:
        raise InputError("lint what? Name a run folder or a file, as in: aidsafe lint runs/first")
    for path in data:
        if is_pairs(path):
            line = shlex.join(["aidsafe", "export", str(path), "--format", "dpo", "--out", "pairs.dpo.jsonl"])
            raise InputError(f"{path}: holds preference pairs in parts; lint what is trained on: {line}")
    known: Policies | None = load_policies(policies) if policies else None
    findings = lint_paths(data, known)
    counts = _as_json(findings) if as_json else _as_lines(findings)
    return 1 if counts else 0


def _as_json(findings: Iterable[Finding]) -> Counter[str]:
    found = [finding.as_json() for finding in findings]
    counts = Counter(str(one["code"]) for one in found)
    told = {"findings": found, "counts": dict(counts.most_common())}
    emit_json(orjson.dumps(told).decode())
    return counts


def _as_lines(findings: Iterable[Finding]) -> Counter[str]:
    counts: Counter[str] = Counter()
    fixes: dict[str, str] = {}
    for finding in findings:
        counts[finding.code] += 1
        fixes.setdefault(finding.code, finding.fix)
        if counts[finding.code] <= _SHOWN_OF_A_CODE:
            emit(f"{finding.code}  {finding.row or 'the set'}: {one_line(finding.message)}")
    for line in _summary(counts, fixes):
        say(line)
    return counts


def _summary(counts: Counter[str], fixes: dict[str, str]) -> Iterator[str]:
    for code, count in counts.most_common():
        more = "" if count <= _SHOWN_OF_A_CODE else f", {_SHOWN_OF_A_CODE} shown (--json has all)"
        yield f"{count:,} x {code}{more}; to mend: {fixes[code]}"
    yield f"{counts.total():,} findings" if counts else "nothing found"

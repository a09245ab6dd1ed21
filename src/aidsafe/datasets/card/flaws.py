"""What is wrong with the rows, by lint and audit, and what was not looked for."""

from collections.abc import Callable, Iterator
from typing import Final

from aidsafe.datasets.audit.report import AuditReport
from aidsafe.datasets.card.marking import cell, counted, joined, percent, section, table
from aidsafe.datasets.card.told import Card

__all__ = ["FLAWS"]


def _lint(told: Card) -> str:
    if not told.looked_at:
        return section(
            "Known weaknesses", "Neither lint nor audit was run: what is wrong with these rows is not known."
        )
    rows = [(flaw.code, flaw.about, flaw.rows, percent(flaw.rows, told.looked_at)) for flaw in told.flaws if flaw.rows]
    of_set = [message for flaw in told.flaws if not flaw.rows for message in flaw.messages]
    return section(
        "Known weaknesses",
        _share(told),
        table(("check", "what it finds", "rows", "share"), rows),
        "\n".join(f"- {cell(message)}" for message in of_set),
        "These checks look at form and need no model. They do not judge whether a response is right or safe.",
    )


def _share(told: Card) -> str:
    all_of_them = (
        f"All {told.completed:,} rows" if told.looked_at == told.completed else f"The first {told.looked_at:,} rows"
    )
    found = f"{told.flawed:,} ({percent(told.flawed, told.looked_at)}) have a finding"
    return f"{all_of_them} were looked at; {found}. What follows, and the audit, is of these rows."


def _audit(told: Card) -> str:
    return section("Audit", *_audited(told.audit)) if told.audit is not None else ""


def _audited(report: AuditReport) -> Iterator[str]:
    yield table(("part", "rows", "copies", "near copies"), ((r.where, r.rows, r.exact, r.near) for r in report.repeats))
    overlaps = ((o.benchmark, o.entries, o.found, counted(o.looks) or "–", o.long_run) for o in report.overlaps)
    yield table(("benchmark", "questions", "rows that hold one", "by look", "13 words in a row"), overlaps)
    yield f"Personal data: {counted(report.personal) or 'none found'}."
    yield _lengths(report)
    yield _mixes(report)
    yield _coverage(report)
    yield _agreement(report)
    yield joined(("Not looked for:", "\n".join(f"- {cell(one)}" for one in report.not_looked_for)))


def _lengths(report: AuditReport) -> str:
    rows = ((one.where, one.unit, one.median, one.p90, one.p99, one.longest) for one in report.lengths)
    return table(("part", "unit", "median", "90 %", "99 %", "longest"), rows)


def _mixes(report: AuditReport) -> str:
    return table(("rows by", "counts"), ((mix.by, counted(mix.counts)) for mix in report.mixes))


def _coverage(report: AuditReport) -> str:
    even = (
        "" if report.balance is None else f"Balance over the policies: {report.balance:.2f} (1 is even, 0 all on one)."
    )
    never = ", ".join(report.never_cited)
    return joined((even, f"Rules that no row cites: {cell(never)}." if never else ""))


def _agreement(report: AuditReport) -> str:
    rows = ((one.one, one.other, one.rows, f"{100 * one.same:.1f} %", one.kappa) for one in report.agreements)
    constant = ", ".join(report.constant_scores)
    said = f"Scores that are the same in every row, and so say nothing: {cell(constant)}." if constant else ""
    return joined((table(("scorer", "other", "rows", "same verdict", "kappa"), rows), said))


def _limits(told: Card) -> str:
    return section("What these rows do not show", "\n".join(f"- {one}" for one in _not_shown(told)))


def _not_shown(told: Card) -> Iterator[str]:
    if told.scripted:
        yield "anything about a language model, or about deliberation: the stand-in only rehearses the machinery"
    yield "that a model trained on them is safe, or refuses less: no model was trained"
    yield "that the decisions are right: agreement of agents is not correctness"
    undecided = told.completed - told.endings.get("consensus", 0)
    if undecided:
        yield f"agreement in {undecided:,} of {told.completed:,} rows, whose deliberation ended otherwise"
    if told.audit is None or not told.audit.overlaps:
        yield "that they are free of benchmark questions: none was named to be compared with"


FLAWS: Final[tuple[Callable[[Card], str], ...]] = (_lint, _audit, _limits)

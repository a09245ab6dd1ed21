"""Citations: whether they name rules that exist, quote words that stand there, and carry the decision."""

from collections.abc import Iterator

from aidsafe.core.records import Citation, Decision
from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Reading, excerpt
from aidsafe.datasets.rows import Row, RowThought
from aidsafe.policies.library import RuleKind
from aidsafe.policies.quoting import match_quote

__all__ = ["CHECKS", "KIND_OF"]

KIND_OF: dict[Decision, RuleKind] = {
    "comply": "help",
    "safe_complete": "careful",
    "refuse": "refuse",
    "clarify": "careful",
}
"""The kind of rule that a decision rests on."""


def _unknown(reading: Reading, known: Known) -> Iterator[str]:
    if known.policies is None:
        return
    for thought, citation in _cited(reading.row):
        if known.policies.find_rule(citation.rule) is None:
            yield f"{_name(thought)} cites the rule {citation.rule!r}, which no policy in play has"
    for rule in reading.row.conflicts:
        if known.policies.find_rule(rule) is None:
            yield f"a conflict names the rule {rule!r}, which no policy in play has"


def _misplaced(reading: Reading, known: Known) -> Iterator[str]:
    for thought, citation in _cited(reading.row):
        found = known.policies.find_rule(citation.rule) if known.policies else None
        if found and citation.policy and found[0].id != citation.policy:
            yield (
                f"{_name(thought)} cites {citation.rule!r} as a rule of {citation.policy!r}; it is one of "
                f"{found[0].id!r}"
            )


def _unverified(reading: Reading, known: Known) -> Iterator[str]:
    for thought, citation in _cited(reading.row):
        problem = _problem(citation, known)
        if problem:
            yield f"{_name(thought)} {problem}"


def _problem(citation: Citation, known: Known) -> str:
    quoted = excerpt(citation.quote, 60)
    if not citation.quote.strip():
        return f"cites {citation.rule!r} without quoting it"
    found = known.policies.find_rule(citation.rule) if known.policies else None
    if found and match_quote(citation.quote, found[1].text)[1] == "unverified":
        return f"quotes {quoted} from {citation.rule!r}, and the rule does not say so{_elsewhere(citation, known)}"
    return "" if citation.verified else f"quotes {quoted} from {citation.rule!r}, which was never verified"


def _elsewhere(citation: Citation, known: Known) -> str:
    rules = known.policies.each_rule() if known.policies else iter(())
    other = next((rule.id for _, rule in rules if match_quote(citation.quote, rule.text)[1] != "unverified"), None)
    return f"; {other!r} does" if other else ""


def _uncited_chain(reading: Reading, known: Known) -> Iterator[str]:
    row = reading.row
    if row.thoughts and not row.citations and _expected(row, known):
        yield "the chain has thoughts and not one citation"


def _uncited_thought(reading: Reading, known: Known) -> Iterator[str]:
    if not known.cites_each or not known.enough or not reading.row.citations:
        return
    for thought in reading.row.thoughts:
        if thought.text.strip() and not thought.citations:
            yield f"{_name(thought)} is reached by no citation: {excerpt(thought.text, 60)}"


def _unsupported(reading: Reading, known: Known) -> Iterator[str]:
    row = reading.row
    if row.decision is None or known.policies is None or not row.citations:
        return
    found = [known.policies.find_rule(citation.rule) for citation in row.citations]
    kinds = sorted({pair[1].kind for pair in found if pair})
    if kinds and KIND_OF[row.decision] not in kinds:
        given, wanted = " and ".join(kinds), KIND_OF[row.decision]
        yield f"the decision is {row.decision!r} and every cited rule is of the kind {given}, none is {wanted}"


def _expected(row: Row, known: Known) -> bool:
    return row.stepwise and (known.cites or bool(row.policies))


def _cited(row: Row) -> Iterator[tuple[RowThought, Citation]]:
    return ((thought, citation) for thought in row.thoughts for citation in thought.citations)


def _name(thought: RowThought) -> str:
    return f"thought {thought.id}" if thought.id else "a thought"


CHECKS = (
    Check(
        "citation.unknown",
        "A thought cites a rule that no policy in play has.",
        "cite a rule of the policies the row was made under, or drop the citation",
        _unknown,
    ),
    Check(
        "citation.misplaced",
        "A rule is cited under a policy that it does not belong to.",
        "name the policy that holds the rule",
        _misplaced,
    ),
    Check(
        "citation.unverified",
        "Words are quoted from a rule that does not say them, or the quote was never verified.",
        "quote the rule's own words, four of them or more",
        _unverified,
    ),
    Check(
        "chain.uncited",
        "A chain rests on no rule at all.",
        "cite the rules the decision rests on, or leave the row out",
        _uncited_chain,
    ),
    Check(
        "thought.uncited",
        "A thought is reached by no citation in a set where thoughts have one each.",
        "cite the rule the thought leans on, or take the thought out",
        _uncited_thought,
    ),
    Check(
        "decision.unsupported",
        "No cited rule is of the kind that the decision rests on.",
        "cite a rule of that kind, or change the decision",
        _unsupported,
    ),
)

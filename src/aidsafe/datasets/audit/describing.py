"""What a set is made of: how long its parts are, what is decided, which policies it leans on."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import ceil, log

from aidsafe.datasets.audit.report import Coverage, Lengths, LengthUnit, Mix, Stage
from aidsafe.datasets.lint.reading import Part
from aidsafe.datasets.lint.stances import stance_of
from aidsafe.datasets.rows import Row
from aidsafe.policies.library import Policies

__all__ = ["Described", "Tokens", "funnel"]

Tokens = Callable[[str], int]
"""How many tokens a text has, by the tokenizer of whoever will be trained."""

_PARTS = ("prompt", "chain", "response", "row")
_STANCES = {"declines": "declines", "serves": "answers", "both": "declines, then answers", "unclear": "neither plainly"}


class Described:
    """A set as it goes by. Lengths are in tokens where a tokenizer is given, else in words and in bytes."""

    def __init__(self, policies: Policies | None = None, tokens: Tokens | None = None) -> None:
        self._policies = policies
        self._measures: dict[LengthUnit, Tokens] = {"tokens": tokens} if tokens else {"words": _words, "bytes": _bytes}
        self._lengths = {(part, unit): array("Q") for part in _PARTS for unit in self._measures}
        self._mixes: dict[str, Counter[str]] = {name: Counter() for name in ("decision", "response", "harm", "label")}
        self._covered: dict[str, Counter[str]] = {}
        self._rules: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        """Take one more row in."""
        self._measure(row)
        if row.decision:
            self._mixes["decision"][row.decision] += 1
        if row.response.strip():
            self._mixes["response"][_STANCES[stance_of(Part("response", row.response))]] += 1
        if row.harms:
            self._mixes["harm"]["harmful" if "harmful" in row.harms else max(row.harms)] += 1
        self._mixes["label"].update(set(row.labels))
        self._cover(row)

    def lengths(self) -> Iterator[Lengths]:
        """Every part in every unit; a part that no row has is left out."""
        for (part, unit), lengths in self._lengths.items():
            if any(lengths):
                yield _percentiles(part, unit, sorted(lengths))

    def mixes(self) -> Iterator[Mix]:
        """The rows by decision, by what the response does, by harm and by label, as far as the set has them."""
        for by, counts in self._mixes.items():
            if counts:
                yield Mix(by=by, counts=dict(counts.most_common()))

    def coverage(self) -> Iterator[Coverage]:
        """Policies by the number of rows that cite them, most first."""
        for name, decisions in sorted(self._covered.items(), key=lambda pair: (-pair[1].total(), pair[0])):
            yield Coverage(name=name, rows=decisions.total(), decisions=dict(decisions.most_common()))

    def never_cited(self) -> Iterator[str]:
        """The rules of the given policies that no row cites, in a set that cites some."""
        rules = self._policies.each_rule() if self._policies and self._rules else iter(())
        return (rule.id for _, rule in rules if rule.id not in self._rules)

    def balance(self) -> float | None:
        """How evenly rows spread over the policies: 1 is evenly, 0 is all on one; None where none is cited."""
        counts = [decisions.total() for decisions in self._covered.values()]
        among = max(len(counts), len(self._policies.policies) if self._policies else 0)
        if not counts or among < 2:
            return None
        shares = [count / sum(counts) for count in counts]
        return round(-sum(share * log(share) for share in shares) / log(among), 4)

    def _measure(self, row: Row) -> None:
        texts = {"prompt": row.prompt, "chain": row.chain, "response": row.response}
        for unit, measure in self._measures.items():
            counts = {part: measure(text) if text else 0 for part, text in texts.items()}
            for part, count in {**counts, "row": sum(counts.values())}.items():
                self._lengths[part, unit].append(count)

    def _cover(self, row: Row) -> None:
        self._rules.update({citation.rule for citation in row.citations})
        for policy in {citation.policy for citation in row.citations if citation.policy}:
            self._covered.setdefault(policy, Counter())[row.decision or "undecided"] += 1


def funnel(counts: Mapping[str, int]) -> Iterator[Stage]:
    """The yield, from counts by stage in their order."""
    before: int | None = None
    for name, count in counts.items():
        yield Stage(name=name, count=count, kept=round(count / before, 4) if before else None)
        before = count


def _percentiles(part: str, unit: LengthUnit, lengths: list[int]) -> Lengths:
    at = {share: lengths[max(0, ceil(share * len(lengths)) - 1)] for share in (0.5, 0.9, 0.99)}
    return Lengths(
        where=part,
        unit=unit,
        rows=len(lengths),
        median=at[0.5],
        p90=at[0.9],
        p99=at[0.99],
        longest=lengths[-1],
        total=sum(lengths),
    )


def _words(text: str) -> int:
    return len(text.split())


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))

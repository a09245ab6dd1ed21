"""What is known of a set before its rows are judged: its policies, its labels, its seats, and what is usual in it.

Learnt from the first rows. Whether thoughts end with a full stop, or carry a citation each, is a habit of a whole set;
a row is at fault where it breaks the habit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from aidsafe.core.records import Decision
from aidsafe.datasets.lint.reading import fold, stemmed, words_of
from aidsafe.datasets.rows import Row
from aidsafe.policies.library import Policies, load_policies
from aidsafe.policies.quoting import folded_words

__all__ = ["Known", "label_names", "learn"]

_ENDS = re.compile(r"[.!?:;\"')\]}*_`~|>\d\u2026\u3002\uff01\uff1f\u0964\u061f\u201d\u2019\u00bb]\s*\Z")
_SPELT = re.compile(r"[\W_]+")
_YOU = re.compile(r"\byou", re.IGNORECASE)
_FEWEST = 20
_RUN = 8


@dataclass(frozen=True)
class Known:
    """What the checks may lean on: the policies, and what `rows` rows have shown.

    `chain_words`, `thoughts` and `thought_words` are medians. `cites` is a habit of chains, `cites_each` of thoughts;
    `talks_policy` says that thoughts speak of policies anyway, `says_you` that they speak to the asker.
    """

    policies: Policies | None = None
    rows: int = 0
    labels: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    chain_words: float = 0.0
    chain_words_by: Mapping[Decision | None, float] = field(default_factory=dict)
    thoughts: float = 0.0
    thought_words: float = 0.0
    cites: bool = False
    cites_each: bool = False
    talks_policy: bool = True
    says_you: bool = True
    ends_thoughts: bool = True
    ends_responses: bool = True

    @property
    def enough(self) -> bool:
        """Tell whether there were rows enough to speak of a habit."""
        return self.rows >= _FEWEST

    @cached_property
    def seat_names(self) -> frozenset[str]:
        """What the seats that the rows name may be called in a sentence."""
        names = {word for seat in self.seats for word in re.split(r"[\W_]+", seat) if len(word) > 2}
        return frozenset(f"{name}{ending}" for name in names for ending in ("", "s", "'s"))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of policies and rules that no one would write by chance."""
        policies = self.policies.policies if self.policies else ()
        ids = (one for policy in policies for one in (policy.id, *(rule.id for rule in policy.rules)))
        return tuple(one for one in ids if "_" in one or "-" in one)

    @cached_property
    def spelt_ids(self) -> "re.Pattern[str] | None":
        """The ids of rules as somebody may spell them: in small letters, with a space, a slash or nothing between."""
        spelt = {_SPELT.sub(r"[\\W_]?", re.sub(r"\d+", "0", fold(one))) for one in self.ids if one[-1:].isdigit()}
        ways = "|".join(sorted(way.replace("0", r"\d{1,2}") for way in spelt))
        return re.compile(rf"\b(?:{ways})\b") if ways else None

    @cached_property
    def stems_of_policies(self) -> Mapping[str, tuple[str, ...]]:
        """Where each word of meaning stands: the rules and definitions by stem."""
        found: dict[str, tuple[str, ...]] = {}
        for name, text in self._policy_texts:
            for stem in stemmed(words_of(fold(text))):
                found[stem] = (*found.get(stem, ()), name)
        return found

    @cached_property
    def lengths_of_policies(self) -> Mapping[str, int]:
        """How many stems of meaning each rule and definition has."""
        return {name: len(stemmed(words_of(fold(text)))) for name, text in self._policy_texts}

    @cached_property
    def policy_names(self) -> frozenset[str]:
        """The words in ids and titles of the policies in play."""
        policies = self.policies.policies if self.policies else ()
        named = (f"{policy.id.replace('_', ' ')} {policy.title}" for policy in policies)
        return frozenset(word for name in named for word in folded_words(name.replace("/", " ")))

    @cached_property
    def names_of_labels(self) -> Mapping[str, str]:
        """What each label may be called in a sentence."""
        return {name: label for label in sorted(self.labels) for name in label_names(label)}

    @cached_property
    def policy_runs(self) -> Mapping[tuple[str, ...], str]:
        """Every run of eight words in a rule or definition, with what it is from."""
        return {run: name for name, text in self._policy_texts for run in _runs(folded_words(text))}

    @cached_property
    def policy_run_openings(self) -> frozenset[str]:
        """The words that runs begin with."""
        return frozenset(run[0] for run in self.policy_runs)

    @cached_property
    def policy_starts(self) -> frozenset[tuple[str, ...]]:
        """The first eight words of every rule and definition."""
        return frozenset(folded_words(text)[:_RUN] for _, text in self._policy_texts)

    @cached_property
    def policy_lines(self) -> tuple[str, ...]:
        """Every rule and definition as its bare words."""
        return tuple(" ".join(folded_words(text)) for _, text in self._policy_texts)

    @property
    def _policy_texts(self) -> Iterator[tuple[str, str]]:
        for policy in self.policies.policies if self.policies else ():
            yield policy.id, policy.definition
            yield from ((rule.id, rule.text) for rule in policy.rules)


def learn(rows: Sequence[Row], policies: Policies | None = None) -> Known:
    """What the rows show. Without policies, the shipped ones count as in play where most citations name them."""
    thoughts = [thought for row in rows for thought in row.thoughts if row.stepwise]
    return Known(
        policies=policies or _shipped(rows),
        rows=len(rows),
        labels=frozenset(label for row in rows for label in row.labels),
        seats=frozenset(thought.author.casefold() for thought in thoughts if thought.author),
        chain_words=_median(_length(row.chain) for row in rows if row.thoughts),
        chain_words_by=_chain_words_by(rows),
        thoughts=_median(len(row.thoughts) for row in rows if row.stepwise and row.thoughts),
        thought_words=_median(_length(thought.text) for thought in thoughts),
        cites=_share(bool(row.citations) for row in rows if row.thoughts) >= 0.5,
        cites_each=_share(bool(thought.citations) for thought in thoughts) >= 0.9,
        talks_policy=_talks_policy(rows),
        says_you=len(thoughts) < _FEWEST or _share(bool(_YOU.search(thought.text)) for thought in thoughts) >= 0.15,
        ends_thoughts=_share(_ends(text) for text in _chain_texts(rows)) >= 0.7,
        ends_responses=_share(_ends(row.response) for row in rows if row.response.strip()) >= 0.7,
    )


def label_names(label: str) -> tuple[str, ...]:
    """What a label may be called in a sentence: each of its parts, `a / b` being two."""
    pieces = re.split(r"\s*[/,;]\s*|\s+(?:and|or|&)\s+", fold(label))
    return tuple(" ".join(words_of(piece)) for piece in pieces if len(piece) > 2)


def _talks_policy(rows: Sequence[Row]) -> bool:
    """Tell whether speaking of policies is a habit of these chains, or there are too few to say."""
    chains = [row.chain.lower() for row in rows if row.stepwise and row.thoughts]
    return len(chains) < _FEWEST or _share("polic" in chain or "guideline" in chain for chain in chains) >= 0.15


def _chain_texts(rows: Iterable[Row]) -> Iterator[str]:
    return (thought.text for row in rows for thought in row.thoughts if thought.text.strip())


def _ends(text: str) -> bool:
    return bool(_ENDS.search(text[-40:]))


def _length(text: str) -> int:
    return len(text.split())


def _median(numbers: Iterable[int]) -> float:
    given = list(numbers)
    return float(median(given)) if given else 0.0


def _share(claims: Iterable[bool]) -> float:
    given = list(claims)
    # Of nothing, everything can be said; a habit is assumed until rows break it.
    return sum(given) / len(given) if given else 1.0


def _chain_words_by(rows: Sequence[Row]) -> Mapping[Decision | None, float]:
    decisions = {row.decision for row in rows}
    return {kind: _median(_length(row.chain) for row in rows if row.decision == kind) for kind in decisions}


def _shipped(rows: Sequence[Row]) -> Policies | None:
    cited = [citation.rule for row in rows for citation in row.citations]
    if not cited:
        return None
    shipped = load_policies()
    return shipped if _share(shipped.find_rule(rule) is not None for rule in cited) >= 0.5 else None


def _runs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (words[start : start + _RUN] for start in range(len(words) - _RUN + 1))

"""Checks of policies that need no reader: whether rules can be told apart, quoted, and followed.

They look at form alone. Whether a rule draws its line in the right place is for people and trials to say.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from aidsafe.policies.library import Policies, Policy, Rule
from aidsafe.policies.quoting import folded_words

__all__ = ["Finding", "FindingCode", "check_policies", "estimated_tokens"]

FindingCode = Literal[
    "cross_reference",
    "definition_length",
    "few_help_rules",
    "first_person",
    "quoted_speech",
    "rule_count",
    "rule_length",
    "shared_precedence",
    "shared_words",
    "stale_version",
    "total_length",
    "vague_word",
    "verdict_first",
]

_FIRST_PERSON = re.compile(r"\bI\b|\bus\b|(?i:\b(?:me|my|myself|we|our|ours|ourselves)\b)")
_QUOTED = re.compile(r"""["\u201c\u201d\u201e\u00ab\u00bb\u2018]|(?<!\w)'[^']+'(?!\w)""")
_VAGUE = re.compile(
    r"\b(?:generally|usually|typically|normally|inappropriate|as appropriate|harmful content|if necessary|etc)\b",
    re.IGNORECASE,
)
_REFUSALS = ("Refuse ", "Decline ", "Withhold ", "Never ", "Do not ")
_BYTES_A_TOKEN = 4.3


class Finding(NamedTuple):
    """One fault: a code, where it is (no policy means all of them, no rule the policy itself), and what to do."""

    code: FindingCode
    policy: str | None
    rule: str | None
    sentence: str


def check_policies(policies: Policies, *, published: Policies | None = None) -> tuple[Finding, ...]:
    """Every fault of form, in the order shown; `published` are earlier policies whose changes want a new version."""
    return (
        *(finding for policy in policies.policies for finding in _of_policy(policy)),
        *_cross_references(policies),
        *_shared_words(policies),
        *_shared_precedence(policies),
        *_total_length(policies),
        *_stale_versions(policies, published),
    )


def estimated_tokens(text: str) -> int:
    """How many tokens a text may be: its bytes over 4.3, a rule of thumb for English."""
    return round(len(text.encode()) / _BYTES_A_TOKEN)


def _of_policy(policy: Policy) -> Iterator[Finding]:
    yield from _proportions(policy)
    yield from _wording(policy, None, policy.definition)
    for rule in policy.rules:
        yield from _form(policy, rule)
        yield from _wording(policy, rule.id, rule.text)


def _proportions(policy: Policy) -> Iterator[Finding]:
    count, helps = len(policy.rules), sum(rule.kind == "help" for rule in policy.rules)
    words = len(policy.definition.split())
    if not 9 <= count <= 12:
        yield Finding("rule_count", policy.id, None, f"it has {count} rules; write 9 to 12")
    if 3 * helps < count:
        sentence = f"{helps} of {count} rules say what to help with; make it a third, a neighbour for every refusal"
        yield Finding("few_help_rules", policy.id, None, sentence)
    if words > 45:
        yield Finding("definition_length", policy.id, None, f"the definition has {words} words; keep it to 45")


def _form(policy: Policy, rule: Rule) -> Iterator[Finding]:
    words = len(rule.text.split())
    if not 12 <= words <= 30:
        yield Finding("rule_length", policy.id, rule.id, f"it has {words} words; write 12 to 30, cheap to quote whole")
    if rule.text.startswith(_REFUSALS) != (rule.kind == "refuse"):
        sentence = f"a {rule.kind} rule opens {rule.text.split()[0]!r}; open with the verb of its verdict"
        yield Finding("verdict_first", policy.id, rule.id, sentence)


def _wording(policy: Policy, rule_id: str | None, text: str) -> Iterator[Finding]:
    if found := _FIRST_PERSON.search(text):
        yield Finding("first_person", policy.id, rule_id, f"it says {found[0]!r}; what is printed is copied: reword it")
    if found := _QUOTED.search(text):
        yield Finding("quoted_speech", policy.id, rule_id, f"it quotes speech ({found[0]!r}); name the thing instead")
    if found := _VAGUE.search(text):
        yield Finding("vague_word", policy.id, rule_id, f"it says {found[0]!r}; say what can be tested")


def _cross_references(policies: Policies) -> Iterator[Finding]:
    titles = [(policy.id, name) for policy in policies.policies for name in (policy.id, policy.title)]
    labels = [(None, rule.id) for _, rule in policies.each_rule()]
    names = [(owner, name, _spaced(_as_name(name))) for owner, name in (*titles, *labels)]
    for policy, rule in policies.each_rule():
        spoken = _spaced(rule.text)
        for named in (name for owner, name, sought in names if owner != policy.id and sought in spoken):
            sentence = f"it names {named!r}; let every rule stand alone, the ladder settles conflicts"
            yield Finding("cross_reference", policy.id, rule.id, sentence)


def _as_name(name: str) -> str:
    # One plain word is no name by itself: a policy called Privacy may use the word.
    return f"{name} policy" if name.isalpha() else name


def _spaced(text: str) -> str:
    return f" {' '.join(folded_words(text))} "


def _shared_words(policies: Policies) -> Iterator[Finding]:
    first: dict[tuple[str, ...], str] = {}
    for policy, rule in policies.each_rule():
        shared = [run for run in _runs(folded_words(rule.text)) if first.setdefault(run, rule.id) != rule.id]
        for run in shared[:1]:
            sentence = f"it shares {' '.join(run)!r} with {first[run]}; a quote must tell its rule: reword one"
            yield Finding("shared_words", policy.id, rule.id, sentence)


def _runs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[start : start + 5] for start in range(len(words) - 4)]


def _shared_precedence(policies: Policies) -> Iterator[Finding]:
    for precedence, group in groupby(policies.policies, key=lambda policy: policy.precedence):
        first, *others = [policy.id for policy in group]
        for other in others:
            sentence = f"it has the precedence {precedence} of {first!r}; say which goes first"
            yield Finding("shared_precedence", other, None, sentence)


def _total_length(policies: Policies) -> Iterator[Finding]:
    tokens = estimated_tokens(policies.render())
    if tokens > 2200:
        sentence = f"together they are about {tokens} tokens; keep them to 2200, every call pays for them"
        yield Finding("total_length", None, None, sentence)


def _stale_versions(policies: Policies, published: Policies | None) -> Iterator[Finding]:
    digests = {(policy.id, policy.version): policy.digest for policy in published.policies} if published else {}
    for policy in policies.policies:
        if digests.get((policy.id, policy.version), policy.digest) != policy.digest:
            sentence = f"it is not the published text of version {policy.version!r}; raise the version"
            yield Finding("stale_version", policy.id, None, sentence)

"""Policies as they are named and copied: one that was not in play, rule ids, policy text in the response."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known, label_names
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, sentences_of, words_of
from aidsafe.datasets.lint.wording import group, pattern
from aidsafe.policies.quoting import folded_words

__all__ = ["CHECKS"]

_COPIED, _COPIED_FROM_ITS_START = 12, 8
_AREA = group(
    r"""
    self[- ]harm|self[- ]injury|suicid\w*|eating[- ]disorders?|weapons?|firearms?|guns?|explosives?
    terroris[mt]\w*|extremis[mt]\w*|drugs?|controlled substances?|narcotics|medical(?: advice)?
    health(?: advice)?|legal(?: advice)?|financial(?: advice)?|professional advice|election\w*
    political(?: \w+)?|privacy|personal data|pii|data protection|copyright|intellectual property|trademarks?
    sexual(?: content)?|adult(?: content)?|nudity|porn\w*
    child (?:safety|protection|abuse)
    minors|csam|hate(?: speech)?|harassment|bullying|violence|violent content|graphic content|gore
    cyber(?:security|crime|attacks?)?
    malware|hacking|misinformation|disinformation|fake news|spam|scams?|fraud|gambling|tobacco|alcohol
    animal (?:welfare|cruelty)|environmental(?: harm)?|biometrics?|surveillance|defamation|libel|profanity
    plagiarism
    academic (?:integrity|dishonesty)
    bioweapons?|cbrn|chemical weapons|nuclear|biosecurity|discrimination|human trafficking|stalking|doxx?ing
    impersonation|doxxing|regulated (?:advice|goods)|specialized advice|code interpreter abuse
    indiscriminate weapons
    criminal (?:activity|planning|behavior)
    (?:non-?)?violent crimes?|sex crimes?|age[- ]restricted content|dangerous (?:goods|content)
    national security|export control|refund|brand safety
    """,
)
_COMMON = frozenset({"content", "advice", "speech", "safety", "crime", "crimes", "activity", "detection", "goods"})
_AREAS = re.compile(rf"\b(?:{_AREA})\b")
_NAMED = pattern(
    r"""
    \b(?:@area@)(?:(?:,| and| or| &)+ [\w-]+){0,2}(?:[- ]\w+)? polic(?:y|ies)\b
    polic(?:y|ies)(?: rules?| section)? (?:on|about|against|for|regarding|concerning|covering|around|of) (?:the |
      any )?(?:@area@)\b
    """,
    area=_AREA,
)
_RULE_ID = re.compile(r"(?<![\w-])[A-Z]{1,4}-[RCHA-Z]\d{1,2}(?![\w-])")


def _absent(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.thoughts:
        seen: set[str] = set()
        for name in (*_labels_named(reading, part, known), *_areas_named(reading, part, known)):
            if name not in seen:
                seen.add(name)
                yield f"{part.place} leans on a policy on {name!r}, which was not in play"


def _labels_named(reading: Reading, part: Part, known: Known) -> Iterator[str]:
    """Labels of other rows, named as a policy in this one."""
    if not reading.row.labels or "polic" not in part.folded:
        return
    own = {name for label in reading.row.labels for name in label_names(label)}
    others = {name: label for name, label in known.names_of_labels.items() if name not in own and name in part.folded}
    for sentence in part.sentences:
        if others and "polic" in sentence:
            words = f" {' '.join(words_of(sentence))} "
            yield from (label for name, label in others.items() if f" {name} " in words)


def _areas_named(reading: Reading, part: Part, known: Known) -> Iterator[str]:
    """Fields of harm named as a policy where no policy or label goes by that name."""
    if known.policies is None or "polic" in reading.prompt.folded or "polic" not in part.folded:
        return
    for found in _NAMED.finditer(part.folded):
        for name in _AREAS.findall(found[0]):
            if not known.policy_names.issuperset(word for word in words_of(name) if word not in _COMMON):
                yield name


def _rule_ids(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        for found in _RULE_ID.finditer(part.text):
            if found[0] not in reading.row.prompt:
                yield f"{part.place} names the rule id {found[0]!r}"
                break
        else:
            yield from _own_ids(part, known)


def _own_ids(part: Part, known: Known) -> Iterator[str]:
    """Ids of the policies in play that no one would write by chance."""
    policies = known.policies.policies if known.policies else ()
    ids = (one for policy in policies for one in (policy.id, *(rule.id for rule in policy.rules)))
    found = next((one for one in ids if ("_" in one or "-" in one) and one in part.text), None)
    if found:
        yield f"{part.place} names the id {found!r}"


def _copied(reading: Reading, known: Known) -> Iterator[str]:
    longest, name = _longest_copy(reading.response, known)
    if longest:
        yield f"the response copies {len(longest)} words in a row from {name!r}: {excerpt(' '.join(longest), 60)}"


def _longest_copy(part: Part, known: Known) -> tuple[tuple[str, ...], str]:
    words = folded_words(part.folded) if known.policies else ()
    best: tuple[tuple[str, ...], str] = ((), "")
    place = 0
    while place + _COPIED_FROM_ITS_START <= len(words):
        name = known.policy_runs.get(words[place : place + _COPIED_FROM_ITS_START])
        if name is None:
            place += 1
            continue
        end = place + _COPIED_FROM_ITS_START
        while known.policy_runs.get(words[end - _COPIED_FROM_ITS_START + 1 : end + 1]) == name:
            end += 1
        run = words[place:end]
        enough = _COPIED_FROM_ITS_START if run[:_COPIED_FROM_ITS_START] in known.policy_starts else _COPIED
        if len(run) >= enough and len(run) > len(best[0]):
            best = run, name
        place = end
    return best


_SPOKEN_OF = re.compile(r"polic|guideline|\brules?\b|\bsection\b")
_QUOTED = re.compile(r"\"([^\"\n]{12,400})\"")


def _unsourced(reading: Reading, known: Known) -> Iterator[str]:
    """Words in quotation marks beside `policy` that stand neither in the prompt nor in a policy we have."""
    asked = " ".join(words_of(reading.prompt.folded))
    for part in reading.thoughts:
        for found in _QUOTED.finditer(part.folded):
            quoted = words_of(found[1])
            sentence = part.folded[max(0, found.start() - 160) : found.start()]
            lead = sentences_of(sentence)[-1:] or [""]
            if len(quoted) >= 4 and _SPOKEN_OF.search(lead[0]) and not _known_words(quoted, asked, known):
                yield f"{part.place} quotes {excerpt(found[1], 60)} as policy; neither prompt nor policy says so"


def _known_words(quoted: list[str], asked: str, known: Known) -> bool:
    said = " ".join(quoted)
    return said in asked or any(said in text for text in known.policy_lines)


CHECKS = (
    Check(
        "policy.absent",
        "A policy is named that was not in play for the row.",
        "take the remark out; only policies the row was made under can be leaned on",
        _absent,
    ),
    Check(
        "policy.quoted",
        "Words are quoted as policy that stand in no policy.",
        "quote the policy's own words, or none",
        _unsourced,
    ),
    Check(
        "policy.copied",
        "The response copies a long span of a policy.",
        "say it in words of the response's own",
        _copied,
    ),
    Check(
        "leftover.rule_id",
        "Ids of rules or policies stand in the text.",
        "say what the rule asks; its id belongs in the citation",
        _rule_ids,
    ),
)

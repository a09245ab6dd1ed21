"""Policies as they are named and copied: one that was not in play, rule ids, policy text in the response."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known, label_names
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, sentences_of, stemmed, words_of
from aidsafe.datasets.lint.wording import group, pattern

__all__ = ["CHECKS"]

_COPIED, _COPIED_FROM_ITS_START, _FEWEST_COPIED = 12, 8, 7
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
        found = _rule_id(part, known)
        if found and found not in reading.prompt.folded and found not in reading.row.prompt:
            yield f"{part.place} names the id {found!r}"


def _rule_id(part: Part, known: Known) -> str:
    """The id of a rule or policy, however it is spelt, or nothing."""
    if "-" in part.text and (plain := _RULE_ID.search(part.text)):
        return plain[0]
    if "_" in part.text and (own := next((one for one in known.ids if one in part.text), "")):
        return own
    spelt = known.spelt_ids.search(part.folded) if known.spelt_ids and not _DIGITS.isdisjoint(part.signs) else None
    return spelt[0] if spelt else ""


_DIGITS = frozenset("0123456789")


def _copied(reading: Reading, known: Known) -> Iterator[str]:
    response = reading.response
    if len(response.meaning & known.stems_of_policies.keys()) < _FEWEST_COPIED // 2:
        return
    longest, name = _longest_copy(response, known)
    if longest:
        yield f"the response copies {len(longest)} words in a row from {name!r}: {excerpt(' '.join(longest), 60)}"
        return
    likely = _most_shared(response.meaning, known)[1] >= _FEWEST_COPIED
    copied = ((name, said) for said in response.sentences if likely and (name := _nearly_copied(said, known)))
    for name, said in islice(copied, 1):
        yield f"the response copies most words of {name!r}: {excerpt(said, 60)}"


def _nearly_copied(sentence: str, known: Known) -> str:
    """The rule that a sentence restates: three quarters of its words of meaning stand there, and few others.

    A refusal that names what it refuses cannot but use a rule's words for it. A rule names several things and what is
    done about them, so a phrase of it stays well under three quarters; a sentence above that is the rule over again.
    """
    said = stemmed(words_of(sentence))
    name, count = _most_shared(said, known)
    most = max(_FEWEST_COPIED, 0.6 * len(said), 0.75 * known.lengths_of_policies.get(name, 0))
    return name if count >= most else ""


def _most_shared(said: frozenset[str], known: Known) -> tuple[str, int]:
    """The rule or definition that shares the most words of meaning, and how many."""
    places = known.stems_of_policies
    shared = Counter(name for stem in said if stem in places for name in places[stem])
    return shared.most_common(1)[0] if shared else ("", 0)


def _longest_copy(part: Part, known: Known) -> tuple[tuple[str, ...], str]:
    words = tuple(part.words)
    best: tuple[tuple[str, ...], str] = ((), "")
    place = 0
    while place + _COPIED_FROM_ITS_START <= len(words):
        run = words[place : place + _COPIED_FROM_ITS_START]
        name = known.policy_runs.get(run) if words[place] in known.policy_run_openings else None
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


_SAYS_SO = re.compile(
    r"\b(?:it|they|this|which) (?:\w+ )?(?:says?|states?|reads?|requires?|tells? us|demands?|puts it)\W*\Z|"
    r"\b(?:under|per|by) (?:the )?\W*\Z"
)
_SPOKEN_OF = re.compile(r"polic|guideline|\brules?\b|\bsection\b|\bclause\b|\bprinciple\b|\bcharter\b")
_QUOTED = re.compile(r"\"([^\"\n]{12,400})\"|(?<!\w)'([^'\n]{12,400})'(?!\w)")


def _unsourced(reading: Reading, known: Known) -> Iterator[str]:
    """Words in quotation marks beside `policy` that stand neither in the prompt nor in a policy we have."""
    asked = " ".join(words_of(reading.prompt.folded))
    for part in reading.thoughts:
        for found in _QUOTED.finditer(part.folded) if _may_quote(part.folded) else ():
            text = found[1] or found[2]
            quoted = words_of(text)
            if len(quoted) >= 4 and _is_policy(part, found) and not _known_words(quoted, asked, known):
                yield f"{part.place} quotes {excerpt(text, 60)} as policy; neither prompt nor policy says so"


def _may_quote(folded: str) -> bool:
    return '"' in folded or " '" in folded or folded.startswith("'")


def _is_policy(part: Part, found: "re.Match[str]") -> bool:
    """Tell whether the sentence around a quotation calls it a policy's words."""
    before = sentences_of(part.folded[max(0, found.start() - 160) : found.start()])[-1:] or [""]
    after = sentences_of(part.folded[found.end() : found.end() + 80])[:1] or [""]
    around = f"{before[0]} ... {after[0]}"
    return bool(_SPOKEN_OF.search(around) or _SAYS_SO.search(before[0]))


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

"""What holds of a set as a whole: everything opens alike, one refusal for all, copies, scores that never vary.

Rows are looked at one by one and let go; what is kept is a few counters, and some bytes a row to tell copies.
"""

import re
from collections import Counter
from collections.abc import Iterator

from pydantic import JsonValue

from aidsafe.datasets.lint.finding import Finding
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, words_of
from aidsafe.datasets.lint.set_checks import SET_CHECKS
from aidsafe.datasets.lint.tally import Common, Copies

__all__ = ["Whole"]

_REFUSAL = re.compile(
    r"\W*+(?:(?:i'm|i am|we're|we are|i|we) (?:(?:really|so|very|truly|deeply|terribly|afraid) )*(?:sorry|unable|"
    r"can't|cannot|can not|"
    r"won't|will not|not able|must decline|have to decline|decline|refuse|apologi[sz]e|afraid)\b|(?:sorry|apologies|"
    r"unfortunately|"
    r"regrettably)\b|my apologies\b)"
)
_FEWEST = 20
_OPENING_WORDS = 3
_SHOWN = 3


class Whole:
    """A set as it goes by."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._rows = self._chains = self._thoughts = self._responses = 0
        self._policy_talk = self._cited = 0
        self._chain_openings: Common[str] = Common()
        self._thought_openings: Common[str] = Common()
        self._openings: Common[str] = Common()
        self._refusals: Common[str] = Common()
        self._refused = 0
        self._sentences: Common[str] = Common(32768)
        self._same_thoughts: Common[str] = Common(16384)
        self._prompts, self._all_chains, self._all_responses, self._ids = Copies(), Copies(), Copies(), Copies()
        self._decisions: Counter[str] = Counter()
        self._scores: dict[str, tuple[int, set[float]]] = {}
        self._digests: Counter[str] = Counter()

    def see(self, reading: Reading) -> None:
        """Look at one more row."""
        row = reading.row
        self._rows += 1
        self._ids.add(row.id)
        self._prompts.add(" ".join(reading.prompt.words))
        self._cited += bool(row.citations)
        if row.decision:
            self._decisions[row.decision] += 1
        if row.policies:
            self._digests[row.policies] += 1
        self._see_chain(reading)
        self._see_response(reading)
        for name, value in _scores(row.metadata):
            self._see_score(name, value)

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the set, as far as it has gone by."""
        if self._rows >= _FEWEST:
            yield from self._openings_alike()
            yield from self._sentences_alike()
            yield from self._repeats()
            yield from self._shares()
            yield from self._constant_scores()
        yield from self._repeated_ids()
        yield from self._policies()

    def _see_chain(self, reading: Reading) -> None:
        words = [word for part in reading.thoughts for word in part.words]
        if not words:
            return
        self._chains += 1
        self._all_chains.add(" ".join(words))
        self._chain_openings.add(_opening(reading.thoughts[0]))
        self._policy_talk += any("polic" in part.folded for part in reading.thoughts)
        for part in reading.thoughts if reading.row.stepwise else ():
            self._thoughts += 1
            self._thought_openings.add(_opening(part))
        for said in {" ".join(part.words) for part in reading.thoughts if reading.row.stepwise}:
            self._same_thoughts.add(said)

    def _see_response(self, reading: Reading) -> None:
        response = reading.response
        if not response.words:
            return
        self._responses += 1
        self._all_responses.add(" ".join(response.words))
        self._openings.add(_opening(response))
        if _REFUSAL.match(response.folded):
            self._refused += 1
            self._refusals.add(_opening(response))
        for said in {sentence for sentence in response.sentences if len(sentence.split()) >= 4}:
            self._sentences.add(said)

    def _see_score(self, name: str, value: float) -> None:
        times, values = self._scores.get(name, (0, set()))
        if len(values) < 2:
            values.add(value)
        self._scores[name] = times + 1, values

    def _openings_alike(self) -> Iterator[Finding]:
        kinds = (
            ("set.chains_open_alike", "chains", self._chain_openings, self._chains),
            ("set.thoughts_open_alike", "thoughts", self._thought_openings, self._thoughts),
            ("set.responses_open_alike", "responses", self._openings, self._responses),
            ("set.refusals_open_alike", "responses that refuse", self._refusals, self._refused),
        )
        for code, what, openings, among in kinds:
            for said, count in list(openings.at_least(_least(code, among)))[:_SHOWN]:
                yield _found(code, f"{count} of {among} {what} open with {said!r}", count, among, said)

    def _sentences_alike(self) -> Iterator[Finding]:
        kinds = (
            ("set.same_sentence", "responses hold the sentence", self._sentences, self._responses),
            ("set.same_thought", "chains hold the thought", self._same_thoughts, self._chains),
        )
        for code, what, common, among in kinds:
            for said, count in list(common.at_least(_least(code, among)))[:_SHOWN]:
                yield _found(code, f"{count} of {among} {what} {said!r}", count, among, said)

    def _repeats(self) -> Iterator[Finding]:
        kinds = (
            ("set.responses_repeat", "responses", self._all_responses),
            ("set.chains_repeat", "chains", self._all_chains),
            ("set.prompts_repeat", "prompts", self._prompts),
        )
        for code, what, copies in kinds:
            count = len(copies) - copies.distinct
            if count and count >= SET_CHECKS[code].share * len(copies):
                said = f"{count} of {len(copies)} {what} are copies: {copies.distinct} are different"
                yield _found(code, said, count, len(copies))

    def _shares(self) -> Iterator[Finding]:
        decision, most = self._decisions.most_common(1)[0] if self._decisions else ("", 0)
        kinds = (
            ("set.refuses_mostly", "responses open with a refusal or an apology", self._refused, self._responses),
            ("set.policy_talk", "chains speak of policies", self._policy_talk, self._chains),
            ("set.one_decision", f"rows are decided {decision!r}", most, self._rows),
        )
        for code, what, count, among in kinds:
            if count and count >= SET_CHECKS[code].share * among:
                yield _found(code, f"{count} of {among} {what}", count, among)

    def _constant_scores(self) -> Iterator[Finding]:
        for name, (times, values) in self._scores.items():
            if len(values) == 1 and times >= _FEWEST:
                said = f"{name!r} is {next(iter(values)):g} in all {times} rows that have it"
                yield _found("set.constant_score", said, times, self._rows, name)

    def _repeated_ids(self) -> Iterator[Finding]:
        count = self._rows - self._ids.distinct
        if count:
            yield _found(
                "set.ids_repeat", f"{count} of {self._rows} rows have an id that another has", count, self._rows
            )

    def _policies(self) -> Iterator[Finding]:
        policies = self._known.policies
        if self._cited and policies is None:
            said = f"{self._cited} rows cite rules, and no policies were given to look them up in"
            yield _found("set.unchecked_citations", said, self._cited, self._rows)
        others = sum(count for digest, count in self._digests.items() if policies and digest != policies.digest)
        if others:
            said = f"{others} of {self._rows} rows name the digest of other policies"
            yield _found("set.other_policies", said, others, self._rows)


def _found(code: str, message: str, count: int, of: int, text: str | None = None) -> Finding:
    return Finding(code, None, message, SET_CHECKS[code].fix, count=count, of=of, text=text)


def _least(code: str, among: int) -> int:
    return max(_FEWEST // 2, -int(-SET_CHECKS[code].share * among // 1))


def _opening(part: Part) -> str:
    first = part.sentences[0] if part.sentences else ""
    return " ".join(words_of(first[:200])[:_OPENING_WORDS])


def _scores(metadata: "dict[str, JsonValue] | object") -> Iterator[tuple[str, float]]:
    """Numbers under names that speak of a score."""
    for name, value in metadata.items() if isinstance(metadata, dict) else ():
        if not any(word in name.casefold() for word in ("score", "rating", "grade")):
            continue
        inside = value.items() if isinstance(value, dict) else ((name, value),)
        for inner, number in inside:
            if isinstance(number, int | float) and not isinstance(number, bool):
                yield inner, float(number)

"""Things said twice: thoughts, sentences, what a refiner had taken out, the prompt."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from operator import eq

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, content_words, excerpt, words_of

__all__ = ["CHECKS", "likeness"]

_MOST_COMPARED = 120
_FEWEST_WORDS = 5
_NEAR, _SAME_WORDS, _HELD = 0.6, 0.75, 0.9
_LOOP, _LOOP_WORDS = 3, 4


def _repeated(reading: Reading, known: Known) -> Iterator[str]:
    first: dict[str, str] = {}
    for part in reading.steps:
        said = " ".join(part.words)
        if len(part.words) < 3:
            continue
        if said in first:
            yield f"{part.place} repeats {first[said]} word for word: {excerpt(part.text, 60)}"
        first.setdefault(said, part.place)


def _nearly_repeated(reading: Reading, known: Known) -> Iterator[str]:
    steps = [part for part in reading.steps[:_MOST_COMPARED] if len(part.words) >= _FEWEST_WORDS]
    shingled = [_Shingled(part) for part in steps]
    for place, later in enumerate(shingled):
        earlier = next((one for one in shingled[:place] if later.repeats(one)), None)
        if earlier:
            yield f"{later.part.place} says again what {earlier.part.place} says: {excerpt(later.part.text, 60)}"


class _Shingled:
    """A step, and what it is compared by."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.meaning = frozenset(_stem(word) for word in content_words(part.folded))

    @cached_property
    def letters(self) -> frozenset[str]:
        """Every five letters in a row."""
        return _letters(self.part.words)

    def repeats(self, other: "_Shingled") -> bool:
        """Tell whether both say the same in nearly the same words, and are not the same text."""
        shared = len(self.meaning & other.meaning)
        if self.part.words == other.part.words or 3 * shared < min(len(self.meaning), len(other.meaning)):
            return False
        if likeness(self.letters, other.letters) >= _NEAR or _held(self.letters, other.letters) >= _HELD:
            return True
        enough = min(len(self.meaning), len(other.meaning)) >= 4
        return enough and likeness(self.meaning, other.meaning) >= _SAME_WORDS


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets share, from 0 to 1 (Jaccard)."""
    shared = len(one & other)
    together = len(one) + len(other) - shared
    return shared / together if together else 0.0


def _held(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the smaller set stands in the larger."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= 25 else 0.0


def _letters(words: Sequence[str]) -> frozenset[str]:
    text = " ".join(words)
    return frozenset(text[place : place + 5] for place in range(max(1, len(text) - 4)))


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    for ending in ("ingly", "edly", "ing", "ies", "ed", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _loops(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        counted = Counter(said for sentence in part.sentences if len(said := tuple(words_of(sentence))) >= _LOOP_WORDS)
        said, times = counted.most_common(1)[0] if counted else ((), 0)
        if times >= _LOOP and not _is_verse(part):
            yield f"{part.place} says {excerpt(' '.join(said), 50)} {times} times"
        elif _is_double(part):
            yield f"{part.place} stands there twice over: {excerpt(part.text, 60)}"


def _is_double(part: Part) -> bool:
    """Tell whether a text is its first half once more."""
    half = len(part.words) // 2
    return half >= _FEWEST_WORDS and part.words[:half] == part.words[half:]


def _is_verse(part: Part) -> bool:
    """Songs and poems have a refrain: many short lines."""
    lines = [line for line in part.text.splitlines() if line.strip()]
    return len(lines) >= 8 and sum(len(line.split()) <= 12 for line in lines) / len(lines) > 0.8


def _stutters(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        found = next((said for size in range(1, 7) if (said := _in_a_row(part.words, size))), "")
        if found:
            yield f"{part.place} stutters: {excerpt(found, 60)}"


def _in_a_row(words: Sequence[str], size: int) -> str:
    """So many words that come three times in a row (four times, where it is one word), or nothing."""
    again = 3 * size if size == 1 else 2 * size
    same = bytes(map(eq, words, words[size:]))
    place = same.find(b"\x01" * again)
    return "" if place < 0 or words[place].isdigit() else " ".join(words[place : place + size + again])


def _brought_back(reading: Reading, known: Known) -> Iterator[str]:
    removed = {" ".join(words_of(text.lower())) for text in reading.row.removed}
    removed_letters = [_letters(said.split()) for said in removed if len(said.split()) >= _FEWEST_WORDS]
    for part in reading.thoughts if removed else ():
        said = " ".join(part.words)
        if said in removed or any(likeness(_letters(part.words), other) >= 0.85 for other in removed_letters):
            yield f"{part.place} was removed and stands in the chain all the same: {excerpt(part.text, 60)}"


def _echoes(reading: Reading, known: Known) -> Iterator[str]:
    asked, answered = reading.prompt.words, reading.response.words
    if len(answered) >= 4 and asked == answered:
        yield f"the response is the prompt: {excerpt(reading.response.text, 60)}"
    chain = [word for part in reading.thoughts for word in part.words]
    if len(answered) >= 8 and chain == answered:
        yield f"the response is the chain: {excerpt(reading.response.text, 60)}"


CHECKS = (
    Check(
        "thought.repeated",
        "A thought stands in the chain twice.",
        "keep one of them",
        _repeated,
    ),
    Check(
        "thought.nearly_repeated",
        "Two thoughts of a chain say the same in nearly the same words.",
        "merge them",
        _nearly_repeated,
    ),
    Check(
        "text.loop",
        "The same sentence comes again and again.",
        "write the text anew; the model was going in circles",
        _loops,
    ),
    Check(
        "text.stutter",
        "The same words come many times in a row.",
        "write the text anew; the model was going in circles",
        _stutters,
    ),
    Check(
        "thought.brought_back",
        "A thought that was removed stands in the chain.",
        "take it out, or out of the list of what was removed",
        _brought_back,
    ),
    Check(
        "response.echo",
        "The response is the prompt or the chain over again.",
        "write a response",
        _echoes,
    ),
)

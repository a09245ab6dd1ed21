"""Things said twice: thoughts, sentences, what a refiner had taken out, the prompt."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import eq

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt, words_of

__all__ = ["CHECKS", "likeness"]

_MOST_COMPARED = 120
_FEWEST_WORDS = 5
_NEAR, _SAME_WORDS, _SAME_ROOTS, _HELD = 0.6, 0.75, 0.8, 0.9
_LOOP = 3


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
    for place, later in enumerate(steps):
        alike = (one for one in steps[:place] if _share_a_third(later.meaning, one.meaning))
        earlier = next((one for one in alike if _says_again(later, one)), None)
        if earlier:
            yield f"{later.place} says again what {earlier.place} says: {excerpt(later.text, 60)}"


def _share_a_third(one: frozenset[str], other: frozenset[str]) -> bool:
    return 3 * len(one & other) >= min(len(one), len(other))


def _says_again(later: Part, earlier: Part) -> bool:
    """Tell whether both say the same in nearly the same words, and are not the same text."""
    if later.words == earlier.words:
        return False
    one, other = _letters(later.words), _letters(earlier.words)
    if likeness(one, other) >= _NEAR or _held(one, other) >= _HELD:
        return True
    if min(len(later.meaning), len(earlier.meaning)) < 4:
        return False
    same = likeness(later.meaning, earlier.meaning) >= _SAME_WORDS
    return same or likeness(_roots(later), _roots(earlier)) >= _SAME_ROOTS


def _roots(part: Part) -> frozenset[str]:
    """What its words of meaning begin with: invades and invasion are one."""
    return frozenset(word[:4] for word in part.meaning)


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


def _loops(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        again = _again(part)
        if again and not _is_verse(part):
            yield f"{part.place} says {excerpt(again, 50)} several times"
        elif _is_double(part):
            yield f"{part.place} stands there twice over: {excerpt(part.text, 60)}"


def _again(part: Part) -> str:
    """A sentence that comes three times, whatever marks and numbers stand about it; of one word, in a row."""
    if len(part.sentences) < _LOOP:
        return ""
    said = [one for line in " ".join(part.spoken).split("\n") if (one := line.strip(" ?0123456789"))]
    if len(set(said)) > len(said) - (_LOOP - 1):
        return ""
    in_a_row = (one for one, two, three in zip(said, said[1:], said[2:], strict=False) if one == two == three)
    often = (one for one, times in Counter(said).items() if times >= _LOOP and " " in one)
    return next(chain(in_a_row, often), "")


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
        if len(part.words) - len(part.vocabulary) < _LOOP - 2 or max(Counter(part.words).values()) < _LOOP:
            continue
        found = next((said for size in range(1, _LONGEST_STUTTER + 1) if (said := _in_a_row(part.words, size))), "")
        if found:
            yield f"{part.place} stutters: {excerpt(found, 60)}"


_LONGEST_STUTTER = 6


def _in_a_row(words: Sequence[str], size: int) -> str:
    """So many words that come three times in a row (four times, where it is one word), or nothing."""
    again = 3 * size if size == 1 else 2 * size
    same = bytes(map(eq, words, words[size:]))
    place = same.find(b"\x01" * again)
    return "" if place < 0 or words[place].isdigit() else " ".join(words[place : place + size + again])


def _brought_back(reading: Reading, known: Known) -> Iterator[str]:
    removed = {" ".join(words_of(text.lower())) for text in reading.row.removed}
    for part in reading.thoughts if removed else ():
        said = " ".join(part.words)
        if said in removed or any(_is_like(said, other) for other in removed):
            yield f"{part.place} was removed and stands in the chain all the same: {excerpt(part.text, 60)}"


def _is_like(said: str, other: str) -> bool:
    """Tell whether two texts are the same but for a word or two; they cannot be if one is much longer."""
    alike = 0.8 * len(other) <= len(said) <= 1.25 * len(other) and other.count(" ") + 1 >= _FEWEST_WORDS
    return alike and likeness(_letters(said.split()), _letters(other.split())) >= 0.85


def _echoes(reading: Reading, known: Known) -> Iterator[str]:
    asked, answered = reading.prompt.words, reading.response.words
    if len(answered) >= 4 and asked == answered:
        yield f"the response is the prompt: {excerpt(reading.response.text, 60)}"
    thought = [word for part in reading.thoughts for word in part.words]
    if len(answered) >= 8 and thought == answered:
        yield f"the response is the chain: {excerpt(reading.response.text, 60)}"
        return
    said = f" {' '.join(answered)} "
    copied = next((part for part in reading.thoughts if _stands_in(part.words, said)), None)
    if copied:
        yield f"the response repeats {copied.place}: {excerpt(copied.text, 60)}"
    elif _stands_in(asked, f" {' '.join(answered[: len(asked) + _FEWEST_WORDS])} ") and len(answered) > len(asked):
        yield f"the response begins with the prompt: {excerpt(reading.response.text, 60)}"


def _stands_in(words: Sequence[str], said: str) -> bool:
    """Tell whether words stand in a text; a few only at its beginning, where they are no phrase of its own."""
    spelt = f" {' '.join(words)} "
    return spelt in said if len(words) >= _FEWEST_WORDS + 2 else len(words) >= 4 and said.startswith(spelt)


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

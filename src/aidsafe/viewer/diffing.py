"""What changed between two texts, word by word."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Final, Literal

__all__ = ["Mark", "Piece", "diff"]

Mark = Literal["=", "-", "+"]

Piece = tuple[Mark, str]
"""Words that stayed (`=`), went (`-`) or came (`+`)."""

LONGEST: Final = 1500
# Fewer words than this that stayed between two changes are shown as changed too: a patchwork is hard to read.
ISLAND: Final = 3
_WORDS: Final = re.compile(r"^\s+|\S+\s*")

_Run = tuple[bool, list[str], list[str]]
"""Whether it stayed, the old words, the new words."""


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """The words of both texts in order; what stayed and what came give `after`, spacing apart nothing else is lost.

    Texts of more than 1,500 words together are shown one after the other, since aligning them could take long.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > LONGEST:
        return tuple(_parted(_pieces((False, old, new))))
    return tuple(_parted(piece for run in _joined(_runs(old, new)) for piece in _pieces(run)))


def _runs(old: list[str], new: list[str]) -> Iterator[_Run]:
    matcher = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], autojunk=False)
    codes = matcher.get_opcodes()
    for place, (op, start, end, other_start, other_end) in enumerate(codes):
        island = 0 < place < len(codes) - 1 and end - start < ISLAND
        yield op == "equal" and not island, old[start:end], new[other_start:other_end]


def _joined(runs: Iterable[_Run]) -> Iterator[_Run]:
    for stayed, together in groupby(runs, key=lambda run: run[0]):
        both = list(together)
        yield stayed, [word for _, old, _ in both for word in old], [word for _, _, new in both for word in new]


def _pieces(run: _Run) -> Iterator[Piece]:
    stayed, old, new = run
    if stayed:
        yield "=", "".join(new)
        return
    if old:
        yield "-", "".join(old)
    if new:
        yield "+", "".join(new)


def _parted(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """What went, kept apart by a space from what stands before and after it."""
    before = ""
    for (mark, text), following in pairwise([*pieces, ("=", "")]):
        shown = text
        if mark == "-":
            shown = " " * (before[-1:].strip() != "") + text + " " * (following[1] != "" and text[-1:].strip() != "")
        yield mark, shown
        before = shown

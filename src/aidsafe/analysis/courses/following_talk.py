"""What each seat knew when it spoke: the votes it had seen, the reasons and rules it had read."""

from collections.abc import Iterable
from typing import NamedTuple

from aidsafe.analysis.courses.course import Change, Vote, maker

__all__ = ["FollowedTalk", "Known"]


class Known(NamedTuple):
    """What a seat knew of the votes: its own last and first, those of the others, and the one it read last."""

    own: Vote | None
    first: Vote | None
    agreeing: int
    objecting: int
    majority: Vote | None
    previous: tuple[str, Vote] | None


_known = maker(Known)


class FollowedTalk:
    """Remembers votes, reasons and rules by the number of the event they came in."""

    def __init__(self) -> None:
        self._votes: dict[str, list[tuple[int, Vote]]] = {}
        self._last: list[tuple[int, str, Vote]] = []
        self._said: dict[str, int] = {}
        self._own: set[tuple[str, str]] = set()
        self._cited: dict[str, int] = {}

    @property
    def seats(self) -> tuple[str, ...]:
        """Who had the floor, in the order of their first turns."""
        return tuple(self._votes)

    def known(self, seat: str, saw: frozenset[int]) -> Known:
        """What a seat knows of the votes, given the numbers of the events it saw."""
        own = self._votes.setdefault(seat, [])
        agreeing = objecting = 0
        for other, votes in self._votes.items():
            if other != seat:
                vote = _latest(votes, saw)
                agreeing += vote == "agree"
                objecting += vote == "object"
        majority: Vote | None = "agree" if agreeing > objecting else "object" if objecting > agreeing else None
        last, first = (own[-1][1], own[0][1]) if own else (None, None)
        return _known((last, first, agreeing, objecting, majority, self._previous(seat, saw)))

    def vote(self, number: int, seat: str, vote: Vote) -> None:
        """Take a vote."""
        self._votes[seat].append((number, vote))
        self._last.append((number, seat, vote))

    def cite(self, number: int, rules: Iterable[str]) -> None:
        """Take note of rules that were cited."""
        for rule in rules:
            self._cited.setdefault(rule, number)

    def is_reasoned(self, number: int, seat: str, reason: str, changes: Iterable[Change], saw: frozenset[int]) -> bool:
        """Whether a turn gives a reason or cites a rule that its seat had neither read nor said; takes note of both."""
        fresh = False
        for change in changes:
            for rule in (*change.rules, *[one.rule for one in change.cited]):
                fresh |= self._cited.setdefault(rule, number) not in saw
        words = " ".join(reason.casefold().split())
        if not words:
            return fresh
        known = self._said.get(words, number) in saw or (seat, words) in self._own
        self._said.setdefault(words, number)
        self._own.add((seat, words))
        return fresh or not known

    def _previous(self, seat: str, saw: frozenset[int]) -> tuple[str, Vote] | None:
        for number, other, vote in reversed(self._last):
            if other != seat and number in saw:
                return other, vote
        return None


def _latest(votes: list[tuple[int, Vote]], saw: frozenset[int]) -> Vote | None:
    for number, vote in reversed(votes):
        if number in saw:
            return vote
    return None

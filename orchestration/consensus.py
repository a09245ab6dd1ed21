"""When do the seats agree? Each rule is one function of the tally. To add one, write it and name it in `RULES`.

Agreement is about a draft version: a stance counts only for the draft it was given on. A seat that failed, refused or
was cut off is errored: neither agreement nor objection, and not counted towards the quorum. An abstention is no vote.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aidsafe.core.events import TurnTaken
from aidsafe.core.transcript import Turn

__all__ = ["RULES", "Rule", "Tally", "quorum_of", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Each seat's latest stance, as it stands for the draft at hand.

    `agreeing` said agree on this very version and changed nothing; `others` are valid stances that do not stand for
    it: objections, and agreement with an earlier version; `abstaining` and `errored` are not counted;
    `silent` have not had the floor. `asked` is the share that the round asks for, `judged` whether a judge found
    agreement on this very version.
    """

    agreeing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    abstaining: tuple[str, ...] = ()
    errored: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    asked: float = 0.5
    judged: bool = False

    @property
    def valid(self) -> int:
        """How many valid stances there are."""
        return len(self.agreeing) + len(self.others)

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return self.valid + len(self.abstaining) + len(self.errored) + len(self.silent)


Rule = Callable[[Tally], bool]


def unanimous(tally: Tally) -> bool:
    """Every valid stance is agreement with the draft as it stands."""
    return bool(tally.agreeing) and not tally.others and not tally.silent


def majority(tally: Tally) -> bool:
    """More than half of the seats that could vote agree with the draft as it stands."""
    return 2 * len(tally.agreeing) > tally.valid + len(tally.silent)


def supermajority(tally: Tally) -> bool:
    """At least the share that the round asks for agrees, of the seats that could vote."""
    return bool(tally.agreeing) and len(tally.agreeing) >= tally.asked * (tally.valid + len(tally.silent))


def judge(tally: Tally) -> bool:
    """A model that is no party found that the seats agree; its finding entered the transcript as an event."""
    return tally.judged


def first_agreement(tally: Tally) -> bool:
    """One seat agrees with the draft as it found it: the paper's rule (arXiv 2505.21784)."""
    return bool(tally.agreeing)


RULES: dict[str, Rule] = {
    "unanimous": unanimous,
    "majority": majority,
    "supermajority": supermajority,
    "first_agreement": first_agreement,
    "judge": judge,
}

_QUORUM_OF_ONE = frozenset({"first_agreement"})


def quorum_of(rule: str, quorum: int | None, seats: int) -> int:
    """The fewest valid stances the rule may be read from: as asked, else more than half of the seats."""
    return quorum or (1 if rule in _QUORUM_OF_ONE else seats // 2 + 1)


def tally(turns: Sequence[Turn], seats: Sequence[str], version: int) -> Tally:
    """The stances as they stand for draft `version`, each seat by its latest turn."""
    latest = {turn.seat: turn for turn in turns}
    parts: dict[str, list[str]] = {"agreeing": [], "others": [], "abstaining": [], "errored": [], "silent": []}
    for seat in seats:
        parts[_standing(latest.get(seat), version)].append(seat)
    return Tally(
        agreeing=tuple(parts["agreeing"]),
        others=tuple(parts["others"]),
        abstaining=tuple(parts["abstaining"]),
        errored=tuple(parts["errored"]),
        silent=tuple(parts["silent"]),
    )


def _standing(turn: Turn | None, version: int) -> str:
    if turn is None:
        return "silent"
    if not isinstance(turn, TurnTaken):
        return "errored"
    if turn.abstains:
        return "abstaining"
    return "agreeing" if turn.agrees and turn.version == version else "others"

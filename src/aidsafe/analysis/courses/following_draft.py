"""The draft while a transcript is followed: its thoughts, decision and response, edit by edit."""

from collections.abc import Iterator
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from aidsafe.analysis.courses.course import Change, Cited, Final, Life, Moment, maker
from aidsafe.analysis.courses.journaled import DraftRefined, DraftSeeded, Treated
from aidsafe.core.records import Decision

__all__ = ["FollowedDraft"]

_UNTOUCHED = Treated()


class _Thought(Struct, gc=False):
    """A thought while its life is followed."""

    id: str
    author: str
    round: int
    text: str
    cited: tuple[Cited, ...]
    revisions: int = 0
    withdrawn: tuple[str, int] | None = None


class FollowedDraft:
    """Takes the seed and then one edit after the other."""

    def __init__(self) -> None:
        self.thoughts: dict[str, _Thought] = {}
        self.decision: Decision | None = None
        self.conflicts = 0
        self.moments: list[Moment] = []
        self._response = ""
        self._next_id = 1
        self._changed = True

    def seed(self, event: DraftSeeded) -> None:
        """Take the first draft."""
        for thought in event.thoughts:
            self.thoughts[thought.id] = _Thought(thought.id, thought.author, 0, thought.text, thought.cited)
        self._next_id = len(self.thoughts) + 1
        self.decision, self._response = event.decision, event.response
        self.close_round(0)

    def apply(self, edit: Change, *, seat: str, round: int) -> Change:
        """Take an accepted edit."""
        self._changed = True
        match edit.op:
            case "add":
                return self._add(edit, seat, round)
            case "revise" | "withdraw":
                self._touch(edit, seat, round)
            case "decide":
                self.decision = edit.decision
            case "respond":
                self._response = edit.text
            case "resolve":
                self.conflicts += 1
        return edit

    def close_round(self, round: int) -> None:
        """Note how the draft stands at the end of a round; without a draft there is nothing to note."""
        if self.decision is None:
            return
        if not self._changed:
            self.moments.append(self.moments[-1]._replace(round=round))
            return
        self._changed = False
        alive = [thought for thought in self.thoughts.values() if thought.withdrawn is None]
        cited = [one for thought in alive for one in thought.cited]
        self.moments.append(
            Moment(
                round,
                tuple([thought.id for thought in alive]),
                tuple([thought.text for thought in alive]),
                frozenset([(one.policy, one.rule) for one in cited]),
                frozenset([(one.policy, one.rule) for one in cited if one.verified]),
                self.decision,
                self._response,
            )
        )

    def chain(self, refined: DraftRefined | None) -> tuple[Final, ...]:
        """The finished chain: the refiner's, or the draft as it stands."""
        if refined is not None:
            return refined.thoughts
        alive = (thought for thought in self.thoughts.values() if thought.withdrawn is None)
        return tuple([Final(thought.id, thought.text, (thought.id,), thought.cited) for thought in alive])

    def lives(self, chain: tuple[Final, ...] | None, refined: DraftRefined | None) -> Iterator[Life]:
        """Every thought's life, in the order in which they came."""
        outcomes = {one.thought: one for one in refined.outcomes} if refined else {}
        held = None if chain is None else {source for final in chain for source in final.sources}
        for thought in self.thoughts.values():
            yield _life(thought, held, outcomes.get(thought.id, _UNTOUCHED))

    def _add(self, edit: Change, seat: str, round: int) -> Change:
        thought_id = f"t{self._next_id}"
        self._next_id += 1
        self.thoughts[thought_id] = _Thought(thought_id, seat, round, edit.text, edit.cited)
        return replace(edit, thought=thought_id)

    def _touch(self, edit: Change, seat: str, round: int) -> None:
        thought = self.thoughts.get(edit.thought or "")
        if thought is None:
            return
        if edit.op == "withdraw":
            thought.withdrawn = (seat, round)
        else:
            thought.text, thought.cited = edit.text, edit.cited
            thought.revisions += 1


def _life(thought: _Thought, held: set[str] | None, outcome: Treated) -> Life:
    survives = None if held is None else thought.id in held
    return _made((*_shown(thought), outcome.outcome, outcome.reason, outcome.code, survives))


_made = maker(Life)
_shown = attrgetter(*_Thought.__struct_fields__)

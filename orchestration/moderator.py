"""The moderator: who speaks next, and when to stop. A pure fold over the transcript.

No model, no clock, no await: what is impure enters the transcript as an event first. So a table tests it, and the same
code replays stored transcripts.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from aidsafe.core.events import ConsensusJudged, StopRequested, TurnTaken
from aidsafe.core.records import Ending
from aidsafe.core.transcript import Transcript, Turn
from aidsafe.orchestration.budget import NOTHING, Needs, budget_ending
from aidsafe.orchestration.consensus import RULES, Tally, quorum_of, tally
from aidsafe.orchestration.likeness import likeness
from aidsafe.orchestration.orders import ORDERS, Groups, Key
from aidsafe.orchestration.protocol import Protocol, Seat
from aidsafe.orchestration.visibility import VISIBILITIES, Reader, everything

__all__ = ["Closing", "Floor", "Judging", "next_step"]

Forecast = Callable[[Transcript, "Floor"], Needs]
"""What the turns of a floor would take at the most, and what must be held back to finish after them."""


class Floor(NamedTuple):
    """The seats that may speak now (several: at once, blind to each other), and the event numbers each may see."""

    round: int
    seats: tuple[str, ...]
    saw: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """The deliberation is over: why, after how many full rounds and turns, and the numbers that justify it."""

    reason: Ending
    rounds: int
    turns: int
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge is asked whether the seats agree, at the end of a round; what it finds enters as an event."""

    round: int


class _Standing(NamedTuple):
    """Where a deliberation stands.

    `round` is the latest in which anyone had the floor (0 before the first), `latest` are its turns, and `waiting` has
    the floor next in it (nobody: it is over, or none has begun).
    """

    transcript: Transcript
    protocol: Protocol
    seats: tuple[Seat, ...]
    key: Key
    names: tuple[str, ...]
    round: int = 0
    latest: tuple[Turn, ...] = ()
    waiting: tuple[str, ...] = ()

    @classmethod
    def of(cls, transcript: Transcript, protocol: Protocol, seats: tuple[Seat, ...], key: Key) -> "_Standing":
        """Read the transcript."""
        turns, names = transcript.turns, tuple([seat.name for seat in seats])
        if not turns:
            return cls(transcript, protocol, seats, key, names)
        round = turns[-1].round
        latest = tuple([turn for turn in turns if turn.round == round])
        standing = cls(transcript, protocol, seats, key, names, round, latest)
        return standing._replace(waiting=standing.next_group(round, spoke={turn.seat for turn in latest}))

    def used_up(self, seat: Seat) -> frozenset[Ending]:
        """Which of its own budgets leave a seat no further turn."""
        budget = seat.budget
        if budget.turns is None and budget.completion_tokens is None:
            return frozenset()
        own = [turn for turn in self.transcript.turns if turn.seat == seat.name]
        tokens = sum(call.completion_tokens for turn in own for call in turn.calls)
        used: set[Ending] = set()
        if budget.turns is not None and len(own) >= budget.turns:
            used.add("budget.turns")
        if budget.completion_tokens is not None and tokens + seat.longest > budget.completion_tokens:
            used.add("budget.tokens")
        return frozenset(used)

    def group(self, seat: str, round: int) -> tuple[str, ...]:
        """The seats that have the floor together with this one."""
        return next(group for group in self._groups(round) if seat in group)

    def next_group(self, round: int, *, spoke: Collection[str] = ()) -> tuple[str, ...]:
        """The seats of a round that have the floor next; none if it is over."""
        spent = {seat.name for seat in self.seats if self.used_up(seat)}
        for group in self._groups(round):
            left = tuple([name for name in group if name not in spoke and name not in spent])
            if left:
                return left
        return ()

    def _groups(self, round: int) -> Groups:
        return ORDERS[self.protocol.order](self.names, round, self.key)

    @property
    def partly_in(self) -> bool:
        """Whether some of a blind group have spoken and others have not: it counts when it closes."""
        if not self.waiting:
            return False
        together = self.group(self.waiting[0], self.round)
        return any(turn.seat in together for turn in self.latest)

    @property
    def rounds_held(self) -> int:
        """Rounds in which every seat that may speak has spoken."""
        return self.round - 1 if self.waiting else self.round

    @property
    def tally(self) -> Tally:
        """The stances as they stand for the draft at hand."""
        counted = tally(self.transcript.turns, self.names, self.version)
        return replace(counted, asked=self.protocol.consensus.asked(self.round), judged=self.judged)

    @property
    def version(self) -> int:
        """The draft version as it stands."""
        draft = self.transcript.draft
        return draft.version if draft else 0

    @property
    def judgement(self) -> ConsensusJudged | None:
        """What a judge found at the end of this round, if one was asked."""
        found = self.transcript.last(ConsensusJudged)
        return found if found and found.round == self.round else None

    @property
    def judged(self) -> bool:
        """Whether a judge found agreement on the draft as it stands."""
        found = self.judgement
        return found is not None and found.agreed is True and found.version == self.version

    @property
    def quorum(self) -> int:
        """The fewest valid stances the rule may be read from."""
        rule = self.protocol.consensus
        return quorum_of(rule.rule, rule.quorum, len(self.seats))


def next_step(
    transcript: Transcript, protocol: Protocol, seats: Sequence[Seat], *, key: Key, forecast: Forecast | None = None
) -> Floor | Judging | Closing:
    """Who has the floor next, whether a judge is asked first, or why the deliberation is over.

    `key` is the query's own (its draws hang on it); `forecast` bounds what a floor would take (without it, a budget
    ends a deliberation when it is used up). The same transcript gives the same step.
    """
    standing = _Standing.of(transcript, protocol, tuple(seats), key)
    step = _closing(standing) or _floor(standing)
    if not isinstance(step, Floor):
        return step
    short = budget_ending(protocol.budget, transcript.usage, forecast(transcript, step) if forecast else NOTHING)
    return step if short is None else _closed(standing, *short)


def _closing(standing: _Standing) -> Closing | Judging | None:
    """The reasons to stop that stand before anyone else is asked, the strongest first."""
    if standing.transcript.last(StopRequested) is not None:
        return _closed(standing, "external")
    if standing.protocol.max_rounds == 0 or not standing.seats:
        return _closed(standing, "none")
    if not standing.round:
        return None
    return _consensus(standing) or (None if standing.waiting else _judging(standing) or _round_closing(standing))


def _consensus(standing: _Standing) -> Closing | None:
    if standing.rounds_held < standing.protocol.fewest_rounds or standing.partly_in:
        return None
    found = standing.tally
    if found.valid < standing.quorum or not RULES[standing.protocol.consensus.rule](found):
        return None
    return _closed(standing, "consensus", _numbers(standing)) if _counts(standing) else None


def _counts(standing: _Standing) -> bool:
    """Whether agreement may count: nobody holds a veto, dissent was heard, and it is no one's own work alone."""
    rule, found = standing.protocol.consensus, standing.tally
    if rule.veto is not None and rule.veto not in found.agreeing:
        return False
    if rule.dissent is not None and not _dissented(standing, rule.dissent):
        return False
    reviewed = len(standing.seats) > 1 if rule.review is None else rule.review
    return found.judged or not reviewed or bool(set(found.agreeing) - {_author(standing)})


def _dissented(standing: _Standing, seat: str) -> bool:
    turns = standing.transcript.turns
    return any(isinstance(turn, TurnTaken) and turn.seat == seat and turn.stance == "object" for turn in turns)


def _author(standing: _Standing) -> str | None:
    """Who changed the draft last; None if no seat has."""
    turns = reversed(standing.transcript.turns)
    return next((turn.seat for turn in turns if isinstance(turn, TurnTaken) and turn.edits), None)


def _judging(standing: _Standing) -> Judging | None:
    """A judge is due once at the end of a round, where the rule is its decision and a quorum has spoken."""
    if standing.protocol.consensus.rule != "judge" or standing.judgement is not None:
        return None
    due = standing.rounds_held >= standing.protocol.fewest_rounds and standing.tally.valid >= standing.quorum
    return Judging(standing.round) if due else None


def _round_closing(standing: _Standing) -> Closing | None:
    """The reasons to stop at the end of a round."""
    last = standing.round >= standing.protocol.max_rounds
    return (
        _covered(standing)
        or _nobody_wants(standing)
        or (_undecided(standing) if last else None)
        or _stagnation(standing)
        or (_last_round(standing) if last else None)
    )


def _covered(standing: _Standing) -> Closing | None:
    """Every policy asked for is cited by the draft, with a verified quote."""
    asked, draft = set(standing.protocol.coverage), standing.transcript.draft
    if not asked or draft is None or standing.rounds_held < standing.protocol.fewest_rounds:
        return None
    cited = {citation.policy for thought in draft.thoughts for citation in thought.citations if citation.verified}
    return _closed(standing, "coverage", {"covered": len(asked), "asked": len(asked)}) if asked <= cited else None


def _nobody_wants(standing: _Standing) -> Closing | None:
    if not all(isinstance(turn, TurnTaken) and turn.abstains for turn in standing.latest):
        return None
    return _closed(standing, "exhausted", {"abstaining": len(standing.latest), "seats": len(standing.seats)})


def _undecided(standing: _Standing) -> Closing | None:
    if standing.tally.valid >= standing.quorum:
        return None
    return _closed(standing, "undecided", _numbers(standing))


def _stagnation(standing: _Standing) -> Closing | None:
    limit = standing.protocol.stagnation_rounds
    if limit is None or standing.round < max(limit, standing.protocol.fewest_rounds):
        return None
    recent = [turn for turn in standing.transcript.turns if turn.round > standing.round - limit]
    if any(_moves(standing, turn) for turn in recent):
        return None
    return _closed(standing, "stagnation", {"rounds_without_edit": limit})


def _moves(standing: _Standing, turn: Turn) -> bool:
    """Whether a turn moved the deliberation: it changed the draft, and not in the words of its seat's turn before."""
    if not isinstance(turn, TurnTaken) or not turn.edits:
        return False
    limit = standing.protocol.stagnation_similarity
    return limit is None or likeness(turn, _before(standing, turn)) < limit


def _before(standing: _Standing, turn: TurnTaken) -> TurnTaken | None:
    """The same seat's turn before this one."""
    own = [t for t in standing.transcript.turns if isinstance(t, TurnTaken) and t.seat == turn.seat]
    return next((t for t in reversed(own) if t.round < turn.round), None)


def _last_round(standing: _Standing) -> Closing:
    return _closed(standing, "budget.rounds", {"spent": standing.round, "limit": standing.protocol.max_rounds})


def _floor(standing: _Standing) -> Floor | Closing:
    """The next group of this round, or of the next; a closing where nobody may speak any more."""
    round = standing.round if standing.waiting else standing.round + 1
    seats = standing.waiting or standing.next_group(round)
    if not seats:
        return _nobody_may(standing)
    return Floor(round, seats, tuple(_saw(standing, name, round) for name in seats))


def _nobody_may(standing: _Standing) -> Closing:
    """Nobody may speak: by the one budget that all seats have used up, else exhausted."""
    used = [standing.used_up(seat) for seat in standing.seats]
    kinds: tuple[Ending, ...] = ("budget.turns", "budget.tokens")
    reason: Ending = next((kind for kind in kinds if all(kind in limits for limits in used)), "exhausted")
    return _closed(standing, reason, {"seats": len(standing.seats)})


def _saw(standing: _Standing, name: str, round: int) -> tuple[int, ...]:
    """The event numbers a seat may see: never words of its own blind group in this round."""
    transcript, protocol, together = standing.transcript, standing.protocol, standing.group(name, round)
    may_read, window = VISIBILITIES[protocol.visibility], protocol.window
    if may_read is everything and window is None and together == (name,):
        return tuple(range(len(transcript)))
    numbered = tuple(zip(transcript.turn_numbers, transcript.turns, strict=True))
    earlier = [(number, turn) for number, turn in numbered if turn.round != round or turn.seat not in together]
    reader = Reader(name, standing.names, tuple(turn for _, turn in earlier))
    oldest = 0 if window is None else round - window
    shown = {n for place, (n, turn) in enumerate(earlier) if turn.round >= oldest and may_read(reader, place)}
    hidden = {*transcript.turn_numbers} - shown
    return tuple(number for number in range(len(transcript)) if number not in hidden)


def _numbers(standing: _Standing) -> dict[str, float]:
    found = standing.tally
    return {"agreeing": len(found.agreeing), "valid": found.valid, "quorum": standing.quorum, "seats": found.seats}


def _closed(standing: _Standing, reason: Ending, numbers: dict[str, float] | None = None) -> Closing:
    return Closing(reason, standing.rounds_held, len(standing.transcript.turns), numbers or {})

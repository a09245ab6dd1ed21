"""Who speaks next and when to stop, by a table: one word a turn, no model.

A word is what a seat says when it has the floor: agree, object, abstain, edit (object, with an edit), agree+edit,
abstain+edit, or the way in which it fails.
"""

from typing import NamedTuple

import pytest
from building import KEY, SEATS, add, begun, call, lost, played, said, seats, spoken

from aidsafe.core.editing import settled
from aidsafe.core.events import DeliberationEnded, StopRequested, TurnTaken
from aidsafe.core.records import Ending
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.budget import Needs
from aidsafe.orchestration.moderator import Closing, Floor, next_step
from aidsafe.orchestration.orders import ORDERS, Groups, Key
from aidsafe.orchestration.protocol import Consensus, Protocol, QueryBudget, Seat, SeatBudget

A, B, C = SEATS
FIRST = Consensus(rule="first_agreement")
UNREVIEWED = Consensus(rule="first_agreement", review=False)
MAJORITY = Consensus(rule="majority")
PATIENT = Protocol(stagnation_rounds=None)


class Row(NamedTuple):
    """What is said, under which protocol, and how it ends: reason, full rounds, turns."""

    words: str
    reason: Ending
    rounds: int
    turns: int
    protocol: Protocol = Protocol()


TABLE = {
    # unanimous
    "all agree": Row("agree agree agree", "consensus", 1, 3),
    "the last objection is given up in mid-round": Row("object agree agree agree", "consensus", 1, 4),
    "an edit asks the others again, and its author": Row("edit agree agree agree", "consensus", 1, 4),
    "agreement with an older draft never counts": Row("agree edit agree agree agree", "consensus", 1, 5),
    "agreement all round, and one late edit": Row("agree agree edit agree agree agree", "consensus", 2, 6),
    "agreement with edits is an objection": Row("agree agree agree+edit agree agree agree", "consensus", 2, 6),
    "a failed seat does not stand in the way": Row("agree agree invalid", "consensus", 1, 3),
    "a seat that fails after it objected is no objection": Row("object agree agree error", "consensus", 1, 4),
    "an abstention does not stand in the way": Row("agree abstain agree", "consensus", 1, 3),
    "an abstention with edits does": Row("agree abstain+edit agree agree agree", "consensus", 1, 5),
    "a failure is asked again": Row("agree refused refused agree agree", "consensus", 1, 5),
    # quorum
    "one stance is no quorum of three": Row("agree truncated filtered " * 3, "undecided", 3, 9, PATIENT),
    "nobody answers": Row("error error timeout " * 3, "undecided", 3, 9, PATIENT),
    "abstentions are no stances": Row("agree abstain abstain " * 3, "undecided", 3, 9, PATIENT),
    "a quorum of one is one": Row("agree error error", "consensus", 1, 3, Protocol(consensus=Consensus(quorum=1))),
    "a quorum of all is all": Row(
        "agree agree error agree agree agree", "consensus", 2, 6, Protocol(consensus=Consensus(quorum=3))
    ),
    # majority
    "two of three agree": Row("agree object agree", "consensus", 1, 3, Protocol(consensus=MAJORITY)),
    "one of three does not": Row("object agree object " * 2, "stagnation", 2, 6, Protocol(consensus=MAJORITY)),
    "a majority of an older draft is none": Row(
        "agree agree edit object agree agree", "consensus", 2, 6, Protocol(consensus=MAJORITY)
    ),
    "a majority of those who could vote": Row("agree error agree", "consensus", 1, 3, Protocol(consensus=MAJORITY)),
    # first agreement
    "the first agreement, once all have spoken": Row(
        "object agree object", "consensus", 1, 3, Protocol(consensus=FIRST)
    ),
    "the first agreement at once": Row("agree", "consensus", 0, 1, Protocol(consensus=FIRST, min_rounds=0)),
    "a first agreement that was edited away is none": Row(
        "agree edit object object agree", "consensus", 1, 5, Protocol(consensus=UNREVIEWED)
    ),
    # rounds
    "two rounds at least": Row("agree " * 6, "consensus", 2, 6, Protocol(min_rounds=2)),
    "fewest rounds hold off stagnation too": Row("agree " * 9, "consensus", 3, 9, Protocol(min_rounds=3)),
    "mid-round consensus in the second round": Row("edit agree agree agree", "consensus", 1, 4, PATIENT),
    "the last round is the last": Row("edit edit edit " * 3, "budget.rounds", 3, 9),
    "one round": Row("edit object object", "budget.rounds", 1, 3, Protocol(max_rounds=1)),
    # stagnation
    "nobody edits for two rounds": Row("object agree agree " * 2, "stagnation", 2, 6),
    "an edit in between": Row("object agree edit object agree agree object agree agree", "stagnation", 3, 9),
    "one round without an edit": Row(
        "edit agree object object agree agree", "stagnation", 2, 6, Protocol(stagnation_rounds=1)
    ),
    "stagnation is off": Row("object agree agree " * 3, "budget.rounds", 3, 9, PATIENT),
    # nobody wants to
    "all abstain": Row("abstain abstain abstain", "exhausted", 1, 3),
    "all abstain in the last round": Row("abstain abstain abstain", "exhausted", 1, 3, Protocol(max_rounds=1)),
    "abstaining after an edit": Row("edit abstain abstain abstain abstain abstain", "exhausted", 2, 6),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_how_a_deliberation_ends(row: Row) -> None:
    """It ends exactly where the table says: not one word earlier, not one later."""
    words = row.words.split()
    _, before = played(" ".join(words[:-1]), row.protocol)
    _, closing = played(row.words, row.protocol)

    assert isinstance(before, Floor)
    assert isinstance(closing, Closing)
    assert (row.reason, row.rounds, row.turns) == (closing.reason, closing.rounds, closing.turns)
    assert len(words) == closing.turns


BUDGETS = {
    "calls": (QueryBudget(calls=2), "budget.calls", {"spent": 2, "needed": 0, "limit": 2}),
    "completion tokens": (QueryBudget(completion_tokens=10), "budget.tokens", {"spent": 10, "needed": 0, "limit": 10}),
    "total tokens": (QueryBudget(total_tokens=30), "budget.tokens", {"spent": 30, "needed": 0, "limit": 30}),
    "dollars": (QueryBudget(usd=0.5), "budget.cost", {"spent": 0.5, "needed": 0.0, "limit": 0.5}),
    "seconds": (QueryBudget(seconds=4), "budget.time", {"spent": 4.0, "limit": 4.0}),
}


@pytest.mark.parametrize(("budget", "reason", "numbers"), BUDGETS.values(), ids=BUDGETS.keys())
def test_a_used_up_budget_ends_it(budget: QueryBudget, reason: Ending, numbers: dict[str, float]) -> None:
    """Each turn takes one call, 10 + 5 tokens, 0.25 dollars, 2 seconds: after two of them the limit is reached."""
    each = (call(prompt=10, completion=5, usd=0.25, seconds=2.0),)

    assert Closing(reason, 0, 2, numbers) == played("edit edit edit", Protocol(budget=budget), calls=each)[1]


@pytest.mark.parametrize(("budget", "reason", "numbers"), BUDGETS.values(), ids=BUDGETS.keys())
def test_what_is_decided_is_not_undone_by_a_budget(
    budget: QueryBudget, reason: Ending, numbers: dict[str, float]
) -> None:
    """Agreement on the last of the money is agreement."""
    each = (call(prompt=10, completion=5, usd=0.25, seconds=2.0),)
    _, closing = played("agree agree", Protocol(budget=budget), *seats(A, B), calls=each)

    assert isinstance(closing, Closing)
    assert "consensus" == closing.reason


@pytest.mark.parametrize(
    ("needs", "reason"),
    [
        (Needs(1, 5, 15, 0.25), None),
        (Needs(6, 5, 15, 0.25), "budget.calls"),
        (Needs(1, 51, 15, 0.25), "budget.tokens"),
        (Needs(1, 5, 151, 0.25), "budget.tokens"),
        (Needs(1, 5, 15, 2.1), "budget.cost"),
    ],
)
def test_a_turn_that_may_not_fit_is_not_begun(needs: Needs, reason: Ending | None) -> None:
    """What the floor may take at the most, and what must be left to finish, is weighed before it is granted."""
    budget = QueryBudget(calls=5, completion_tokens=50, total_tokens=150, usd=2.0)
    step = next_step(begun(), Protocol(budget=budget), seats(), key=KEY, forecast=lambda *_: needs)

    assert reason == (step.reason if isinstance(step, Closing) else None)


def test_the_forecast_sees_the_floor_it_is_asked_about() -> None:
    """Bounds are for these seats in this round."""
    asked: list[Floor] = []

    def forecast(_: object, floor: Floor) -> Needs:
        asked.append(floor)
        return Needs()

    step = next_step(begun(), Protocol(budget=QueryBudget(calls=9)), seats(), key=KEY, forecast=forecast)

    assert [step] == asked


def limited(**budgets: SeatBudget) -> tuple[Seat, ...]:
    """The three seats, some with budgets of their own."""
    return seats(*SEATS, **budgets)


ONCE, FEW = SeatBudget(turns=1), SeatBudget(completion_tokens=8)


@pytest.mark.parametrize(
    ("at", "words", "expected"),
    [
        (limited(critic=ONCE, expander=ONCE, policy_aligner=ONCE), "edit edit edit", ("budget.turns", 1, 3)),
        (limited(critic=FEW, expander=FEW, policy_aligner=FEW), "edit " * 6, ("budget.tokens", 2, 6)),
        (limited(critic=ONCE, expander=FEW, policy_aligner=ONCE), "edit " * 4, ("exhausted", 2, 4)),
        (limited(critic=ONCE), "edit edit edit edit edit edit edit", ("budget.rounds", 3, 7)),
        (limited(critic=ONCE), "agree edit edit object agree agree agree", ("budget.rounds", 3, 7)),
        (limited(critic=ONCE), "edit agree agree", ("", 0, 0)),
    ],
)
def test_a_seat_that_used_up_its_budget_is_passed_over(
    at: tuple[Seat, ...], words: str, expected: tuple[str, int, int]
) -> None:
    """Five completion tokens a turn; rounds go on without it, and end where nobody may speak any more."""
    _, step = played(words, PATIENT, *at, calls=(call(completion=5),))

    assert expected == ((step.reason, step.rounds, step.turns) if isinstance(step, Closing) else ("", 0, 0))


def test_a_seat_speaks_only_where_its_budget_covers_the_longest_answer() -> None:
    """Twelve tokens, six for the longest answer: two turns, whatever was used of them."""
    seat = seats(A, critic=SeatBudget(completion_tokens=12))[0].model_copy(update={"longest": 6})
    _, step = played("edit edit edit", PATIENT, seat, calls=(call(completion=4),))

    assert Closing("budget.tokens", 2, 2, {"seats": 1}) == step


def test_a_stop_request_ends_it_before_anything_else() -> None:
    """Even where all agree, or nobody has spoken."""
    stop = StopRequested(by="caller", reason="enough")
    agreed, _ = played("agree agree agree", Protocol())

    assert Closing("external", 0, 0) == next_step(begun(stop), Protocol(), seats(), key=KEY)
    assert Closing("external", 1, 3) == next_step(agreed.append(stop), Protocol(), seats(), key=KEY)


@pytest.mark.parametrize("at", [seats(), ()], ids=["no rounds", "no seats"])
def test_without_rounds_or_seats_there_is_no_deliberation(at: tuple[Seat, ...]) -> None:
    """The seed is all there is."""
    protocol = Protocol(max_rounds=0 if at else 3)

    assert Closing("none", 0, 0) == next_step(begun(), protocol, at, key=KEY)


def test_a_closing_says_why_in_numbers() -> None:
    """What was counted stands beside the reason."""
    assert {"agreeing": 2, "valid": 2, "quorum": 2, "seats": 3} == closing("agree agree invalid").numbers
    assert {"agreeing": 1, "valid": 1, "quorum": 2, "seats": 3} == closing("agree error error " * 3).numbers
    assert {"spent": 3, "limit": 3} == closing("edit " * 9).numbers
    assert {"rounds_without_edit": 2} == closing("edit object object " + "object " * 6).numbers
    assert {"abstaining": 3, "seats": 3} == closing("abstain " * 3).numbers


def closing(words: str, protocol: Protocol | None = None) -> Closing:
    """How it ends."""
    _, step = played(words, protocol or (Protocol() if "edit object" in words else PATIENT))
    assert isinstance(step, Closing)
    return step


def test_a_rejected_edit_does_not_break_stagnation() -> None:
    """An edit that was not accepted changed nothing; its author does not agree either."""
    transcript = begun()
    for round in (1, 2):
        for name in SEATS:
            turn = said(name, "agree", add("A blunt knife slips."), round=round)
            transcript = transcript.append(spoken_settled(turn, transcript))
    step = next_step(transcript, Protocol(), seats(), key=KEY)

    assert Closing("stagnation", 2, 6, {"rounds_without_edit": 2}) == step


def spoken_settled(turn: TurnTaken, transcript: Transcript) -> TurnTaken:
    """The turn, its edits tried on the draft."""
    assert transcript.draft is not None
    return settled(turn, transcript.draft)


# Order, visibility, blind groups.


def test_the_given_order_is_kept_every_round() -> None:
    """As the recipe lists them."""
    transcript, _ = played("edit " * 9, Protocol())

    assert [*SEATS] * 3 == [turn.seat for turn in transcript.turns]


def test_shuffled_rounds_hold_every_seat_once() -> None:
    """Each round is drawn anew by the query's own key."""
    transcript, _ = played("edit " * 27, Protocol(order="shuffled", max_rounds=9))
    spoke = [turn.seat for turn in transcript.turns]
    rounds = [tuple(spoke[place : place + 3]) for place in range(0, 27, 3)]

    assert all(set(SEATS) == set(each) for each in rounds)
    assert len(set(rounds)) > 2
    assert ORDERS["shuffled"](SEATS, 1, KEY) != ORDERS["shuffled"](SEATS, 1, KEY._replace(row=1))


def test_the_first_floor_sees_all_there_is() -> None:
    """Query, intents and seed."""
    assert Floor(1, (A,), ((0, 1, 2),)) == next_step(begun(), Protocol(), seats(), key=KEY)


def test_everyone_sees_what_was_said_before() -> None:
    """A failed turn is something that was said, too."""
    _, step = played("edit invalid", Protocol())

    assert Floor(1, (C,), ((0, 1, 2, 3, 4),)) == step


def test_a_visibility_hides_words_not_the_draft() -> None:
    """A seat that reads itself alone still sees query, intents and seed."""
    _, step = played("edit edit edit", Protocol(visibility="own"))

    assert Floor(2, (A,), ((0, 1, 2, 3),)) == step


def all_at_once(names: tuple[str, ...], round: int, key: Key) -> Groups:
    """An order in which all speak at once."""
    return (names,)


def two_and_one(names: tuple[str, ...], round: int, key: Key) -> Groups:
    """An order in which the first two speak at once, then the third."""
    return (names[:2], names[2:])


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Protocol:
    """A protocol of blind rounds."""
    monkeypatch.setitem(ORDERS, "blind", all_at_once)
    return Protocol(order="blind")


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch) -> Protocol:
    """A protocol in which two seats speak blind and the third after them."""
    monkeypatch.setitem(ORDERS, "pairs", two_and_one)
    return Protocol(order="pairs")


def test_a_blind_round_is_one_floor(blind: Protocol) -> None:
    """All see the same, and none sees the others' words of this round; the next round sees them all."""
    _, first = played("", blind)
    _, second = played("edit object agree", blind)

    assert Floor(1, SEATS, ((0, 1, 2),) * 3) == first
    assert Floor(2, SEATS, (tuple(range(6)),) * 3) == second


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("agree agree agree", True),
        ("agree agree edit", False),
        ("agree+edit agree agree", False),
        ("agree agree invalid", True),
        ("agree invalid invalid", False),
    ],
)
def test_a_blind_round_agrees_where_all_agree_and_none_edits(blind: Protocol, words: str, *, ends: bool) -> None:
    """An edit of one takes away what the others agreed to."""
    assert ends == isinstance(played(words, blind)[1], Closing)


def test_in_a_group_the_later_sees_the_group_before(pairs: Protocol) -> None:
    """Blind within the group, not between groups."""
    _, step = played("edit object", pairs)

    assert Floor(1, (C,), ((0, 1, 2, 3, 4),)) == step


def test_a_group_is_never_read_half(pairs: Protocol) -> None:
    """Where one of a blind pair has agreed, the other is still asked, and sees nothing of it."""
    protocol = pairs.model_copy(update={"consensus": FIRST, "min_rounds": 0})
    half = begun(said(A, "agree"))

    assert Floor(1, (B,), ((0, 1, 2),)) == next_step(half, protocol, seats(), key=KEY)
    assert Closing("consensus", 0, 2, {"agreeing": 1, "valid": 1, "quorum": 1, "seats": 3}) == next_step(
        half.append(lost(B)), protocol, seats(), key=KEY
    )


def test_a_group_without_the_seats_that_may_not_speak(pairs: Protocol) -> None:
    """A seat with nothing left is left out of its group."""
    _, step = played("edit edit edit", pairs, *limited(critic=ONCE))

    assert isinstance(step, Floor)
    assert (2, (B,)) == (step.round, step.seats)


def test_the_same_transcript_gives_the_same_step() -> None:
    """Nothing but the transcript, the protocol and the key is looked at; a stored one replays."""
    transcript, step = played("edit object", Protocol(order="shuffled"))
    replayed = Transcript.of(transcript.events)

    assert step == next_step(replayed, Protocol(order="shuffled"), seats(), key=KEY)


def test_what_comes_after_the_end_does_not_change_it() -> None:
    """Replaying a finished transcript gives the ending it has."""
    transcript, step = played("agree agree agree", Protocol())
    assert isinstance(step, Closing)
    ended = DeliberationEnded(reason=step.reason, rounds=step.rounds, turns=step.turns, numbers=step.numbers)

    assert step == next_step(transcript.append(ended), Protocol(), seats(), key=KEY)


def test_words_of_the_table_are_what_they_say() -> None:
    """The table's own language: a turn or a failure, on the draft as it stands."""
    floor = Floor(1, (A,), ((0, 1, 2),))

    assert said(A, "agree").model_copy(update={"saw": (0, 1, 2)}) == spoken("agree", floor, 0, begun())
    assert "filtered" == getattr(spoken("filtered", floor, 0, begun()), "failure", None)

"""Whatever the protocol and whatever the seats say: a deliberation ends within its bounds, and for its reason."""

from collections.abc import Iterator
from contextlib import contextmanager

from building import KEY, begun, call, spoken
from drawing import EDITS
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.editing import settled
from aidsafe.core.events import SeatFailed, TurnTaken
from aidsafe.core.records import Edit
from aidsafe.core.transcript import Transcript, Turn
from aidsafe.orchestration.moderator import Closing, Floor, next_step
from aidsafe.orchestration.orders import ORDERS
from aidsafe.orchestration.protocol import Consensus, Protocol, QueryBudget, Seat, SeatBudget, Weighted

FAILURES = ("invalid", "refused", "truncated", "filtered", "timeout", "error")
WORDS = st.one_of(
    st.sampled_from(["agree"] * 8 + ["object", "abstain", "agree+edit", "edit", "edit", "abstain+edit"]),
    st.sampled_from(FAILURES),
)
NAMES = ("a", "b", "c", "d")


@contextmanager
def blind_orders() -> Iterator[None]:
    """Orders with groups that speak at once, for as long as this lasts."""
    ORDERS["blind"] = lambda names, _round, _key: (names,)
    ORDERS["pairs"] = lambda names, round, _key: (names[: round % 3], names[round % 3 :])
    try:
        yield
    finally:
        del ORDERS["blind"], ORDERS["pairs"]


@st.composite
def protocols(draw: st.DrawFn, seats: int) -> Protocol:
    """Any protocol for so many seats."""
    most = draw(st.sampled_from([3, 2, 1, 4, 3, 2, 0]))
    quorum = st.none() | st.integers(1, seats) if seats else st.none()
    rule = st.sampled_from(["unanimous", "majority", "first_agreement", "supermajority"])
    return Protocol(
        order=draw(st.sampled_from(["given", "shuffled", "blind", "pairs"])),
        min_rounds=draw(st.none() | st.integers(0, most)),
        max_rounds=most,
        stagnation_rounds=draw(st.none() | st.integers(1, 3)),
        consensus=Consensus(rule=draw(rule), quorum=draw(quorum), review=draw(st.sampled_from([None, False]))),
        budget=draw(st.sampled_from([QueryBudget()] * 3 + [QueryBudget(calls=5), QueryBudget(seconds=4)])),
    )


@st.composite
def tables(draw: st.DrawFn) -> tuple[Protocol, tuple[Seat, ...]]:
    """A protocol and its seats, some of them with budgets of their own."""
    names = NAMES[: draw(st.sampled_from([3, 2, 4, 1, 3, 2, 0]))]
    budgets = st.sampled_from([SeatBudget()] * 3 + [SeatBudget(turns=2), SeatBudget(completion_tokens=12)])
    seats = tuple(
        Seat(name=name, persona=name, models=(Weighted(model="m"),), budget=draw(budgets), longest=5) for name in names
    )
    return draw(protocols(len(seats))), seats


SAYINGS = st.lists(st.tuples(WORDS, st.lists(EDITS, min_size=1, max_size=3)), min_size=1, max_size=12)
Sayings = list[tuple[str, list[Edit]]]


def turn_of(step: Floor, place: int, transcript: Transcript, sayings: Sayings) -> Turn:
    """What a seat says, by the number of its event alone, so that any prefix goes on alike."""
    word, edits = sayings[(len(transcript) + place) % len(sayings)]
    turn = spoken(word, step, place, transcript, calls=(call(completion=5, seconds=1.0),))
    assert isinstance(turn, TurnTaken | SeatFailed)
    return turn.model_copy(update={"edits": tuple(edits)}) if isinstance(turn, TurnTaken) and turn.edits else turn


def after(step: Floor, transcript: Transcript, sayings: Sayings) -> Transcript:
    """The transcript after the floor, settled in seat order."""
    for turn in [turn_of(step, place, transcript, sayings) for place in range(len(step.seats))]:
        draft = transcript.draft
        assert draft is not None
        transcript = transcript.append(settled(turn, draft) if isinstance(turn, TurnTaken) else turn)
    return transcript


def ending(
    transcript: Transcript, protocol: Protocol, seats: tuple[Seat, ...], sayings: Sayings
) -> tuple[list[Transcript], Closing]:
    """Every transcript on the way, and how it ends; it must end."""
    way = [transcript]
    for _ in range(protocol.max_rounds * len(seats) + 1):
        step = next_step(way[-1], protocol, seats, key=KEY)
        if isinstance(step, Closing):
            return way, step
        assert isinstance(step, Floor)
        way.append(after(step, way[-1], sayings))
    raise AssertionError(f"did not end within {protocol.max_rounds} rounds of {len(seats)} seats")


def supporters(transcript: Transcript) -> set[str]:
    """The seats whose latest turn agrees, unchanged, with the draft as it is now; counted apart from the moderator."""
    assert transcript.draft is not None
    latest = {turn.seat: turn for turn in transcript.turns}
    return {
        name
        for name, turn in latest.items()
        if isinstance(turn, TurnTaken)
        and turn.stance == "agree"
        and not turn.edits
        and not turn.rejected
        and turn.version == transcript.draft.version
    }


def voters(transcript: Transcript) -> set[str]:
    """The seats whose latest turn is neither a failure nor an abstention."""
    latest = {turn.seat: turn for turn in transcript.turns}
    return {name for name, turn in latest.items() if isinstance(turn, TurnTaken) and not turn.abstains}


@given(table=tables(), sayings=SAYINGS)
def test_it_ends_within_its_bounds(table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings) -> None:
    """Never more rounds than there may be, never a seat twice in a round, never a seat beyond its own budget."""
    protocol, seats = table
    with blind_orders():
        way, closing = ending(begun(), protocol, seats, sayings)
    turns = way[-1].turns

    assert closing.rounds <= protocol.max_rounds
    assert closing.turns == len(turns) <= protocol.max_rounds * len(seats)
    assert len({(turn.round, turn.seat) for turn in turns}) == len(turns)
    assert [turn.round for turn in turns] == sorted(turn.round for turn in turns)
    for seat in seats:
        own = [turn for turn in turns if turn.seat == seat.name]
        assert len(own) <= (seat.budget.turns or len(own))
        assert 5 * len(own) <= (seat.budget.completion_tokens or 5 * len(own))
    if protocol.budget.calls is not None and not protocol.order.startswith(("blind", "pairs")):
        assert way[-1].usage.calls <= protocol.budget.calls


@given(table=tables(), sayings=SAYINGS)
def test_consensus_is_agreement_with_the_draft_as_it_ends(
    table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings
) -> None:
    """No failure, no abstention, no edit and no stance on an older draft is ever part of it."""
    protocol, seats = table
    with blind_orders():
        way, closing = ending(begun(), protocol, seats, sayings)
    if closing.reason != "consensus":
        return
    agreed, voted = supporters(way[-1]), voters(way[-1])

    assert agreed
    assert closing.rounds >= protocol.fewest_rounds
    assert len(voted) >= (protocol.consensus.quorum or 1)
    if protocol.consensus.rule == "unanimous":
        assert agreed == voted
    if protocol.consensus.rule == "majority":
        assert 2 * len(agreed) > len(voted)
    if protocol.consensus.quorum is None and protocol.consensus.rule != "first_agreement":
        assert 2 * len(voted) > len(seats)


@given(table=tables(), sayings=SAYINGS)
def test_full_agreement_always_ends_it(table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings) -> None:
    """Where every seat agrees with the draft as it is and enough rounds were held, nobody is asked again."""
    protocol, seats = table
    with blind_orders():
        way, _ = ending(begun(), protocol, seats, sayings)
        for transcript in way[:-1]:
            everyone = len(supporters(transcript)) == len(seats) > 0
            if everyone and transcript.turns[-1].round > protocol.fewest_rounds:
                raise AssertionError("all agreed, and the floor was given again")


@given(table=tables(), sayings=SAYINGS, failure=st.sampled_from(FAILURES))
def test_how_a_seat_failed_decides_nothing(
    table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings, failure: str
) -> None:
    """A refusal weighs what a time-out weighs: nothing."""
    protocol, seats = table
    others = [(failure if word in FAILURES else word, edits) for word, edits in sayings]
    with blind_orders():
        _, one = ending(begun(), protocol, seats, sayings)
        _, other = ending(begun(), protocol, seats, others)

    assert one == other


@given(table=tables(), sayings=SAYINGS)
def test_any_prefix_continues_to_the_same_end(table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings) -> None:
    """Stopped after any floor, read back from its events, and continued: nothing shows it."""
    protocol, seats = table
    with blind_orders():
        way, closing = ending(begun(), protocol, seats, sayings)
        for prefix in way:
            again, end = ending(Transcript.of(prefix.events), protocol, seats, sayings)
            assert (way[-1], closing) == (again[-1], end)


@given(table=tables(), sayings=SAYINGS)
def test_nobody_sees_what_was_said_beside_them(table: tuple[Protocol, tuple[Seat, ...]], sayings: Sayings) -> None:
    """A seat sees every event but the words of its own blind group, and none that is still to come."""
    protocol, seats = table
    with blind_orders():
        way, _ = ending(begun(), protocol, seats, sayings)
        for transcript in way:
            step = next_step(transcript, protocol, seats, key=KEY)
            if isinstance(step, Floor):
                assert [tuple(range(len(transcript)))] * len(step.seats) == list(step.saw)

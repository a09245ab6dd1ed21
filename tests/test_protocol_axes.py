"""Any protocol, with every axis open: it ends within its bounds, and shows no seat what its visibility forbids."""

from building import KEY, begun, call, spoken
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.editing import settled
from aidsafe.core.events import ConsensusJudged, TurnTaken
from aidsafe.core.transcript import Transcript, Turn
from aidsafe.orchestration.identity import IDENTITIES
from aidsafe.orchestration.moderator import Closing, Floor, Judging, next_step
from aidsafe.orchestration.orders import ORDERS
from aidsafe.orchestration.protocol import Consensus, Protocol, Seat, Weighted
from aidsafe.orchestration.visibility import VISIBILITIES

NAMES = ("a", "b", "c", "d")
WORDS = ("agree", "agree", "agree", "object", "edit", "edit", "abstain", "agree+edit", "refused", "timeout", "invalid")
SAYINGS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)
VERDICTS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4)
Way = list[tuple[Transcript, Floor]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Protocol, tuple[Seat, ...]]:
    """Seats, and any protocol that goes together."""
    names = NAMES[: draw(st.integers(1, 4))]
    some = st.none() | st.sampled_from(names)
    order = draw(st.sampled_from(sorted(ORDERS)))
    seen = [word for word in sorted(VISIBILITIES) if (order, word) != ("simultaneous", "previous")]
    most = draw(st.integers(1, 4))
    rule = Consensus(
        rule=draw(st.sampled_from(["unanimous", "majority", "supermajority", "first_agreement", "judge"])),
        quorum=draw(st.none() | st.integers(1, len(names))),
        thresholds=tuple(draw(st.lists(st.sampled_from([0.5, 0.75, 1.0]), min_size=1, max_size=3))),
        veto=draw(some),
        dissent=draw(some),
        review=draw(st.sampled_from([None, False])),
    )
    protocol = Protocol(
        order=order,
        visibility=draw(st.sampled_from(seen)),
        window=draw(st.none() | st.integers(0, 2)),
        identity=draw(st.sampled_from(sorted(IDENTITIES))),
        min_rounds=draw(st.none() | st.integers(0, most)),
        max_rounds=most,
        stagnation_rounds=draw(st.none() | st.integers(1, 3)),
        stagnation_similarity=draw(st.none() | st.sampled_from([0.5, 1.0])),
        consensus=rule,
    )
    return protocol, tuple(Seat(name=name, persona=name, models=(Weighted(model="m"),), longest=5) for name in names)


def held(
    protocol: Protocol, seats: tuple[Seat, ...], sayings: list[str], verdicts: list[bool | None]
) -> tuple[Way, Closing, Transcript]:
    """Every floor on the way, how it ends, and the whole transcript; it must end."""
    transcript, way = begun(), list[tuple[Transcript, Floor]]()
    for _ in range(protocol.max_rounds * (len(seats) + 1) + 1):
        step = next_step(transcript, protocol, seats, key=KEY)
        match step:
            case Closing():
                return way, step, transcript
            case Judging():
                transcript = transcript.append(judged(step, transcript, verdicts))
            case Floor():
                way.append((transcript, step))
                transcript = after(step, transcript, sayings)
    raise AssertionError(f"did not end within {protocol.max_rounds} rounds of {len(seats)} seats")


def after(step: Floor, transcript: Transcript, sayings: list[str]) -> Transcript:
    """The transcript after a floor, settled in seat order."""
    number = len(transcript)
    for place in range(len(step.seats)):
        turn = spoken(sayings[(number + place) % len(sayings)], step, place, transcript, calls=(call(),))
        draft = transcript.draft
        assert draft is not None
        transcript = transcript.append(settled(turn, draft) if isinstance(turn, TurnTaken) else turn)
    return transcript


def judged(step: Judging, transcript: Transcript, verdicts: list[bool | None]) -> ConsensusJudged:
    """What the judge finds in a round."""
    draft = transcript.draft
    assert draft is not None
    return ConsensusJudged(round=step.round, version=draft.version, agreed=verdicts[step.round % len(verdicts)])


def hidden(protocol: Protocol, turn: Turn, reader: str, place: int, step: Floor, turns: tuple[Turn, ...]) -> bool:
    """Whether a turn must stay hidden from a reader; told apart from the moderator's own way of telling."""
    if protocol.window is not None and turn.round < step.round - protocol.window:
        return True
    match protocol.visibility:
        case "own":
            return turn.seat != reader
        case "hub":
            return reader != NAMES[0] and turn.seat not in (NAMES[0], reader)
        case "previous":
            heard_by = turns[place + 1].seat if place + 1 < len(turns) else reader
            return reader not in (turn.seat, heard_by)
        case _:
            return False


@given(table=tables(), sayings=SAYINGS, verdicts=VERDICTS)
def test_nobody_sees_what_is_hidden(
    table: tuple[Protocol, tuple[Seat, ...]], sayings: list[str], verdicts: list[bool | None]
) -> None:
    """Nor is anything hidden that may be seen; in a blind round nothing of that round is there at all."""
    protocol, seats = table
    for transcript, step in held(protocol, seats, sayings, verdicts)[0]:
        for reader, saw in zip(step.seats, step.saw, strict=True):
            kept = [
                number
                for place, (number, turn) in enumerate(zip(transcript.turn_numbers, transcript.turns, strict=True))
                if hidden(protocol, turn, reader, place, step, transcript.turns)
            ]
            assert set(range(len(transcript))) - set(kept) == set(saw)
            if protocol.order == "simultaneous":
                assert not [turn for turn in transcript.turns if turn.round == step.round]


@given(table=tables(), sayings=SAYINGS, verdicts=VERDICTS)
def test_it_ends_for_a_reason_that_holds(
    table: tuple[Protocol, tuple[Seat, ...]], sayings: list[str], verdicts: list[bool | None]
) -> None:
    """Consensus is never read from failures; a veto, a dissent and a judge are heard where they are asked for."""
    protocol, seats = table
    _, closing, transcript = held(protocol, seats, sayings, verdicts)
    rule, latest = protocol.consensus, {turn.seat: turn for turn in transcript.turns}
    agreeing = {name for name, turn in latest.items() if isinstance(turn, TurnTaken) and turn.agrees}

    assert closing.rounds <= protocol.max_rounds
    if closing.reason == "consensus":
        assert rule.rule == "judge" or agreeing
        assert rule.veto is None or rule.veto in agreeing
        assert rule.dissent is None or [
            t for t in transcript.turns if isinstance(t, TurnTaken) and (t.seat, t.stance) == (rule.dissent, "object")
        ]
        found = transcript.last(ConsensusJudged)
        assert rule.rule != "judge" or (found is not None and found.agreed)


@given(table=tables(), sayings=SAYINGS, verdicts=VERDICTS)
def test_the_same_transcript_gives_the_same_step(
    table: tuple[Protocol, tuple[Seat, ...]], sayings: list[str], verdicts: list[bool | None]
) -> None:
    """Read back from its events, from any floor on."""
    protocol, seats = table
    for transcript, step in held(protocol, seats, sayings, verdicts)[0]:
        assert step == next_step(Transcript.of(transcript.events), protocol, seats, key=KEY)

"""Every value of every axis of the protocol, by table: orders, visibilities, identities, rules, and what stops."""

import pytest
from building import KEY, SEATS, begun, floor, played, said, seats, turned

from aidsafe.core.events import ConsensusJudged
from aidsafe.core.records import Add, Citation
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.identity import IDENTITIES
from aidsafe.orchestration.likeness import likeness
from aidsafe.orchestration.moderator import Closing, Floor, Judging, next_step
from aidsafe.orchestration.orders import ORDERS, Key
from aidsafe.orchestration.protocol import Consensus, Protocol, Seat, Weighted
from aidsafe.orchestration.visibility import VISIBILITIES, Reader

A, B, C = SEATS
EVEN, ODD = Key(7, 2), Key(7, 3)


@pytest.mark.parametrize(
    ("order", "key", "groups"),
    [
        ("given", EVEN, ((A,), (B,), (C,))),
        ("given", ODD, ((A,), (B,), (C,))),
        ("reversed", EVEN, ((A,), (B,), (C,))),
        ("reversed", ODD, ((C,), (B,), (A,))),
        ("simultaneous", EVEN, ((A, B, C),)),
    ],
)
def test_an_order_is_who_speaks_when(order: str, key: Key, groups: tuple[tuple[str, ...], ...]) -> None:
    """Groups of several speak at once."""
    assert groups == ORDERS[order](SEATS, 1, key)


def test_a_shuffle_is_drawn_anew_for_every_round_and_query() -> None:
    """And it leaves nobody out."""
    drawn = [ORDERS["shuffled"](SEATS, round, Key(7, row)) for round in range(1, 5) for row in range(20)]

    assert {tuple(sorted((seat,) for seat in SEATS))} == {tuple(sorted(groups)) for groups in drawn}
    assert len(set(drawn)) == 6


SAID = tuple(said(seat, "object", round=round) for round in (1, 2) for seat in SEATS)


@pytest.mark.parametrize(
    ("visibility", "name", "read"),
    [
        ("all", A, [0, 1, 2, 3, 4, 5]),
        ("own", B, [1, 4]),
        ("hub", A, [0, 1, 2, 3, 4, 5]),
        ("hub", C, [0, 2, 3, 5]),
        ("previous", A, [0, 2, 3, 5]),
        ("previous", B, [0, 1, 3, 4, 5]),
    ],
)
def test_a_visibility_is_which_turns_a_seat_reads(visibility: str, name: str, read: list[int]) -> None:
    """Two rounds of A, B, C were said; the reader is about to speak next."""
    reader = Reader(name, SEATS, SAID)

    assert read == [place for place in range(6) if VISIBILITIES[visibility](reader, place)]


@pytest.mark.parametrize(("window", "saw"), [(None, 6), (1, 3), (0, 0)])
def test_a_window_closes_on_older_rounds(window: int | None, saw: int) -> None:
    """At the start of round 3, with so many rounds before it in sight."""
    _, step = played("edit " * 6, Protocol(window=window))

    assert isinstance(step, Floor)
    assert [3 + saw] == [len(numbers) for numbers in step.saw]


def test_a_role_is_a_persona_numbered_where_it_is_shared() -> None:
    """Two critics stay two."""
    pool = (Weighted(model="m"),)
    table = tuple(Seat(name=n, persona=p, models=pool) for n, p in (("x", "critic"), ("y", "critic"), ("z", "chef")))

    assert {"x": "critic_1", "y": "critic_2", "z": "chef"} == IDENTITIES["role"](table, KEY)


def test_anonymous_letters_are_dealt_anew_for_every_query() -> None:
    """Nobody keeps a letter, and no letter is dealt twice."""
    dealt = [IDENTITIES["anonymous"](seats(), Key(7, row)) for row in range(20)]

    assert {("reviewer_A", "reviewer_B", "reviewer_C")} == {tuple(sorted(names.values())) for names in dealt}
    assert {"reviewer_A", "reviewer_B", "reviewer_C"} == {names[A] for names in dealt}
    assert {} == IDENTITIES["named"](seats(), KEY)


def test_letters_go_on_after_z() -> None:
    """A table of thirty is anonymous too."""
    many = tuple(Seat(name=f"s{n}", persona="critic", models=(Weighted(model="m"),)) for n in range(30))

    assert 30 == len(set(IDENTITIES["anonymous"](many, KEY).values()))


@pytest.mark.parametrize(
    ("words", "rule", "reason", "turns"),
    [
        ("agree agree agree", Consensus(rule="supermajority", thresholds=(1.0,)), "consensus", 3),
        ("agree agree object agree", Consensus(rule="supermajority", thresholds=(1.0, 0.6)), "consensus", 4),
        ("agree agree object", Consensus(rule="supermajority"), "consensus", 3),
        ("object agree agree agree", Consensus(rule="majority", veto=A), "consensus", 4),
        ("agree agree agree object agree agree agree", Consensus(dissent=A), "consensus", 7),
        ("edit object agree object agree", Consensus(rule="first_agreement"), "consensus", 3),
        ("edit lost lost agree agree", Consensus(rule="first_agreement", review=False), "consensus", 4),
        ("edit lost lost agree agree", Consensus(rule="first_agreement"), "consensus", 5),
    ],
)
def test_what_makes_agreement_count(words: str, rule: Consensus, reason: str, turns: int) -> None:
    """Thresholds by round, a veto, a dissent that must have been heard, a review by someone else."""
    _, step = played(words, Protocol(consensus=rule, stagnation_rounds=None, max_rounds=4))

    assert isinstance(step, Closing)
    assert (reason, turns) == (step.reason, step.turns)


JUDGED = Protocol(consensus=Consensus(rule="judge"))


def judged(transcript: Transcript, *, agreed: bool | None) -> Transcript:
    """The transcript after a judge spoke."""
    draft = transcript.draft
    version = draft.version if draft else 0
    return transcript.append(ConsensusJudged(round=1, version=version, agreed=agreed))


def test_a_judge_is_asked_once_at_the_end_of_a_round() -> None:
    """Its finding, not the stances, is the agreement."""
    transcript, step = played("object object object", JUDGED)

    assert Judging(1) == step
    found = next_step(judged(transcript, agreed=True), JUDGED, seats(), key=KEY)
    assert isinstance(found, Closing)
    assert "consensus" == found.reason


def test_a_judge_that_finds_none_or_fails_lets_it_go_on() -> None:
    """A failed judge is neither agreement nor objection."""
    transcript, _ = played("agree agree agree", JUDGED)

    for agreed in (False, None):
        assert isinstance(next_step(judged(transcript, agreed=agreed), JUDGED, seats(), key=KEY), Floor)


def test_coverage_ends_once_every_policy_is_cited_and_verified() -> None:
    """An unverified quote covers nothing."""
    protocol = Protocol(coverage=("physical_harm",), stagnation_rounds=None)
    cited = Citation(policy="physical_harm", rule="PH-R1", quote="q", verified=True)
    for citation, expected in ((cited, "coverage"), (cited.model_copy(update={"verified": False}), None)):
        edit = Add(text="A thought with ground.", citations=(citation,))
        first = said(A, "object", edit)
        transcript = begun(first, said(B, "object", version=1), said(C, "object", version=1))
        step = next_step(transcript, protocol, seats(), key=KEY)
        assert expected == (step.reason if isinstance(step, Closing) else None)


def test_the_same_words_again_are_stagnation() -> None:
    """Edits in the words of the turn before do not count as movement, where likeness is asked for."""
    alike = Protocol(stagnation_rounds=1, stagnation_similarity=0.9, max_rounds=5)
    turns = [
        said(seat, "object", Add(text="a new thought again here"), round=round, reason="the very same words")
        for round in (1, 2)
        for seat in SEATS
    ]
    step = next_step(begun(*turns), alike, seats(), key=KEY)

    assert isinstance(step, Closing)
    assert "stagnation" == step.reason


@pytest.mark.parametrize(
    ("words", "before", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b c d", "b c d e", 1 / 3), ("a b c", "x y z", 0.0), ("", "", 0.0)],
)
def test_likeness_is_shared_word_triples(words: str, before: str, expected: float) -> None:
    """From none to all of them."""
    one, other = said(A, "object", reason=words), said(A, "object", reason=before)

    assert expected == likeness(one, other)
    assert 0.0 == likeness(one, None)


def test_a_blind_round_shows_nobody_the_words_of_that_round() -> None:
    """Not even to a seat that was asked late."""
    protocol = Protocol(order="simultaneous")
    half = begun(said(B, "object"))

    assert Floor(1, (A, C), ((0, 1, 2), (0, 1, 2))) == next_step(half, protocol, seats(), key=KEY)
    assert floor(A, B, C) == next_step(begun(), protocol, seats(), key=KEY)


def test_an_order_can_be_added_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """One function and one line."""

    def last_first(names: tuple[str, ...], round: int, key: Key) -> tuple[tuple[str, ...], ...]:
        return tuple((name,) for name in (*names[-1:], *names[:-1]))

    monkeypatch.setitem(ORDERS, "last_first", last_first)
    assert floor(C) == next_step(begun(), Protocol(order="last_first"), seats(), key=KEY)
    assert turned(floor(C), {C: "agree"}, begun()).turns[0].seat == C

"""When the seats agree: stances counted for one draft version, and the rules that read the count."""

import pytest
from building import SEATS, add, lost, said

from aidsafe.core.transcript import Turn
from aidsafe.orchestration.consensus import RULES, Tally, quorum_of, tally

A, B, C = SEATS


TURNS: list[tuple[Turn, str]] = [
    (said(A, "agree", version=1), "agreeing"),
    (said(A, "agree", version=0), "others"),
    (said(A, "agree", add(), version=1), "others"),
    (said(A, "object", version=1), "others"),
    (said(A, "object", version=0), "others"),
    (said(A, "abstain", version=1), "abstaining"),
    (said(A, "abstain", version=0), "abstaining"),
    (said(A, "abstain", add(), version=1), "others"),
    *((lost(A, failure, version=1), "errored") for failure in ("invalid", "refused", "truncated")),
    *((lost(A, failure, version=1), "errored") for failure in ("filtered", "timeout", "error")),
]


@pytest.mark.parametrize(("turn", "part"), TURNS, ids=repr)
def test_a_turn_counts_for_one_thing(turn: Turn, part: str) -> None:
    """On draft version 1: only unchanged agreement with that very version agrees; a failure is no stance at all."""
    found = tally((turn,), (A,), version=1)

    assert (A,) == getattr(found, part)
    assert 1 == found.seats


def test_a_seat_counts_by_its_latest_turn() -> None:
    """What it said before is past, also where it failed since."""
    turns: list[Turn] = [
        said(A, "object"),
        said(B, "agree"),
        said(C, "agree"),
        said(A, "agree", round=2),
        lost(B, round=2),
    ]

    assert Tally(agreeing=(A, C), errored=(B,)) == tally(turns, SEATS, version=0)


def test_a_seat_without_a_turn_is_silent() -> None:
    """Silence is neither agreement nor a failure; seats stand in their own order."""
    found = tally([said(C, "agree")], SEATS, version=0)

    assert Tally(agreeing=(C,), silent=(A, B)) == found
    assert (1, 3) == (found.valid, found.seats)


YES, NO = ("y1", "y2", "y3", "y4"), ("n1", "n2", "n3", "n4")


@pytest.mark.parametrize(
    ("agree", "other", "out", "silent", "rules"),
    [
        (3, 0, 0, 0, "unanimous majority supermajority first_agreement"),
        (2, 0, 1, 0, "unanimous majority supermajority first_agreement"),
        (2, 1, 0, 0, "majority supermajority first_agreement"),
        (2, 2, 0, 0, "supermajority first_agreement"),
        (1, 2, 0, 0, "first_agreement"),
        (1, 0, 2, 0, "unanimous majority supermajority first_agreement"),
        (1, 0, 0, 2, "first_agreement"),
        (2, 0, 0, 1, "majority supermajority first_agreement"),
        (0, 3, 0, 0, ""),
        (0, 0, 3, 0, ""),
        (0, 0, 0, 3, ""),
    ],
)
def test_each_rule_reads_the_tally(agree: int, other: int, out: int, silent: int, rules: str) -> None:
    """Agreeing, other valid, not counted, silent: which rules hold, where half is asked for (a quorum is apart)."""
    found = Tally(agreeing=YES[:agree], others=NO[:other], errored=("e",) * out, silent=("s",) * silent)

    assert set(rules.split()) == {name for name, rule in RULES.items() if rule(found)}


def test_errors_and_abstentions_weigh_the_same_in_every_rule() -> None:
    """Neither is read as agreement or as objection."""
    for name, rule in RULES.items():
        for agree in range(3):
            errored = Tally(agreeing=YES[:agree], others=NO[:1], errored=("x", "y"))
            abstaining = Tally(agreeing=YES[:agree], others=NO[:1], abstaining=("x", "y"))
            alone = Tally(agreeing=YES[:agree], others=NO[:1])
            assert rule(alone) == rule(errored) == rule(abstaining), name


@pytest.mark.parametrize(
    ("rule", "quorum", "seats", "expected"),
    [
        ("unanimous", None, 3, 2),
        ("unanimous", None, 4, 3),
        ("majority", None, 1, 1),
        ("first_agreement", None, 3, 1),
        ("first_agreement", 2, 3, 2),
        ("unanimous", 1, 3, 1),
    ],
)
def test_a_quorum_is_more_than_half(rule: str, quorum: int | None, seats: int, expected: int) -> None:
    """Unless another is asked for, or one agreement is enough."""
    assert expected == quorum_of(rule, quorum, seats)

"""What happened is kept as JSON, and read back as what it was."""

import pytest
from building import add, lost, said
from drawing import EVENTS
from hypothesis import given
from pydantic import ValidationError

from aidsafe.core.events import EVENT, Event, TurnTaken
from aidsafe.core.records import Severity, Weakness


@given(event=EVENTS)
def test_an_event_survives_its_json(event: Event) -> None:
    """Whatever the words in it, an event comes back equal, from bytes and from plain values."""
    assert event == EVENT.validate_json(EVENT.dump_json(event))
    assert event == EVENT.validate_python(EVENT.dump_python(event, mode="json"))


def test_an_unknown_kind_is_one_error() -> None:
    """The union is told apart by `kind`, so a wrong one is one sentence and not one for each kind."""
    with pytest.raises(ValidationError, match="1 validation error") as caught:
        EVENT.validate_python({"kind": "turn_skipped"})

    assert "'turn_taken'" in str(caught.value)


def test_an_event_takes_no_unknown_field() -> None:
    """What is written by another version is noticed."""
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        EVENT.validate_python({"kind": "query_completed", "mood": "good"})


def test_a_round_counts_from_one() -> None:
    """A turn belongs to a round."""
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        said("critic", "agree", round=0)
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        lost("critic", round=0)


@pytest.mark.parametrize(
    ("stance", "edits", "agrees", "abstains"),
    [
        ("agree", (), True, False),
        ("agree", (add(),), False, False),
        ("object", (), False, False),
        ("abstain", (), False, True),
        ("abstain", (add(),), False, False),
    ],
)
def test_agreement_and_abstention_change_nothing(
    stance: str, edits: tuple[object, ...], *, agrees: bool, abstains: bool
) -> None:
    """A seat that edits neither agrees nor abstains, whatever it says."""
    turn = TurnTaken.model_validate({**said("critic", "object").model_dump(), "stance": stance, "edits": edits})

    assert (agrees, abstains) == (turn.agrees, turn.abstains)


@pytest.mark.parametrize(("severity", "agrees"), [("minor", True), ("blocking", False)])
def test_a_blocking_weakness_is_no_agreement(severity: Severity, *, agrees: bool) -> None:
    """Whatever the stance says; a minor one may stand beside it."""
    weakness = Weakness(thought="t1", quote="why", defect="ungrounded", severity=severity)

    assert agrees == said("critic", "agree").model_copy(update={"weakness": weakness}).agrees

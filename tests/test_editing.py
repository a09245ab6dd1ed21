"""Edits on a draft: which apply, which do not and why, and what the draft is afterwards."""

import pytest
from building import cited, said, seeded
from drawing import DRAFTED, EDITS
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.editing import apply_edits, folded, settled, try_edits
from aidsafe.core.events import DraftSeeded
from aidsafe.core.records import (
    Add,
    Conflict,
    Decide,
    Draft,
    Edit,
    RejectedEdit,
    Rejection,
    Resolve,
    Respond,
    Revise,
    Thought,
    Withdraw,
)
from aidsafe.core.transcript import next_draft

DRAFT = Draft(thoughts=seeded().thoughts, decision="comply", response="Hone it on a stone.", next_id=3)


def edited(*edits: Edit, draft: Draft = DRAFT) -> Draft:
    """The draft after a critic's edits in round 1."""
    return apply_edits(draft, edits, author="critic", round=1)


def causes(*edits: Edit, draft: Draft = DRAFT, seen: int = 0) -> list[Rejection]:
    """Why edits do not apply, of those that do not."""
    _, rejected = try_edits(draft, edits, author="critic", round=1, seen=seen)
    return [each.cause for each in rejected]


def test_a_new_thought_comes_last_with_a_number_of_its_own() -> None:
    """An added thought has its author, round and version; the draft's version grows by one."""
    draft = edited(Add(text="Stand back.", citations=(cited(),)), Add(text="Wear gloves."))

    expected = Thought(id="t3", text="Stand back.", author="critic", round=1, citations=(cited(),), changed=1)
    assert expected == draft.thoughts[2]
    assert ("t4", 5, 1) == (draft.thoughts[3].id, draft.next_id, draft.version)


def test_a_number_is_never_used_twice() -> None:
    """A withdrawn thought leaves its number behind."""
    draft = edited(Add(text="Wear gloves."), draft=edited(Withdraw(target="t2")))

    assert ["t1", "t3"] == [thought.id for thought in draft.thoughts]


def test_a_revision_keeps_author_and_round() -> None:
    """New words, new citations, the same thought."""
    draft = edited(Revise(target="t1", text="A blunt blade slips.", citations=(cited(),)))

    expected = Thought(id="t1", text="A blunt blade slips.", author="seeder", round=0, citations=(cited(),), changed=1)
    assert (expected, DRAFT.thoughts[1]) == draft.thoughts


def test_response_decision_and_conflict_are_replaced_and_noted() -> None:
    """The versions say when response and decision last changed."""
    draft = edited(
        Respond(text="Use a stone."), Decide(decision="clarify"), Resolve(rules=("A", "B"), resolved_by="step 2")
    )

    assert ("Use a stone.", "clarify") == (draft.response, draft.decision)
    assert (1, 1, 1) == (draft.version, draft.responded, draft.decided)
    assert (Conflict(rules=("A", "B"), resolved_by="step 2"),) == draft.conflicts


def test_no_edits_leave_the_draft_as_it_is() -> None:
    """Agreement does not make a new version."""
    assert edited() is DRAFT


@pytest.mark.parametrize(
    ("edit", "cause"),
    [
        (Add(text="  "), "empty"),
        (Add(text="a BLUNT knife\nslips."), "repeats"),
        (Revise(target="t9", text="x"), "unknown_target"),
        (Revise(target="t1", expect="The asker", text="x"), "mismatch"),
        (Revise(target="t1", text="A blunt knife slips."), "no_change"),
        (Revise(target="t1", text=" "), "empty"),
        (Withdraw(target="t9"), "unknown_target"),
        (Withdraw(target="t2", expect="A blunt"), "mismatch"),
        (Resolve(rules=("PH-R1", "PH-R1"), resolved_by="x"), "empty"),
        (Resolve(rules=("PH-R1", "PH-H1"), resolved_by=" "), "empty"),
        (Respond(text=""), "empty"),
        (Respond(text="Hone it on a stone."), "no_change"),
        (Decide(decision="comply"), "no_change"),
    ],
)
def test_an_edit_that_cannot_apply_is_kept_with_its_cause(edit: Edit, cause: Rejection) -> None:
    """It is rejected, and the edits beside it stand."""
    good = Add(text="Stand back.")

    applied, rejected = try_edits(DRAFT, [edit, good], author="critic", round=1, seen=0)

    assert (good,) == applied
    assert (RejectedEdit(edit=edit, cause=cause),) == rejected


@pytest.mark.parametrize(
    "edit",
    [Revise(target="t1", text="x"), Withdraw(target="t1"), Respond(text="y"), Decide(decision="clarify")],
    ids=lambda edit: edit.op,
)
def test_an_edit_of_what_has_changed_since_is_rejected(edit: Edit) -> None:
    """Written on version 0, tried on version 1 in which another seat changed the same thing."""
    moved = edited(Revise(target="t1", text="Moved."), Respond(text="Moved."), Decide(decision="refuse"))

    assert ["changed"] == causes(edit, draft=moved, seen=0)
    assert [] == causes(edit, draft=moved, seen=1)


def test_an_edit_of_what_has_gone_is_rejected() -> None:
    """Withdrawn twice in one blind round: the second finds nothing."""
    assert ["unknown_target"] == causes(Withdraw(target="t1"), draft=edited(Withdraw(target="t1")))


def test_the_same_conflict_is_named_once() -> None:
    """Naming it again changes nothing."""
    conflict = Resolve(rules=("A", "B"), resolved_by="step 2")

    assert ["repeats"] == causes(conflict, draft=edited(conflict), seen=1)


@pytest.mark.parametrize("expect", ["", "A blunt", "a  BLUNT knife", "A blunt knife…", "A blunt knife slips."])
def test_the_expected_beginning_forgives_case_spacing_and_dots(expect: str) -> None:
    """A seat shows which thought it means by its first words."""
    assert [] == causes(Revise(target="t1", expect=expect, text="x"))


def test_a_turn_without_edits_needs_no_settling() -> None:
    """It is the same turn."""
    turn = said("critic", "agree")

    assert turn is settled(turn, DRAFT)


def test_a_settled_turn_keeps_what_was_rejected_before() -> None:
    """Rejections by the seat itself stand before those by the draft."""
    unknown = RejectedEdit(edit=Resolve(rules=(), resolved_by="x"), cause="unknown_rule")
    turn = said("critic", "object", Add(text=" "), Add(text="Stand back."))

    after = settled(turn.model_copy(update={"rejected": (unknown,)}), DRAFT)

    assert (Add(text="Stand back."),) == after.edits
    assert (unknown, RejectedEdit(edit=Add(text=" "), cause="empty")) == after.rejected


@given(seed=DRAFTED, turns=st.lists(st.tuples(st.lists(EDITS, max_size=4), st.booleans()), max_size=5))
def test_settled_edits_apply_again(seed: DraftSeeded, turns: list[tuple[list[Edit], bool]]) -> None:
    """What was settled once is settled for good: every applied edit changes the draft, and replays alike."""
    draft = next_draft(None, seed)
    assert draft is not None
    for edits, late in turns:
        proposed = said("critic", "object", *edits, version=max(draft.version - late, 0))
        turn = settled(proposed, draft)
        again = settled(turn.model_copy(update={"rejected": ()}), draft)

        assert turn.edits == again.edits
        assert () == again.rejected
        assert sorted(map(repr, edits)) == sorted(map(repr, [*turn.edits, *(r.edit for r in turn.rejected)]))

        after = next_draft(draft, turn)
        assert after is not None
        assert draft.version + bool(turn.edits) == after.version
        assert bool(turn.edits) == (after != draft)
        draft = after


@given(seed=DRAFTED, edits=st.lists(EDITS, max_size=8))
def test_thoughts_keep_distinct_numbers(seed: DraftSeeded, edits: list[Edit]) -> None:
    """However a draft is edited, each thought has an id of its own, below the next one."""
    draft = next_draft(None, seed)
    assert draft is not None
    applied, _ = try_edits(draft, edits, author="critic", round=1, seen=0)
    after = apply_edits(draft, applied, author="critic", round=1)
    numbers = [int(thought.id[1:]) for thought in after.thoughts]

    assert sorted(set(numbers)) == numbers
    assert all(number < after.next_id for number in numbers)
    assert all(thought.text.strip() for thought in after.thoughts if thought.changed)


def test_folding_forgives_case_and_spacing_alone() -> None:
    """Words and marks still count."""
    assert folded("A  Blunt\nknife") == folded("a blunt knife")
    assert folded("A blunt knife.") != folded("a blunt knife")

"""A transcript as the page reads it: its steps, its chain after each, and the life of every thought."""

import json
from pathlib import Path

import pytest
from building import begun, call, lost, said
from viewing import deliberated, made

from aidsafe.core.events import ConsensusJudged, QueryFailed, TurnTaken
from aidsafe.core.records import Decide, Resolve, Respond
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.run import Run
from aidsafe.viewer.changes import Change, changes_of
from aidsafe.viewer.entry import entry_of, texts_of
from aidsafe.viewer.lives import lives_of
from aidsafe.viewer.reading import Snapshot, as_json, reading_of


def snapshot(transcript: Transcript, number: int) -> Snapshot:
    """The chain as it stood after an event."""
    reading = reading_of(transcript)
    place = reading.steps[number].snapshot
    assert place is not None
    return reading.snapshots[place]


def lines(transcript: Transcript, number: int) -> list[tuple[str, str]]:
    """Each thought in the chain after an event, and what that event did to it."""
    states = reading_of(transcript).states
    return [(states[line.state].text, line.mark) for line in snapshot(transcript, number).lines]


def test_every_event_is_a_step_with_its_speaker() -> None:
    """Steps are numbered as events are; each says who spoke, and in which round."""
    steps = reading_of(deliberated()).steps

    assert list(range(10)) == [step.number for step in steps]
    assert ["", "decomposer", "seeder", "critic", "expander"] == [step.who for step in steps[:5]]
    assert [None, 1, 1, 2, 2, None] == [step.round for step in steps[2:8]]


def test_there_is_no_chain_before_the_seed() -> None:
    """The query and its intents have no draft to show."""
    assert [None, None, 0] == [step.snapshot for step in reading_of(deliberated()).steps[:3]]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2, [("A blunt knife slips.", ""), ("A whetstone restores the edge.", "")]),
        (3, [("A blunt knife slips.", ""), ("A whetstone restores the edge.", ""), ("Stand back.", "added")]),
        (4, [("A blunt knife often slips.", "revised"), ("A whetstone restores the edge.", ""), ("Stand back.", "")]),
        (5, [("A blunt knife often slips.", ""), ("A whetstone restores the edge.", "withdrawn"), ("Stand back.", "")]),
        (8, [("A blunt knife slips; stand back.", "merged")]),
    ],
)
def test_the_chain_shows_what_each_event_did(number: int, expected: list[tuple[str, str]]) -> None:
    """Added, revised and withdrawn thoughts are marked at the event that made them so."""
    assert expected == lines(deliberated(), number)


def test_an_event_without_edits_keeps_the_chain_of_the_event_before() -> None:
    """Agreement changes nothing."""
    steps = reading_of(deliberated()).steps

    assert steps[5].snapshot == steps[6].snapshot
    assert 5 == snapshot(deliberated(), 6).event


def test_a_turn_tells_what_changed_and_what_could_not() -> None:
    """A revision shows the words before and after, a refused edit its cause."""
    changes = reading_of(deliberated()).steps[4].changes

    assert [("revise", "t1", None), ("withdraw", "t9", "unknown_target")] == [
        (c.op, c.thought, c.cause) for c in changes
    ]
    assert (("=", "A blunt knife "), ("+", "often "), ("=", "slips.")) == changes[0].diff


def test_edits_of_response_decision_and_rules_are_told_too() -> None:
    """Every kind of edit has its words."""
    turn = said(
        "critic", "object", Respond(text="Ask."), Decide(decision="clarify"), Resolve(rules=("A", "B"), resolved_by="A")
    )
    draft = begun().draft
    assert draft is not None

    told = [(one.op, one.before, one.after, one.rules) for one in changes_of(turn, draft)]

    expected: list[object] = [("respond", "Hone it on a stone.", "Ask.", ()), ("decide", "comply", "clarify", ())]
    assert [*expected, ("resolve", "", "A", ("A", "B"))] == told


def test_an_addition_is_named_as_the_fold_names_it() -> None:
    """The change carries the id that the thought then has."""
    step = reading_of(deliberated()).steps[3]

    assert [Change("add", "t3", after="Stand back.", citations=step.changes[0].citations)] == list(step.changes)


def test_a_thought_has_its_whole_life() -> None:
    """Seeded, revised, merged: each moment with its event and who did it."""
    life = lives_of(deliberated())["t1"]

    expected = [(2, "seeder", "seeded"), (4, "expander", "revised"), (8, "refiner", "merged")]
    assert expected == [(moment.event, moment.who, moment.what) for moment in life]
    assert ("t1",) == life[-1].into


def test_a_faulted_thought_says_who_found_what() -> None:
    """A seat that names a thought as the weakest spot is part of that thought's life."""
    life = lives_of(deliberated())["t2"]

    assert [("seeded", ""), ("faulted", "minor, irrelevant"), ("withdrawn", "off the point")] == [
        (moment.what, moment.reason) for moment in life
    ]


def test_an_edit_of_nothing_belongs_to_no_life() -> None:
    """A refused edit of a thought that is not there gives that thought no life."""
    assert ["t1", "t2", "t3"] == list(lives_of(deliberated()))


def test_the_seats_of_the_recipe_come_first() -> None:
    """A seat has its lane even before it speaks, and a judge has one once it does."""
    judged = ConsensusJudged(round=1, version=0, agreed=True)

    assert ("late", "critic", "judge") == reading_of(begun(said("critic", "agree"), judged), seats=["late"]).seats


def test_a_line_tells_how_the_deliberation_went() -> None:
    """The entry counts turns, edits and thoughts, and spells the stances."""
    entry = entry_of(deliberated().events)

    assert ("completed", "consensus", "comply") == (entry.state, entry.ending, entry.decision)
    assert (2, 4, 3, 1, "OO|Oa") == (entry.rounds, entry.turns, entry.edits, entry.thoughts, entry.ribbon)
    assert "seat:critic:objected" in entry.facets
    assert "policy:respect_helpfulness" in entry.facets
    assert "notable:not_applied" in entry.facets


def test_a_line_of_a_query_under_way_has_what_there_is() -> None:
    """A draft is folded where no refiner has written the end."""
    entry = entry_of(begun(lost("critic")).events)

    assert ("pending", "", "comply", 2, "x") == (
        entry.state,
        entry.ending,
        entry.decision,
        entry.thoughts,
        entry.ribbon,
    )
    assert "notable:seat_failed" in entry.facets


def test_a_line_of_a_query_that_never_began_to_be_drafted() -> None:
    """A query that failed at once has no decision and no thoughts."""
    failed = QueryFailed(stage="seed", error="ModelError", message="no", calls=(call(usd=None),))
    entry = entry_of([*begun().events[:2], failed])

    assert ("failed", "", 0, None) == (entry.state, entry.decision, entry.thoughts, entry.cost)


def test_the_words_of_every_draft_can_be_found() -> None:
    """What was withdrawn or rewritten is still searched."""
    texts = texts_of(deliberated().events)

    assert "A whetstone restores the edge." in texts.thoughts
    assert "A blunt knife often slips." in texts.thoughts
    assert ("Hone it on a stone.", "Hone it.") == texts.response


def test_every_reading_of_a_run_is_json(tmp_path: Path) -> None:
    """Whatever the scripted model does can be shown, and each change is one the turn made or tried."""
    run = Run(made(tmp_path / "run", model="scripted:malformed=0.2,misquote=0.2,refusing=0.1"))
    for transcript in run.transcripts():
        told = json.loads(as_json(reading_of(transcript)))
        turns = [event for event in transcript if isinstance(event, TurnTaken)]
        edits = sum(len(turn.edits) + len(turn.rejected) for turn in turns)
        assert edits == sum(len(step["changes"]) for step in told["steps"])
    run.close()


def test_what_has_no_json_form_is_refused() -> None:
    """A stray object is an error that names its type."""
    with pytest.raises(TypeError, match="JSON"):
        as_json({"what": object()})

"""One query's events, and what they fold into."""

import pytest
from building import add, begun, call, lost, query, received, said, seeded
from drawing import EVENTS
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.core.events import (
    DeliberationEnded,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import Usage
from aidsafe.core.transcript import Transcript, calls_of


@given(events=st.lists(EVENTS, max_size=6))
def test_events_at_once_and_one_by_one_fold_alike(events: list[Event]) -> None:
    """The same events are the same transcript, however it grew."""
    grown = Transcript()
    for event in events:
        grown = grown.append(event)

    assert grown == Transcript.of(events)
    assert (events, len(events)) == (list(grown), len(grown))


@given(events=st.lists(EVENTS, max_size=6))
def test_the_folds_are_what_the_events_say(events: list[Event]) -> None:
    """Turns and usage can be counted again from the events alone."""
    transcript = Transcript.of(events)

    assert [e for e in events if isinstance(e, TurnTaken | SeatFailed)] == list(transcript.turns)
    assert list(transcript.turns) == [events[number] for number in transcript.turn_numbers]
    assert transcript.usage == Usage().plus(*(made for event in events for made in calls_of(event)))


@given(events=st.lists(EVENTS, max_size=6))
def test_the_quick_way_to_the_end_leads_there(events: list[Event]) -> None:
    """What it does not leave out is the same, and so is what is looked up; that is what is in the events."""
    whole, quick = Transcript.of(events), Transcript.ended_in(tuple(events))

    assert (whole.events, whole.draft, whole.turns, whole.others) == (
        quick.events,
        quick.draft,
        quick.turns,
        quick.others,
    )
    kinds: list[type[object]] = [type(event) for event in events]
    for kind in kinds:
        found = [event for event in events if type(event) is kind]
        assert (found[0], found[-1]) == (whole.first(kind), whole.last(kind)) == (quick.first(kind), quick.last(kind))


@given(event=EVENTS)
def test_calls_are_what_an_event_carries(event: Event) -> None:
    """An event that no model made carries none."""
    assert getattr(event, "calls", ()) == calls_of(event)


def test_the_draft_follows_the_edits() -> None:
    """A turn's edits change the draft, an agreement does not, and a failed seat does not."""
    transcript = begun(said("critic", "object", add("Stand back.")), said("expander", "agree"), lost("policy_aligner"))

    assert transcript.draft is not None
    assert (1, "Stand back.") == (transcript.draft.version, transcript.draft.thoughts[-1].text)


def test_edits_before_a_draft_change_nothing() -> None:
    """There is no draft before it is seeded."""
    assert Transcript.of([received(), said("critic", "object", add())]).draft is None


def test_the_seed_numbers_the_next_thought() -> None:
    """The first thought added after two is the third."""
    draft = begun().draft

    assert draft is not None
    assert (0, 3) == (draft.version, draft.next_id)


def test_appending_leaves_the_transcript_as_it_was() -> None:
    """A transcript is a value: two continuations of it do not meet."""
    before = begun()
    after = before.append(said("critic", "object", add()))

    assert (3, 4) == (len(before), len(after))
    assert before.draft != after.draft


def test_the_query_is_the_first_thing() -> None:
    """A transcript is about its query; without one it says so."""
    assert query() == begun().query
    with pytest.raises(ValueError, match="starts with query_received, this one has 1 events without it"):
        _ = Transcript.of([seeded()]).query


def test_first_and_last_of_a_kind() -> None:
    """Events are found by their kind."""
    critic, expander = said("critic", "agree"), said("expander", "agree")
    transcript = begun(critic, expander)

    assert (critic, expander) == (transcript.first(TurnTaken), transcript.last(TurnTaken))
    assert transcript.first(StopRequested) is None
    assert transcript.last(StopRequested) is None
    assert isinstance(transcript.first(DraftSeeded), DraftSeeded)


def test_how_it_ended_is_an_event() -> None:
    """Before the end there is none."""
    ended = DeliberationEnded(reason="consensus", rounds=1, turns=3)

    assert begun().ended is None
    assert ended == begun(ended).ended


@pytest.mark.parametrize(
    ("event", "finished"),
    [
        (QueryCompleted(), True),
        (QueryFailed(stage="seed", error="ModelError", message="no"), True),
        (IntentsDecomposed(intents=(), calls=(call(),)), False),
    ],
)
def test_a_query_is_finished_by_its_last_event(event: Event, *, finished: bool) -> None:
    """Completed or failed: nothing more will happen to it."""
    assert finished == begun(event).finished
    assert not Transcript().finished

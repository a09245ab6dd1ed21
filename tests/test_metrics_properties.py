"""What holds for every metric, whatever the deliberation: range, names, sums, prefixes."""

from collections.abc import Iterable
from typing import get_args

import pytest
from analysis_building import SEATS, deliberations, failed_query, renamed
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from aidsafe.analysis.counts.tables import tables, tallies_of
from aidsafe.analysis.counts.tally import Keys, Share, Tallies
from aidsafe.analysis.courses.course import Change, Cited, Final
from aidsafe.analysis.courses.following import follow_json
from aidsafe.analysis.courses.journaled import Answered, Asked, Floor, Journaled, Refused, Sown, Treated
from aidsafe.analysis.courses.told import course_of
from aidsafe.analysis.metrics.catalogue import breakdowns, each_table, measure, metrics
from aidsafe.analysis.metrics.number import Breakdown, Metric, Pooled
from aidsafe.core import events, records
from aidsafe.core.events import EVENT, Event
from aidsafe.core.records import Value
from aidsafe.core.transcript import Transcript

HAIR = 1e-9
ALL: tuple[Metric | Breakdown, ...] = (*metrics(), *breakdowns())


def value(number: float | Share) -> float:
    """The number itself, or the share's value."""
    return number.value if isinstance(number, Share) else float(number)


def rounded(numbers: Iterable[tuple[object, float | Share | None]]) -> dict[object, float | None]:
    """The values, rounded so far that the order of a sum does not show."""
    return {key: None if number is None else round(value(number), 9) for key, number in numbers}


def summed(transcripts: list[Transcript]) -> Tallies:
    """The tallies of several transcripts, added up by hand."""
    counted = Tallies()
    for table in (*tables(), each_table()):
        rows: dict[Keys, list[float]] = {}
        for transcript in transcripts:
            for key, row in table.rows(course_of(transcript)).items():
                rows[key] = [a + b for a, b in zip(rows.get(key, [0.0] * len(row)), row, strict=True)]
        counted[table.name] = table.tally(dict(rows))
    return counted


def test_names_are_unique() -> None:
    """No two metrics, and no two breakdowns, have the same name."""
    names = [one.name for one in ALL]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("known", ALL, ids=lambda one: one.name)
def test_every_metric_says_what_it_is(known: Metric | Breakdown) -> None:
    """Each has a definition of one sentence, and a docstring that goes on with its range."""
    assert known.says.endswith(".") or known.says.endswith("takes the mean.")
    assert len((known.read.__doc__ or "").strip().splitlines()) >= 3


@settings(max_examples=40)
@given(deliberations())
def test_metrics_keep_to_their_range(transcript: Transcript) -> None:
    """A metric is None or lies within its range, and a share's whole is never 0."""
    course = course_of(transcript)
    for metric in metrics():
        number = metric.read(course)
        if number is not None:
            low, high = metric.low, metric.high
            assert not isinstance(number, Share) or number.whole != 0, metric.name
            assert low is None or value(number) >= low - HAIR, metric.name
            assert high is None or value(number) <= high + HAIR, metric.name


@settings(max_examples=40)
@given(deliberations())
def test_breakdowns_keep_to_their_range(transcript: Transcript) -> None:
    """Every share of a breakdown lies within its range, under a key of the parts it names."""
    counted = tallies_of(course_of(transcript))
    for one in breakdowns():
        for key, found in one.read(counted).items():
            assert one.low is None or found.value >= one.low - HAIR, one.name
            assert one.high is None or found.value <= one.high + HAIR, one.name
            assert len(key if isinstance(key, tuple) else (key,)) == len(one.keys), one.name


@settings(max_examples=40)
@given(deliberations(), st.permutations(("ada", "bo", "cy", "di")))
def test_names_of_seats_do_not_matter(transcript: Transcript, names: list[str]) -> None:
    """Other names for the seats change no metric."""
    other = renamed(transcript, dict(zip(SEATS, names, strict=True)))

    assert rounded(measure(transcript).items()) == rounded(measure(other).items())


@settings(max_examples=40)
@given(deliberations())
def test_names_of_seats_only_rename_breakdowns(transcript: Transcript) -> None:
    """Other names for the seats rename the keys of a breakdown and leave its shares."""
    names = dict(zip(SEATS, ("ada", "bo", "cy", "di"), strict=True))
    before, after = tallies_of(course_of(transcript)), tallies_of(course_of(renamed(transcript, names)))

    for one in breakdowns():
        expected = {_renamed(key, names): found for key, found in one.read(before).items()}
        assert rounded(expected.items()) == rounded(one.read(after).items()), one.name


@settings(max_examples=40)
@given(st.lists(deliberations(), min_size=1, max_size=4))
def test_shares_of_a_run_add_up(transcripts: list[Transcript]) -> None:
    """Over a run a share is the parts of its queries by their wholes, and any other number is their mean."""
    run, courses = summed(transcripts), [course_of(one) for one in transcripts]
    for metric in metrics():
        found = [number for one in courses if (number := metric.read(one)) is not None]
        shares = [one if isinstance(one, Share) else Share(one, 1.0) for one in found]
        if isinstance(metric, Pooled) and metric.name in OF_A_RUN:
            continue
        whole = sum(one.whole for one in shares)
        expected = sum(one.part for one in shares) / whole if whole else None
        over = metric.over(run)
        assert expected == pytest.approx(over.value if over else None), metric.name


OF_A_RUN = {"tokens_an_edit"}
"""Paid by all queries, those without an edit too, which have no number of their own."""


@settings(max_examples=40)
@given(deliberations())
def test_parts_add_up(transcript: Transcript) -> None:
    """What is told by seat, round or model adds up to the whole."""
    counted = tallies_of(course_of(transcript))
    found = {one.name: list(one.read(counted).values()) for one in breakdowns()}
    for name in ("turns_by_seat", "tokens_by_seat", "edits_by_seat", "endings", "final_decisions", "outcomes"):
        assert not found[name] or sum(one.value for one in found[name]) == pytest.approx(1.0), name
    tokens = measure(transcript, text=False)["tokens"]
    for name in ("tokens_by_speaker", "tokens_by_round", "tokens_by_model", "tokens_by_speaker_and_round"):
        assert sum(one.part for one in found[name]) == (tokens.part if isinstance(tokens, Share) else 0), name


@settings(max_examples=40)
@given(deliberations())
def test_a_course_is_the_same_from_json(transcript: Transcript) -> None:
    """A course read from the events' JSON is the course of the transcript."""
    lines = [EVENT.dump_json(event) for event in transcript]

    assert course_of(transcript) == follow_json(lines)


def test_every_kind_of_event_can_be_read() -> None:
    """Whoever adds a kind to the events adds it to what analysis reads."""
    read = {cls.__struct_config__.tag for cls in (*Journaled.__subclasses__(), *Floor.__subclasses__())} - {"Floor"}

    assert {event.model_fields["kind"].default for event in get_args(get_args(Event)[0])} == read


@pytest.mark.parametrize(
    ("reads", "written"),
    [
        *((cls, (getattr(events, cls.__name__),)) for cls in Journaled.__subclasses__() if cls is not Floor),
        (Floor, (events.TurnTaken, events.SeatFailed)),
        (Answered, (records.Call,)),
        (Asked, (records.Query,)),
        (Change, get_args(get_args(records.Edit)[0])),
        (Cited, (records.Citation,)),
        (Final, (records.FinalThought,)),
        (Refused, (records.RejectedEdit,)),
        (Sown, (records.Thought,)),
        (Treated, (records.Outcome,)),
    ],
)
def test_what_is_read_is_what_is_written(reads: type[Struct], written: tuple[type[Value], ...]) -> None:
    """No field goes by another name than where it is written: it would be passed over and taken for its default."""
    names = {field.alias or name for cls in written for name, field in cls.model_fields.items()}

    assert set(reads.__struct_encode_fields__) <= names


@settings(max_examples=40)
@given(deliberations())
def test_a_course_ends_with_the_draft(transcript: Transcript) -> None:
    """The last moment holds the thoughts, decision and response that the transcript folds into."""
    draft, last = transcript.draft, course_of(transcript).moments[-1]
    assert draft is not None

    assert tuple(one.id for one in draft.thoughts) == last.thoughts
    assert tuple(one.text for one in draft.thoughts) == last.texts
    assert (draft.decision, draft.response) == (last.decision, last.response)
    assert len(draft.conflicts) == course_of(transcript).conflicts


@settings(max_examples=40)
@given(deliberations(), st.integers(0, 20))
def test_every_prefix_can_be_measured(transcript: Transcript, length: int) -> None:
    """A transcript that stops anywhere has a number or None for everything."""
    prefix = Transcript.of(transcript.events[:length])

    counted = tallies_of(course_of(prefix))
    assert {one.name for one in metrics()} == set(measure(prefix))
    assert all(found.whole for one in breakdowns() for found in one.read(counted).values())


def test_a_query_that_failed_early_is_measured() -> None:
    """A query that never had a draft is lost, has its calls, and nothing else."""
    found = {name: number for name, number in measure(failed_query()).items() if number is not None}

    assert 1.0 == value(found["lost_queries"])
    assert not {"consensus", "flips", "attrition", "shift", "coverage"} & set(found)


def test_an_empty_transcript_has_no_numbers() -> None:
    """Nothing happened, so nothing is measured."""
    assert {None} == set(measure(Transcript()).values())


def _renamed(key: object, names: dict[str, str]) -> object:
    if isinstance(key, tuple):
        return tuple(_renamed(part, names) for part in key)
    return names.get(key, key) if isinstance(key, str) else key

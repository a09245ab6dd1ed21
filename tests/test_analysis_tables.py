"""Tables: one row for each thing that happened, with the columns the dictionary promises."""

from pathlib import Path

import pytest
from analysis_building import (
    Refined,
    Said,
    adds,
    call,
    cites,
    deliberation,
    deliberations,
    failed_query,
    revises,
    says,
    withdraws,
)
from hypothesis import given, settings

from aidsafe.analysis.columns import COLUMNS, TableName
from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.courses.told import course_of
from aidsafe.analysis.metrics import cost
from aidsafe.analysis.rows import ROWS
from aidsafe.analysis.tables import tables, write_tables
from aidsafe.core.events import ConsensusJudged
from aidsafe.core.records import Decide
from aidsafe.core.transcript import Transcript

STORY = deliberation(
    [
        Said("a", "object", (adds("new", cites("c-1")),), reason="it lacks", calls=(call(7, 3), call(5, 2, cost=None))),
        Said("b", None, failure="refused"),
    ],
    [says("a", "agree", Decide(decision="comply")), says("b", "object", revises("t3", "newer"), withdraws("t1"))],
    refined=Refined({"t2": ("removed", "redundant")}),
    metadata={"label": "benign"},
)


def rows(name: TableName, *columns: str, of: Transcript = STORY) -> list[tuple[object, ...]]:
    """Some columns of a table, row by row."""
    found = tables([of])[name].select(columns).to_pylist()
    return [tuple(row.values()) for row in found]


def test_a_query_has_one_row_with_every_metric() -> None:
    """What became of the query, and its metrics by name."""
    found = rows("queries", "query", "ending", "turns", "seed_thoughts", "draft_thoughts", "final_thoughts", "removed")

    assert [("q0", "consensus", 4, 2, 2, 1, 0.5)] == found


def test_every_turn_has_a_row() -> None:
    """Stance as given and as it counts, edits, and what the calls took."""
    found = rows("turns", "seat", "round", "stance", "position", "failure", "accepted", "rejected", "prompt_tokens")

    assert [
        ("a", 1, "object", "object", None, 1, 0, 12),
        ("b", 1, None, None, "refused", 0, 0, 0),
        ("a", 2, "agree", "object", None, 0, 1, 0),
        ("b", 2, "object", "object", None, 2, 0, 0),
    ] == found


def test_a_cost_is_unknown_with_one_price() -> None:
    """A turn with a call of unknown price has no cost; a turn without calls costs nothing."""
    assert [(None,), (0.0,), (0.0,), (0.0,)] == rows("turns", "cost_usd")


def test_every_thought_has_a_row_with_its_end() -> None:
    """Who brought it, how it read at last, who took it out, what the refiner did."""
    found = rows("thoughts", "thought", "author", "text", "withdrawn_by", "outcome", "reason", "survives")

    assert [
        ("t1", "seeder", "one thing", "b", None, None, False),
        ("t2", "seeder", "another thing", None, "removed", "redundant", False),
        ("t3", "a", "newer", None, "kept", None, True),
    ] == found


def test_every_edit_has_a_row_accepted_or_not() -> None:
    """The thought it made or touched, and why it was refused."""
    found = rows("edits", "event", "op", "thought", "text", "accepted", "cause")

    assert [
        (3, "add", "t3", "new", True, None),
        (5, "decide", None, None, False, "no_change"),
        (6, "revise", "t3", "newer", True, None),
        (6, "withdraw", "t1", None, True, None),
    ] == found


def test_citations_stand_in_draft_and_finished_chain() -> None:
    """A citation of a kept thought has two rows; one that was revised away has none."""
    kept = deliberation([says("a", "object", adds("new", cites("c-1"), cites("c-2", verified=False)))])

    assert [] == rows("citations", "rule")
    assert [
        ("draft", "t3", "a", "c-1", True),
        ("draft", "t3", "a", "c-2", False),
        ("final", "t3", "a", "c-1", True),
        ("final", "t3", "a", "c-2", False),
    ] == rows("citations", "where", "thought", "author", "rule", "verified", of=kept)


def test_every_call_has_a_row() -> None:
    """Who made it, and whether another followed."""
    found = rows("calls", "event", "speaker", "round", "prompt_tokens", "followed", "cost_usd")

    assert [(3, "a", 1, 7, True, 0.01), (3, "a", 1, 5, False, None)] == found
    assert [("seeder", 0)] == rows("calls", "speaker", "round", of=failed_query())


def test_a_judge_has_a_row_for_its_call() -> None:
    """What a judge of consensus asks is paid for like the rest, outside of the rounds."""
    judged = ConsensusJudged(round=2, version=2, agreed=True, calls=(call(9, 1),))
    story = Transcript.of((*STORY.events[:7], judged, *STORY.events[7:]))

    assert ("judge", 0, 9) in rows("calls", "speaker", "round", "prompt_tokens", of=story)
    assert Share(27, 1) == cost.tokens(course_of(story))
    assert Share(17, 1) == cost.tokens(course_of(STORY))


@given(deliberations())
@settings(max_examples=40)
def test_rows_have_the_columns_of_the_dictionary(transcript: Transcript) -> None:
    """Whatever happened, a row has exactly its table's columns."""
    course = course_of(transcript)

    for name, rows_of in ROWS.items():
        for row in rows_of(transcript, course):
            assert {column.name for column in COLUMNS[name]} == set(row), name


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_unique_and_explained(name: TableName) -> None:
    """No column twice, and a sentence for each."""
    names = [column.name for column in COLUMNS[name]]

    assert sorted(set(names)) == sorted(names)
    assert all(column.says.endswith(".") for column in COLUMNS[name])


def test_files_hold_what_the_tables_hold(tmp_path: Path) -> None:
    """Parquet files read back as the tables in memory."""
    from pyarrow import parquet

    transcripts = [STORY, failed_query(), deliberation(row=3)]
    paths = write_tables(transcripts, tmp_path / "tables")

    assert {path.stem: parquet.read_table(path) for path in paths} == dict(tables(transcripts))

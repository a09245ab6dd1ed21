"""Analysing runs: one reading for everything, whatever the runs come from, with or without other processes."""

import json
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from analysis_building import Refined, adds, deliberation, failed_query, says, withdraws
from hypothesis import given, settings
from hypothesis import strategies as st

import aidsafe
from aidsafe.analysis.analyze import analyze
from aidsafe.analysis.arms import Arm, arms_of
from aidsafe.analysis.blocks import journal_courses
from aidsafe.analysis.counts.steps import STEPS
from aidsafe.analysis.counts.tally import Share
from aidsafe.analysis.courses.told import course_of
from aidsafe.analysis.findings import HEADLINE, Analysis
from aidsafe.analysis.metrics.catalogue import measure, metrics
from aidsafe.analysis.pictures import pictures
from aidsafe.analysis.reading import Wanted
from aidsafe.analysis.report import report
from aidsafe.analysis.sums import OTHERS, Sums
from aidsafe.analysis.telling import told
from aidsafe.core.errors import FolderError
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.run import Run

HOSTILE = "</script><img src=x onerror=alert(1)>"
FEW = Wanted(replicates=20)


def agreeing(count: int, *, start: int = 0) -> list[Transcript]:
    """So many quick deliberations."""
    return [
        deliberation([says("a", "agree"), says("b", "agree")], row=row, refined=Refined())
        for row in range(start, start + count)
    ]


def contended(count: int) -> list[Transcript]:
    """So many deliberations that take two rounds, of which the odd ones lose a thought."""
    return [
        deliberation(
            [says("a", "object", withdraws("t1") if row % 2 else adds("new")), says("b", "agree")],
            [says("a", "agree", reason=""), says("b", "agree")],
            row=row,
            refined=Refined(),
        )
        for row in range(count)
    ]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A scripted run of twelve queries."""
    folder = tmp_path_factory.mktemp("runs") / "scripted"
    source = folder.parent / "queries.jsonl"
    rows = ({"id": f"q{n}", "prompt": f"How do I sell my {n} bees?", "label": "benign"} for n in range(12))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import anyio

    async def generated() -> Run:
        return await aidsafe.generate(source, model="scripted", out=folder)

    made = anyio.run(generated)
    yield made
    made.close()


def test_a_run_is_measured_as_its_transcripts_are(run: Run) -> None:
    """The numbers of a run are those of its transcripts, added up."""
    analysis = analyze(run, wanted=FEW)
    shares = [found for one in run.transcripts() if isinstance(found := measure(one)["flips"], Share)]

    (arm,) = analysis.arms
    assert (12, 12, 0, 0) == (arm.queries, arm.completed, arm.failed, arm.open)
    assert arm.notice is not None
    assert sum(one.part for one in shares) == arm.numbers["flips"].part
    assert sum(one.whole for one in shares) == arm.numbers["flips"].whole
    assert sum(len(one.turns) for one in run.transcripts()) == arm.turns


def test_a_folder_and_its_run_are_the_same_arm(run: Run) -> None:
    """A run can be given by its path; its transcripts, imported, give the same numbers."""
    listed = Arm.of(list(run.transcripts()), name="scripted", notice=run.manifest.notice)

    assert analyze(run, wanted=FEW) == analyze(run.folder.path, wanted=FEW) == analyze(listed, wanted=FEW)


def test_other_processes_change_nothing(run: Run, tmp_path: Path) -> None:
    """Blocks counted in two processes give the very same numbers as in one."""
    journal = run.folder.journal
    blocks = tuple(partial(journal_courses, journal, start, start + 4) for start in (0, 4, 8))
    arm = Arm("scripted", run.transcripts, blocks, on_disk=True)

    assert analyze(arm, wanted=FEW) == analyze(arm, wanted=FEW, workers=2)


def test_a_broken_event_is_named(run: Run, tmp_path: Path) -> None:
    """A journal that another program wrote into is refused with the row."""
    import shutil
    import sqlite3

    shutil.copytree(run.folder.path, tmp_path / "broken")
    with sqlite3.connect(tmp_path / "broken" / "journal.db") as connection:
        connection.execute("UPDATE events SET event = '{}' WHERE row = 3 AND number = 2")

    with pytest.raises(FolderError, match="row 3, replica 0"):
        analyze(tmp_path / "broken", wanted=FEW)


def test_every_kind_of_end_is_counted() -> None:
    """Completed, failed and open queries add up to all."""
    transcripts = [*agreeing(2), failed_query(), deliberation([says("a", "object")], ending=None, done=False, row=7)]
    (arm,) = analyze(Arm.of(transcripts, name="mixed"), wanted=FEW).arms

    assert (4, 2, 1, 1) == (arm.queries, arm.completed, arm.failed, arm.open)


def test_consensus_never_stands_alone() -> None:
    """Beside it stand conformity, unexplained flips, collapse and attrition, defined or not."""
    (arm,) = analyze(Arm.of(agreeing(3), name="quick"), wanted=FEW).arms

    assert HEADLINE == tuple(arm.headline)
    assert arm.headline["consensus"] is not None
    assert arm.headline["conformity"] is None


def test_words_are_compared_on_request() -> None:
    """Without the text metrics there is no trace of them, and all others stay."""
    arm = Arm.of(contended(4), name="few")
    with_words, without = (analyze(arm, wanted=Wanted(text=text, replicates=20)).arms[0] for text in (True, False))
    texts = {metric.name for metric in metrics() if metric.text}

    assert texts & set(with_words.numbers)
    assert set(with_words.numbers) - texts == set(without.numbers)
    assert {name: found for name, found in with_words.numbers.items() if name not in texts} == without.numbers


def test_runs_are_compared_over_the_queries_they_share() -> None:
    """Queries that only one run has are left out of the comparison, and of it alone."""
    first, second = Arm.of(agreeing(12), name="quick"), Arm.of(contended(8), name="slow")
    analysis = analyze([first, second], wanted=FEW)
    (comparison,) = analysis.comparisons

    assert [12, 8] == [arm.queries for arm in analysis.arms]
    assert ("quick", "slow", 8) == (comparison.first, comparison.second, comparison.queries)
    assert 8.0 == comparison.numbers["consensus"].first.whole
    assert 1.0 == comparison.numbers["rounds_held"].value
    assert comparison.numbers["rounds_held"].clear


def test_a_run_does_not_differ_from_itself() -> None:
    """Compared with itself, every difference is 0 and certain."""
    arm = Arm.of(contended(6), name="one")
    (comparison,) = analyze([arm, arm], wanted=FEW).comparisons

    assert ("one (1)", "one (2)") == (comparison.first, comparison.second)
    assert {0.0} == {found.value for found in comparison.numbers.values()}
    assert {None, 0.0} >= {found.low for found in comparison.numbers.values()}


def test_too_many_seats_are_counted_together() -> None:
    """A source that calls every speaker otherwise does not fill the memory: late names share one place."""
    sums = Sums([STEPS], replicates=1, room=5)
    for row in range(8):
        sums.add(course_of(deliberation([says(f"seat {row}", "agree")], row=row)))
    turns = sums.whole()["steps"].totals("turns", "seat")

    assert {**{f"seat {row}": 1.0 for row in range(5)}, OTHERS: 3.0} == turns


@given(st.permutations(range(6)))
@settings(max_examples=10)
def test_the_order_of_transcripts_changes_nothing(order: list[int]) -> None:
    """Sums do not hang on the order in which queries finish."""
    transcripts = contended(6)
    usual, turned = (
        analyze(Arm.of(found, name="run"), wanted=FEW).arms[0].numbers
        for found in (transcripts, [transcripts[place] for place in order])
    )

    assert {name: pytest.approx(one.model_dump()) for name, one in usual.items()} == {
        name: one.model_dump() for name, one in turned.items()
    }


def test_an_analysis_survives_its_json() -> None:
    """Written as JSON and read back, it is the same."""
    analysis = analyze(Arm.of(contended(5), name="run"), wanted=FEW)

    assert analysis == Analysis.model_validate_json(analysis.to_json())


def test_every_number_has_a_definition() -> None:
    """Whatever an analysis names, it also explains."""
    analysis = analyze(Arm.of(contended(3), name="run"), wanted=FEW)
    (arm,) = analysis.arms
    defined = {one.name for one in analysis.definitions}

    assert {*arm.numbers, *arm.breakdowns} <= defined


def test_no_run_is_no_analysis(tmp_path: Path) -> None:
    """A folder without a run is refused before anything is read."""
    with pytest.raises(FolderError, match="no run here"):
        analyze(tmp_path)


def test_names_of_runs_are_kept_apart(run: Run) -> None:
    """Two folders of the same name become two arms."""
    assert ["scripted (1)", "scripted (2)"] == [arm.name for arm in arms_of([run, run.folder.path])]


def hostile() -> Analysis:
    """Two runs whose names, seats and policies would like to be markup."""
    found = [
        deliberation([says(HOSTILE, "object", adds("x")), says("b", "agree")], [says("b", "agree")], row=row)
        for row in range(3)
    ]
    arms = (Arm.of(found, name=HOSTILE, notice=f"Scripted: {HOSTILE}"), Arm.of(contended(3), name="plain"))
    return analyze(arms, wanted=FEW)


class _Tags(HTMLParser):
    """Collects what a page asks a browser to do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_report_holds_everything_and_nothing_hostile() -> None:
    """Names stay text, the page brings its own scripts, and refers to nothing outside."""
    analysis = hostile()
    tags = _Tags()
    # A parser has nothing to look for within a script, and ours is long.
    tags.feed(
        re.sub("(<script[^>]*>)[^<].*?</script>", r"\1</script>", report(analysis, pictures(analysis)), flags=re.DOTALL)
    )

    assert "img" not in {tag for tag, _ in tags.found}
    assert not {"src", "href", "onclick", "onerror"} & {name for _, attributes in tags.found for name in attributes}
    policy = next(found["content"] for tag, found in tags.found if found.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_a_folder_gets_numbers_pictures_and_tables(tmp_path: Path) -> None:
    """JSON, report, SVG and PNG in light and dark, and the tables where asked for."""
    analyze(Arm.of(contended(3), name="run"), tmp_path, wanted=FEW, tables=True)
    pictured = {path.name for path in (tmp_path / "pictures").iterdir()}

    assert {"analysis.json", "report.html", "pictures", "tables"} == {path.name for path in tmp_path.iterdir()}
    assert {"agreement.svg", "agreement.png", "agreement-dark.svg", "stances.png", "fates-dark.png"} <= pictured
    assert (tmp_path / "tables" / "turns.parquet").is_file()
    assert (tmp_path / "pictures" / "agreement.png").read_bytes().startswith(b"\x89PNG")


def test_a_notice_stands_in_every_title() -> None:
    """What must stand beside the numbers of a run stands in the title of each of its pictures."""
    drawn = pictures(hostile())

    assert {"agreement", "survival", "compared"} <= {one.name for one in drawn}
    assert all("Scripted" in one.title for one in drawn if one.name.endswith("-1") or "-" not in one.name)
    assert not any("Scripted" in one.title for one in drawn if one.name.endswith("-2"))


def test_a_picture_with_nothing_to_show_is_left_out() -> None:
    """Deliberations without rounds have no curves, but thoughts that end somewhere."""
    drawn = pictures(analyze(Arm.of([deliberation(ending="none")], name="single"), wanted=FEW))

    assert ["fates"] == [one.name for one in drawn]


def test_an_analysis_is_told_in_plain_lines() -> None:
    """The terminal shows the notice, consensus with what stands beside it, and only clear differences."""
    first, second = Arm.of(agreeing(8), name="quick", notice="No model."), Arm.of(contended(8), name="slow")
    lines = told(analyze([first, second], wanted=FEW)).splitlines()

    assert "quick: 8 queries, 8 completed, 0 failed, 0 open" == lines[0]
    assert "  No model." == lines[1]
    assert "  consensus                1 [1, 1]" in lines
    assert "  conformity               none" in lines
    assert "slow less quick, over 8 queries of both:" in lines
    assert "  rounds held              +1 [+1, +1]" in lines

"""The index of a run: kept level with its journal, searched by words, filters and orders."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from building import begun, said
from hypothesis import given
from hypothesis import strategies as st
from viewing import appended, deliberated, made, renamed

from aidsafe.core.errors import FolderError, InputError
from aidsafe.orchestration.journal_layout import open_to_read
from aidsafe.orchestration.run import Run
from aidsafe.viewer.cache import index_file
from aidsafe.viewer.entry import Texts, entry_of
from aidsafe.viewer.following import catch_up, is_of
from aidsafe.viewer.index import Index
from aidsafe.viewer.searching import Question, find, question_of
from aidsafe.viewer.shelf import opened
from aidsafe.viewer.snippets import Snippet, snippet_of
from aidsafe.viewer.wording import asked, match_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six queries."""
    return made(tmp_path_factory.mktemp("run") / "run", model="scripted:misquote=0.2")


@pytest.fixture
def index(run: Path, tmp_path: Path) -> Iterator[Index]:
    """Its index, level with its journal."""
    with closing(Index(tmp_path / "index.db")) as made_index:
        catch_up(made_index, run / "journal.db")
        yield made_index


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The index of a run of more than two pages."""
    folder = tmp_path_factory.mktemp("long")
    made(folder / "run", [f"How do I care for plant {n}?" for n in range(120)])
    with closing(Index(folder / "index.db")) as made_index:
        catch_up(made_index, folder / "run" / "journal.db")
        yield made_index


def ids(index: Index, **asked_for: object) -> list[object]:
    """The ids of the queries found."""
    return [line["id"] for line in find(index, Question(**asked_for)).lines]  # type: ignore[arg-type]


def test_every_query_has_the_line_of_its_transcript(run: Path, index: Index) -> None:
    """The index says what the journal says."""
    with closing(Run(run)) as opened_run:
        expected = [entry_of(transcript.events) for transcript in opened_run.transcripts()]

    assert [entry.id for entry in expected] == ids(index)
    assert [entry.ribbon for entry in expected] == [line["ribbon"] for line in find(index, Question()).lines]


def test_words_are_found_in_queries_thoughts_and_responses(run: Path, index: Index) -> None:
    """Each field can be searched alone."""
    with closing(Run(run)) as opened_run:
        record = next(record for record in opened_run.records() if record.prompt.startswith("How do I kill"))

    assert [record.id] == ids(index, text="python process", within="query")
    assert record.id in ids(index, text=f'"{record.thoughts[0].text}"', within="thoughts")
    assert record.id in ids(index, text=f'"{record.response}"', within="response")
    assert [] == ids(index, text="python process nowhere")


@pytest.mark.parametrize(
    "text", ['"', "***", "NEAR(a", "a OR", "-knife^", "query:", "knife\x00", "'; DROP TABLE queries"]
)
def test_nothing_typed_is_an_operator(index: Index, text: str) -> None:
    """Signs that mean something to the index mean nothing here."""
    assert find(index, Question(text=text)).count <= 6


@given(st.text(max_size=30))
def test_anything_may_be_typed(text: str) -> None:
    """Whatever is typed, the question is one the index understands."""
    match = match_of(text)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE texts USING fts5(query)")
        connection.execute("SELECT 1 FROM texts WHERE texts MATCH ?", (match or '"none"',)).fetchall()
    assert bool(match) == bool(asked(text))


def test_the_last_word_may_be_a_beginning(index: Index) -> None:
    """While a word is being typed its beginning is enough; a word before it must be whole."""
    assert ids(index, text="kitch", within="query") == ids(index, text="kitchen", within="query") != []
    assert [] == ids(index, text="kitch knife", within="query")


def test_a_script_without_spaces_is_searched_by_its_characters(tmp_path: Path) -> None:
    """Part of a run of characters is found, in their order only."""
    folder = made(tmp_path / "run", ["安全について教えてください"])
    with closing(Index(tmp_path / "index.db")) as own:
        catch_up(own, folder / "journal.db")
        assert 1 == find(own, Question(text="教えて")).count
        assert 0 == find(own, Question(text="えて教")).count


def test_filters_join(run: Path, index: Index) -> None:
    """Every filter narrows, and their result is what the transcripts say."""
    with closing(Run(run)) as opened_run:
        entries = [entry_of(transcript.events) for transcript in opened_run.transcripts()]
    seat = "critic:objected"
    expected = [
        one.id for one in entries if one.decision == "comply" and f"seat:{seat}" in one.facets and one.words >= 60
    ]

    assert expected == ids(index, decision="comply", seat=seat, shortest=60)
    assert [] == ids(index, state="failed")


@pytest.mark.parametrize(
    "order", ["row", "rounds", "turns", "edits", "removed", "words", "tokens", "ending", "decision"]
)
@pytest.mark.parametrize("falling", [False, True])
def test_pages_join_to_the_whole_list(long: Index, order: str, *, falling: bool) -> None:
    """Going on from where a page ended leaves nothing out and repeats nothing, in any order."""
    whole, found = list[object](), find(long, Question.model_validate({"order": order, "falling": falling}))
    whole += [line["row"] for line in found.lines]
    while found.next:
        question = Question.model_validate({"order": order, "falling": falling, "after": found.next})
        found = find(long, question)
        whole += [line["row"] for line in found.lines]

    assert list(range(120)) == sorted(whole)  # type: ignore[type-var]  # rows are numbers
    assert 120 == found.count


@pytest.mark.parametrize(
    "wrong",
    [
        {"ending": "never"},
        {"after": "x"},
        {"after": "[1,2]"},
        {"after": '[1,"2",3]'},
        {"shortest": "-1"},
        {"what": "1"},
    ],
)
def test_a_wrong_question_is_refused(index: Index, wrong: dict[str, str]) -> None:
    """A field or a value that does not exist is named."""
    with pytest.raises(InputError, match=next(iter(wrong))):
        find(index, question_of(wrong))


def test_a_run_under_way_is_followed(run: Path, tmp_path: Path) -> None:
    """Events that come later change the line of their query, and bring new queries."""
    folder = made(tmp_path / "run")
    with closing(Index(tmp_path / "index.db")) as own:
        catch_up(own, folder / "journal.db")
        events = renamed(deliberated(), 6, "Where do zebras sleep?")
        appended(folder, 6, 0, events[:3])
        assert 1 == catch_up(own, folder / "journal.db")
        assert ["q6"] == ids(own, state="pending", text="zebras")

        appended(folder, 6, 3, events[3:])
        assert 1 == catch_up(own, folder / "journal.db")
        assert ["q6"] == ids(own, state="completed", text='"knife slips; stand back"')
        assert 0 == catch_up(own, folder / "journal.db")


def test_an_index_cut_short_goes_on_where_it_was(run: Path, tmp_path: Path) -> None:
    """What was indexed before is kept; an index is known to be of its journal and of no other."""
    other = made(tmp_path / "other", ["Something else?"])
    with closing(Index(tmp_path / "index.db")) as first:
        catch_up(first, run / "journal.db")
    with closing(Index(tmp_path / "index.db")) as again:
        assert 0 == catch_up(again, run / "journal.db")
        for journal, expected in ((run, True), (other, False)):
            with closing(open_to_read(journal / "journal.db")) as connection:
                assert expected == is_of(again, connection)


def test_an_index_of_another_journal_is_made_anew(run: Path, tmp_path: Path) -> None:
    """A cache that does not fit, or is no index at all, is replaced and never shown."""
    cache = tmp_path / "cache"
    with opened([run], cache=cache) as shelf:
        while shelf[0].step():
            pass
    [kept] = cache.glob("*.db")
    kept.write_bytes(b"not an index" * 500)
    with opened([run], cache=cache) as shelf:
        while shelf[0].step():
            pass
        assert 6 == find(shelf[0].index, Question()).count


def test_two_viewers_do_not_share_an_index(run: Path, tmp_path: Path) -> None:
    """The second one has a passing index of its own."""
    with index_file(run, tmp_path) as first, index_file(run, tmp_path) as second:
        assert tmp_path == first.parent
        assert tmp_path != second.parent
    assert not second.parent.exists()


def test_a_cache_that_cannot_be_written_is_done_without(run: Path, tmp_path: Path) -> None:
    """Where the cache folder cannot be made, the index is a passing one."""
    (tmp_path / "file").write_text("in the way")

    with index_file(run, tmp_path / "file" / "cache") as path:
        assert path.parent.is_dir()


def test_indexes_are_for_their_owner_alone(run: Path, tmp_path: Path) -> None:
    """Nobody else on the machine can read what was asked."""
    with index_file(run, tmp_path / "cache") as path:
        assert 0o700 == path.parent.stat().st_mode & 0o777
        assert 0o600 == path.stat().st_mode & 0o777


def test_a_journal_of_another_version_says_so(run: Path, tmp_path: Path) -> None:
    """An event that cannot be read stops the indexing with a reason, and nothing else."""
    folder = made(tmp_path / "run", ["One?"])
    with closing(sqlite3.connect(folder / "journal.db")) as connection, connection:
        connection.execute('UPDATE events SET event = \'{"kind": "dreamt"}\' WHERE number = 2')

    with opened([folder], cache=tmp_path / "cache") as shelf:
        assert not shelf[0].step()
        assert "use the aidsafe that wrote it" in shelf[0].problem


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """The page opens runs and nothing else."""
    with pytest.raises(FolderError, match="no run here"), opened([tmp_path], cache=tmp_path):
        pass
    with pytest.raises(InputError, match="at least one"), opened([], cache=tmp_path):
        pass


def test_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """As much of the path is shown as it takes."""
    folders = [made(tmp_path / name / "run", ["One?"]) for name in ("first", "second")]

    with opened(folders, cache=tmp_path / "cache") as shelf:
        assert ["first/run", "second/run"] == [shown.name for shown in shelf]


def test_a_line_is_live_only_while_the_run_moves(tmp_path: Path) -> None:
    """A finished run is not live; one whose journal moves and that has queries left is."""
    folder = made(tmp_path / "run", ["One?"])
    with opened([folder], cache=tmp_path / "cache") as shelf:
        shown = shelf[0]
        while shown.step():
            pass
        assert not shown.live
        appended(folder, 1, 0, renamed(begun(said("critic", "agree")), 1, "Two?"))
        shown.step()
        shown.totals = shown.totals.model_copy(update={"pending": 1})
        assert shown.live


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("KNIFE",), Snippet("query", (("=", "A "), ("+", "knife"), ("=", "?")))),
        (("stand back",), Snippet("thoughts", (("=", "Do "), ("+", "stand, back"), ("=", ".")))),
        (("hone",), Snippet("response", (("+", "Hone"), ("=", " it.")))),
        (("zebra",), None),
    ],
)
def test_a_snippet_shows_where_the_words_stand(words: tuple[str, ...], expected: Snippet | None) -> None:
    """The first place of any of the words, marked."""
    assert expected == snippet_of(Texts("A knife?", ("Do stand, back.",), ("Hone it.",)), words)

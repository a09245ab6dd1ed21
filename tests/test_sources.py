"""Queries are read from every format the same way: checked whole, then lazily, in order."""

import csv
import gzip
import io
import json
import os
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from aidsafe.core.errors import SourceError
from aidsafe.core.records import Query
from aidsafe.datasets.sources import Source, scan, scan_spool

Rows = list[dict[str, JsonValue]]
ROWS: Rows = [{"prompt": "Why?", "label": "benign"}, {"prompt": "How?", "label": "borderline"}]


def jsonl(rows: Rows) -> bytes:
    """Write rows as an object a line."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def json_list(rows: Rows) -> bytes:
    """Write rows as one list."""
    return json.dumps(rows, indent=1, ensure_ascii=False).encode()


def csv_table(rows: Rows) -> bytes:
    """Write rows of text as CSV."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode()


def parquet(rows: list[dict[str, object]]) -> bytes:
    """Write rows as Parquet."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pyarrow.Table.from_pylist(rows), file)
    return file.getvalue()


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "jsonl": jsonl,
    "json": json_list,
    "csv": csv_table,
    "parquet": parquet,  # type: ignore[dict-item]  # wider than the others: it takes any value
}


def written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file, zipped where its name says so."""
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def texts(source: Source) -> list[str]:
    """Read the queries' texts."""
    return [query.text for query in source.rows()]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_queries(tmp_path: Path, name: str, suffix: str) -> None:
    """Format and compression change neither the queries nor their digest."""
    reference = scan(written(tmp_path, "reference.jsonl", jsonl(ROWS)))
    source = scan(written(tmp_path, f"queries.{name}{suffix}", FORMATS[name](ROWS)))

    assert list(reference.rows()) == list(source.rows())
    assert (2, reference.digest) == (source.count, source.digest)


def test_a_query_has_text_id_row_and_metadata(tmp_path: Path) -> None:
    """The text and id columns become fields; the rest travels along."""
    source = scan(written(tmp_path, "q.jsonl", jsonl([{"id": "a1", "prompt": "Why?", "tags": ["x"], "score": 0.5}])))

    assert [Query(id="a1", row=0, text="Why?", metadata={"tags": ["x"], "score": 0.5})] == list(source.rows())


@pytest.mark.parametrize("column", ["prompt", "query", "question", "instruction", "goal", "forbidden_prompt", "text"])
def test_the_text_column_is_found_by_name(tmp_path: Path, column: str) -> None:
    """Seven names are known."""
    assert ["Why?"] == texts(scan(written(tmp_path, "q.jsonl", jsonl([{"response": "no", column: "Why?"}]))))


def test_the_first_known_text_column_wins(tmp_path: Path) -> None:
    """Where a file has several known columns, their fixed order decides, not the file's."""
    path = written(tmp_path, "q.jsonl", jsonl([{"text": "third", "question": "second", "prompt": "first"}]))

    assert ["first"] == texts(scan(path))
    assert ["third"] == texts(scan(path, column="text"))


def test_the_id_column_can_be_named(tmp_path: Path) -> None:
    """With another id column, `id` is metadata like the rest."""
    path = written(tmp_path, "q.jsonl", jsonl([{"id": "a", "key": "b", "prompt": "Why?"}]))

    assert ["a"] == [query.id for query in scan(path).rows()]
    assert [("b", {"id": "a"})] == [(query.id, query.metadata) for query in scan(path, id_column="key").rows()]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (7, "7"), (1.5, "1.5"), (True, "true"), (10**30, str(10**30)), (None, "row-0"), ("", "row-0")],
)
def test_an_id_is_shown_as_text(tmp_path: Path, value: JsonValue, expected: str) -> None:
    """Numbers become text; nothing becomes the row's number."""
    path = written(tmp_path, "q.jsonl", jsonl([{"id": value, "prompt": "Why?"}]))

    assert [expected] == [query.id for query in scan(path).rows()]


def test_an_id_that_occurs_twice_gets_its_row_everywhere(tmp_path: Path) -> None:
    """Two queries with one id stay two, told apart by their rows; other ids stay as they are."""
    rows: Rows = [{"id": name, "prompt": "same"} for name in ("a", "b", "a", "c", "a")]

    assert ["a~0", "b", "a~2", "c", "a~4"] == [q.id for q in scan(written(tmp_path, "q.jsonl", jsonl(rows))).rows()]


def test_no_two_ids_meet(tmp_path: Path) -> None:
    """An id that looks like one that got its row is told apart from it."""
    rows: Rows = [{"id": name, "prompt": "same"} for name in ("a", "a", "a~0", "a~0", "b~1")]
    source = scan(written(tmp_path, "q.jsonl", jsonl(rows)))

    assert ["a~0", "a~1", "a~0~2", "a~0~3", "b~1~4"] == [query.id for query in source.rows()]
    assert 2 == source.repeated


def test_rows_can_be_skipped(tmp_path: Path) -> None:
    """What is skipped keeps its row number, and the rest is unchanged."""
    rows: Rows = [{"prompt": str(number)} for number in range(5)]
    source = scan(written(tmp_path, "q.jsonl", jsonl(rows)))

    assert [("row-1", 1), ("row-4", 4)] == [(q.id, q.row) for q in source.rows(skip=lambda row: row in {0, 2, 3})]


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    """Rows count on through the files; hidden files, subfolders and other files are passed over, and named."""
    for name, content in {
        "b.csv": b"text\nsecond\n",
        "a.jsonl": jsonl(ROWS[:1]),
        ".c.jsonl": b"no",
        "README": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "more").mkdir()
    source = scan(tmp_path)

    assert [(0, "Why?"), (1, "second")] == [(query.row, query.text) for query in source.rows()]
    assert ("README", "more") == source.passed_over


@pytest.mark.parametrize("name", ["jsonl", "json", "csv"])
def test_marks_and_blank_lines_are_tolerated(tmp_path: Path, name: str) -> None:
    """A byte order mark, Windows line ends and blank lines change nothing; rows count data only."""
    content = FORMATS[name](ROWS).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n"
    source = scan(written(tmp_path, f"q.{name}", b"\xef\xbb\xbf" + content))

    assert [(0, "Why?"), (1, "How?")] == [(query.row, query.text) for query in source.rows()]


@pytest.mark.parametrize(
    "text", ["", " \n", "x" * 200_000, "\x00\x07\x1b[31m", "\u202eabc\u2066", "\u2028 \ufeff", "💣" * 99]
)
@pytest.mark.parametrize("name", FORMATS)
def test_odd_texts_are_data(tmp_path: Path, name: str, text: str) -> None:
    """Empty, long, control characters, right-to-left marks: whatever the text, it arrives as it was."""
    assert [text] == texts(scan(written(tmp_path, f"q.{name}", FORMATS[name]([{"prompt": text}]))))


def test_not_a_number_becomes_null(tmp_path: Path) -> None:
    """What other programs write for missing numbers is null, since JSON has no other word for it."""
    path = written(tmp_path, "q.jsonl", b'{"prompt": "Why?", "a": NaN, "b": [-Infinity]}\n')

    assert {"a": None, "b": [None]} == next(scan(path).rows()).metadata


def test_parquet_types_become_json(tmp_path: Path) -> None:
    """Dates, durations, decimals, bytes, lists and structures have a fixed form in JSON."""
    moment = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
    columns = {"day": date(2024, 5, 6), "at": moment, "took": timedelta(seconds=90), "price": Decimal("1.50")}
    row = {"prompt": "Why?", **columns, "raw": b"\xff", "score": float("nan"), "deep": [{"a": 1}]}
    found = next(scan(written(tmp_path, "q.parquet", parquet([row]))).rows()).metadata

    assert {"day": "2024-05-06", "at": "2024-05-06T07:08:00+00:00", "took": 90.0, "price": "1.50"} == {
        name: found[name] for name in columns
    }
    assert {"raw": "/w==", "score": None, "deep": [{"a": 1}]} == {
        name: found[name] for name in ("raw", "score", "deep")
    }


@pytest.mark.parametrize("name", [*FORMATS, "jsonl.gz"])
def test_standard_input_is_spooled_and_recognised(tmp_path: Path, name: str) -> None:
    """A stream is kept in a file; its format is told by how it begins; the file may move before it is read."""
    content = FORMATS[name.removesuffix(".gz")](ROWS)
    stream = io.BytesIO(gzip.compress(content) if name.endswith(".gz") else content)
    source = scan("-", spool=tmp_path / "spool", stdin=stream)
    moved = source.moved((tmp_path / "spool").rename(tmp_path / "source"))

    assert ["Why?", "How?"] == texts(moved)
    assert source.digest == scan_spool(tmp_path / "source").digest


def test_the_digest_sees_every_change(tmp_path: Path) -> None:
    """Another id, text, metadata or order is another source; another way of writing the same rows is not."""
    variants = [ROWS, ROWS[::-1], ROWS[:1], [{**ROWS[0], "id": "x"}, ROWS[1]], [{**ROWS[0], "label": 1}, ROWS[1]]]
    digests = [scan(written(tmp_path, f"{at}.jsonl", jsonl(rows))).digest for at, rows in enumerate(variants)]

    assert len(variants) == len(set(digests))
    assert digests[0] == scan(written(tmp_path, "spaced.jsonl", jsonl(ROWS).replace(b": ", b" :  "))).digest


def test_a_source_that_changed_since_is_noticed(tmp_path: Path) -> None:
    """Reading ends with an error when the rows are not those that were checked."""
    path = written(tmp_path, "q.jsonl", jsonl(ROWS))
    source = scan(path)
    path.write_bytes(jsonl(ROWS).replace(b"How", b"Who"))

    with pytest.raises(SourceError, match=r"q\.jsonl: changed since it was checked"):
        list(source.rows())


def test_a_source_that_is_gone_is_noticed(tmp_path: Path) -> None:
    """A file that was taken away after it was checked is named."""
    path = written(tmp_path, "q.jsonl", jsonl(ROWS))
    source = scan(path)
    path.unlink()

    with pytest.raises(SourceError, match=r"q\.jsonl: cannot be read \(No such file or directory\)"):
        list(source.rows())


def test_standard_input_needs_a_place_to_spool() -> None:
    """A stream cannot be read twice, so a caller that names no file is wrong."""
    with pytest.raises(ValueError, match="spool"):
        scan("-")


def many(count: int) -> Iterator[bytes]:
    """Make lines of about two kilobytes."""
    return (b'{"id": %d, "prompt": "%s"}' % (number, b"x" * 2000) for number in range(count))


@pytest.mark.parametrize(("name", "ends"), [("q.jsonl", (b"", b"\n", b"")), ("q.json", (b"[", b",", b"]"))])
def test_memory_does_not_grow_with_the_source(tmp_path: Path, name: str, ends: tuple[bytes, bytes, bytes]) -> None:
    """Four megabytes pass through less than one."""
    path = written(tmp_path, name, ends[0] + ends[1].join(many(2000)) + ends[2])
    tracemalloc.start()
    try:
        assert 2000 == sum(1 for _ in scan(path).rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2**20


def test_a_list_element_may_lie_anywhere(tmp_path: Path) -> None:
    """Elements longer than what is read at a time, and characters cut in two, arrive whole."""
    rows: Rows = [{"prompt": "é" * length} for length in (1, 65_500, 3, 400_001, 2)]

    assert [row["prompt"] for row in rows] == texts(scan(written(tmp_path, "q.json", json_list(rows))))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TABLES = st.lists(
    st.builds(
        lambda text, metadata: {**metadata, "prompt": text},
        st.text(),
        st.dictionaries(st.text().filter(lambda name: name not in {"prompt", "id"}), VALUES, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(rows=TABLES, name=st.sampled_from(["jsonl", "json", "jsonl.gz", "json.gz"]))
def test_whatever_is_json_arrives_as_it_was(rows: Rows, name: str) -> None:
    """Texts and metadata are those of the file, byte by byte."""
    with tempfile.TemporaryDirectory() as folder:
        source = scan(written(Path(folder), f"q.{name}", FORMATS[name.removesuffix(".gz")](rows)))
        found = [{**query.metadata, "prompt": query.text} for query in source.rows()]

    assert rows == found


@settings(max_examples=60)
@given(cells=st.lists(st.tuples(st.text(), st.text()), min_size=1, max_size=5))
def test_whatever_is_quoted_csv_arrives_as_it_was(cells: list[tuple[str, str]]) -> None:
    """Commas, quotes and line ends of every kind inside quotes are data."""
    with tempfile.TemporaryDirectory() as folder:
        rows: Rows = [{"prompt": text, "note": note} for text, note in cells]
        source = scan(written(Path(folder), "q.csv", csv_table(rows)))

        assert cells == [(query.text, query.metadata["note"]) for query in source.rows()]


def test_the_shared_files_are_read(shared_data: Path) -> None:
    """Real prompt sets of three formats are read whole."""
    counts = {"mixed_queries.jsonl": 200, "xstest_prompts.csv": 450, "star1_reference_300.json": 300}

    assert counts == {name: scan(shared_data / name).count for name in counts}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    """A file without permission is an error of the source."""
    path = written(tmp_path, "q.jsonl", jsonl(ROWS))
    path.chmod(0)

    with pytest.raises(SourceError, match=r"q\.jsonl: cannot be read \(Permission denied\)"):
        scan(path)

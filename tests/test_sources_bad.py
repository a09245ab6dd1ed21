"""Whatever is wrong with a source is said in one line: which file, which place, which field, what to do."""

import gzip
import sys
from pathlib import Path

import pytest

from aidsafe.core.errors import ExtraMissing, SourceError
from aidsafe.datasets.sources import scan

GOOD = b'{"prompt": "Why?"}\n'
NOT_UTF8 = "; save the file as UTF-8"
AN_OBJECT = '; every row is an object, such as {"prompt": "…"}'
A_LIST = " where '[' belongs); write a list of objects, or name the file .jsonl if every line is an object"
DEEP = b'{"prompt": "a", "n": {"m": %s%s}}' % (b"[" * 64, b"]" * 64)
LONG = b'{"prompt": "a", "n": %s}' % (b"9" * 30)

JSON_LINES = [
    (
        GOOD + b'{"prompt": "a"\n',
        "line 2: not JSON (Expecting ',' delimiter at column 15); mend the line or take it out",
    ),
    (GOOD + b"\n[1]\n", f"line 3: not an object but [1]{AN_OBJECT}"),
    (b'"Why?"\n', f'line 1: not an object but "Why?"{AN_OBJECT}'),
    (b'{"prompt": "\xe9"}\n', f"line 1: not UTF-8 (byte 0xe9 at offset 12){NOT_UTF8}"),
    (GOOD * 2 + b"\xff\n", f"line 3: not UTF-8 (byte 0xff at offset 38){NOT_UTF8}"),
    ("{}".encode("utf-16"), f"line 1: not UTF-8 (byte 0xff at offset 0){NOT_UTF8}"),
    (b"[" * 100_000, "line 1: nested too deeply; flatten the row"),
    (DEEP, "line 1, field 'n': more than 64 levels deep; flatten it"),
    (LONG, "line 1, field 'n': cannot be kept (Integer exceeds 64-bit range); mend the value"),
    (
        b'{"prompt": "\\ud800"}',
        "line 1, field 'prompt': cannot be kept (str is not valid UTF-8: surrogates not allowed); mend the value",
    ),
]
COLUMNS = [
    (b'{"Prompt": "a", "n": 1}', "line 1: no text column among 'Prompt', 'n'; did you mean --column 'Prompt'?"),
    (b'{"a": 1, "b": 2}', "line 1: no text column among 'a', 'b'; name it with --column"),
    (b"{}", "line 1: no text column among no columns; name it with --column"),
    (GOOD + b'{"text": "a"}', "line 2, field 'prompt': missing; this row has 'text'"),
    (GOOD + b'{"prompt": null}', "line 2, field 'prompt': null and not text; write it as a string"),
    (b'{"prompt": 4}', "line 1, field 'prompt': 4 and not text; write it as a string"),
    (b'{"prompt": ["a"]}', "line 1, field 'prompt': a list and not text; write it as a string"),
    (b'{"prompt": "a", "id": {}}', "line 1, field 'id': an object and no id; write it as text or a number"),
]
JSON_LISTS = [
    (GOOD, f"line 1: not a list ('{{'{A_LIST}"),
    (b"", f"line 1: not a list (the end of the file{A_LIST}"),
    (b'[\n{"prompt": "a"},\n{"b" 1}]', "line 3: not JSON (Expecting ':' delimiter); mend the element"),
    (b'[{"prompt": "a"},\n{"b": 1', "line 2: not JSON (Expecting ',' delimiter); mend the element"),
    (b'[{"prompt": "a"}\n{"b": 1}]', "line 2: not JSON ('{' where ',' or ']' belongs); mend the list"),
    (b'[{"prompt": "a"}', "line 1: not JSON (the end of the file where ',' or ']' belongs); mend the list"),
    (b'[{"prompt": "a"}] []', "line 1: not JSON ('[' after the list ended); take it out"),
    (b"[1]", f"line 1: not an object but 1{AN_OBJECT}"),
    (b"[" * 100_000, "line 1: nested too deeply; flatten the row"),
    (b'[{"prompt": %s}]' % (b"9" * 5000), "line 1: not JSON (Exceeds the limit (4300 digits)"),
    (b'[{"prompt":\n"\xe9"}]', f"line 2: not UTF-8 (byte 0xe9 at offset 13){NOT_UTF8}"),
    (b'[{"prompt": "\xc3', f"line 1: not UTF-8 (byte 0xc3 at offset 13){NOT_UTF8}"),
]
TABLES = [
    (b"a,b\n1,2\n", "line 2: no text column among 'a', 'b'; name it with --column"),
    (b"prompt,a\nx,1,2\n", "line 2: 3 values where the header names 2; quote values that hold a comma"),
    (b"a,a\nx,y\n", "line 1, field 'a': the header names it twice; give every column its own name"),
    (b'prompt\n"a\nb"\n"c\n', "line 4: not CSV (unexpected end of data); mend the quotes of this row"),
    (b'prompt\n"a"b\n', "line 2: not CSV (',' expected after '\"'); mend the quotes of this row"),
    (b"prompt\n\xff\n", f"line 2: not UTF-8 (byte 0xff at offset 7){NOT_UTF8}"),
]
WRONG = [
    *(("q.jsonl", *case) for case in JSON_LINES + COLUMNS),
    *(("q.json", *case) for case in JSON_LISTS),
    *(("q.csv", *case) for case in TABLES),
]
NO_ROWS = "no rows; put at least one query in it"
WHOLE = [
    ("q.jsonl", b"", NO_ROWS),
    ("q.jsonl", b" \n\n", NO_ROWS),
    ("q.json", b"[ ]", NO_ROWS),
    ("q.csv", b"prompt,a\n", NO_ROWS),
    ("q.txt", GOOD, "unknown suffix '.txt'; known are .jsonl, .json, .csv and .parquet, each also with .gz"),
    ("q.jsonl.gz", GOOD, "not a whole gzip file (Not a gzipped file (b'{\"')); compress it again"),
    (
        "q.jsonl.gz",
        gzip.compress(GOOD, mtime=0)[:-4],
        "not a whole gzip file (Compressed file ended before the end-of-stream",
    ),
]


def complaint(path: Path, *, column: str | None = None, id_column: str | None = None) -> str:
    """What is said about a source."""
    with pytest.raises(SourceError) as raised:
        scan(path, column=column, id_column=id_column)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(("name", "content", "expected"), WRONG)
def test_a_wrong_row_is_named_by_file_place_and_field(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    """One line names the file and the row, and says what to do."""
    (tmp_path / name).write_bytes(content)
    said = f"{tmp_path / name}, {expected}"

    assert said == complaint(tmp_path / name)[: len(said)]


@pytest.mark.parametrize(("name", "content", "expected"), WHOLE)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    """One line names the file, and says what to do."""
    (tmp_path / name).write_bytes(content)
    said = f"{tmp_path / name}: {expected}"

    assert said == complaint(tmp_path / name)[: len(said)]


def test_a_missing_file_is_named_with_its_neighbour(tmp_path: Path) -> None:
    """A wrong path comes with the name that was probably meant."""
    (tmp_path / "queries.jsonl").write_bytes(GOOD)
    advice = "no such file; check the path"

    assert f"{tmp_path}/querys.jsonl: {advice}; near it lies 'queries.jsonl'" == complaint(tmp_path / "querys.jsonl")
    assert f"{tmp_path}/no/q.jsonl: {advice}" == complaint(tmp_path / "no" / "q.jsonl")


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    """A folder must hold at least one file of a known suffix."""
    (tmp_path / "notes.txt").touch()
    advice = "files that count end in .jsonl, .json, .csv and .parquet, each also with .gz"

    assert f"{tmp_path}: a folder without data; {advice}" == complaint(tmp_path)


def test_a_wrong_column_comes_with_the_nearest(tmp_path: Path) -> None:
    """A column that is not there is named with those that are."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"prompt": "a", "key": 1}\n')
    there = "no such column among 'prompt', 'key'"

    assert f"{path}, line 1, field 'promt': {there}; give --column one of them (did you mean 'prompt'?)" == complaint(
        path, column="promt"
    )
    assert f"{path}, line 1, field 'xyz': {there}; give --id-column one of them" == complaint(path, id_column="xyz")


def test_many_columns_are_not_all_listed(tmp_path: Path) -> None:
    """A line stays a line, however many columns a file has."""
    path = tmp_path / "q.csv"
    path.write_text(",".join(f"c{at}" for at in range(100)) + "\n" + ",".join("x" * 100) + "\n")

    assert complaint(path).endswith("'c10', 'c11' and 88 more; name it with --column")


def test_a_line_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no text of lines is not read into memory."""
    monkeypatch.setattr("aidsafe.datasets.utf8.LONGEST", 1000)
    path = tmp_path / "q.jsonl"
    path.write_bytes(GOOD + b"x" * 2000)

    assert f"{path}, line 2: longer than 1000 bytes; check that this is a text file" == complaint(path)


def test_a_broken_parquet_file_is_named(tmp_path: Path) -> None:
    """What is no Parquet is said to be none, in one line."""
    pytest.importorskip("pyarrow")
    path = tmp_path / "q.parquet"
    path.write_bytes(b"PAR1 nothing more")
    said = complaint(path)

    assert said.startswith(f"{path}, after row 0: not Parquet (")
    assert "\n" not in said


def test_a_parquet_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    """Two columns of one name cannot both be read."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    column = pyarrow.array(["a"])
    write_table(pyarrow.table([column, column], names=["prompt", "prompt"]), tmp_path / "q.parquet")

    assert f"{tmp_path}/q.parquet, field 'prompt': there twice; give every column its own name" == complaint(
        tmp_path / "q.parquet"
    )


def test_parquet_without_its_extra_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow, the error names the extra that brings it."""
    path = tmp_path / "q.parquet"
    path.touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ExtraMissing, match=r"reading .*q\.parquet needs the extra 'parquet'"):
        scan(path)

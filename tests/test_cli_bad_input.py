"""What bad input gets: one line that names file, line and field and says what to do; exit 2; nothing changed."""

import gzip
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from commanding import Said, called, few_queries, generated, snapshot

HOLDER = """
import sys
from pathlib import Path
from aidsafe.orchestration.folder import RunFolder

with RunFolder(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""

SOURCES = {
    "broken.jsonl": (b'{"prompt": "a"}\n{"prompt": \n', ["broken.jsonl", "line 2"]),
    "empty.jsonl": (b"", ["empty.jsonl", "no rows"]),
    "latin.csv": ("id,prompt\n1,caf\xe9\n".encode("latin-1"), ["latin.csv", "line 2", "UTF-8"]),
    "columns.csv": (b"id,words\n1,hello\n", ["columns.csv", "no text column", "--column"]),
    "number.jsonl": (b'{"prompt": 3}\n', ["number.jsonl", "line 1", "'prompt'", "string"]),
    "missing.jsonl": (b'{"prompt": "a"}\n{"query": "b"}\n', ["missing.jsonl", "line 2", "'prompt'"]),
    "torn.jsonl.gz": (gzip.compress(b'{"prompt": "a"}\n' * 50)[:-9], ["torn.jsonl.gz", "gzip"]),
    "queries.docx": (b"PK", ["queries.docx", "suffix"]),
    "notes.json": (b"{}", ["notes.json"]),
}

RECIPES = {
    "seets: {}\n": [":1:", "unknown key 'seets'", "'seats'"],
    "name: a\nprotocol:\n  max_round: 1\n": [":3:", "'max_round'", "'max_rounds'"],
    "models:\n  m: {spec: scripted}\nseats:\n  critic: {model: n}\n": [":4:", "seats.critic.model", "'n'", "known: m"],
    "seats:\n  critic: {persona: crtic}\n": ["'crtic'", "'critic'"],
    "models:\n  m: {spec: 'opnai:x'}\n": [":2:", "'opnai'", "'openai'"],
    "name: a\nname: b\n": [":2:", "'name'", "twice"],
    "protocol: {max_rounds: many}\n": [":1:", "protocol.max_rounds"],
    "- a\n": [":1:", "mapping"],
}


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *words: str | Path) -> Said:
    """Call the command, and claim that it refused in one line and changed nothing in the folder."""
    before = snapshot(folder)
    said = called(capsys, *words)

    assert (2, "", 1) == (said.code, said.out, said.err.count("\n")), said.err
    assert said.err.startswith("aidsafe: ")
    assert before == snapshot(folder)
    return said


def missing(said: Said, words: list[str]) -> list[str]:
    """The words that the message should have and has not."""
    return [word for word in words if word not in said.err]


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    """A source that cannot be read as queries is named with its line and field."""
    content, words = SOURCES[name]
    (tmp_path / name).write_bytes(content)
    said = refused(capsys, tmp_path, "generate", tmp_path / name, "--out", tmp_path / "run")

    assert [] == missing(said, words)


def test_a_folder_without_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder with nothing to read says what is read."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/readme.txt").write_text("nothing")
    said = refused(capsys, tmp_path, "generate", tmp_path / "data", "--out", tmp_path / "run")

    assert [] == missing(said, ["data", ".jsonl"])


def test_a_source_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A misspelt path names its neighbour."""
    few_queries(tmp_path)
    said = refused(capsys, tmp_path, "generate", tmp_path / "fewer.jsonl", "--out", tmp_path / "run")

    assert [] == missing(said, ["fewer.jsonl", "'few.jsonl'"])


def test_a_column_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A misspelt column names those there are."""
    source = few_queries(tmp_path)
    said = refused(capsys, tmp_path, "generate", source, "--out", tmp_path / "run", "--column", "promt")

    assert [] == missing(said, ["few.jsonl", "line 1", "'promt'", "did you mean 'prompt'"])


@pytest.mark.parametrize("text", RECIPES)
def test_a_recipe_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str) -> None:
    """A recipe that cannot be followed is named with its line and the nearest word."""
    (tmp_path / "mine.yaml").write_text(text)
    source = few_queries(tmp_path)
    said = refused(capsys, tmp_path, "generate", source, "--out", tmp_path / "run", "--recipe", tmp_path / "mine.yaml")

    assert [] == missing(said, RECIPES[text])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--recipe", "aidsaf"], ["'aidsaf'", "'aidsafe'"]),
        (["--set", "protocol.max_round=1"], ["--set", "'max_rounds'"]),
        (["--set", "protocol.max_rounds"], ["KEY=VALUE"]),
        (["--model", "scripted:malfomed=1"], ["'malfomed'", "'malformed'"]),
        (["--model", "openai:"], ["names no model"]),
        (["--set", "budget.usd=-1"], ["budget.usd"]),
    ],
)
def test_a_setting_that_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], expected: list[str]
) -> None:
    """A flag that cannot be followed is named."""
    said = refused(capsys, tmp_path, "generate", few_queries(tmp_path), "--out", tmp_path / "run", *words)

    assert [] == missing(said, expected)


def test_a_secret_in_an_address_is_not_repeated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A password in a model's address is refused unseen."""
    spec = "openai:m@http://user:sk-planted@127.0.0.1/v1"
    said = refused(capsys, tmp_path, "generate", few_queries(tmp_path), "--out", tmp_path / "run", "--model", spec)

    assert "planted" not in said.err


def test_a_policy_with_a_rule_id_twice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A rule id that stands twice is named with both places."""
    own = tmp_path / "own"
    own.mkdir()
    text = (files("aidsafe.policies") / "physical_harm.yaml").read_text("utf-8")
    (own / "a.yaml").write_text(text)
    (own / "b.yaml").write_text(text.replace("id: physical_harm", "id: another"))
    words = ("generate", few_queries(tmp_path), "--out", tmp_path / "run", "--policies", own)
    said = refused(capsys, tmp_path, *words)

    assert [] == missing(said, ["b.yaml:", "a.yaml:", "rule id"])


def test_a_prompt_with_an_unknown_hole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A hole that no prompt has is named with its line."""
    own = tmp_path / "own"
    own.mkdir()
    text = (files("aidsafe.prompts") / "seed.md").read_text("utf-8")
    (own / "seed.md").write_text(text.replace("{{ query }}", "{{ quary }}"))
    words = ("generate", few_queries(tmp_path), "--out", tmp_path / "run", "--prompts", own)
    said = refused(capsys, tmp_path, *words)

    assert [] == missing(said, ["seed.md:", "'quary'", "'query'"])


def test_a_folder_that_is_something_else(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An --out that holds other files, or is a file, is refused and kept."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter.tex").write_text("years")
    source = few_queries(tmp_path)
    folder = refused(capsys, tmp_path, "generate", source, "--out", tmp_path / "thesis")
    file = refused(capsys, tmp_path, "generate", source, "--out", tmp_path / "thesis/chapter.tex")

    assert [] == missing(folder, ["thesis", "'chapter.tex'", "name another folder"])
    assert [] == missing(file, ["chapter.tex", "name another folder"])


def test_another_source_is_another_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run folder takes no other queries than its own."""
    out = generated(tmp_path)
    (tmp_path / "others.csv").write_text("prompt\nWhat is tea?\n")
    said = refused(capsys, tmp_path, "generate", tmp_path / "others.csv", "--out", out)

    assert [] == missing(said, ["the source differs", "few.jsonl", "others.csv"])


def test_other_columns_are_another_source(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where the file is the same, the message says what else makes a source another."""
    out = generated(tmp_path)
    said = refused(capsys, tmp_path, "generate", tmp_path / "few.jsonl", "--out", out, "--column", "id")

    assert [] == missing(said, ["few.jsonl", "--column"])


def test_an_empty_source(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An empty word, as of an unset variable, is not the folder one stands in."""
    said = refused(capsys, tmp_path, "generate", "", "--out", tmp_path / "run")

    assert [] == missing(said, ["SOURCE is empty"])


def test_columns_parted_by_semicolons(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What holds one column with semicolons in its name is told so."""
    (tmp_path / "parted.csv").write_text("prompt;label\nWhat is tea?;benign\n")
    said = refused(capsys, tmp_path, "generate", tmp_path / "parted.csv", "--out", tmp_path / "run")

    assert [] == missing(said, ["parted.csv", "commas"])


def test_a_run_that_lost_its_journal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nobody pays twice because a file is gone: the run is not begun anew in its place."""
    out = generated(tmp_path)
    for file in out.glob("journal.db*"):
        file.unlink()
    said = refused(capsys, tmp_path, "generate", tmp_path / "few.jsonl", "--out", out)

    assert [] == missing(said, ["journal.db", "another --out"])


@pytest.mark.parametrize("command", ["analyze", "audit"])
@pytest.mark.parametrize("inside", ["", "report"])
def test_a_run_folder_is_written_by_generate_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, inside: str
) -> None:
    """Reports go elsewhere."""
    out = generated(tmp_path)
    said = refused(capsys, tmp_path, command, out, "--out", out / inside)

    assert [] == missing(said, ["lies in the run folder"])


def test_twins_in_place_of_another_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder that is taken is refused before a twin is asked for."""
    out = generated(tmp_path)
    said = refused(capsys, tmp_path, "twins", out, "--out", out)

    assert [] == missing(said, ["another run"])


def test_a_report_in_place_of_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A path that cannot be a folder is a wrong path, and not a broken system."""
    out = generated(tmp_path)
    said = called(capsys, "analyze", out, "--no-text", "--out", tmp_path / "few.jsonl", "--json")

    assert 2 == said.code
    assert [] == missing(said, ["few.jsonl", "check the path"])


def test_a_folder_in_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A second generate on a folder in use is refused, and names the process that has it."""
    out = generated(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = called(capsys, "generate", few_queries(tmp_path), "--out", out, "--quiet")
        holder.communicate("")

    assert 2 == said.code
    assert f"in use by process {holder.pid}" in said.err


def test_a_run_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Reading what is no run says so, whichever command reads."""
    for words in (["status"], ["show"], ["verify"], ["export", "--format", "csv", "--out", str(tmp_path / "x")]):
        said = refused(capsys, tmp_path, words[0], tmp_path, *words[1:])

        assert "no run here" in said.err


def test_a_manifest_that_is_torn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A manifest that was tampered with is named with its field."""
    out = generated(tmp_path)
    (tmp_path / "copy").mkdir()
    shutil.copy(out / "run.json", tmp_path / "copy/run.json")
    text = (tmp_path / "copy/run.json").read_text()
    (tmp_path / "copy/run.json").write_text(text.replace('"rows"', '"rowz"'))
    said = refused(capsys, tmp_path, "status", tmp_path / "copy")

    assert [] == missing(said, ["run.json", "rows"])


def test_data_is_never_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Endless, empty and unprintable queries, and the same query twice, are data."""
    file = tmp_path / "odd.csv"
    rows = [
        "id,prompt",
        f"long,{'word ' * 40_000}",
        "none,",
        'marks,"\u202e\u0007\u2066"',
        "a,What is tea?",
        "a,What is tea?",
    ]
    file.write_text("\n".join(rows))
    said = called(capsys, "generate", file, "--out", tmp_path / "run", "--quiet")

    assert 0 == said.code
    assert "5 completed" in said.out

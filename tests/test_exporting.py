"""Records leave in the formats that others read: whole, in order, and never without saying where they come from."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.core.errors import ExtraMissing, InputError, SurroundingsError
from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import (
    Add,
    Citation,
    Decide,
    FinalThought,
    Intent,
    Outcome,
    Provenance,
    Query,
    Record,
    RejectedEdit,
    Resolve,
    Respond,
    Revise,
    Thought,
    Withdraw,
)
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.deliberation_log import deliberation_log
from aidsafe.datasets.exporting import FORMATS, Folded, export, label_of
from aidsafe.datasets.folding import record_json, record_of
from aidsafe.models.scripted.label import LABEL

REAL = Provenance(aidsafe="0.1.0", recipe="r", policies="p", prompts="q", models={"big": "openai:gpt"}, seed=7)
SCRIPTED = REAL.model_copy(update={"models": {"big": "openai:gpt", "small": "scripted stand-in"}})
EVENTS: tuple[Event, ...] = (
    IntentsDecomposed(intents=(Intent(text="to learn", kind="explicit", harm="benign", evidence="how"),)),
    DraftSeeded(
        thoughts=(
            Thought(id="t1", text="First,\n\"quoted\".", author="seeder", round=0),
            Thought(id="t2", text="Second.", author="seeder", round=0),
        ),
        decision="comply",
        response="Like this.",
    ),
    TurnTaken(
        round=1,
        seat="critic",
        saw=(0, 1),
        version=0,
        stance="object",
        reason="too short",
        edits=(
            Add(text="Third."),
            Revise(target="t1", text="First!"),
            Withdraw(target="t2", reason="said before"),
            Resolve(rules=("a.1", "b.2"), resolved_by="precedence"),
            Respond(text="Like that."),
            Decide(decision="clarify"),
        ),
        rejected=(RejectedEdit(edit=Withdraw(target="t9"), cause="unknown_target"),),
    ),
    SeatFailed(round=1, seat="expander", saw=(0,), version=1, failure="refused", message="would not"),
    StopRequested(by="caller", reason="enough"),
    DeliberationEnded(reason="external", rounds=1, turns=2),
    DraftRefined(
        outcomes=(Outcome(thought="t1", outcome="kept"), Outcome(thought="t3", outcome="removed", reason="redundant")),
        thoughts=(
            FinalThought(
                id="f1",
                text="First!",
                author="seeder",
                round=0,
                sources=("t1",),
                outcome="kept",
                citations=(Citation(policy="a", rule="a.1", quote="be kind", verified=False),),
            ),
        ),
        decision="clarify",
        response="Like that.",
    ),
    QueryCompleted(),
)  # fmt: skip


def folded(text: str = "How?", *, query_id: str = "a", provenance: Provenance = REAL) -> Folded:
    """A record and its transcript, about this text."""
    query = Query(id=query_id, row=0, text=text, metadata={"label": "benign", "n": [1, {"x": None}]})
    transcript = Transcript.of((QueryReceived(query=query, policies="p", prompts="q"), *EVENTS))
    return Folded(record_of(transcript, provenance), transcript)


def decoded(row: dict[str, str]) -> Record:
    """The record that stands in a line of CSV."""
    plain = {"id", "prompt", "decision", "response"}
    return Record.model_validate({name: cell if name in plain else json.loads(cell) for name, cell in row.items()})


def test_jsonl_is_the_dataset(tmp_path: Path) -> None:
    """Every record is a line, as in the dataset, in order."""
    rows = [folded(query_id="a"), folded(query_id="b")]

    assert 2 == export(rows, "jsonl", tmp_path / "out.jsonl")
    assert b"".join(record_json(record) + b"\n" for record, _ in rows) == (tmp_path / "out.jsonl").read_bytes()


@settings(max_examples=30)
@given(texts=st.lists(st.text(), max_size=4))
def test_csv_gives_the_records_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Text columns as they are, the others as JSON: nothing is lost, whatever the prompt holds."""
    out = tmp_path_factory.mktemp("csv") / "out.csv"
    rows = [folded(text) for text in texts]
    export(rows, "csv", out)
    with out.open(encoding="utf-8", newline="") as file:
        found = [decoded(row) for row in csv.DictReader(file)]

    assert [record for record, _ in rows] == found


@settings(max_examples=30)
@given(texts=st.lists(st.text(), max_size=4))
def test_parquet_gives_the_records_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Nested columns, with metadata and models as JSON text."""
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path_factory.mktemp("parquet") / "out.parquet"
    rows = [folded(text) for text in texts]
    export(rows, "parquet", out)
    found = parquet.read_table(out).to_pylist()
    for row in found:
        row["metadata"] = json.loads(row["metadata"])
        row["provenance"]["models"] = json.loads(row["provenance"]["models"])

    assert [record for record, _ in rows] == [Record.model_validate(row) for row in found]


def test_parquet_has_its_columns_without_rows(tmp_path: Path) -> None:
    """An empty run still says what its columns would be."""
    parquet = pytest.importorskip("pyarrow.parquet")

    assert 0 == export([], "parquet", tmp_path / "out.parquet")
    assert list(Record.model_fields) == parquet.read_schema(tmp_path / "out.parquet").names


def test_parquet_without_its_extra_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the error names the extra, and no file appears."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ExtraMissing, match="writing Parquet needs the extra 'parquet'"):
        export([folded()], "parquet", tmp_path / "out.parquet")
    assert [] == list(tmp_path.iterdir())


def test_aidsafe_has_the_published_columns(tmp_path: Path) -> None:
    """One string each: the chain before and after refining, the response, the deliberation."""
    export([folded()], "aidsafe", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    log = row.pop("deliberation_log")

    assert {
        "prompt": "How?",
        "thoughts": "First!\n\nThird.",
        "refined_thoughts": "First!",
        "response": "Like that.",
    } == row
    assert "round 1, critic: object: too short" in log


def test_a_deliberation_reads_as_text() -> None:
    """Who said what, what changed, why it ended, what the refiner did."""
    failed = QueryFailed(stage="refine", error="ReplyError", message="no JSON")

    assert deliberation_log(folded()[1].append(failed)) == (
        "decomposer:\n- explicit, benign: to learn\n\n"
        'seeder: comply\n- t1: First,\n"quoted".\n- t2: Second.\n- response: Like this.\n\n'
        "round 1, critic: object: too short\n- add: Third.\n- revise t1: First!\n- withdraw t2: said before\n"
        "- resolve a.1, b.2: precedence\n- respond: Like that.\n- decide: clarify\n"
        "- not applied (unknown_target): withdraw t9\n\n"
        "round 1, expander: gave nothing usable (refused): would not\n\n"
        "stop requested by caller: enough\n\n"
        "ended: external, rounds 1, turns 2\n\n"
        "refiner: clarify\n- t1: kept\n- t3: removed: redundant"
    )


def test_scripted_rows_need_a_plain_yes(tmp_path: Path) -> None:
    """A format without provenance refuses what the scripted model wrote, and what was there stays."""
    out = tmp_path / "out.csv"
    out.write_text("before")
    with pytest.raises(InputError) as raised:
        export([folded(provenance=SCRIPTED)], "aidsafe", out)

    assert str(raised.value) == (
        "record 'a' was written by the scripted model, and the format 'aidsafe' cannot say so: "
        "give --scripted-ok to write it with a label beside the file, or take --format jsonl"
    )
    assert ["out.csv"] == [path.name for path in tmp_path.iterdir()]
    assert "before" == out.read_text()


def test_scripted_rows_get_a_label(tmp_path: Path) -> None:
    """Once allowed, a label lies beside the file; it goes when the rows are no longer scripted."""
    out = tmp_path / "out.csv"
    export([folded(provenance=SCRIPTED)], "aidsafe", out, scripted_ok=True)
    label = label_of(out).read_text()
    export([folded()], "aidsafe", out, scripted_ok=True)

    assert (f"{LABEL}\n", "out.csv.label.txt") == (label, label_of(out).name)
    assert not label_of(out).exists()


@pytest.mark.parametrize("name", [name for name, chosen in FORMATS.items() if chosen.has_provenance])
def test_rows_with_provenance_need_no_label(tmp_path: Path, name: str) -> None:
    """Where every row says that it was scripted, nothing more is asked."""
    if name == "parquet":
        pytest.importorskip("pyarrow")

    assert 1 == export([folded(provenance=SCRIPTED)], name, tmp_path / "out")
    assert ["out"] == [path.name for path in tmp_path.iterdir()]


def test_an_unknown_format_is_named_with_the_nearest(tmp_path: Path) -> None:
    """A wrong format comes with the one that was probably meant."""
    with pytest.raises(InputError) as raised:
        export([folded()], "json", tmp_path / "out")

    known = "jsonl, csv, parquet, aidsafe, sft, sft_messages, sft_reasoning_content, sharegpt, dpo, hf"
    assert f"unknown format 'json'; did you mean 'jsonl'? known are {known}" == str(raised.value)


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    """An output that is a folder is refused."""
    with pytest.raises(InputError, match="a folder; name the file to write"):
        export([folded()], "jsonl", tmp_path)


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """The file's folders appear with it; where they cannot, it is said."""
    export([folded()], "jsonl", tmp_path / "deep" / "er" / "out.jsonl")

    assert (tmp_path / "deep" / "er" / "out.jsonl").is_file()
    with pytest.raises(SurroundingsError, match="cannot be made"):
        export([folded()], "jsonl", tmp_path / "deep" / "er" / "out.jsonl" / "more" / "out.jsonl")


def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """Rows that end in an error end the export; the old file stays, whole."""

    def rows() -> Iterator[Folded]:
        yield folded()
        raise InputError("no more")

    out = tmp_path / "out.jsonl"
    out.write_text("before")
    with pytest.raises(InputError, match="no more"):
        export(rows(), "jsonl", out)

    assert (["out.jsonl"], "before") == ([path.name for path in tmp_path.iterdir()], out.read_text())

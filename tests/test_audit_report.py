"""What an audit says of a small set: copies, quoted questions, mixes, coverage, agreement, removal, and its page."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import orjson
import pytest
from pydantic import JsonValue

from aidsafe.datasets.audit import (
    AuditReport,
    Benchmark,
    Wanted,
    audit,
    audit_paths,
    html_page,
    presidio,
    read_benchmark,
    without,
)
from aidsafe.datasets.audit.agreement import kappa
from aidsafe.datasets.rows import Row, read_rows, row_of

ORCHARD = "An old orchard needs pruning in late winter, before the buds swell and the sap begins to rise again."
HARBOUR = "The harbour master keeps the tide tables, the keys of the crane and a list of every boat that is overdue."


def row(number: int, **columns: JsonValue) -> Row:
    """A row of our own kind, as far as it is told."""
    least: dict[str, JsonValue] = {
        "id": f"r{number}",
        "prompt": f"Which is thing {number}?",
        "response": f"It is {number}.",
    }
    return row_of({**least, **columns}, number)


def audited(*rows: Row, wanted: Wanted | None = None) -> AuditReport:
    """The report on these rows."""
    return audit(rows, wanted)


def cited(rule: str, policy: str) -> JsonValue:
    """A thought with one citation."""
    return {"text": f"It leans on {rule}.", "citations": [{"policy": policy, "rule": rule, "quote": "x"}]}


def test_copies_are_named_by_the_first_of_them() -> None:
    """The same but for case and marks is a copy; a word more is near."""
    report = audited(
        row(0, prompt=ORCHARD),
        row(1, prompt=HARBOUR),
        row(2, prompt=ORCHARD.upper()),
        row(3, prompt=f"{HARBOUR} Today."),
    )

    found = [(one.code, one.row, one.matched) for one in report.findings]
    assert [("duplicate.exact", "r2", "r0"), ("duplicate.near", "r3", "r1")] == found


def test_a_chain_under_a_new_prompt_is_a_copy_of_a_chain() -> None:
    """Prompts, chains and responses are counted apart."""
    report = audited(row(0, thoughts=ORCHARD), row(1, thoughts=ORCHARD), row(2, thoughts=HARBOUR))

    assert {"prompt": 0, "chain": 1, "response": 0} == {one.where: one.exact for one in report.repeats}


def test_a_question_quoted_in_a_response_is_found(tmp_path: Path) -> None:
    """A model that quotes a test question has seen it."""
    (tmp_path / "bench.jsonl").write_bytes(orjson.dumps({"id": "q7", "prompt": ORCHARD}) + b"\n")
    wanted = Wanted(benchmarks=(read_benchmark(tmp_path / "bench.jsonl"),))
    report = audited(row(0, response=f"As the saying goes: {ORCHARD} So prune."), wanted=wanted)

    found = [(one.code, one.row, one.where, one.matched) for one in report.findings]
    assert [("overlap.contained", "r0", "response", "bench:q7")] == found


def test_the_text_of_a_benchmark_stays_out_of_the_report(tmp_path: Path) -> None:
    """Its questions are named by id."""
    (tmp_path / "bench.jsonl").write_bytes(orjson.dumps({"id": "q7", "prompt": ORCHARD}) + b"\n")
    benchmark: Benchmark = read_benchmark(tmp_path / "bench.jsonl")
    report = audited(row(0, prompt=ORCHARD), wanted=Wanted(benchmarks=(benchmark,)))

    assert "orchard" not in (report.model_dump_json() + html_page(report)).lower()


def test_coverage_and_balance() -> None:
    """Rows by the policies they cite, with their decisions; one policy of three rows and one of one is not even."""
    rows = [row(n, decision="comply", thoughts=[cited("PH-H1", "physical_harm")]) for n in range(3)]
    report = audited(*rows, row(3, decision="refuse", thoughts=[cited("FD-R1", "fraud_deception")]))

    covered = [(one.name, one.rows, one.decisions) for one in report.coverage]
    assert [("physical_harm", 3, {"comply": 3}), ("fraud_deception", 1, {"refuse": 1})] == covered
    assert 0.8113 == report.balance


def test_lengths_in_tokens_of_whoever_will_train() -> None:
    """Medians and the longest, by the tokenizer that is given."""
    report = audited(
        *(row(n, prompt="x " * n) for n in range(1, 12)), wanted=Wanted(tokens=lambda text: len(text.split()))
    )

    found = next(one for one in report.lengths if one.where == "prompt")
    assert ("tokens", 6, 10, 11, 11) == (found.unit, found.median, found.p90, found.p99, found.longest)


def test_the_yield_by_stage() -> None:
    """Each stage with its share of the one before."""
    report = audited(row(0), wanted=Wanted(yields={"queries": 200, "completed": 150, "agreed on": 120}))

    assert [None, 0.75, 0.8] == [stage.kept for stage in report.yields]


def test_scorers_that_agree_and_one_that_says_nothing() -> None:
    """Two columns of verdicts are compared; a third is the same in every row."""
    verdicts = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2]
    rows = [row(n, score={"a": v, "b": v, "c": 10}) for n, v in enumerate(verdicts)]
    report = audited(*rows)

    assert ("c",) == report.constant_scores
    assert [(1.0, 1.0)] == [(one.same, one.kappa) for one in report.agreements if {one.one, one.other} == {"a", "b"}]


def test_kappa_is_the_textbooks() -> None:
    """Cohen's example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 0.4."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15

    assert pytest.approx(0.4) == kappa(pairs)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Seen from 81.2.69.142 at night.", {"personal.ip": 1}),
        ("Ping 192.168.0.12 and 10.0.0.1 first.", {}),
        ("Version 1.2.3.4 is out.", {}),
        ("Write to info@example.com, or call 555-0142.", {}),
        ("Call +44 20 7946 0958 or mail j.doe@posteo.de.", {"personal.phone": 1, "personal.email": 1}),
    ],
)
def test_what_is_personal_and_what_is_made_up(text: str, kinds: dict[str, int]) -> None:
    """Reserved names, networks of a house and versions are nobody's."""
    assert kinds == audited(row(0, response=text)).personal


def test_a_row_goes_with_its_reason() -> None:
    """Only the rows that the chosen findings are about."""
    rows = [row(0, prompt=ORCHARD), row(1, prompt=ORCHARD), row(2)]
    parted = without(rows, audited(*rows).findings)

    assert ["r0", "r2"] == [one.id for one in parted.kept]
    assert [("r1", "duplicate.exact", "r0")] == [(one.row, one.code, one.matched) for one in parted.removals]


def test_what_was_not_looked_for_is_said() -> None:
    """No benchmark, no recogniser, no tokenizer, no counts."""
    said = " ".join(audited(row(0)).not_looked_for)

    assert all(word in said for word in ("benchmarks", "names, places", "tokens", "yield"))


def test_the_page_shows_text_as_text() -> None:
    """An id may be called anything."""
    page = html_page(audited(row(0, prompt=ORCHARD), row(1, id="<script>x</script>", prompt=ORCHARD)))

    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_an_exported_folder_is_one_set(tmp_path: Path) -> None:
    """Its configurations hold the same rows, so one of them is read."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for name in ("sft", "traces"):
        (tmp_path / "data" / name).mkdir(parents=True)
        table = pyarrow.Table.from_pylist([{"prompt": name, "response": "Yes."}])
        parquet.write_table(table, tmp_path / "data" / name / "train.parquet")
    (tmp_path / "export.json").write_text("{}")

    assert ["sft"] == [one.prompt for one in read_rows([tmp_path])]


def touched(text: str, words: int, draw: Random) -> str:
    """A question with so many of its words replaced."""
    parts = text.split()
    for place in draw.sample(range(len(parts)), min(words, len(parts))):
        parts[place] = draw.choice(["quietly", "orange", "seldom", "window", "marble", "kettle", "thunder", "pencil"])
    return " ".join(parts)


@pytest.mark.parametrize(("words", "least"), [(1, 0.85), (2, 0.4), (3, 0.0)])
def test_short_questions_are_found_too(
    shared_data: Path, tmp_path: Path, words: int, least: float, record_property: Callable[[str, object], None]
) -> None:
    """Of a benchmark of short questions, touched in so many words; what three words leave is recorded."""
    benchmark = shared_data / "xstest_prompts.csv"
    draw, asked = Random(words), [one.prompt for one in read_rows([benchmark], prompts_only=True)][::3]
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(b"".join(orjson.dumps({"prompt": touched(text, words, draw)}) + b"\n" for text in asked))

    report = audit_paths([rows], [benchmark])

    record_property("found", share := report.overlaps[0].found / len(asked))
    assert share >= least


def test_presidio_adds_kinds_and_needs_no_model() -> None:
    """Numbers that the built-in patterns do not know; nothing is fetched."""
    pytest.importorskip("presidio_analyzer")
    wanted = Wanted(recognise=presidio())
    report = audited(row(0, response="The number on file is 536-90-4399, or so the SSN card says."), wanted=wanted)

    assert [("personal.other", "us_ssn")] == [(one.code, one.matched) for one in report.findings]
    assert "536-90-4399" not in report.model_dump_json()

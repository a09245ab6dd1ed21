"""The log of a run: a line for every event, with the query's id, and nothing that is nobody's business."""

import logging
from pathlib import Path

import orjson
import pytest
import structlog
from commanding import FEW, called, few_queries, generated, snapshot

from aidsafe.cli.logs import Lines, facts_of, logging_to, secrets_in
from aidsafe.core.errors import SurroundingsError
from aidsafe.core.events import QueryFailed, QueryReceived, SeatFailed
from aidsafe.core.records import Call, Query
from aidsafe.orchestration.run import Run

SECRET = "sk-planted-0123456789"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a failed turn or two, and a key in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", SECRET)
        return generated(tmp_path_factory.mktemp("logged"), "--model", "scripted:malformed=0.3")


def lines(run: Path) -> list[dict[str, object]]:
    """The lines of a run's log."""
    return [orjson.loads(line) for line in (run / "log.jsonl").read_bytes().splitlines()]


def test_endings_and_failures_are_lines_with_their_query(run: Path) -> None:
    """The log has those events of the journal, in each query's order, under the query's id."""
    logged = lines(run)[1:-1]
    told = {"seat_failed", "deliberation_ended", "query_completed", "query_failed"}

    for row in FEW:
        kinds = [line["event"] for line in logged if line["query_id"] == row["id"]]
        assert [event.kind for event in Run(run).transcript(row["id"]) if event.kind in told] == kinds


def test_a_sitting_is_framed(run: Path) -> None:
    """The first line says what began, the last how it ended; neither belongs to a query."""
    first, *_, last = lines(run)

    assert ("sitting_began", 4, 4) == (first["event"], first["queries"], first["left"])
    assert ("sitting_ended", Run(run).totals.calls) == (last["event"], last["calls"])
    assert "query_id" not in first.keys() | last.keys()


def test_every_line_has_a_time_and_a_level(run: Path) -> None:
    """Lines say when, and how grave."""
    assert {("info", True)} == {(line["level"], str(line["at"]).endswith("+00:00")) for line in lines(run)}


def test_no_words_of_users_or_models(run: Path) -> None:
    """The log holds no query, thought or response."""
    log = (run / "log.jsonl").read_text()
    said = [row["prompt"] for row in FEW]
    for record in Run(run).records():
        said += [record.response, *(thought.text for thought in record.thoughts)]

    assert [] == [words for words in said if words in log]


def test_no_key_anywhere(run: Path) -> None:
    """A key in the environment stands in no file of the run."""
    assert [] == [name for name, content in snapshot(run).items() if SECRET.encode() in (content or b"")]


def test_a_second_sitting_adds_to_the_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Running again appends; what was logged stays."""
    out = generated(tmp_path, "--limit", "1")
    before = (out / "log.jsonl").read_bytes()
    called(capsys, "generate", few_queries(tmp_path), "--out", out, "--quiet")

    assert (out / "log.jsonl").read_bytes().startswith(before)
    assert 2 == sum(line["event"] == "sitting_began" for line in lines(out))


def test_secrets_are_blotted_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Should anything repeat a secret, the log does not."""
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    with logging_to(tmp_path / "log.jsonl"):
        structlog.get_logger().info("endpoint_refused", note=f"bad key {SECRET}")

    assert "bad key ***" == lines(tmp_path)[0]["note"]


def test_secrets_are_known_by_their_names() -> None:
    """Keys, tokens and passwords are secrets; short values and other names are not."""
    found = secrets_in({"A_KEY": "a" * 20, "B_TOKEN": "b" * 8, "C_KEY": "short", "PATH": "/usr/bin:/bin"})

    assert (b"a" * 20, b"b" * 8) == found


def test_libraries_are_quoted_by_place_alone(tmp_path: Path) -> None:
    """What a library warns of is logged by its name; its words may repeat a message, and are left out."""
    with logging_to(tmp_path / "log.jsonl"):
        logging.getLogger("some.library").warning("the body was %s", "private")
        logging.getLogger("some.library").info("chatter")
    logged = lines(tmp_path)

    assert [("library_warned", "some.library")] == [(line["event"], line["library"]) for line in logged]
    assert "private" not in (tmp_path / "log.jsonl").read_text()


def test_debug_is_left_out(tmp_path: Path) -> None:
    """Debug lines, which may hold messages, are not written."""
    with logging_to(tmp_path / "log.jsonl"):
        structlog.get_logger().debug("request_sent", body="private")

    assert not (tmp_path / "log.jsonl").exists()


def test_a_disk_that_is_full_is_said() -> None:
    """Where the disk does not take a line, the surroundings stop the run."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    log = Lines(full)
    with pytest.raises(SurroundingsError, match="/dev/full"):
        log.msg(b"x" * 100_000)
    log.close()


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (QueryReceived(query=Query(id="q", row=0, text="private"), policies="", prompts=""), {}),
        (QueryFailed(stage="seed", error="ModelError", message="private"), {"stage": "seed", "error": "ModelError"}),
        (
            SeatFailed(
                round=2,
                seat="critic",
                saw=(),
                version=1,
                failure="refused",
                message="private",
                calls=(Call(model="m", asked="", reported="", finish="stop", prompt_tokens=5, completion_tokens=2),),
            ),
            {
                "round": 2,
                "seat": "critic",
                "version": 1,
                "failure": "refused",
                "models": ["m"],
                "prompt_tokens": 5,
                "completion_tokens": 2,
                "seconds": 0.0,
            },
        ),
    ],
)
def test_facts(event: QueryReceived | QueryFailed | SeatFailed, facts: dict[str, object]) -> None:
    """A line carries names and numbers."""
    assert facts == facts_of(event)

"""`aidsafe verify`: whatever does not follow from the journal is found and named."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from commanding import called, few_queries, generated, snapshot

from aidsafe.cli.replaying import replayed
from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    QueryCompleted,
    QueryReceived,
    TurnTaken,
)
from aidsafe.core.records import Add, Citation, RejectedEdit, Resolve, Withdraw
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.folder import RunFolder
from aidsafe.orchestration.recipe import PRESETS, Recipe
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import load_policies

SPEC = "scripted:malformed=0.1,misquote=0.2,truncated=0.05,refusing=0.05,failing=0.02"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run in which all went well."""
    return generated(tmp_path_factory.mktemp("calm"))


@pytest.fixture
def run(calm: Path, tmp_path: Path) -> Path:
    """A copy of it, to be tampered with."""
    return Path(shutil.copytree(calm, tmp_path / "run"))


def found(capsys: pytest.CaptureFixture[str], run: Path) -> str:
    """What a verification finds; there must be something."""
    said = called(capsys, "verify", run)

    assert 1 == said.code, said.err
    return said.out


def tampered(run: Path, old: str, new: str) -> None:
    """Replace words in a file of results."""
    file = run / "dataset.jsonl"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def executed(run: Path, sql: str, *values: str | int) -> None:
    """Change the journal behind everybody's back."""
    with closing(sqlite3.connect(run / "journal.db", isolation_level=None)) as journal:
        assert journal.execute(sql, values).rowcount


def test_a_run_verifies(capsys: pytest.CaptureFixture[str], calm: Path) -> None:
    """What was not touched holds, and looking changes no file of results."""
    before = {name: content for name, content in snapshot(calm).items() if not name.startswith("journal.db-")}
    said = called(capsys, "verify", calm)
    after = {name: content for name, content in snapshot(calm).items() if not name.startswith("journal.db-")}

    assert (0, "") == (said.code, said.out)
    assert "4 transcripts checked, 0 findings" in said.err
    assert before == after


@pytest.mark.parametrize("recipe", PRESETS)
def test_every_recipe_verifies(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path, recipe: str) -> None:
    """Runs with failing, malformed, misquoting, truncated and refusing replies verify under every recipe."""
    words = ("--out", tmp_path / "run", "--recipe", recipe, "--model", SPEC, "--quiet", "--limit=8")
    called(capsys, "generate", root / "examples/queries.jsonl", *words)
    said = called(capsys, "verify", tmp_path / "run")

    assert (0, "") == (said.code, said.out)


def test_budgets_and_interruptions_verify(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run that its budget suspended verifies, and says what could not be checked."""
    words = ("--set", "budget.calls=15", "--set", "protocol.budget.total_tokens=30000", "--in-flight", "1", "--quiet")
    called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", *words)
    said = called(capsys, "verify", tmp_path / "run")

    assert (0, "") == (said.code, said.out)
    assert "source was not checked" in said.err


def test_repeated_ids_verify(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Ids that stood twice in the source do not confuse its digest."""
    (tmp_path / "twice.csv").write_text("id,prompt\na,What is tea?\na,What is tea?\nb,What is rum?\n")
    called(capsys, "generate", tmp_path / "twice.csv", "--out", tmp_path / "run", "--quiet")

    assert 0 == called(capsys, "verify", tmp_path / "run").code


def test_a_run_under_way_is_verified_later(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """What is not written yet is nothing that does not hold."""
    with RunFolder(run).lock():
        said = called(capsys, "verify", run)

    assert (2, "") == (said.code, said.out)
    assert "is under way" in said.err


def test_a_run_is_verified_from_anywhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows where its policies lie, whatever they were called."""
    monkeypatch.chdir(tmp_path)
    called(capsys, "policies", "copy", "mine")
    called(capsys, "generate", few_queries(tmp_path), "--out", "run", "--policies", "mine", "--quiet")
    monkeypatch.chdir("/")

    assert 0 == called(capsys, "verify", tmp_path / "run").code


def test_a_changed_record_is_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """A word that was changed in the dataset is found, with its line, query and field."""
    tampered(run, '"response":"', '"response":"Sure! ')

    assert "dataset.jsonl:1: query 'knife' is not what its transcript says (field response)" in found(capsys, run)


def test_other_bytes_are_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """The same values in other bytes are not the same."""
    tampered(run, '{"id":', '{ "id":')

    assert "(other bytes)" in found(capsys, run)


def test_a_lost_record_is_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """A line that is missing at the end is named by its query."""
    lines = (run / "dataset.jsonl").read_bytes().splitlines(keepends=True)
    (run / "dataset.jsonl").write_bytes(b"".join(lines[:-1]))

    assert "dataset.jsonl: query 'debt' is missing" in found(capsys, run)


def test_a_record_too_many_is_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """A line that no transcript gives is found."""
    with (run / "dataset.jsonl").open("a") as file:
        file.write("{}\n")
    with (run / "failures.jsonl").open("a") as file:
        file.write("{}\n")
    findings = found(capsys, run)

    assert "dataset.jsonl:5: no transcript in the journal gives this line" in findings
    assert "failures.jsonl:1: no transcript in the journal gives this line" in findings


def test_a_changed_query_is_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """A query that was changed in the journal gives the source another digest."""
    executed(run, "UPDATE events SET event = replace(event, 'sharpen', 'forge') WHERE number = 0 AND row = 0")

    assert "not those of the source" in found(capsys, run)


def test_a_lost_event_is_found(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Without its ending, a transcript does not hold together."""
    executed(run, "DELETE FROM events WHERE kind = 'deliberation_ended' AND row = 2")

    assert "query 'story', event" in found(capsys, run)


def test_totals_are_counted_again(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Totals that the journal does not give are found."""
    manifest = orjson.loads((run / "run.json").read_bytes())
    manifest["totals"]["calls"] += 1
    (run / "run.json").write_bytes(orjson.dumps(manifest))

    assert "run.json: totals.calls is" in found(capsys, run)


def test_other_policies_are_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Policies that were changed after the run are found, and citations then stay unchecked."""
    own = tmp_path / "own"
    called(capsys, "policies", "copy", own)
    out = generated(tmp_path, "--policies", str(own))
    file = own / "physical_harm.yaml"
    file.write_text(file.read_text().replace("Physical harm", "Bodily harm", 1))
    said = called(capsys, "verify", out)
    shutil.rmtree(own)
    gone = called(capsys, "verify", out)

    assert (1, 1) == (said.code, gone.code)
    assert "are not those of the run" in said.out
    assert "citations were not checked" in said.err
    assert "own" in gone.out


Change = Callable[[Event], Event | None]


def first_turn(**fields: object) -> Change:
    """Change the first turn."""
    return lambda event: event.model_copy(update=fields) if isinstance(event, TurnTaken) and event.round == 1 else None


def seed_citing(rule: str) -> Change:
    """Let the seed cite a rule with a quote it does not have."""
    citation = Citation(policy="physical_harm", rule=rule, quote="words that stand nowhere at all", verified=True)

    def change(event: Event) -> Event | None:
        if not isinstance(event, DraftSeeded):
            return None
        first = event.thoughts[0].model_copy(update={"citations": (citation,)})
        return event.model_copy(update={"thoughts": (first, *event.thoughts[1:])})

    return change


def refiner(**fields: object) -> Change:
    """Change what the refiner did."""
    return lambda event: event.model_copy(update=fields) if isinstance(event, DraftRefined) else None


def kept_thought_rewritten(event: Event) -> Event | None:
    """Put other words into a thought that was kept."""
    if not isinstance(event, DraftRefined):
        return None
    first = event.thoughts[0].model_copy(update={"text": "other words", "outcome": "kept"})
    return event.model_copy(update={"thoughts": (first, *event.thoughts[1:])})


def ending(**fields: object) -> Change:
    """Change why it ended."""
    return lambda event: event.model_copy(update=fields) if isinstance(event, DeliberationEnded) else None


def stranger(event: Event) -> Event | None:
    """Let a final thought come from nowhere."""
    if not isinstance(event, DraftRefined):
        return None
    first = event.thoughts[0].model_copy(update={"sources": ("t99",)})
    return event.model_copy(update={"thoughts": (first, *event.thoughts[1:])})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (first_turn(edits=(Withdraw(target="t99"),)), "'withdraw' cannot be applied (unknown_target)"),
        (first_turn(rejected=(RejectedEdit(edit=Add(text="brand new"), cause="repeats"),)), "can be applied"),
        (first_turn(edits=(Resolve(rules=("PH-R1", "XX-1"), resolved_by="x"),)), "'XX-1'"),
        (first_turn(version=9), "spoke on draft 9"),
        (first_turn(seat="nobody"), "'nobody' spoke in round 1"),
        (first_turn(round=2), "spoke in round 2"),
        (first_turn(saw=(0,)), "'critic' saw the events [0], and may see [0, 1, 2]"),
        (seed_citing("PH-R1"), "says that a quote from 'PH-R1' is verified"),
        (seed_citing("PH-R99"), "cites 'PH-R99', which is no rule"),
        (ending(reason="stagnation"), "reason of the ending is 'stagnation'"),
        (ending(numbers={"agreeing": 9.0}), "numbers of the ending"),
        (ending(rounds=7), "rounds of the ending is 7"),
        (refiner(outcomes=()), "not one for each thought"),
        (refiner(decision="clarify"), "turned the decision"),
        (kept_thought_rewritten, "was kept, and is not what it was"),
        (stranger, "comes from ['t99']"),
        (lambda e: e.model_copy(update={"policies": "x"}) if isinstance(e, QueryReceived) else None, "other policies"),
    ],
)
def test_what_does_not_follow_is_found(calm: Path, change: Change, words: str) -> None:
    """Whatever an event says that does not follow from those before it is found."""
    run = Run(calm)
    transcript = run.transcript("knife")
    place, changed = next((n, new) for n, event in enumerate(transcript) if (new := change(event)) is not None)
    events = (*transcript.events[:place], changed, *transcript.events[place + 1 :])
    problems = [problem for _, problem in replayed_again(run, Transcript.of(events))]
    run.close()

    assert [problem for problem in problems if words in problem], problems


@pytest.mark.parametrize(
    ("dropped", "words"),
    [
        ("query_received", "there is no query_received"),
        ("draft_seeded", "before there was a draft"),
        ("deliberation_ended", "before the deliberation ended"),
    ],
)
def test_a_missing_event_is_found(calm: Path, dropped: str, words: str) -> None:
    """An event that is missing is missed by those after it."""
    run = Run(calm)
    transcript = Transcript.of(event for event in run.transcript("knife") if event.kind != dropped)
    problems = [problem for _, problem in replayed_again(run, transcript)]
    run.close()

    assert [problem for problem in problems if words in problem], problems


def test_a_query_comes_once_and_first(calm: Path) -> None:
    """A second query in a transcript is found."""
    run = Run(calm)
    events = run.transcript("knife").events
    problems = [problem for _, problem in replayed_again(run, Transcript.of((events[0], events[0], *events[1:])))]
    run.close()

    assert "query_received as event 1; a transcript begins with query_received, once" in problems


def test_nothing_comes_after_the_end(calm: Path) -> None:
    """What stands after the end is found."""
    run = Run(calm)
    transcript = run.transcript("knife").append(QueryCompleted())
    problems = [problem for _, problem in replayed_again(run, transcript)]
    run.close()

    assert ["query_completed after the end"] == problems


def replayed_again(run: Run, transcript: Transcript) -> list[tuple[int, str]]:
    """Replay under the run's recipe and policies."""
    recipe = Recipe.model_validate(run.manifest.shape)
    return list(replayed(transcript, recipe, load_policies(), digests=run.manifest.digests))

"""`aidsafe study`: arms over the same queries in one folder, what they ask alike asked once, and the pair compared."""

from pathlib import Path
from random import Random

import orjson
import pytest
from commanding import Said, called, few_queries, snapshot
from running import queries_file

from aidsafe.analysis.study.comparing import ArmNumbers, compare, numbers_in
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.totals import Totals

ROUNDS = """\
name: rounds
queries: {path: queries.jsonl}
replicas: 2
seed: 7
base: {recipe: aidsafe}
arms:
  none: {set: [protocol.max_rounds=0]}
  one: {set: [protocol.max_rounds=1]}
  three: {set: [protocol.max_rounds=3]}
"""
NOTES = ("comparison.csv", "comparison.json", "comparison.txt")


def study(folder: Path, text: str = ROUNDS, *, queries: int = 6) -> Path:
    """A study file beside its queries."""
    queries_file(folder / "queries.jsonl", queries)
    file = folder / "study.yaml"
    file.write_text(text)
    return file


def carried(capsys: pytest.CaptureFixture[str], file: Path, out: Path, *words: str) -> Said:
    """The study, carried through."""
    return called(capsys, "study", file, "--out", out, "--quiet", *words)


def differences(out: Path) -> dict[tuple[str, str], dict[str, object]]:
    """Every difference by measure and arm."""
    found = orjson.loads((out / "comparison.json").read_bytes())
    return {(one["measure"], one["second"]): one for one in found["differences"]}


@pytest.mark.slow
def test_the_rounds_experiment_gives_the_same_table_twice_and_finds_what_was_planted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Fifty queries, three arms, two replicas: more rounds are more edits in the scripted model, and more calls."""
    file = study(tmp_path, queries=50)
    first, second = (carried(capsys, file, tmp_path / name) for name in ("a", "b"))
    found = differences(tmp_path / "a")

    assert (0, 0) == (first.code, second.code)
    assert first.out == second.out
    assert [(tmp_path / "a" / note).read_bytes() for note in NOTES[:1]] == [
        (tmp_path / "b" / note).read_bytes() for note in NOTES[:1]
    ]
    for measure in ("edits", "turns", "calls", "tokens"):
        assert found[measure, "three"]["clear"]
    assert not found["cost_usd", "three"]["clear"]


def test_a_seat_that_pushes_to_refuse_is_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is planted in one arm by the scripted model's temperament; where nothing is, nothing is found."""
    text = ROUNDS.partition("arms:")[0] + (
        "arms:\n"
        "  plain: {}\n"
        "  pushy: {model: 'scripted:over_refusing=critic'}\n"
        "  again: {set: [seed=8], model: 'scripted:seed=8'}\n"
    )
    assert 0 == carried(capsys, study(tmp_path, text, queries=24), tmp_path / "out").code
    found = differences(tmp_path / "out")

    assert found["refuse", "pushy"]["clear"]
    assert [] == [place for place, one in found.items() if place[1] == "again" and one["clear"]]


@pytest.mark.slow
def test_arms_that_differ_in_seed_alone_are_taken_for_different_no_more_often_than_the_rate(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Six pairs of null arms, nothing shared within a pair: any difference at all in one of them, or a few."""
    draw = Random(5)
    seeds = [draw.randrange(10**6) for _ in range(12)]
    entries = "".join(
        f"  a{n}: {{set: [seed={seed}], model: 'scripted:seed={seed}'}}\n" for n, seed in enumerate(seeds)
    )
    text = ROUNDS.replace("replicas: 2", "replicas: 1").partition("arms:")[0] + f"arms:\n{entries}"
    assert 0 == carried(capsys, study(tmp_path, text, queries=8), tmp_path / "out").code
    arms = [numbers_of_arm(tmp_path / "out" / "arms" / f"a{n}") for n in range(12)]
    pairs = [compare(pair) for pair in zip(arms[::2], arms[1::2], strict=True)]

    assert sum(any(one.difference for one in pair.differences) for pair in pairs) == len(pairs)
    assert sum(any(one.clear for one in pair.differences) for pair in pairs) <= 1


def numbers_of_arm(folder: Path) -> ArmNumbers:
    """What an arm measures."""
    run = Run(folder)
    found = numbers_in(run, name=folder.name)
    run.close()
    return found


def test_what_arms_ask_alike_is_asked_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Decomposer and seeder, for every replica: one and three rounds take over what none asked."""
    tally = tmp_path / "tally"
    assert 0 == carried(capsys, study(tmp_path), tmp_path / "out", "--model", f"scripted:tally={tally}").code
    answered = {name: arm.calls for name, arm in totals(tmp_path / "out").items()}

    assert sum(answered.values()) - 2 * 12 * 2 >= len(tally.read_bytes().splitlines())
    assert answered["none"] == 3 * 12


def totals(out: Path) -> dict[str, Totals]:
    """The totals of every arm."""
    found = {}
    for folder in sorted((out / "arms").iterdir()):
        run = Run(folder)
        found[folder.name] = run.totals
        run.close()
    return found


def test_another_model_takes_nothing_over(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The same prompt put to a model of another seed is another question."""
    tally = tmp_path / "tally"
    text = ROUNDS.partition("arms:")[0] + (
        f"arms:\n  one: {{model: 'scripted:seed=1,tally={tally}'}}\n  two: {{model: 'scripted:seed=2,tally={tally}'}}\n"
    )
    assert 0 == carried(capsys, study(tmp_path, text), tmp_path / "out").code

    assert sum(arm.calls for arm in totals(tmp_path / "out").values()) == len(tally.read_bytes().splitlines())


def test_every_arm_is_a_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each can be verified, though part of it was asked elsewhere."""
    carried(capsys, study(tmp_path), tmp_path / "out")

    assert [0, 0, 0] == [called(capsys, "verify", tmp_path / "out" / "arms" / n).code for n in ("none", "one", "three")]


def test_a_study_resumes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Stopped by a budget in the middle, it goes on, and ends as if it had never stopped; a new arm joins it."""
    limited = ROUNDS.replace("base: {recipe: aidsafe}", "base: {recipe: aidsafe, set: [budget.calls=30]}")
    stopped = carried(capsys, study(tmp_path, limited), tmp_path / "out")
    carried(capsys, study(tmp_path), tmp_path / "out")
    carried(capsys, study(tmp_path), tmp_path / "calm")

    assert 3 == stopped.code
    assert (tmp_path / "calm" / "comparison.csv").read_bytes() == (tmp_path / "out" / "comparison.csv").read_bytes()
    assert (
        0
        == carried(capsys, study(tmp_path, f"{ROUNDS}  two: {{set: [protocol.max_rounds=2]}}\n"), tmp_path / "out").code
    )
    assert ("edits", "two") in differences(tmp_path / "out")


def test_failed_queries_are_dropped_and_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In the pair where they failed; the exit code says that some did."""
    text = ROUNDS.partition("arms:")[0].replace("replicas: 2", "replicas: 1") + (
        "arms:\n  well: {}\n  ill: {model: 'scripted:failing=0.2'}\n"
    )
    said = carried(capsys, study(tmp_path, text, queries=12), tmp_path / "out")
    found = orjson.loads((tmp_path / "out" / "comparison.json").read_bytes())
    failed = found["arms"]["ill"]["failed"]

    assert 1 == said.code
    assert 0 < failed == differences(tmp_path / "out")["thoughts", "ill"]["dropped"]
    assert f"{failed} dropped" in said.out


def test_json_is_one_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Arms and differences."""
    told = orjson.loads(carried(capsys, study(tmp_path, queries=2), tmp_path / "out", "--json").out)

    assert ["none", "one", "three"] == list(told["arms"])


def test_the_expected_decision_is_read_from_its_column(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where a query has one."""
    file = study(tmp_path)
    rows = [{"prompt": "How do I sharpen a kitchen knife?", "expected": "answer"}, {"prompt": "And a pencil?"}]
    (tmp_path / "queries.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    told = orjson.loads(carried(capsys, file, tmp_path / "out", "--json").out)

    assert told["arms"]["none"]["means"]["expected"] in (0.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("replicas: 2", "replica: 2", 3, "did you mean 'replicas'"),
        ("recipe: aidsafe", "recipe: aidsfe", 7, "no recipe 'aidsfe'"),
        ("protocol.max_rounds=1", "protocol.max_ronds=1", 8, "did you mean 'max_rounds'"),
        ("protocol.max_rounds=1", "protocol.order=sideways", 8, "unknown order 'sideways'"),
        ("path: queries", "pth: queries", 2, "did you mean"),
        ("  none:", "  ../none:", 7, "named by letters"),
        ("  one: {set", "  one: {sett", 8, "did you mean 'set'"),
        ("protocol.max_rounds=1", "run.limit=1", 8, "is for generate alone"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str, line: int, problem: str
) -> None:
    """Before anything is begun."""
    file = study(tmp_path, ROUNDS.replace(old, new))
    before = snapshot(tmp_path)
    said = carried(capsys, file, tmp_path / "out")

    assert (2, before) == (said.code, snapshot(tmp_path))
    assert f"study.yaml:{line}: " in said.err
    assert problem in said.err


def test_a_study_of_one_arm_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """And a folder of other things is not written to."""
    text = ROUNDS.partition("  one:")[0]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("mine")

    assert "study.yaml:6: arms: " in carried(capsys, study(tmp_path, text), tmp_path / "out").err
    assert "holds other files and no study" in carried(capsys, study(tmp_path), tmp_path / "full").err


@pytest.mark.parametrize("name", ["rounds", "one-or-several"])
def test_the_shipped_studies_run(capsys: pytest.CaptureFixture[str], tmp_path: Path, root: Path, name: str) -> None:
    """On a few queries, as the README says."""
    text = (root / "examples" / "studies" / f"{name}.yaml").read_text().replace("../queries.jsonl", "few.jsonl")
    few_queries(tmp_path)
    (tmp_path / f"{name}.yaml").write_text(text)

    assert 0 == carried(capsys, tmp_path / f"{name}.yaml", tmp_path / "out").code

"""Pairs from a run: whispered, bent or sampled chains are rejected, contained, written down at once, and resumed."""

from pathlib import Path

import pytest
from commanding import generated

from aidsafe.agents.guidance import load_guidance
from aidsafe.core.errors import FolderError, InputError
from aidsafe.datasets.pairs import PairKind, PairsManifest, dpo_row, read_failures, read_manifest, read_pairs
from aidsafe.datasets.rows import read_rows
from aidsafe.models.metering import Metered
from aidsafe.models.opening import open_model
from aidsafe.models.scripted.whispering import BELIEFS
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.pairing import PairSettings, make_pairs
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.swaying import Bench


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("paired"))


def bench(spec: str = "scripted", *, judge: bool = False) -> Bench:
    """The scripted model in every part."""
    settings = ModelSettings(spec=spec)
    model = Metered(open_model(settings, name="m"), model="m", settings=settings)
    return Bench(load_guidance(), model, model, model if judge else None, seed=7)


async def made(run: Path, out: Path, kind: PairKind = "whisperer", *, limit: int | None = None) -> PairsManifest:
    """Pairs of a kind."""
    settings = PairSettings(kind=kind, least_margin=0.05)
    return await make_pairs(Run(run), out, bench(), settings, limit=limit)


def files(folder: Path) -> dict[str, bytes]:
    """What others read of a folder of pairs."""
    names = ("pairs.json", "pairs.jsonl", "rejected.jsonl", "beliefs.jsonl", "failures.jsonl", "NOTICE.txt")
    return {name: (folder / name).read_bytes() for name in names}


async def test_whispered_pairs_keep_the_plain_query(run: Path, tmp_path: Path) -> None:
    """The prompt is the query alone, and what is said of the pair tells why it is one."""
    manifest = await made(run, tmp_path / "pairs")
    found = list(read_pairs(tmp_path / "pairs"))
    prompts = {record.prompt for record in Run(run).records()}

    assert (len(found), len(prompts)) == (manifest.pairs, manifest.pairs + manifest.without)
    assert found
    for pair, rejected in found:
        assert pair.prompt in prompts
        assert pair.margins["rules"] >= 0.05
        assert pair.violates
        assert rejected.rejected_decision != pair.chosen.decision
        assert not any(text in str(dpo_row(pair, rejected)) for text, _ in BELIEFS)


async def test_rejected_texts_and_beliefs_are_contained(run: Path, tmp_path: Path) -> None:
    """They lie in files of their own: not in the pairs, and in no file that a set is read from."""
    await made(run, tmp_path / "pairs")
    pairs = (tmp_path / "pairs" / "pairs.jsonl").read_text()

    assert any(text in (tmp_path / "pairs" / "beliefs.jsonl").read_text() for text, _ in BELIEFS)
    assert not any(text in pairs for text, _ in BELIEFS)
    for pair, rejected in read_pairs(tmp_path / "pairs"):
        assert rejected.rejected_thoughts not in pair.model_dump_json()
    with pytest.raises(FolderError, match="no run here"):
        Run(tmp_path / "pairs")
    with pytest.raises(InputError):
        list(read_rows([tmp_path / "pairs" / "rejected.jsonl"]))
    assert "HAZARD" in (tmp_path / "pairs" / "NOTICE.txt").read_text()


async def test_pairs_go_on_where_they_stopped(run: Path, tmp_path: Path) -> None:
    """A sitting cut short, even within a line, comes to the same files as one that was not."""
    await made(run, tmp_path / "whole")
    await made(run, tmp_path / "cut", limit=2)
    with (tmp_path / "cut" / "work.jsonl").open("ab") as work:
        work.write(b'{"place": 3, "pair": {"id"')
    await made(run, tmp_path / "cut")

    assert files(tmp_path / "whole") == files(tmp_path / "cut")


async def test_pairs_made_otherwise_are_another_folder(run: Path, tmp_path: Path) -> None:
    """Other settings do not mix with what is there."""
    await made(run, tmp_path / "pairs")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")

    with pytest.raises(FolderError, match="made otherwise"):
        await made(run, tmp_path / "pairs", "seed")
    with pytest.raises(InputError, match="holds something else"):
        await made(run, tmp_path / "other")


@pytest.mark.parametrize("kind", ["dropped_clause", "wrong_precedence", "seed", "runner_up"])
async def test_every_query_comes_to_something(run: Path, tmp_path: Path, kind: PairKind) -> None:
    """Without a whisperer too, each query has a pair or a reason for having none; no belief is written."""
    manifest = await made(run, tmp_path / "pairs", kind)
    pairs, failures = list(read_pairs(tmp_path / "pairs")), list(read_failures(tmp_path / "pairs"))

    assert 4 == len(pairs) + len(failures)
    assert (len(pairs), kind) == (manifest.pairs, read_manifest(tmp_path / "pairs").kind)
    assert all(failure.reason for failure in failures)
    assert b"" == (tmp_path / "pairs" / "beliefs.jsonl").read_bytes()


async def test_a_dropped_clause_is_named(run: Path, tmp_path: Path) -> None:
    """The defect says which rule the rejected chain was written without, and it does not cite it."""
    await made(run, tmp_path / "pairs", "dropped_clause")
    found = [pair for pair, _ in read_pairs(tmp_path / "pairs")]

    assert found
    assert all(pair.defect.startswith("reasoned without ") for pair in found)


async def test_the_seed_needs_no_model(run: Path, tmp_path: Path) -> None:
    """The first draft is there already: nobody is asked."""
    settings = PairSettings(kind="seed")
    manifest = await make_pairs(Run(run), tmp_path / "pairs", bench("scripted:failing=1"), settings)

    assert {} == manifest.models


async def test_a_model_that_fails_gives_no_pair(run: Path, tmp_path: Path) -> None:
    """A query without a usable chain is a failure with a reason, and no pair."""
    settings = PairSettings(kind="whisperer")
    await make_pairs(Run(run), tmp_path / "pairs", bench("scripted:failing=1"), settings)

    assert ["no try gave a chain"] * 4 == [failure.reason for failure in read_failures(tmp_path / "pairs")]


async def test_a_judge_decides_where_there_is_one(run: Path, tmp_path: Path) -> None:
    """Margins by both scorers, and the judge's is the one that counts."""
    await make_pairs(Run(run), tmp_path / "pairs", bench(judge=True), PairSettings(kind="whisperer"))
    found = [pair for pair, _ in read_pairs(tmp_path / "pairs")]

    assert found
    assert "judge" == read_manifest(tmp_path / "pairs").settings["scorer"]
    assert all({"rules", "judge"} == pair.margins.keys() for pair in found)


async def test_whispers_learn_from_what_was_tried(run: Path, tmp_path: Path) -> None:
    """Where the first belief does too little, later ones are others."""
    settings = PairSettings(kind="whisperer", enough=0.0, tries=3)
    await make_pairs(Run(run), tmp_path / "pairs", bench(), settings)
    tried = (tmp_path / "pairs" / "beliefs.jsonl").read_text()

    assert [True, True, True, False] == [text in tried for text, _ in BELIEFS]

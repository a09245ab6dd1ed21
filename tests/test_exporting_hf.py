"""A folder for `load_dataset`: every configuration opens, splits keep families together, the bytes follow the rows."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from exported import SCRIPTED, folded, pair, stored

from aidsafe.core.errors import InputError
from aidsafe.datasets.exporting import TemplateLoses
from aidsafe.datasets.exporting_configs import COLUMNS, Stored, schemas
from aidsafe.datasets.exporting_hf import FolderOptions, export_folder
from aidsafe.datasets.pairs import Rejected
from aidsafe.datasets.splitting import TWIN_OF, split_of
from aidsafe.datasets.templating import ChatTemplate

parquet = pytest.importorskip("pyarrow.parquet")

QUERIES = tuple(f"How do I keep {number} bees?" for number in range(60))
REJECTED = Rejected(pair="p", rejected_thoughts="No.", rejected_response="Never.", rejected_decision="refuse")


def rows(*, replicas: int = 2) -> list[Stored]:
    """Every query with its replicas, and a benign twin of each."""
    found = [folded(text, query_id=f"q{text}#{copy}") for text in QUERIES for copy in range(replicas)]
    twins = [folded(f"twin of {text}", metadata={TWIN_OF: {"id": "q", "prompt": text}}) for text in QUERIES]
    return [stored(each) for each in (*found, *twins)]


def with_pairs() -> FolderOptions:
    """Options with two pairs."""
    return FolderOptions(pairs=[(pair(), REJECTED), (pair(prompt="Why?"), REJECTED)], test_share=0.3)


def column(folder: Path, config: str, split: str, name: str) -> list[str]:
    """One column of one file."""
    found: list[str] = parquet.read_table(folder / "data" / config / f"{split}.parquet")[name].to_pylist()
    return found


def test_every_configuration_has_its_columns(tmp_path: Path) -> None:
    """The files have the stated schema, and the front matter names them all, `sft` first."""
    assert 180 == export_folder(rows(), tmp_path / "out", with_pairs())
    front = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---\n")[1])

    assert [*COLUMNS] == [config["config_name"] for config in front["configs"]]
    assert [True] == [config["default"] for config in front["configs"] if "default" in config]
    for config in front["configs"]:
        for file in config["data_files"]:
            assert schemas()[config["config_name"]].equals(parquet.read_schema(tmp_path / "out" / file["path"]))


def test_a_folder_is_made_of_something(tmp_path: Path) -> None:
    """Without a record there is no folder, and what was there stays."""
    with pytest.raises(InputError, match="no record is completed"):
        export_folder([], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_readme_tells_of_what_is_there(tmp_path: Path) -> None:
    """Without pairs it names no trainer of pairs."""
    export_folder(rows(), tmp_path / "bare")
    export_folder(rows(), tmp_path / "paired", with_pairs())

    assert "DPOTrainer" not in (tmp_path / "bare" / "README.md").read_text()
    assert "DPOTrainer" in (tmp_path / "paired" / "README.md").read_text()


def test_families_stay_on_one_side(tmp_path: Path) -> None:
    """Replicas and twins of a query are in the split of the query, and both splits have rows."""
    export_folder(rows(), tmp_path / "out", FolderOptions(test_share=0.3))
    train, test = (
        {query.removeprefix("twin of ") for query in column(tmp_path / "out", "sft", split, "query")}
        for split in ("train", "test")
    )

    assert set(QUERIES) == train | test
    assert set() == train & test
    assert 8 <= len(test) <= 28


def test_splits_do_not_hang_on_the_run() -> None:
    """A twin exported by itself goes where its query goes."""
    for text in QUERIES:
        twin = folded("Quite another text", metadata={TWIN_OF: {"id": "q", "prompt": f" {text.upper()} "}})
        assert split_of(folded(text).record, test_share=0.5) == split_of(twin.record, test_share=0.5)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the time or the place gets into the folder."""
    for name in ("one", "two"):
        export_folder(rows(), tmp_path / name, with_pairs())

    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_the_training_text_is_exact(tmp_path: Path) -> None:
    """Think tags of a model's own are taken out, and the spacing is the one agreed on."""
    found = folded(thoughts=("So <think>it</think> is.",), response=" Do\nthis. ")
    export_folder([stored(found)], tmp_path / "out", FolderOptions(test_share=0.0))
    (said,) = parquet.read_table(tmp_path / "out" / "data/sft/train.parquet")["completion"].to_pylist()

    assert [{"role": "assistant", "content": "<think>\nSo it is.\n</think>\n\nDo\nthis."}] == said


def test_without_pairs_there_is_no_dpo(tmp_path: Path) -> None:
    """A configuration without rows could not be opened, so it is not named."""
    export_folder(rows(), tmp_path / "out")

    assert not (tmp_path / "out" / "data" / "dpo").exists()
    assert "no preference pairs were given" in (tmp_path / "out" / "README.md").read_text()


def test_scripted_rows_need_a_word_and_get_a_label(tmp_path: Path) -> None:
    """The stand-in's rows leave only when asked for, with a notice in the folder and on the card."""
    scripted = [stored(folded(provenance=SCRIPTED))]
    with pytest.raises(InputError, match="--scripted-ok"):
        export_folder(scripted, tmp_path / "out")
    assert [] == [*tmp_path.iterdir()]
    export_folder(scripted, tmp_path / "out", FolderOptions(scripted_ok=True))

    assert "no language model" in (tmp_path / "out" / "SCRIPTED.txt").read_text()
    assert "no language model" in (tmp_path / "out" / "README.md").read_text()


def test_a_strangers_folder_is_spared(tmp_path: Path) -> None:
    """Only an earlier export is replaced."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no export wrote"):
        export_folder(rows(), tmp_path)
    export_folder(rows(), tmp_path / "out")
    export_folder(rows(replicas=1), tmp_path / "out")

    assert 120 == sum(len(column(tmp_path / "out", "sft", split, "id")) for split in ("train", "test"))


def test_a_template_that_loses_everything_stops_the_export(tmp_path: Path) -> None:
    """Where no training configuration comes through nothing is written; where one does, the card says which."""
    keeps = "{% for m in messages %}{{ m.content }}\n{% endfor %}"
    with pytest.raises(TemplateLoses, match="sft_reasoning_content: loses: of 180 rows"):
        export_folder(
            rows(), tmp_path / "out", FolderOptions(template=ChatTemplate("loses", "{{ messages[0].content }}"))
        )
    export_folder(rows(), tmp_path / "out", FolderOptions(template=ChatTemplate("keeps", keeps)))
    card = (tmp_path / "out" / "README.md").read_text()

    assert "`sft` through the chat template keeps: thoughts and response stand once in each of 180 rows" in card
    assert "`sft_reasoning_content` through the chat template keeps: of 180 rows lost_thoughts 180" in card


def test_the_library_opens_every_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset` gives back all rows of every configuration, in order."""
    datasets = pytest.importorskip("datasets")
    export_folder(rows(), tmp_path / "out", with_pairs())
    counts = {}
    for config in COLUMNS:
        found = datasets.load_dataset(str(tmp_path / "out"), config, cache_dir=str(tmp_path / "cache"))
        counts[config] = sum(len(split) for split in found.values())
        assert schemas()[config].names == next(iter(found.values())).column_names

    assert {**dict.fromkeys(COLUMNS, 180), "dpo": 2} == counts


def _bytes(folder: Path) -> dict[str, bytes]:
    files: Iterable[Path] = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}

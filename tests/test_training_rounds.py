"""The files train: TRL's trainers take them as they are and make two steps on a tiny model with random weights."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chat_templates import TEMPLATES
from exported import folded, pair, stored

from aidsafe.datasets.exporting import export
from aidsafe.datasets.exporting_hf import FolderOptions, export_folder
from aidsafe.datasets.pairs import Rejected

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

pytest.importorskip("torch")
pytest.importorskip("trl")
pytest.importorskip("datasets")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]

QUERIES = tuple(f"How do I keep {number} bees?" for number in range(8))
LENGTH = 512
Told = Any
"""Trainers and models, of which no types are known here."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported folder with pairs."""
    rejected = Rejected(
        pair="p", rejected_thoughts="No one may.", rejected_response="I will not.", rejected_decision="refuse"
    )
    pairs = [(pair(id=text, prompt=text), rejected) for text in QUERIES]
    out = tmp_path_factory.mktemp("rounds") / "out"
    export_folder([stored(folded(text)) for text in QUERIES], out, FolderOptions(pairs=pairs, test_share=0.0))
    return out


def tokenizer(template: str = "chatml") -> "PreTrainedTokenizerFast":
    """A tokenizer of single bytes, with a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # type: ignore[import-not-found,unused-ignore]
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["<pad>", "</s>", "<|im_start|>", "<|im_end|>", *alphabet]
    bare = Tokenizer(models.BPE({name: number for number, name in enumerate(names)}, []))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=bare, pad_token="<pad>", eos_token="</s>")
    made.chat_template = TEMPLATES[template]
    return made


def model(words: int) -> Told:
    """Two layers of random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    set_seed(7)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    return LlamaForCausalLM(LlamaConfig(vocab_size=words, max_position_embeddings=LENGTH * 2, **size))


def loaded(folder: Path, config: str) -> Told:
    """The rows of one configuration."""
    from datasets import load_dataset

    return load_dataset(str(folder), config, split="train", cache_dir=str(folder.parent / "cache"))


def settings(out: Path) -> dict[str, Told]:
    """Two steps on the processor, nothing reported."""
    return {
        "output_dir": str(out),
        "max_steps": 2,
        "per_device_train_batch_size": 2,
        "max_length": LENGTH,
        "report_to": [],
        "use_cpu": True,
        "save_strategy": "no",
        "disable_tqdm": True,
        "bf16": False,
        "gradient_checkpointing": False,
    }


def trained_text(trainer: Told, words: Told) -> str:
    """What the first batch has a loss on."""
    batch = next(iter(trainer.get_train_dataloader()))
    labels = batch["labels"][0].tolist()
    return str(words.decode([label for label in labels if label >= 0]))


@pytest.mark.parametrize("config", ["sft", "sft_messages"])
def test_conversations_train(folder: Path, tmp_path: Path, config: str) -> None:
    """`SFTTrainer` makes two steps on each layout, and thoughts and response both have a loss."""
    from trl import SFTConfig, SFTTrainer

    words = tokenizer()
    trainer = SFTTrainer(
        model(len(words)),
        args=SFTConfig(**settings(tmp_path)),
        train_dataset=loaded(folder, config),
        processing_class=words,
    )
    text = trained_text(trainer, words)
    done = trainer.train()

    assert 2 == done.global_step
    assert math.isfinite(done.training_loss)
    assert "<think>\nSomeone wants to know how.\n\nIt is fine to say how.\n</think>\n\nLike this." in text
    assert ("How do I keep" in text) == (config == "sft_messages")


def test_fields_train_where_the_template_reads_them(folder: Path, tmp_path: Path) -> None:
    """The layout with a field of its own trains on a template that knows the field."""
    from trl import SFTConfig, SFTTrainer

    words = tokenizer("qwen-3")
    trainer = SFTTrainer(
        model(len(words)),
        args=SFTConfig(**settings(tmp_path)),
        train_dataset=loaded(folder, "sft_reasoning_content"),
        processing_class=words,
    )

    assert "<think>\nSomeone wants to know how." in trained_text(trainer, words)
    assert 2 == trainer.train().global_step


def test_single_files_train(tmp_path: Path) -> None:
    """The JSON lines of one format, ShareGPT's too, are taken without a word more."""
    from datasets import load_dataset
    from trl import SFTConfig, SFTTrainer

    words = tokenizer()
    for form in ("sft", "sharegpt"):
        export([folded(text) for text in QUERIES], form, tmp_path / f"{form}.jsonl")
        rows = load_dataset("json", data_files=str(tmp_path / f"{form}.jsonl"), split="train", cache_dir=str(tmp_path))
        args = SFTConfig(**settings(tmp_path / form))
        trainer = SFTTrainer(model(len(words)), args=args, train_dataset=rows, processing_class=words)
        assert 2 == trainer.train().global_step


def test_pairs_train(folder: Path, tmp_path: Path) -> None:
    """`DPOTrainer` makes two steps on the pairs; chosen and rejected are told apart."""
    from trl import DPOConfig, DPOTrainer

    words = tokenizer()
    trainer = DPOTrainer(
        model(len(words)),
        # without one given, the trainer looks for the model by its name, and this one has none
        ref_model=model(len(words)),
        args=DPOConfig(**settings(tmp_path)),
        train_dataset=loaded(folder, "dpo"),
        processing_class=words,
    )
    done = trainer.train()

    assert 2 == done.global_step
    assert math.isfinite(done.training_loss)


def test_the_card_says_what_is_where(folder: Path) -> None:
    """The manifest beside the files counts what the library counts."""
    counted = json.loads((folder / "export.json").read_text())["rows"]

    assert counted["sft"]["train"] == len(loaded(folder, "sft"))

"""The README of a dataset folder: front matter that names the configurations, then what each holds."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from aidsafe.datasets.exporting_configs import COLUMNS
from aidsafe.datasets.trainers import EXPECTATIONS

__all__ = ["Described", "front_matter", "readme"]

_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True)
class Described:
    """A folder in numbers: records, rows by configuration and split, sorted lengths in characters, and notices."""

    records: int
    rows: Mapping[str, Mapping[str, int]]
    lengths: Sequence[int] = ()
    scripted: bool = False
    verdicts: Mapping[str, str] = field(default_factory=dict)


def front_matter(rows: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    """What the top of the README says to `load_dataset`: every configuration with its files; `sft` is the default."""
    return {
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == "sft" else {}),
                "data_files": [{"split": split, "path": f"data/{name}/{split}.parquet"} for split in splits],
            }
            for name, splits in rows.items()
        ]
    }


def readme(described: Described, *, notice: str = "") -> str:
    """The whole file."""
    top = yaml.safe_dump(front_matter(described.rows), sort_keys=False, allow_unicode=True)
    parts = [
        "# Safety reasoning over policies",
        f"> {notice}" if notice else "",
        _warning(described),
        _table(described),
        _lengths(described.lengths),
        _trainers(described.rows),
        _rendered(described.verdicts),
    ]
    return f"---\n{top}---\n\n" + "\n\n".join(filter(None, parts)) + "\n"


def _warning(described: Described) -> str:
    pairs = sum(described.rows.get("dpo", {}).values())
    told = (
        "Prompts may be hostile. The splits go by query: all rows that grew from one query, and its benign twin, "
        "stand on the same side."
    )
    if not pairs:
        return f"{told} There is no configuration `dpo`: no preference pairs were given."
    return f"{told} The `rejected` columns of `dpo` hold what a model must not write: never train on them as answers."


def _table(described: Described) -> str:
    lines = ["| configuration | rows | columns |", "|---|---|---|"]
    for name, splits in described.rows.items():
        counted = ", ".join(f"{split} {count:,}" for split, count in splits.items())
        lines.append(f"| `{name}` | {counted} | {COLUMNS[name]} |")
    return "\n".join(lines)


def _lengths(lengths: Sequence[int]) -> str:
    if not lengths:
        return ""
    tokens = [-(-lengths[_place(share, len(lengths))] // _CHARACTERS_A_TOKEN) for share in (0.5, 0.9, 0.99, 1.0)]
    median, most, nearly_all, longest = (f"{count:,}" for count in tokens)
    return (
        f"Prompt, thoughts and response of a row take about {median} tokens in the median, {most} at 90 %, "
        f"{nearly_all} at 99 %, {longest} at most (four characters a token). Trainers cut what exceeds their "
        "`max_length` at the end, which is the response: set it above the longest."
    )


def _place(share: float, count: int) -> int:
    return min(count - 1, int(share * count))


def _trainers(layouts: Container[str]) -> str:
    lines = ["| trainer | configuration | settings |", "|---|---|---|"]
    lines += [
        f"| {expected.trainer} | `{expected.layout}` | `{expected.settings}` |"
        for expected in EXPECTATIONS
        if expected.layout in layouts
    ]
    return "\n".join(lines)


def _rendered(verdicts: Mapping[str, str]) -> str:
    return "\n".join(f"- `{name}` through the chat template {verdict}" for name, verdict in verdicts.items())

"""Audit: planted copies of benchmark questions are found, however they were touched."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import orjson
import pytest

from aidsafe.datasets.audit import Wanted, audit_paths

_WHO = (
    "a nurse",
    "my landlord",
    "the mayor",
    "two tourists",
    "an old sailor",
    "a night guard",
    "our teacher",
    "a chess club",
)
_DOES = (
    "hides",
    "repairs",
    "describes",
    "borrows",
    "paints",
    "weighs",
    "photographs",
    "inherits",
    "returns",
    "insures",
)
_WHAT = ("a broken piano", "seven lanterns", "the harbour map", "a jar of seeds", "an iron gate", "the family silver")
_WHEN = ("before the flood", "during a power cut", "on the last ferry", "after the harvest", "while everyone sleeps")


def questions(count: int, seed: int) -> list[str]:
    """So many different questions of about twenty words."""
    draw, made = Random(seed), dict[str, None]()
    while len(made) < count:
        who, does, what, when = draw.choice(_WHO), draw.choice(_DOES), draw.choice(_WHAT), draw.choice(_WHEN)
        other = draw.choice(_WHAT)
        made[f"Explain in a few lines how {who} {does} {what} {when}, and what becomes of {other} in the end."] = None
    return list(made)


BENCHMARK = questions(60, seed=1)
OTHERS = [
    f"Which {thing} goes well with number {n}?" for n, thing in enumerate(["cheese", "colour", "song", "hat"] * 25)
]


def changed(text: str, words: int, draw: Random) -> str:
    """The text with so many of its words replaced."""
    parts = text.split()
    for place in draw.sample(range(len(parts)), words):
        parts[place] = draw.choice(["quietly", "orange", "seldom", "window", "marble"])
    return " ".join(parts)


def lines_file(path: Path, texts: list[str]) -> Path:
    """A file of prompts."""
    path.write_bytes(b"".join(orjson.dumps({"prompt": text}) + b"\n" for text in texts))
    return path


def found(tmp_path: Path, touched: Callable[[str], str]) -> float:
    """The share of planted questions that the audit finds among others."""
    rows = lines_file(tmp_path / "rows.jsonl", [*OTHERS, *map(touched, BENCHMARK)])
    report = audit_paths([rows], [lines_file(tmp_path / "bench.jsonl", BENCHMARK)])
    numbers = {one.number for one in report.findings if one.code.startswith("overlap")}
    assert not {number for number in numbers if number < len(OTHERS)}
    return len(numbers) / len(BENCHMARK)


@pytest.mark.parametrize(
    ("touched", "least"),
    [
        (str, 1.0),
        (str.upper, 1.0),
        (lambda text: changed(text, 1, Random(text)), 0.85),
        (lambda text: changed(text, 2, Random(text)), 0.4),
    ],
    ids=["exact", "re-cased", "one word changed", "two words changed"],
)
def test_planted_questions_are_found(tmp_path: Path, touched: Callable[[str], str], least: float) -> None:
    """Exact and re-cased ones all, touched ones mostly; and none of the others."""
    assert found(tmp_path, touched) >= least


def pairs_found(rows: Path, benchmark: Path) -> set[tuple[str, str]]:
    """Rows and the questions they overlap with."""
    report = audit_paths([rows], [benchmark], Wanted())
    return {(one.row, one.matched) for one in report.findings if one.code.startswith("overlap")}


def test_real_queries_against_a_real_benchmark(shared_data: Path) -> None:
    """The two hundred queries have one true near-pair in XSTest, and nothing else is taken for one."""
    assert 1 == len(pairs_found(shared_data / "mixed_queries.jsonl", shared_data / "xstest_prompts.csv"))


def personal() -> Iterator[tuple[str, str]]:
    """Texts with personal data, and the code of each."""
    yield "Write to jane.roe@posteo.de about it.", "personal.email"
    yield "Pay with 4539 5787 6362 1486 then.", "personal.card"
    yield "Send it to DE89 3704 0044 0532 0130 00 today.", "personal.iban"


@pytest.mark.parametrize(("text", "code"), list(personal()))
def test_personal_data(tmp_path: Path, text: str, code: str) -> None:
    """Found by pattern and check digit, and shown masked."""
    report = audit_paths([lines_file(tmp_path / "rows.jsonl", [text, "Nothing here."])])
    hits = [one for one in report.findings if one.code == code]

    assert [0] == [one.number for one in hits]
    assert not any(word in hits[0].message for word in text.split() if any(sign in word for sign in "@4578"))

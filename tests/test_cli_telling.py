"""Nothing from outside acts on a terminal."""

import json
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.cli.telling import emit, emit_json, one_line, say, visible

ACTING = {"Cc", "Cs", "Zl", "Zp"}
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"])))
def test_nothing_acting_is_left(text: str) -> None:
    """Controls, line separators and marks of direction are written out; only tabs and line ends stay."""
    shown = set(visible(text)) - {"\n", "\t"}

    assert not shown & set(DIRECTIONS)
    assert not {character for character in shown if unicodedata.category(character) in ACTING}


@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"], exclude_characters="\u115f\u1160\u3164\uffa0"))
)
def test_plain_text_stays(text: str) -> None:
    """Letters of any script are left alone."""
    marks = {c for c in text if unicodedata.category(c) == "Mn" and visible(c) != c}

    assert text == visible(text) or marks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202etxt", "\\u202etxt"),
        ("\U000e0041", "\\U000e0041"),
        ("naïve 猫 👩‍🚀", "naïve 猫 👩‍🚀"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """What acts is written out, what is seen is kept."""
    assert shown == visible(text)


def test_one_line() -> None:
    """A message never breaks its line."""
    assert "a b \\x07" == one_line("a\r\n  b \x07\n")


@given(st.dictionaries(st.text(), st.text()))
def test_json_reads_back_the_same(value: dict[str, str]) -> None:
    """What is not seen stands as escapes, and reads back as it was."""
    with pytest.MonkeyPatch.context() as patch:
        written: list[str] = []
        patch.setattr(sys, "stdout", type("Out", (), {"write": written.append, "flush": lambda: None}))
        emit_json(json.dumps(value, ensure_ascii=False))

    line = "".join(written)
    assert value == json.loads(line)
    assert "\x1b" not in line
    assert "\x9b" not in line


def test_results_and_messages_go_their_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """Results go to standard output, messages to standard error under the name of the command."""
    emit("result")
    say("message")
    said = capsys.readouterr()

    assert ("result\n", "aidsafe: message\n") == (said.out, said.err)


def test_a_reader_that_has_gone_is_no_error() -> None:
    """A closed pipe is noticed quietly."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "aidsafe", "policies", "list"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert (0, "") == (done.returncode, done.stderr)

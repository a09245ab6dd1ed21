"""What reaches a person: results on standard output, messages on standard error, and neither ever a control sequence.

Queries are attacks by trade, so text from outside is shown with its control characters, direction marks and unseen
characters written out. A reader that has gone away (`| head`) is no error.
"""

import os
import re
import sys
from typing import TextIO

__all__ = ["emit", "emit_drawn", "emit_json", "one_line", "say", "visible"]

# Controls but tab and line end, soft hyphen, marks of direction and of invisibility, tags, halves of pairs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """The text with every character written out that would act on a terminal or not be seen."""
    return _UNSEEN.sub(_written_out, text)


def one_line(text: str) -> str:
    """The text on one line, written out."""
    return visible(" ".join(text.split()))


def emit(text: str) -> None:
    """Write a result to standard output, with a line end."""
    _write(sys.stdout, f"{visible(text)}\n")


def emit_json(text: str) -> None:
    """Write one JSON value to standard output; what is not seen stands as JSON escapes, so it reads back the same."""
    _write(sys.stdout, f"{_UNSEEN.sub(_as_json, text)}\n")


def emit_drawn(text: str) -> None:
    """Write what is drawn and written out already to standard output, without the blanks that fill its lines."""
    _write(sys.stdout, "".join(f"{line.rstrip()}\n" for line in text.splitlines()))


def say(text: str) -> None:
    """Write one line for people to standard error."""
    _write(sys.stderr, f"aidsafe: {one_line(text)}\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _discard(stream)


def _discard(stream: TextIO) -> None:
    # The interpreter flushes once more at its end; it then finds a place that takes everything.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _as_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

"""Rows out of JSON: an object a line, or a list of objects read element by element."""

import json
import re
from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

from aidsafe.core.errors import SourceError
from aidsafe.datasets.files import LONGEST, Row, SourceFile, fault
from aidsafe.datasets.utf8 import utf8_chunks, utf8_lines

__all__ = ["json_rows", "jsonl_rows"]

_SPACE = re.compile(r"[ \t\r\n]*")

# No word of JSON is longer, so an error that lies further from the end of the text is not for want of more.
_LONGEST_WORD = 16


def _nothing(_: str) -> None:
    """Read `NaN` and `Infinity`, which other programs write and JSON does not have, as null."""


_DECODER = json.JSONDecoder(parse_constant=_nothing)


def jsonl_rows(file: SourceFile) -> Iterator[Row]:
    """Read an object a line; blank lines are passed over."""
    for number, line in utf8_lines(file):
        if line.strip():
            yield _row(file.name, number, _parsed(file.name, number, line))


def json_rows(file: SourceFile) -> Iterator[Row]:
    """Read the objects of one list, holding one of them at a time."""
    window = _Window(file)
    if window.peek() != "[":
        advice = "write a list of objects, or name the file .jsonl if every line is an object"
        raise window.fault(f"not a list ({window.shown} where '[' belongs); {advice}")
    ends = window.step() == "]"
    while not ends:
        line = window.line
        yield _row(file.name, line, window.value())
        ends = window.separator() == "]"
    if window.step():
        raise window.fault(f"not JSON ({window.shown} after the list ended); take it out")


def _parsed(name: str, number: int, line: str) -> object:
    try:
        return cast("object", _DECODER.decode(line.rstrip()))
    except RecursionError as error:
        raise fault(name, f"line {number}", "nested too deeply; flatten the row") from error
    except ValueError as error:
        raise fault(name, f"line {number}", f"not JSON ({_cause(error)}); mend the line or take it out") from error


def _cause(error: ValueError) -> str:
    # The other ValueError is about a number of thousands of digits, and says so in words of its own.
    return f"{error.msg} at column {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else str(error)


def _row(name: str, number: int, value: object) -> Row:
    if not isinstance(value, dict):
        advice = 'every row is an object, such as {"prompt": "…"}'
        raise fault(name, f"line {number}", f"not an object but {json.dumps(value)[:40]}; {advice}")
    return Row(f"line {number}", cast("dict[str, JsonValue]", value))


class _Window:
    """The part of a JSON file in view: it grows at its end while an element is not whole, and moves on after it."""

    def __init__(self, file: SourceFile) -> None:
        self.line = 1
        self._name = file.name
        self._chunks = utf8_chunks(file)
        self._text = ""
        self._at = 0

    @property
    def shown(self) -> str:
        """The next character, for a message."""
        return repr(self._text[self._at]) if self._at < len(self._text) else "the end of the file"

    def fault(self, problem: str) -> SourceError:
        """Say what is wrong at this line."""
        return fault(self._name, f"line {self.line}", problem)

    def peek(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        self._skip_space()
        while self._at == len(self._text) and self._grow():
            self._skip_space()
        return self._text[self._at : self._at + 1]

    def step(self) -> str:
        """Pass the next character, and give the one after it."""
        self._move(self._at + 1)
        return self.peek()

    def value(self) -> object:
        """Take one whole element."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self.fault("nested too deeply; flatten the row") from error
            except ValueError as error:
                if not self._want_more(error) or not self._grow():
                    raise self._broken(error) from error
            else:
                self._move(end)
                return cast("object", value)

    def separator(self) -> str:
        """Pass the comma before another element, or give the bracket that ends the list."""
        found = self.peek()
        if found not in {",", "]"} or not found:
            raise self.fault(f"not JSON ({self.shown} where ',' or ']' belongs); mend the list")
        if found == ",":
            self.step()
        return found

    def _want_more(self, error: ValueError) -> bool:
        if not isinstance(error, json.JSONDecodeError) or len(self._text) > LONGEST:
            return False
        return error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_WORD

    def _broken(self, error: ValueError) -> SourceError:
        if not isinstance(error, json.JSONDecodeError):
            return self.fault(f"not JSON ({error}); mend the element")
        self._move(error.pos)
        return self.fault(f"not JSON ({error.msg}); mend the element")

    def _skip_space(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._move(space.end() if space else self._at)

    def _move(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _grow(self) -> bool:
        # At least as much again, so that a long element is tried a few times and not once a piece.
        parts = [self._text[self._at :]]
        wanted = len(parts[0])
        for chunk in self._chunks:
            parts.append(chunk)
            wanted -= len(chunk)
            if wanted <= 0:
                break
        self._text, self._at = "".join(parts), 0
        return len(parts) > 1

"""Text files read as UTF-8, piece by piece, so that a wrong byte is named with its line and its offset."""

import codecs
from collections.abc import Iterator

from aidsafe.core.errors import SourceError
from aidsafe.datasets.files import LONGEST, SourceFile, fault, opened

__all__ = ["utf8_chunks", "utf8_lines"]

_BOM = "\ufeff"
_CHUNK = 2**16


def utf8_lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Give the numbered lines, with their ends; a byte order mark is dropped."""
    offset = 0
    with opened(file) as stream:
        for number, raw in enumerate(iter(lambda: stream.readline(LONGEST + 1), b""), 1):
            if len(raw) > LONGEST:
                raise fault(file.name, f"line {number}", f"longer than {LONGEST} bytes; check that this is a text file")
            text = _line(file.name, number, raw, offset=offset)
            yield number, text.removeprefix(_BOM) if number == 1 else text
            offset += len(raw)


def utf8_chunks(file: SourceFile) -> Iterator[str]:
    """Give the text in pieces of some 64 kB; a byte order mark is dropped."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, line = 0, 1
    with opened(file) as stream:
        for raw in iter(lambda: stream.read(_CHUNK), b""):
            text = _piece(file.name, decoder, raw, line=line, offset=offset)
            yield text.removeprefix(_BOM) if offset == 0 else text
            offset += len(raw)
            line += raw.count(b"\n")
    _piece(file.name, decoder, b"", line=line, offset=offset)


def _line(name: str, number: int, raw: bytes, *, offset: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(name, number, error, offset=offset) from error


def _piece(name: str, decoder: codecs.IncrementalDecoder, raw: bytes, *, line: int, offset: int) -> str:
    # A character cut in two waits in the decoder, and its bytes count from there.
    waiting = len(decoder.getstate()[0])
    try:
        return decoder.decode(raw, final=not raw)
    except UnicodeDecodeError as error:
        lines = error.object.count(b"\n", 0, error.start)
        raise _not_utf8(name, line + lines, error, offset=offset - waiting) from error


def _not_utf8(name: str, line: int, error: UnicodeDecodeError, *, offset: int) -> SourceError:
    byte = f"byte {error.object[error.start]:#04x} at offset {offset + error.start}"
    return fault(name, f"line {line}", f"not UTF-8 ({byte}); save the file as UTF-8")

"""What the scripted model writes beside a run, where asked to: a line a call, and the truth about planted defects."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from aidsafe.core.chance import digest
from aidsafe.core.errors import SurroundingsError
from aidsafe.models.scripted.planting import Plant
from aidsafe.models.scripted.reading import Seen

__all__ = ["tally_line", "truth_lines", "write_line"]


def tally_line(seen: Seen) -> bytes:
    """Role, seat (`-` for none), round, digest of the query, tag suffix and attempt of a call, parted by tabs."""
    columns = (seen.role, seen.seat or "-", seen.round, digest(seen.query), seen.suffix, seen.attempt)
    return ("\t".join(map(str, columns)) + "\n").encode()


def truth_lines(seen: Seen, plants: Sequence[Plant]) -> bytes:
    """The planted defects of one reply as JSON lines; a call that is made again writes them again."""
    known = {"suffix": seen.suffix, "query": digest(seen.query), "role": seen.role}
    return b"".join(orjson.dumps({**known, **asdict(plant)}) + b"\n" for plant in plants)


def write_line(path: Path, line: bytes) -> None:
    """Append to a file that other processes append to as well, in one piece."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, line)
        finally:
            os.close(file)
    except OSError as error:
        raise SurroundingsError(f"{str(path)!r} cannot be written ({error.strerror}); name another file") from error

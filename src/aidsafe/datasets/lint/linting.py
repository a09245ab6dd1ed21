"""Rows through all checks: first what is wrong with a row, at the end what is wrong with the set."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from aidsafe.datasets.lint.checks import CHECKS
from aidsafe.datasets.lint.collapse import Whole
from aidsafe.datasets.lint.finding import Finding
from aidsafe.datasets.lint.known import learn
from aidsafe.datasets.lint.reading import Reading
from aidsafe.datasets.rows import Row, read_rows
from aidsafe.policies.library import Policies

__all__ = ["lint", "lint_paths"]

_FIRST = 1000
_FIRST_CHARACTERS = 32_000_000


def lint(rows: Iterable[Row], policies: Policies | None = None) -> Iterator[Finding]:
    """Everything found in the rows, in their order, then what holds of the set as a whole.

    What is usual in a set is learnt from its first thousand rows, which are held until then; the rest streams.
    """
    waiting = iter(rows)
    first = list(_first(waiting))
    known = learn(first, policies)
    whole = Whole(known)
    for row in chain(first, waiting):
        reading = Reading(row)
        for check in CHECKS.values():
            for said in check.look(reading, known):
                yield check.finding(reading, said)
        whole.see(reading)
    yield from whole.findings()


def lint_paths(paths: Iterable[Path], policies: Policies | None = None) -> Iterator[Finding]:
    """Everything found in files, folders of files and run folders, read as one set.

    For a command: exit 0 where nothing comes, 1 where anything does, 2 for `InputError`, which may be raised at any
    step: a file is read as it is checked.
    """
    return lint(read_rows(paths), policies)


def _first(rows: Iterator[Row]) -> Iterator[Row]:
    held = 0
    for row in islice(rows, _FIRST):
        yield row
        held += len(row.prompt) + len(row.chain) + len(row.response)
        if held > _FIRST_CHARACTERS:
            return

"""Which queries are asked for: words, filters, an order, and the place to go on from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import orjson
from pydantic import Field, ValidationError

from aidsafe.core.errors import InputError
from aidsafe.core.records import Decision, Ending, Value
from aidsafe.viewer.entry import State
from aidsafe.viewer.index import SHOWN, SORTED, Cell, Index, masked
from aidsafe.viewer.wording import Within, match_of

__all__ = ["PAGE", "Found", "Question", "find", "question_of"]

PAGE: Final = 50
COLUMNS: Final = (*SORTED, *SHOWN)

Order = Literal["row", "rounds", "turns", "edits", "removed", "words", "tokens", "ending", "decision"]
Notable = Literal["seat_failed", "repaired", "not_applied", "unverified", "removed", "decided"]
Count = Annotated[int, Field(ge=0, le=2**40)]


class Question(Value):
    """What to look for; an empty field does not matter. `after` is where the page before it ended.

    `seat` is a seat and what it did, `critic:objected`; `shortest` and `longest` are words of the final thoughts and
    response.
    """

    text: Annotated[str, Field(max_length=1000)] = ""
    within: Within = "anywhere"
    state: State | Literal[""] = ""
    ending: Ending | Literal[""] = ""
    decision: Decision | Literal[""] = ""
    rounds: Count | None = None
    policy: str = ""
    seat: str = ""
    notable: Notable | Literal[""] = ""
    shortest: Count | None = None
    longest: Count | None = None
    order: Order = "row"
    falling: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, how many there are in all, and where the next page begins (empty at the end)."""

    lines: tuple[dict[str, Cell], ...]
    count: int
    next: str


Clause = tuple[str, tuple[Cell, ...]]


def question_of(asked: Mapping[str, str]) -> Question:
    """The question of an address. Raises `InputError` for a field that is none, or a value it cannot have."""
    try:
        return Question.model_validate({name: value for name, value in asked.items() if value})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{first['loc'][0]!r}: {first['msg'].lower()}; leave it out, or mend it") from error


def find(index: Index, question: Question) -> Found:
    """The page of queries that a question asks for."""
    clauses = list(_clauses(index, question))
    where, values = _joined(clauses)
    source = "texts CROSS JOIN lines ON doc = texts.rowid" if question.text.strip() else "lines"
    after, after_values = _joined([_after(question)] if question.after else [])
    way = "DESC" if question.falling else "ASC"
    # To look twice, once for the count, is quicker than to gather all that fits, unless words and filters have to meet.
    once = "" if question.text.strip() and len(clauses) > 1 else "NOT"
    sql = _PAGED.format(once=once, source=source, where=where, key=question.order, after=after, way=way)
    lines = [dict(zip(("count", *COLUMNS), line, strict=True)) for line in index.all(sql, *values, *after_values)]
    more = len(lines) > PAGE
    count = int(lines[0]["count"] or 0) if lines else 0
    shown = tuple({name: line[name] for name in COLUMNS} for line in lines[:PAGE])
    return Found(shown, count, _place(shown[-1], question.order) if more else "")


def _clauses(index: Index, question: Question) -> Iterator[Clause]:
    if question.text.strip():
        match = match_of(question.text, question.within)
        yield ("texts MATCH ?", (match,)) if match else ("0", ())
    for name in ("state", "ending", "decision", "rounds"):
        value: Cell = getattr(question, name)
        if value not in {"", None}:
            yield f"{name} = ?", (value,)
    for name in ("policy", "seat", "notable"):
        if facet := getattr(question, name):
            condition, bit = masked(index, f"{name}:{facet}")
            yield condition, (bit,)
    if question.shortest is not None:
        yield "words >= ?", (question.shortest,)
    if question.longest is not None:
        yield "words <= ?", (question.longest,)


def _after(question: Question) -> Clause:
    sign = "<" if question.falling else ">"
    return f"({question.order}, row, replica) {sign} (?, ?, ?)", _from(question.after)


def _place(line: Mapping[str, Cell], order: Order) -> str:
    return orjson.dumps([line[order], line["row"], line["replica"]]).decode()


def _from(place: str) -> tuple[Cell, ...]:
    try:
        key, row, replica = orjson.loads(place)
    except (ValueError, TypeError) as error:
        raise InputError(f"'after': {place!r} is no place in the list; begin at its start") from error
    if not isinstance(key, str | int) or not isinstance(row, int) or not isinstance(replica, int):
        raise InputError(f"'after': {place!r} is no place in the list; begin at its start")
    return key, row, replica


def _joined(clauses: list[Clause]) -> Clause:
    if not clauses:
        return "", ()
    return "WHERE " + " AND ".join(sql for sql, _ in clauses), tuple(value for _, values in clauses for value in values)


_PAGED: Final = """
WITH found AS {once} MATERIALIZED (SELECT doc, {key}, row, replica FROM {source} {where}), page AS MATERIALIZED (
    SELECT doc FROM found {after} ORDER BY {key} {way}, row {way}, replica {way} LIMIT {limit})
SELECT (SELECT count(*) FROM found), {columns} FROM page JOIN lines USING (doc) JOIN shown USING (doc)
ORDER BY {key} {way}, row {way}, replica {way}
""".replace("{limit}", str(PAGE + 1)).replace("{columns}", ", ".join(COLUMNS))

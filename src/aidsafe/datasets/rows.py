"""Any finished set read as rows of one shape, whatever its columns are called, so that it can be checked.

| set | columns |
|---|---|
| records of a run | as in `dataset.jsonl`, or its folder; CSV and Parquet exports too |
| published reasoning sets | `prompt` or `question`, `thoughts` beside or in `response` as `<think>…</think>` |
| prompt and completion, preference pairs | `prompt`, `completion` or `chosen`, as text or as messages |
| conversations | `messages` (`role`, `content`) or `conversations` (`from`, `value`); each side's last turn |

Read a row at a time where the format allows it. Where a set has both a chain before and after refining, the refined
one counts. Prompts alone are read too, where asked for.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import assert_never, cast, get_args

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import SourceError
from aidsafe.core.records import Citation, Decision, Harm
from aidsafe.datasets.files import Row as Found
from aidsafe.datasets.files import SourceFile, fault, files_of
from aidsafe.datasets.reading_csv import csv_rows
from aidsafe.datasets.reading_json import json_rows, jsonl_rows
from aidsafe.datasets.reading_parquet import parquet_rows
from aidsafe.datasets.sources import TEXT_COLUMNS

__all__ = ["Row", "RowThought", "read_rows", "row_of"]

_PROMPTS = (*TEXT_COLUMNS, "input", "behavior", "behaviour")
_THOUGHTS = ("refined_thoughts", "thoughts", "reasoning_content", "reasoning", "thinking", "model_thinking")
_MORE_THOUGHTS = ("chain_of_thought", "cot")
_CHAINS = (*_THOUGHTS, *_MORE_THOUGHTS)
_RESPONSES = ("completion", "chosen", "response", "answer", "output", "model_response", "chosen_text")
_LABELS = ("category", "categories", "labels", "policies", "hazard", "hazards")
_TALKS = ("messages", "conversations")
_IDS = ("id", "query_id", "uid")
_OURS = frozenset({"intents", "removed", "conflicts", "ended", "usage", "provenance"})
_ANSWERING = frozenset({"assistant", "gpt", "model", "bot", "chatgpt"})
_ASKING = frozenset({"user", "human", "prompter"})
_THINK = re.compile(r"\A\s*(?:<think>)?(?P<chain>.*?)</think>(?P<rest>.*)\Z", re.DOTALL)
_OPENED = re.compile(r"\A\s*<think>")
_SHOWN_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class RowThought:
    """One thought of a chain; a set that keeps its chain as one text has one."""

    text: str
    id: str = ""
    author: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a set. `number` counts from 0 over all files; what a set does not have is empty or None.

    `stepwise` says that thoughts were given one by one, `removed` are the texts a refiner took out, `labels` what the
    set itself calls the policies or categories of the row, `policies` the digest of the policies it was made under.
    """

    id: str
    number: int
    prompt: str
    thoughts: tuple[RowThought, ...] = ()
    response: str = ""
    decision: Decision | None = None
    stepwise: bool = False
    harms: tuple[Harm, ...] = ()
    labels: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    policies: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def chain(self) -> str:
        """The thoughts as one text."""
        return "\n\n".join(thought.text for thought in self.thoughts)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of the chain, in order."""
        return tuple(citation for thought in self.thoughts for citation in thought.citations)


def read_rows(paths: Iterable[Path], *, prompts_only: bool = False) -> Iterator[Row]:
    """Read files, folders of files and run folders, one after the other.

    Raises `SourceError` at the first row that is none; a set without responses is one only with `prompts_only`.
    """
    number = 0
    for file in chain.from_iterable(_files(path) for path in paths):
        before = number
        for found in _found(file):
            yield _row(file, found, number, prompts_only=prompts_only)
            number += 1
        if number == before:
            raise SourceError(f"{file.name}: no rows; name a file that has some")


def row_of(columns: Mapping[str, JsonValue], number: int = 0) -> Row:
    """One row from its columns. Raises `SourceError` where it has no prompt or no response."""
    file = SourceFile(Path(), "row", "jsonl")
    return _row(file, Found(str(number), dict(columns)), number, prompts_only=False)


def _files(path: Path) -> tuple[SourceFile, ...]:
    inside = path / "dataset.jsonl"
    if path.is_dir() and (inside.is_file() or (path / "run.json").is_file()):
        if not inside.is_file():
            raise SourceError(f"{path}: a run without dataset.jsonl; let it finish first")
        if _is_unended(path / "run.json"):
            raise SourceError(f"{path}: a run whose last sitting has not ended; run the same generate again first")
        return files_of(inside)[0]
    exported = path / "data" / "sft"
    # Every configuration of an exported folder holds the same rows; one of them is the set.
    if exported.is_dir() and (path / "export.json").is_file():
        return files_of(exported)[0]
    return files_of(path)[0]


def _is_unended(manifest: Path) -> bool:
    """Whether a run is under way or was killed, so that its dataset is that of an earlier sitting."""
    try:
        found = orjson.loads(manifest.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    return isinstance(found, dict) and found.get("began") is not None


def _found(file: SourceFile) -> Iterator[Found]:
    match file.kind:
        case "jsonl":
            return jsonl_rows(file)
        case "json":
            return json_rows(file)
        case "csv":
            return csv_rows(file)
        case "parquet":
            return parquet_rows(file)
        case _:  # pragma: no cover
            assert_never(file.kind)


def _row(file: SourceFile, found: Found, number: int, *, prompts_only: bool) -> Row:
    columns = _unpacked(file, found.columns)
    reader = _Columns(file.name, found.place, columns)
    talks = any(name in columns for name in _TALKS)
    prompt, chain_text, answer = reader.talk() if talks else reader.plain(strict=not prompts_only)
    if prompt is None or (answer is None and not prompts_only):
        raise reader.unreadable("prompt" if prompt is None else "response")
    steps, response = reader.thoughts(), answer or ""
    if not steps:
        inside, rest = _split(response)
        # A chain beside the response may stand inside it once more; any other one is left where it was found.
        response = rest if not chain_text or inside in ("", chain_text.strip()) else response
        steps = _one(chain_text or inside)
    return Row(
        id=reader.id() or f"row-{number}",
        number=number,
        prompt=prompt,
        thoughts=steps,
        response=response,
        decision=reader.decision(),
        stepwise=isinstance(columns.get("thoughts"), list),
        harms=reader.harms(),
        labels=reader.labels(),
        removed=tuple(_texts(columns.get("removed"))),
        conflicts=tuple(reader.conflicts()),
        policies=_text(_object(columns.get("provenance")).get("policies")),
        metadata=_object(columns.get("metadata")) or {name: columns[name] for name in columns if name not in _READ},
    )


_READ = frozenset({*_PROMPTS, *_CHAINS, *_RESPONSES, *_TALKS, *_IDS, *_OURS, "rejected", "decision"})


class _Columns:
    """The columns of one row, and where it stands, for messages."""

    def __init__(self, name: str, place: str, columns: Mapping[str, JsonValue]) -> None:
        self._name = name
        self._place = place
        self._columns = columns
        self._folded = {column.casefold(): column for column in columns}

    def plain(self, *, strict: bool) -> tuple[str | None, str | None, str | None]:
        """Prompt, chain and response from columns of their own; unless strict, a response that is no text is none."""
        prompt = self._said(_PROMPTS, asked=True, strict=True)
        extra = self._columns.get("input")
        if prompt is not None and isinstance(extra, str) and extra.strip() and "instruction" in self._columns:
            prompt = f"{prompt}\n\n{extra}"
        thinking = self._turn_thoughts()
        chain_text = None if self._stepwise() else thinking or self._said(_CHAINS, asked=False, strict=strict)
        answer = self._said(_RESPONSES, asked=False, strict=strict)
        return prompt, chain_text, "" if answer is None and (chain_text or self._stepwise()) else answer

    def talk(self) -> tuple[str | None, str | None, str | None]:
        """The last question, the chain and the last answer of a conversation."""
        name = next(name for name in _TALKS if name in self._columns)
        turns = [_object(turn) for turn in _list(self._columns[name])]
        asked = [turn for turn in turns if _speaker(turn) in _ASKING]
        answered = [turn for turn in turns if _speaker(turn) in _ANSWERING]
        if not asked or not answered:
            problem = "no turn of a user, or none of an assistant; write both sides of the conversation"
            raise fault(self._name, self._place, problem, field=name)
        chain_text = next((said for key in _CHAINS if (said := _text(answered[-1].get(key)))), None)
        return _content(asked[-1]), chain_text, _content(answered[-1])

    def thoughts(self) -> tuple[RowThought, ...]:
        """The thoughts, where they are given one by one."""
        if not self._stepwise():
            return ()
        return tuple(self._thought(value) for value in _list(self._columns["thoughts"]))

    def id(self) -> str:
        """The row's own name, if it has one."""
        value = next((self._columns[name] for name in _IDS if self._columns.get(name) is not None), "")
        if isinstance(value, list | dict):
            raise fault(self._name, self._place, f"{_kind(value)} and no id; write it as text or a number", field="id")
        return str(value)

    def decision(self) -> Decision | None:
        """The decision, if it is one of ours."""
        value = self._columns.get("decision")
        return cast("Decision", value) if value in get_args(Decision) else None

    def harms(self) -> tuple[Harm, ...]:
        """What harm the intents would do."""
        given = (_object(intent).get("harm") for intent in _list(self._columns.get("intents")))
        return tuple(cast("Harm", harm) for harm in given if harm in get_args(Harm))

    def labels(self) -> tuple[str, ...]:
        """What the set calls the row's policies or categories."""
        column = next((self._folded[name] for name in _LABELS if name in self._folded), None)
        value = self._columns[column] if column else None
        if isinstance(value, str):
            return (value,) if value.strip() else ()
        return tuple(_texts(value))

    def conflicts(self) -> Iterator[str]:
        """The rules named in conflicts."""
        for conflict in _list(self._columns.get("conflicts")):
            yield from _texts(_object(conflict).get("rules"))

    def unreadable(self, wanted: str) -> SourceError:
        """Say which part of a row could not be found."""
        names = [repr(column) for column in self._columns][:_SHOWN_COLUMNS]
        known = _PROMPTS[:4] if wanted == "prompt" else _RESPONSES[:4]
        advice = f"call the column {', '.join(map(repr, known))}, or write messages"
        return fault(self._name, self._place, f"no {wanted} among {', '.join(names) or 'no columns'}; {advice}")

    def _stepwise(self) -> bool:
        return isinstance(self._columns.get("thoughts"), list)

    def _said(self, names: Iterable[str], *, asked: bool, strict: bool) -> str | None:
        for name in (self._folded[name] for name in names if name in self._folded):
            value = self._columns[name]
            if value is None:
                continue
            said = _last_said(value, asked=asked)
            if said is None and strict:
                raise fault(self._name, self._place, f"{_kind(value)} and not text; write it as text", field=name)
            return said
        # A column that is there and holds nothing is an empty text; one that is not there is none.
        return "" if any(name in self._folded for name in names) else None

    def _turn_thoughts(self) -> str:
        """The chain of a completion that keeps it in a field of its turn."""
        for name in _RESPONSES:
            turns = [_object(turn) for turn in _list(self._columns.get(name))]
            said = (_text(turns[-1].get(key)) for key in _CHAINS) if turns else iter(())
            if found := next(filter(None, said), ""):
                return found
        return ""

    def _thought(self, value: JsonValue) -> RowThought:
        if isinstance(value, str):
            return RowThought(value)
        fields = _object(value)
        if not isinstance(value, dict) or not isinstance(fields.get("text", ""), str):
            raise fault(self._name, self._place, f"a thought is {_kind(value)}; give each a text", field="thoughts")
        cited = tuple(_citation(_object(one)) for one in _list(fields.get("citations")))
        return RowThought(_text(fields.get("text")), _text(fields.get("id")), _text(fields.get("author")), cited)


def _unpacked(file: SourceFile, columns: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Columns of a table with their lists and objects read out of the text they are kept in."""
    if file.kind in ("csv", "parquet"):
        return {name: _parsed(value) if name in _PACKED else value for name, value in columns.items()}
    return columns


_PACKED = _OURS | {"thoughts", "metadata", "score", "category", *_TALKS, "prompt", "completion", "chosen", "rejected"}


def _parsed(value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        parsed = cast("JsonValue", json.loads(value))
    except (ValueError, RecursionError):
        return value
    # A prompt may be a JSON text itself; what we look for is a list of objects, or an object.
    holds_objects = isinstance(parsed, dict) or all(isinstance(one, dict | str) for one in _list(parsed))
    return parsed if holds_objects else value


def _split(answer: str) -> tuple[str, str]:
    """The chain inside an answer and the rest; a chain that never closes is no response."""
    found = _THINK.match(answer)
    if found:
        return found["chain"].strip(), found["rest"].strip()
    return (answer.strip(), "") if _OPENED.match(answer) else ("", answer)


def _one(text: str) -> tuple[RowThought, ...]:
    return (RowThought(text),) if text.strip() else ()


def _last_said(value: JsonValue, *, asked: bool) -> str | None:
    """A text, or the last turn of the side asked for in a list of turns."""
    if isinstance(value, str):
        return value
    turns = [value] if isinstance(value, dict) else [_object(turn) for turn in _list(value)]
    side = [turn for turn in turns if _speaker(turn) in (_ASKING if asked else _ANSWERING)]
    return _content(side[-1]) if side else None


def _speaker(turn: Mapping[str, JsonValue]) -> str:
    return _text(turn.get("role") or turn.get("from")).casefold()


def _content(turn: Mapping[str, JsonValue]) -> str:
    value = turn.get("content", turn.get("value"))
    if isinstance(value, list):
        return "".join(_text(_object(part).get("text")) for part in value)
    return _text(value)


def _citation(fields: Mapping[str, JsonValue]) -> Citation:
    # What does not say whether it was verified claims nothing; the quote is looked up all the same.
    policy, rule, quote = (_text(fields.get(name)) for name in ("policy", "rule", "quote"))
    return Citation(policy=policy, rule=rule, quote=quote, verified=fields.get("verified", True) is True)


def _texts(value: JsonValue) -> Iterator[str]:
    for one in _list(value):
        said = one if isinstance(one, str) else _text(_object(one).get("text"))
        if said:
            yield said


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return repr(value)
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"

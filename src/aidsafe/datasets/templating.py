"""Whether a chat template lets a row through whole: thoughts and response are each in the training text once.

Templates rewrite what an assistant says: some drop whatever stands before `</think>`, some write the thoughts twice,
some trim or cut. A row is rendered as trainers render it, and again with a mark in the place of what the assistant
says; what the two differ in is what the template did with thoughts and response.

| fault | what it means for training |
|---|---|
| `lost_thoughts`, `lost_response` | nothing of it reaches the training text |
| `cut_thoughts`, `cut_response` | some of it does: the template, or the length limit, cut the rest |
| `doubled_thoughts`, `doubled_response` | it is there more than once |
| `masked_thoughts`, `masked_response` | a trainer that takes the rendered prompt off the front loses some of it |
| `unrendered` | the template raised an error on the row |
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NoReturn

import orjson
from pydantic import JsonValue

from aidsafe.core.errors import ExtraMissing, InputError
from aidsafe.datasets.training import TrainingRow

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["ChatTemplate", "Fault", "FaultKind", "RenderingCheck", "faults_of", "turns_of"]

Part = Literal["thoughts", "response"]
FaultKind = Literal[
    "lost_thoughts",
    "cut_thoughts",
    "doubled_thoughts",
    "masked_thoughts",
    "lost_response",
    "cut_response",
    "doubled_response",
    "masked_response",
    "unrendered",
]
Turn = Mapping[str, JsonValue]

_INLINE = re.compile(r"\A<think>\n(?P<thoughts>.*)\n</think>\n\n(?P<response>.*)\Z", re.DOTALL)
_MARK = "\N{REPLACEMENT CHARACTER}aidsafe\N{REPLACEMENT CHARACTER}"
_LEAST_SHARE = 24


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a template does to one assistant turn of a row."""

    row: str
    turn: int
    kind: FaultKind
    message: str


@dataclass(frozen=True)
class ChatTemplate:
    """A chat template by its name; `special` are the tokens it may name, such as `bos_token`.

    `keep` is what a trainer keeps of a rendered text, where it has a limit of length.
    """

    name: str
    text: str
    special: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[str], str] | None = None

    def render(self, turns: Sequence[Turn], *, opens: bool = False) -> str:
        """The turns as training text; `opens` adds what invites the assistant to speak. Raises `ValueError`."""
        from jinja2 import TemplateError

        try:
            return self._compiled.render(
                **{**_NAMED, **self.special}, messages=[_present(turn) for turn in turns], add_generation_prompt=opens
            )
        except (TemplateError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    @cached_property
    def _compiled(self) -> "Template":
        return _compiled(self.name, self.text)


def faults_of(template: ChatTemplate, row: TrainingRow) -> Iterator[Fault]:
    """What a template does wrong to a row of any training layout; nothing where it comes through whole."""
    for name, turns in turns_of(row):
        for number, said in enumerate(turns):
            if said.get("role") == "assistant":
                yield from _turn_faults(template, str(row.get("id", "")) + name, turns, number)


def turns_of(row: TrainingRow) -> Iterator[tuple[str, list[Turn]]]:
    """The conversations of a row: one, or for a preference pair two, each with a word for it."""
    match row:
        case {"chosen": list() as chosen, "rejected": list() as rejected, "prompt": list() as prompt}:
            yield " chosen", _turns([*prompt, *chosen])
            yield " rejected", _turns([*prompt, *rejected])
        case {"prompt": list() as prompt, "completion": list() as completion}:
            yield "", _turns([*prompt, *completion])
        case {"messages": list() as messages}:
            yield "", _turns(messages)
        case {"conversations": list() as said}:
            yield "", [_translated(turn) for turn in _turns(said)]
        case _:
            raise InputError(f"a row with the columns {', '.join(row)} holds no conversation to render")


class RenderingCheck:
    """Rows on their way through a template: counts faults by kind, and keeps the first few."""

    def __init__(self, template: ChatTemplate) -> None:
        self.template = template
        self.rows = 0
        self.counts: Counter[str] = Counter()
        self.shown: list[Fault] = []

    def look(self, row: TrainingRow) -> None:
        """Render one row and remember what is wrong with it."""
        self.rows += 1
        for fault in faults_of(self.template, row):
            self.counts[fault.kind] += 1
            if len(self.shown) < 3:
                self.shown.append(fault)

    @property
    def verdict(self) -> str:
        """What was found, in a sentence."""
        if not self.counts:
            return f"{self.template.name}: thoughts and response stand once in each of {self.rows:,} rows"
        found = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.counts.items()))
        first = self.shown[0]
        return f"{self.template.name}: of {self.rows:,} rows {found}; first {first.row!r}: {first.message}"


def _turn_faults(template: ChatTemplate, row: str, turns: Sequence[Turn], number: int) -> Iterator[Fault]:
    said = turns[number]
    thoughts, response = _parts(said)
    marked = [*turns[:number], _marked(said), *turns[number + 1 :]]
    try:
        text = template.render(turns)
        elsewhere = template.render(marked).split(_MARK)
        opening = template.render(turns[:number], opens=True)
    except ValueError as error:
        yield Fault(row, number, "unrendered", f"the template raised {error}")
        return
    kept = text if template.keep is None else template.keep(text)
    last = number == len(turns) - 1
    parts: tuple[tuple[Part, str, str], ...] = (("thoughts", thoughts, response), ("response", response, thoughts))
    for part, wanted, other in parts:
        if wanted:
            yield from _part_faults(row, number, part, _Seen(wanted, other, kept, elsewhere, opening if last else ""))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A part of what an assistant says, the part beside it, and the texts it is looked for in."""

    wanted: str
    other: str
    text: str
    elsewhere: Sequence[str]
    opening: str

    @property
    def surplus(self) -> int:
        """How often the part is there beyond the one time, leaving out what stands there without the turn."""
        beside = self.other.count(self.wanted) if self.other in self.text else 0
        due = 1 + sum(piece.count(self.wanted) for piece in self.elsewhere) + beside
        return self.text.count(self.wanted) - due

    @property
    def piece(self) -> str:
        """The beginning or the end of the part, whichever is there."""
        length = max(_LEAST_SHARE, len(self.wanted) // 8)
        ends = (self.wanted[:length], self.wanted[-length:])
        found = (piece for piece in ends if piece in self.text and not any(piece in one for one in self.elsewhere))
        return next(found, "") if len(self.wanted) > length else ""


def _part_faults(row: str, number: int, part: Part, seen: _Seen) -> Iterator[Fault]:
    if seen.surplus > 0:
        yield Fault(row, number, _kind("doubled", part), f"the {part} of turn {number} stand there more than once")
    elif seen.surplus < 0 and seen.piece:
        yield Fault(
            row, number, _kind("cut", part), f"only some of the {part} of turn {number} is left: {_bit(seen.piece)}"
        )
    elif seen.surplus < 0:
        yield Fault(row, number, _kind("lost", part), f"the {part} of turn {number} are not in the training text")
    elif seen.opening and seen.wanted not in seen.text[len(seen.opening) :]:
        masked = f"the prompt as rendered takes {len(seen.opening)} characters off the front, some {part} with them"
        yield Fault(row, number, _kind("masked", part), masked)


def _kind(what: Literal["lost", "cut", "doubled", "masked"], part: Part) -> FaultKind:
    kinds: dict[tuple[str, Part], FaultKind] = {
        ("lost", "thoughts"): "lost_thoughts",
        ("cut", "thoughts"): "cut_thoughts",
        ("doubled", "thoughts"): "doubled_thoughts",
        ("masked", "thoughts"): "masked_thoughts",
        ("lost", "response"): "lost_response",
        ("cut", "response"): "cut_response",
        ("doubled", "response"): "doubled_response",
        ("masked", "response"): "masked_response",
    }
    return kinds[what, part]


def _bit(text: str) -> str:
    return repr(text if len(text) < 40 else f"{text[:40]}…")


def _parts(said: Turn) -> tuple[str, str]:
    """Thoughts and response of an assistant turn, inline or in a field."""
    content = str(said.get("content") or "")
    if found := _INLINE.match(content):
        inside, response = found["thoughts"], found["response"]
    else:
        inside, response = "", content
    return inside or str(said.get("reasoning_content") or said.get("thinking") or ""), response


def _marked(said: Turn) -> Turn:
    """The turn with marks for its thoughts and its response, and all that stands about them as it is."""
    marks = {key: _MARK for key in ("reasoning_content", "thinking") if said.get(key)}
    is_inline = _INLINE.match(str(said.get("content") or ""))
    return {**said, **marks, "content": f"<think>\n{_MARK}\n</think>\n\n{_MARK}" if is_inline else _MARK}


def _turns(found: Sequence[JsonValue]) -> list[Turn]:
    return [turn for turn in found if isinstance(turn, dict)]


def _translated(turn: Turn) -> Turn:
    """A turn in the words of ShareGPT as the other trainers read it."""
    roles = {"human": "user", "gpt": "assistant", "system": "system"}
    return {"role": roles.get(str(turn.get("from")), "user"), "content": turn.get("value")}


def _present(turn: Turn) -> dict[str, JsonValue]:
    """A turn without the keys that are empty, as a reader with missing keys gives it."""
    return {key: value for key, value in turn.items() if value is not None}


_NAMED: dict[str, object] = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "tools": None}


def _compiled(name: str, text: str) -> "Template":
    """A template with what chat templates may call, in a sandbox: it comes from a model's author, not from the user."""
    try:
        from jinja2 import TemplateSyntaxError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise ExtraMissing("templates", purpose="rendering a chat template") from error
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"], autoescape=False
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = _today
    try:
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise InputError(f"{name}: line {error.lineno} is no chat template ({error.message})") from error


def _to_json(value: object, *, ensure_ascii: bool = False, indent: int | None = None, **_: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()


def _raise(message: str) -> NoReturn:
    from jinja2 import TemplateError

    raise TemplateError(message)


def _today(form: str) -> str:
    # A date in a system prompt changes nothing here; a fixed one keeps the check the same every day.
    return datetime(2025, 1, 1, tzinfo=UTC).strftime(form)

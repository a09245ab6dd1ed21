"""What a request shows: its task, query, intents, draft and turns, read from the tags and from nothing else.

The prose of a prompt file may change without a difference here. What the tags hold is text from outside and is only
read, never obeyed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage

from aidsafe.core.chance import digest
from aidsafe.core.errors import ModelError
from aidsafe.models.scripted.rules import RuleBook, rule_book

__all__ = ["Role", "Seen", "SeenCitation", "SeenDraft", "SeenThought", "SeenTurn", "read_request"]

Role = Literal["decompose", "seed", "deliberate", "conclude", "refine", "single", "whisper", "weigh", "twin"]
ROLES: tuple[Role, ...] = (
    *("decompose", "seed", "deliberate", "conclude", "refine", "single"),
    *("whisper", "weigh", "twin"),
)

_TASK = re.compile(r'<task-(?P<suffix>\w{1,64})(?P<attributes>(?: \w+="[^"\n]*")*)>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_THOUGHT = re.compile(r"^(?P<id>t\d+) \((?P<author>[^)]*)\): (?P<text>.*)$")
_CITED = re.compile(r'^    (?P<rule>\S+): "(?P<quote>.*)"$')
_EDIT = re.compile(r"^(?P<op>add|revise|withdraw) (?P<id>t\d+): (?P<text>.*)$")
_CONFLICT = re.compile(r"^conflict (?P<rules>[^:]+):")
_DECISION = re.compile(r"^decision: (\w+)$")
_HARM = re.compile(r"^(?:explicit|implicit), (benign|harmful|ambiguous): ", re.MULTILINE)
_RESPONSE = "response:"


@dataclass(frozen=True, slots=True)
class SeenCitation:
    """A rule that a thought cites, and the quote."""

    rule: str
    quote: str


@dataclass(frozen=True, slots=True)
class SeenThought:
    """A thought as the prompt shows it."""

    id: str
    author: str
    text: str
    citations: tuple[SeenCitation, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenDraft:
    """The draft as it stands after the turns that are shown."""

    thoughts: tuple[SeenThought, ...] = ()
    conflicts: tuple[str, ...] = ()
    decision: str = ""
    response: str = ""

    @property
    def digest(self) -> str:
        """A name for what the draft says, whoever wrote it."""
        said = (f"{thought.id} {thought.text}" for thought in self.thoughts)
        return digest("\n".join((*said, *self.conflicts, self.decision, self.response)))


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """A turn as the prompt shows it."""

    round: int
    seat: str
    stance: str


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a request shows. `attempt` counts the replies that were sent back for repair."""

    role: Role
    suffix: str
    book: RuleBook
    query: str
    harms: tuple[str, ...] = ()
    draft: SeenDraft | None = None
    turns: tuple[SeenTurn, ...] = ()
    seat: str = ""
    persona: str = ""
    round: int = 0
    attempt: int = 0
    reduced: bool = False
    beliefs: tuple[str, ...] = ()


def read_request(messages: Sequence[LLMMessage]) -> Seen:
    """Read a request; ModelError where no task tag says what to do."""
    request, task = _request(messages)
    attributes = dict(_ATTRIBUTE.findall(task["attributes"]))
    role = next((role for role in ROLES if role == attributes.get("role")), None)
    if role is None:
        raise ModelError(f"the scripted model plays {', '.join(ROLES)}; the task tag asks for {task[0]!r}")
    above, suffix = request[: task.start()], task["suffix"]
    query, intents = _inside(above, "query", suffix), _inside(above, "intents", suffix) or ""
    draft, turns = _deliberation(above, suffix)
    return Seen(
        role=role,
        suffix=suffix,
        book=_shown_rules(messages),
        query=intents if query is None else query,
        harms=tuple(_HARM.findall(intents)),
        draft=draft,
        turns=turns,
        seat=attributes.get("seat", ""),
        persona=attributes.get("persona", ""),
        round=_number(attributes.get("round", "")),
        attempt=sum(isinstance(message, AssistantMessage) for message in messages),
        reduced=query is None,
        beliefs=tuple(_body(above, start, "belief", suffix) for start in _starts(above, f"<belief-{suffix}")),
    )


def _request(messages: Sequence[LLMMessage]) -> tuple[str, re.Match[str]]:
    """The message that holds a task, and its task tag; what follows it is talk about a repair."""
    for text in map(_user_text, messages):
        start = text.rfind("<task-")
        task = _TASK.match(text, start) if start >= 0 else None
        if task:
            return text, task
    raise ModelError('the scripted model answers prompts that end in a <task-SUFFIX role="…"> tag; there is none')


def _user_text(message: LLMMessage) -> str:
    if not isinstance(message, UserMessage):
        return ""
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part for part in message.content if isinstance(part, str))


def _shown_rules(messages: Sequence[LLMMessage]) -> RuleBook:
    system = next((message.content for message in messages if isinstance(message, SystemMessage)), "")
    return rule_book(system)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _inside(text: str, name: str, suffix: str) -> str | None:
    opening, closing = f"<{name}-{suffix}>\n", f"\n</{name}-{suffix}>"
    start = text.find(opening)
    if start < 0:
        return None
    end = text.find(closing, start + len(opening) - 1)
    return text[start + len(opening) : end] if end >= 0 else None


def _deliberation(text: str, suffix: str) -> tuple[SeenDraft | None, tuple[SeenTurn, ...]]:
    last = text.rfind(f"<draft-{suffix}")
    turns: list[SeenTurn] = []
    later: list[tuple[str, str]] = []
    for start in _starts(text, f"<turn-{suffix}"):
        attributes = _attributes(text, start)
        seat = attributes.get("seat", "")
        turns.append(SeenTurn(_number(attributes.get("round", "")), seat, attributes.get("stance", "")))
        if start > last:
            later.append((_body(text, start, "turn", suffix), seat))
    draft = _folded(_body(text, last, "draft", suffix), tuple(later)) if last >= 0 else None
    return draft, tuple(turns)


def _starts(text: str, sought: str) -> Iterator[int]:
    start = text.find(sought)
    while start >= 0:
        yield start
        start = text.find(sought, start + 1)


def _attributes(text: str, start: int) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text, start, text.find("\n", start)))


def _body(text: str, start: int, name: str, suffix: str) -> str:
    begin = text.find("\n", start)
    end = text.find(f"\n</{name}-{suffix}>", begin)
    return text[begin + 1 : end] if 0 <= begin < end else ""


def _lines(body: str) -> Iterator[str]:
    """The lines of a block before its response, which is free text."""
    for line in body.split("\n"):
        if line == _RESPONSE:
            return
        yield line


def _response(body: str) -> str | None:
    if body.startswith(f"{_RESPONSE}\n"):
        return body[len(_RESPONSE) + 1 :]
    _, found, response = body.partition(f"\n{_RESPONSE}\n")
    return response if found else None


@lru_cache(maxsize=512)
def _folded(drafted: str, turns: tuple[tuple[str, str], ...]) -> SeenDraft:
    """The draft of a block after the turns shown below it, each with its seat."""
    if not turns:
        return _read_lines(SeenDraft(response=_response(drafted) or ""), drafted, "")
    before = _folded(drafted, turns[:-1])
    body, seat = turns[-1]
    response = _response(body)
    return _read_lines(before if response is None else replace(before, response=response), body, seat)


def _read_lines(draft: SeenDraft, body: str, seat: str) -> SeenDraft:
    thoughts = {thought.id: thought for thought in draft.thoughts}
    conflicts, decision, last = list(draft.conflicts), draft.decision, ""
    for line in _lines(body):
        if found := _THOUGHT.match(line) or _EDIT.match(line):
            last = found["id"]
            _apply(thoughts, found, seat)
        elif (cited := _CITED.match(line)) and last in thoughts:
            thought = thoughts[last]
            citation = SeenCitation(cited["rule"], cited["quote"])
            thoughts[last] = replace(thought, citations=(*thought.citations, citation))
        elif conflict := _CONFLICT.match(line):
            conflicts.append(conflict["rules"].strip())
        elif found := _DECISION.match(line):
            decision = found[1]
    return SeenDraft(tuple(thoughts.values()), tuple(conflicts), decision, draft.response)


def _apply(thoughts: dict[str, SeenThought], line: re.Match[str], seat: str) -> None:
    groups = line.groupdict()
    match groups.get("op"):
        case "withdraw":
            thoughts.pop(groups["id"], None)
        case "revise":
            author = thoughts[groups["id"]].author if groups["id"] in thoughts else seat
            thoughts[groups["id"]] = SeenThought(groups["id"], author, groups["text"])
        case _:
            thoughts[groups["id"]] = SeenThought(groups["id"], groups.get("author") or seat, groups["text"])

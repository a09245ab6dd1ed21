"""The library of policies: rules with stable ids, read from YAML, shown to every role in the same bytes.

A rule is of one kind, after the decision it supports: `refuse`, `careful` (safe completion, clarification) or `help`.
`load_policies()` gives the five that are shipped; a folder of one's own stands in their place, or with `extend` beside
them, where a policy of the same id replaces the shipped one.

How the policies are shown is a contract, because programs read it back (`read_rules` does, and the scripted model):

    # physical_harm: Physical harm (precedence 1)      a heading: id, title, precedence (1 is the highest)
    Prevents injury, death …                           the definition, one line that opens with neither `#` nor `[`
    [PH-R1] (refuse) Refuse detail …                   a rule: id, kind, text, one line
                                                       an empty line between policies
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails

from aidsafe.core.errors import PolicyError
from aidsafe.core.records import Value
from aidsafe.policies.files import Parsed, located, parse

__all__ = ["Policies", "Policy", "Rule", "RuleKind", "ShownRule", "load_policies", "read_rules"]

RuleKind = Literal["refuse", "careful", "help"]

_TAG = re.compile(r"<\s*[/!?A-Za-z_]")
_SHOWN = re.compile(
    r"^(?:# (?P<policy>[a-z][a-z0-9_]*): .*|\[(?P<id>[^\]\s]+)\] \((?P<kind>refuse|careful|help)\) (?P<text>.+))$",
    re.MULTILINE,
)


def _one_line(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable() or text != " ".join(text.split()):
        raise ValueError("write it as one line of visible characters with single spaces")
    if _TAG.search(text):
        raise ValueError("leave out `<` before a word or a slash: it could be taken for a tag of the prompt")
    return text


def _definition(text: str) -> str:
    if text[0] in "#[":
        raise ValueError("let it open with a word: `#` and `[` open headings and rules")
    return text


_Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_one_line)]


class Rule(Value):
    """One numbered line of a policy: what to refuse, to answer with care, or to help with."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
    kind: RuleKind
    text: _Line


class Policy(Value):
    """A safety policy; where two of them pull apart, the one with the lower precedence number is the graver."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: _Line
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,19}$")]
    precedence: Annotated[int, Field(ge=1, le=99)]
    definition: Annotated[_Line, AfterValidator(_definition)]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything the policy says."""
        return _digest(self)

    def render(self) -> str:
        """The policy as models are shown it."""
        heading = f"# {self.id}: {self.title} (precedence {self.precedence})"
        return "\n".join((heading, self.definition, *(f"[{rule.id}] ({rule.kind}) {rule.text}" for rule in self.rules)))


class Policies(Value):
    """The policies of a run, highest precedence first; ids of policies and of rules are unique, whatever their case."""

    policies: Annotated[tuple[Policy, ...], Field(min_length=1)]

    @field_validator("policies")
    @classmethod
    def _ordered(cls, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        if twice := _repeated(policy.id for policy in policies):
            raise ValueError(f"the policy id {twice!r} stands twice; give each policy its own")
        if twice := _repeated(rule.id for policy in policies for rule in policy.rules):
            raise ValueError(f"the rule id {twice!r} stands twice; give each rule its own")
        return tuple(sorted(policies, key=lambda policy: (policy.precedence, policy.id)))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything the policies say."""
        return _digest(self)

    def each_rule(self) -> Iterator[tuple[Policy, Rule]]:
        """Every rule with its policy, in the order shown."""
        return ((policy, rule) for policy in self.policies for rule in policy.rules)

    def find_rule(self, rule_id: str) -> tuple[Policy, Rule] | None:
        """The rule of that id and its policy, or None; the id must be exact."""
        return self._by_id.get(rule_id)

    @cached_property
    def _by_id(self) -> dict[str, tuple[Policy, Rule]]:
        return {rule.id: (policy, rule) for policy, rule in self.each_rule()}

    def rule(self, policy_id: str, rule_id: str) -> Rule | None:
        """The rule of that id in that policy, or None."""
        found = self.find_rule(rule_id)
        return found[1] if found and found[0].id == policy_id else None

    def render(self) -> str:
        """The exact text that models are shown: the same policies give the same bytes."""
        return "\n\n".join(policy.render() for policy in self.policies)


class ShownRule(NamedTuple):
    """A rule as it is read back from a prompt."""

    policy: str
    id: str
    kind: str
    text: str


def read_rules(text: str) -> tuple[ShownRule, ...]:
    """The rules in a text that holds rendered policies; other lines, and rules under no heading, are passed over."""
    shown: list[ShownRule] = []
    policy: str | None = None
    for line in _SHOWN.finditer(text):
        if line["policy"]:
            policy = line["policy"]
        elif policy:
            shown.append(ShownRule(policy, line["id"], line["kind"], line["text"]))
    return tuple(shown)


def load_policies(folder: Path | None = None, *, extend: bool = False) -> Policies:
    """The shipped policies, or a folder's own; with `extend` both, where the folder's replace those of the same id.

    A folder's files end in `.yaml` or `.yml`; PolicyError names the file, the line and the field that is wrong.
    """
    own = [] if folder is None else _read_folder(folder, str(folder))
    shipped = _read_folder(files("aidsafe.policies"), "aidsafe.policies") if extend or folder is None else []
    replaced = {filed.policy.id for filed in own}
    gathered = [*(filed for filed in shipped if filed.policy.id not in replaced), *own]
    _refuse_repeats(gathered)
    return Policies(policies=tuple(filed.policy for filed in gathered))


class _Filed(NamedTuple):
    """A policy, and where its words stand."""

    policy: Policy
    name: str
    parsed: Parsed

    def where(self, *steps: str | int) -> str:
        return f"{self.name}:{self.parsed.line(steps)}"


def _read_folder(folder: Traversable, name: str) -> list[_Filed]:
    try:
        found = sorted((file for file in folder.iterdir() if _is_policy(file)), key=lambda file: file.name)
        raw = [(f"{name}/{file.name}", file.read_bytes()) for file in found]
    except OSError as error:
        where = error.filename or name
        raise PolicyError(f"{where}: it cannot be read ({error.strerror}); name a folder of policy files") from error
    if not raw:
        raise PolicyError(f"{name}: it holds no policy; put one .yaml file for each policy into it")
    filed = [_read_file(content, file) for file, content in raw]
    _refuse_repeats(filed)
    return filed


def _is_policy(file: Traversable) -> bool:
    return file.name.endswith((".yaml", ".yml")) and not file.name.startswith(".") and file.is_file()


def _read_file(raw: bytes, name: str) -> _Filed:
    parsed = parse(raw, name)
    try:
        return _Filed(Policy.model_validate(parsed.value), name, parsed)
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyError(located(name, parsed.line(first["loc"]), _sentence(first))) from error


def _sentence(error: ErrorDetails) -> str:
    field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    given = repr(error["input"])[:60]
    match error["type"]:
        case "missing":
            return f"{field} is missing; add it"
        case "extra_forbidden":
            return f"{field} is not a field; remove it or correct its name"
        case "literal_error":
            return f"{field} is {given}; write {error['ctx']['expected']}"
        case "value_error":
            return f"{field}: {error['ctx']['error']}"
        case "model_type":
            return f"{field or 'the file'} is {given}; write fields with values"
        case _:
            return f"{field} is {given}; {error['msg'][0].lower()}{error['msg'][1:]}"


def _refuse_repeats(gathered: Iterable[_Filed]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for filed in gathered:
        _note(seen, ("policy", filed.policy.id), filed.where("id"))
        for place, rule in enumerate(filed.policy.rules):
            _note(seen, ("rule", rule.id), filed.where("rules", place, "id"))


def _note(seen: dict[tuple[str, str], str], name: tuple[str, str], where: str) -> None:
    kind, identity = name
    first = seen.setdefault((kind, identity.casefold()), where)
    if first != where:
        raise PolicyError(f"{where}: the {kind} id {identity!r} stands at {first} too; give each {kind} its own")


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for identity in ids:
        if identity.casefold() in seen:
            return identity
        seen.add(identity.casefold())
    return None


def _digest(value: Value) -> str:
    words = json.dumps(value.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(words.encode()).hexdigest()

"""A YAML file as plain values, with the line each of them stands on.

Every scalar is read as text (`version: 1.0` is `"1.0"`, `id: no` is `"no"`), an empty one as nothing; repeated fields
and aliases are refused, because one of the two readings would be lost in silence.
"""

from typing import NamedTuple, TypeAlias

import yaml

from aidsafe.core.errors import PolicyError

__all__ = ["Parsed", "Plain", "Steps", "located", "parse"]

Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"] | None
Steps: TypeAlias = tuple[str | int, ...]

_NULL = "tag:yaml.org,2002:null"


class Parsed(NamedTuple):
    """What a file says, and the line of every field and list item, by the steps that lead to it."""

    value: Plain
    lines: dict[Steps, int]

    def line(self, steps: Steps) -> int:
        """The line of a field, or of the nearest thing around it that stands in the file."""
        return next(self.lines[steps[:end]] for end in range(len(steps), -1, -1) if steps[:end] in self.lines)


def parse(raw: bytes, name: str) -> Parsed:
    """Read one YAML document; PolicyError names the file and the line where it cannot be read."""
    text = _decoded(raw, name)
    lines: dict[Steps, int] = {}
    try:
        node = yaml.compose(text, Loader=_Composer)
        return Parsed(_plain(node, (), lines), lines) if node else Parsed(None, {(): 1})
    except yaml.MarkedYAMLError as error:
        raise PolicyError(located(name, _line(error), _problem(error))) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PolicyError(located(name, line, "it holds a character that YAML does not allow; remove it")) from error
    except RecursionError as error:
        raise PolicyError(located(name, 1, "it is nested too deeply; write a flat policy file")) from error


def located(name: str, line: int, sentence: str) -> str:
    """A message that an editor can jump to."""
    return f"{name}:{line}: {sentence}"


class _Refused(yaml.MarkedYAMLError):
    """Raised when good YAML says something that a policy file may not."""


class _Composer(yaml.SafeLoader):
    """Builds the tree of a document, and refuses aliases: a policy says each thing once."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "an alias is not read; write the text out"
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise _Refused(problem=problem, problem_mark=mark)
        return super().compose_node(parent, index)


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError(located(name, line, "it is not UTF-8 text; save it as UTF-8")) from error


def _plain(node: yaml.Node, steps: Steps, lines: dict[Steps, int]) -> Plain:
    lines.setdefault(steps, node.start_mark.line + 1)
    match node:
        case yaml.MappingNode():
            return _mapping(node, steps, lines)
        case yaml.SequenceNode():
            return [_plain(item, (*steps, place), lines) for place, item in enumerate(node.value)]
        case _:
            return None if node.tag == _NULL else str(node.value)


def _mapping(node: yaml.MappingNode, steps: Steps, lines: dict[Steps, int]) -> dict[str, Plain]:
    fields: dict[str, Plain] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused(problem="a field name is not text; name the field", problem_mark=key.start_mark)
        if key.value in fields:
            problem = f"the field {key.value!r} stands twice; keep one"
            raise _Refused(problem=problem, problem_mark=key.start_mark)
        lines[*steps, key.value] = key.start_mark.line + 1
        fields[key.value] = _plain(value, (*steps, key.value), lines)
    return fields


def _line(error: yaml.MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1


def _problem(error: yaml.MarkedYAMLError) -> str:
    return str(error.problem) if isinstance(error, _Refused) else f"it is not YAML ({error.problem}); correct the line"

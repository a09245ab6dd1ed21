"""YAML read strictly, with the line of every value, so that an error can say where it is.

Plain mappings, lists and scalars only: no anchors, no tags, no key twice.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import yaml
from pydantic import JsonValue

__all__ = ["Marked", "Path", "YamlProblem", "did_you_mean", "read_yaml"]

Path = tuple[str | int, ...]


class YamlProblem(ValueError):
    """Raised when the text is not the plain YAML we read; carries the line, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Marked:
    """A value, and the line (from 1) of everything in it by its path."""

    value: JsonValue
    lines: dict[Path, int]

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest thing around it that has one; None where that is nothing."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def read_yaml(text: str) -> Marked:
    """The value in the text. Raises `YamlProblem`."""
    lines: dict[Path, int] = {}
    try:
        _refuse_marks(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return Marked(None if node is None else _value(node, (), lines), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(mark.line + 1 if mark else 1, error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise YamlProblem(1, str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise YamlProblem(1, "lists and mappings stand too deep in each other") from error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them where none is near."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(words)}"


def _refuse_marks(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        found = [f"{sign}{mark}" for sign, mark in _marks(event) if mark]
        if found:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise YamlProblem(line, f"{found[0]} is not read; write the value out")


def _marks(event: yaml.Event) -> tuple[tuple[str, str | None], ...]:
    """What an event carries beside its value: an alias, an anchor, a tag."""
    match event:
        case yaml.AliasEvent():
            return (("*", event.anchor),)
        case yaml.ScalarEvent() | yaml.CollectionStartEvent():
            return ("&", event.anchor), ("", event.tag)
        case _:
            return ()


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> JsonValue:
    lines.setdefault(path, _line(node))
    match node:
        case yaml.MappingNode():
            return _mapping(node, path, lines)
        case yaml.SequenceNode():
            return [_value(item, (*path, place), lines) for place, item in enumerate(node.value)]
        case _:
            return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, JsonValue]:
    mapping: dict[str, JsonValue] = {}
    for key_node, value_node in node.value:
        line, key = _line(key_node), key_node.value
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlProblem(line, "a key must be plain text")
        if key in mapping:
            raise YamlProblem(line, f"the key {key!r} stands twice")
        lines[(*path, key)] = line
        mapping[key] = _value(value_node, (*path, key), lines)
    return mapping


def _scalar(node: yaml.Node) -> JsonValue:
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise YamlProblem(_line(node), f"{str(node.value)[:60]!r} is not a plain value") from error
    finally:
        loader.dispose()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(node.value)

"""A text file with front matter: fields between two `---` lines, then the text that models are shown.

Every value in the front matter is read as text (`title: no` is "no"). Whatever is wrong is a `PromptError` of one line
that an editor can jump to: file, line, field, what to do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import Annotated, Generic, TypeAlias, TypeVar

import yaml
from pydantic import StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from aidsafe.core.errors import PromptError
from aidsafe.core.records import Value

__all__ = ["Filed", "Line", "digest_of", "nearest", "read_files"]

F = TypeVar("F", bound=Value)

Line: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\S.*$")]
"""One line of text, not empty."""

Given: TypeAlias = str | list[str | None]


@dataclass(frozen=True, slots=True)
class Filed(Generic[F]):
    """A file that was read: its stem, its front matter, its text, and where in which file the text begins."""

    stem: str
    front: F
    text: str
    file: str
    line: int

    def problem(self, sentence: str, *, at: int | None = None) -> PromptError:
        """What is wrong, with the line of the character `at` of the text, or else of the front matter."""
        line = 1 if at is None else self.line + self.text.count("\n", 0, at)
        return PromptError(f"{self.file}:{line}: {sentence}")


def read_files(folder: Traversable, name: str, front: type[F]) -> Iterator[Filed[F]]:
    """The `.md` files of a folder, or one such file; a README is passed over. `name` is what errors call the folder."""
    try:
        found = [(name, folder)] if folder.is_file() else [(f"{name}/{file.name}", file) for file in folder.iterdir()]
        raw = [(file, place.name, place.read_bytes()) for file, place in found if _is_text(place)]
    except OSError as error:
        where = error.filename or name
        raise PromptError(f"{where}: cannot be read ({error.strerror}); name a folder of .md files") from error
    if not raw:
        raise PromptError(f"{name}: holds no .md file; put one for each text into it")
    return (_read(content, file, stem.removesuffix(".md"), front) for file, stem, content in sorted(raw))


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a sentence about a wrong name: the one that was probably meant, or all there are."""
    there = sorted(names)
    close = get_close_matches(name, there, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(there) or 'none'}"


def digest_of(texts: Mapping[str, str]) -> str:
    """SHA-256 (hex) over names and texts, whatever their order."""
    lengths = (f"{len(name)}:{name}{len(text)}:{text}" for name, text in sorted(texts.items()))
    return sha256("".join(lengths).encode()).hexdigest()


def _is_text(file: Traversable) -> bool:
    name = file.name
    return name.endswith(".md") and not name.startswith(".") and name.casefold() != "readme.md" and file.is_file()


def _read(raw: bytes, file: str, stem: str, front: type[F]) -> Filed[F]:
    lines = _decoded(raw, file).replace("\r\n", "\n").split("\n")
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == "---"), None)
    if end is None or lines[0].rstrip() != "---":
        raise PromptError(f"{file}:1: front matter is missing; begin with `---`, the fields, and `---` again")
    fields = _front(_given("\n".join(lines[:end]), file), file, front)
    body = "\n".join(lines[end + 1 :])
    text = body.strip()
    if not text:
        raise PromptError(f"{file}:{end + 1}: text is missing; write it below the second `---`")
    return Filed(stem, fields, text, file, end + 2 + body[: body.index(text)].count("\n"))


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PromptError(f"{file}:{line}: text is not UTF-8; save the file as UTF-8") from error


def _given(front: str, file: str) -> dict[str, tuple[int, Given | None]]:
    """The fields as they stand, each with its line; the first line of `front` is the opening `---`."""
    try:
        node = yaml.compose(front, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        problem = "front matter is not YAML; write `field: value` on each line, in quotes where it holds a colon"
        raise PromptError(f"{file}:{line}: {problem}") from error
    given: dict[str, tuple[int, Given | None]] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        line = key.start_mark.line + 1
        if str(key.value) in given:
            raise PromptError(f"{file}:{line}: {key.value}: stands twice; keep one")
        given[str(key.value)] = (line, _plain(value))
    return given


def _plain(node: yaml.Node) -> Given | None:
    match node:
        case yaml.ScalarNode():
            return str(node.value)
        case yaml.SequenceNode():
            return [str(item.value) if isinstance(item, yaml.ScalarNode) else None for item in node.value]
        case _:
            return None


def _front(given: dict[str, tuple[int, Given | None]], file: str, front: type[F]) -> F:
    try:
        return front.model_validate({field: value for field, (_, value) in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        line = given[field][0] if field in given else 1
        raise PromptError(f"{file}:{line}: {field}: {_sentence(first, front)}") from error


def _sentence(error: ErrorDetails, front: type[F]) -> str:
    match error["type"]:
        case "missing":
            return "is missing; add it between the two `---` lines"
        case "extra_forbidden":
            return f"is not a field; {nearest(str(error['loc'][0]), front.model_fields)}"
        case "tuple_type":
            return f"is {error['input']!r}; write a list in brackets, [] for none"
        case _:
            return f"is {error['input']!r}; write one line of text"

"""What is wrong with a value that was read strictly, in one sentence that names the nearest known key."""

from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from aidsafe.core.marked import Path, did_you_mean

__all__ = ["sentence"]


def sentence(error: ErrorDetails, path: Path, kind: type[BaseModel]) -> str:
    """What is wrong at a path of a value of this kind."""
    if error["type"] == "extra_forbidden":
        return f"unknown key {str(path[-1])!r}; {did_you_mean(str(path[-1]), _known_keys(path[:-1], kind))}"
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    return f"{error['msg'][0].lower()}{error['msg'][1:]}, found {repr(error['input'])[:60]}"


def _known_keys(path: Path, outermost: type[BaseModel]) -> tuple[str, ...]:
    """The keys that may stand at a path."""
    kind: object = outermost
    for step in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _plain(kind.model_fields[str(step)].annotation)
        elif get_args(kind):
            kind = _plain(get_args(kind)[1 if get_origin(kind) is dict else 0])
    return tuple(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else ()


def _plain(annotation: object) -> object:
    """The model or mapping in an annotation that may also allow null."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation

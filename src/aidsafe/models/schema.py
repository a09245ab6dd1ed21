"""The JSON schema of a typed reply, in the strict form that servers decode against.

Every key is required, in the order of the model's fields, which is the order in which it should think; nothing else is
allowed; references are written out. Only what shapes the text is kept: bounds, defaults and titles are checked by the
reply's own class afterwards.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import orjson
from pydantic import BaseModel, JsonValue

__all__ = ["reply_schema", "schema_format"]

Schema = dict[str, JsonValue]


def reply_schema(reply: type[BaseModel]) -> dict[str, JsonValue]:
    """The strict JSON schema of a reply class. Raises `TypeError` where the class refers to itself."""
    schema: Schema = reply.model_json_schema(mode="validation")
    definitions = _mapping(schema.get("$defs", {}))
    return _strict(schema, definitions, ())


@lru_cache(maxsize=256)
def schema_format(reply: type[BaseModel]) -> bytes:
    """The `response_format` that asks for this reply, as JSON; made once for a class."""
    name = re.sub(r"[^a-zA-Z0-9_-]", "_", reply.__name__)[:64]
    return orjson.dumps(
        {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": reply_schema(reply)}}
    )


def _strict(schema: Mapping[str, JsonValue], definitions: Mapping[str, JsonValue], inside: tuple[str, ...]) -> Schema:
    """One node in the strict form; `inside` are the definitions it stands in."""
    if "$ref" in schema:
        return _referred(str(schema["$ref"]), definitions, inside)
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        return {"anyOf": [_strict(_mapping(option), definitions, inside) for option in options]}
    return _typed(schema, definitions, inside)


def _referred(reference: str, definitions: Mapping[str, JsonValue], inside: tuple[str, ...]) -> Schema:
    name = reference.rpartition("/")[2]
    if name in inside:
        raise TypeError(f"reply class {name!r} refers to itself, which cannot be written out as one schema")
    return _strict(_mapping(definitions[name]), definitions, (*inside, name))


def _typed(schema: Mapping[str, JsonValue], definitions: Mapping[str, JsonValue], inside: tuple[str, ...]) -> Schema:
    if "const" in schema:
        return {**_kept(schema), "enum": [schema["const"]]}
    if "properties" in schema:
        properties: Schema = {
            key: _described(_mapping(value), _strict(_mapping(value), definitions, inside))
            for key, value in _mapping(schema["properties"]).items()
        }
        return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}
    node = _kept(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            node[key] = _strict(_mapping(schema[key]), definitions, inside)
    return node


def _kept(schema: Mapping[str, JsonValue]) -> Schema:
    return {key: schema[key] for key in ("type", "enum") if key in schema}


def _described(field: Mapping[str, JsonValue], node: Schema) -> Schema:
    # A field's description is for the model; a class's docstring is for readers of the code, and stays here.
    return {**node, "description": field["description"]} if "description" in field else node


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a schema, found {value!r}")
    return value

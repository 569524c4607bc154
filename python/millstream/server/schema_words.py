"""The words in which the API's JSON Schemas are written."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_NO: Schema = {"type": "boolean"}


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    if "type" in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def map_of(schema: Schema) -> Schema:
    """An object with any names, such as parameters."""
    return {"type": "object", "additionalProperties": schema}


def one_of(description: str, *words: str) -> Schema:
    """One of these words."""
    return {"type": "string", "description": description, "enum": list(words)}


def record(description: str, optional: Schema | None = None, /, **required: Schema) -> Schema:
    """An object with these properties; answers may gain others in later versions."""
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def request(description: str, optional: Schema, /, **required: Schema) -> Schema:
    """An object that a client sends: names that it does not have are refused, not overlooked."""
    return {**record(description, optional, **required), "additionalProperties": False}

"""Pulumi's property values on the wire, and plain Python values."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value

Properties: TypeAlias = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The unknown value in a preview (``pulumi.runtime.rpc.UNKNOWN``)."""


def read(struct: Struct) -> Properties:
    """Return a structure as Python values, without nulls; whole doubles become integers."""
    return {
        name: _read(value)
        for name, value in struct.fields.items()
        if value.WhichOneof("kind") != "null_value"
    }


def _read(value: Value) -> Any:  # noqa: ANN401  JSON
    match value.WhichOneof("kind"):
        case "struct_value":
            return read(value.struct_value)
        case "list_value":
            return [_read(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "string_value":
            return value.string_value
    return None


def write(properties: Mapping[str, Any]) -> Struct:
    """Return Python values as a structure; numbers are doubles."""
    struct = Struct()
    struct.update(properties)
    return struct


def is_unknown(value: object) -> bool:
    """Return whether a value is or contains an unknown of a preview."""
    return any(leaf == UNKNOWN for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    match value:
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case _:
            yield value

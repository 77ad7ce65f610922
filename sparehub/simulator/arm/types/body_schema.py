"""Schemas of request bodies: a type has one as a plain structure, this module applies it.

A specification is ``str``, ``bool``, ``int`` or ``dict`` (any object), a :class:`Reference`, a list
of one specification, or a dictionary of specifications by member name. Members that a
specification does not name are dropped: read-only members that a client sends back, and those of
other API versions. An :class:`OpenObject` keeps them.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals


@dataclass(frozen=True)
class Reference:
    """An object ``{"id": ...}`` that names a resource of one type."""

    type: str
    same_region: bool = False
    more: "dict[str, Any] | None" = None
    """Members beside the id."""


@dataclass(frozen=True)
class BodyReference:
    """A reference in a body: where it is, what it refers to, and the rule of the schema."""

    path: str
    id: str
    rule: Reference


@dataclass(frozen=True)
class OpenObject:
    """An object of which the simulator reads some members, and keeps the others as they are."""

    members: "dict[str, Any]"


Spec: TypeAlias = "type | Reference | OpenObject | list[Any] | dict[str, Any]"

_NAMES = {str: "a string", bool: "a boolean", int: "a number", dict: "an object"}


def accept(spec: Spec, body: object) -> tuple[JsonObject, list[BodyReference]]:
    """Return the members of ``body`` that the type has, and the references among them.

    Raises:
        Refusal: A member is of the wrong JSON type.

    """
    references: list[BodyReference] = []
    accepted: JsonObject = _accept(spec, body, "", references)
    return accepted, references


def _accept(spec: Spec, value: object, path: str, references: list[BodyReference]) -> Any:  # noqa: ANN401  JSON
    if isinstance(spec, Reference):
        members = _without_case(_expect(dict, value, path), {"id": str})
        identity = _expect(str, members.get("id"), f"{path}.id")
        references.append(BodyReference(path, identity, spec))
        more = _accept(spec.more, members, path, references) if spec.more else {}
        return {"id": identity} | more
    if isinstance(spec, OpenObject):
        members = _without_case(_expect(dict, value, path), spec.members)
        others = {name: inner for name, inner in members.items() if name not in spec.members}
        return others | _accept(spec.members, members, path, references)
    if isinstance(spec, list):
        if value is None:
            return []
        if not isinstance(value, list):
            raise refusals.FORMAT_INVALID(problem=f"{path} should be an array")
        return [
            _accept(spec[0], item, f"{path}[{index}]", references)
            for index, item in enumerate(value)
        ]
    if isinstance(spec, dict):
        members = _without_case(_expect(dict, value, path), spec)
        return {
            name: _accept(inner, members[name], f"{path}.{name}".lstrip("."), references)
            for name, inner in spec.items()
            if members.get(name) is not None or (name in members and isinstance(inner, list))
        }
    return _expect(spec, value, path)


def _without_case(members: JsonObject, spec: dict[str, Any]) -> JsonObject:
    """Return members under the names of the specification: ARM reads names without their case."""
    names = {name.lower(): name for name in spec}
    return {names.get(name.lower(), name): value for name, value in members.items()}


def _expect(json_type: type, value: object, path: str) -> Any:  # noqa: ANN401  JSON
    if json_type is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, json_type) or (json_type is int and isinstance(value, bool)):
        raise refusals.FORMAT_INVALID(problem=f"{path or 'the body'} should be {_NAMES[json_type]}")
    return value

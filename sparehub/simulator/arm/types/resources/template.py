"""Templates of a deployment: the part of the template language that is evaluated.

Literal resources, parameters, variables, and the functions ``concat``, ``format``, ``parameters``,
``variables``, ``resourceId``, ``resourceGroup`` and ``subscription``. Anything else is refused by
name. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_]\w*)|(-?\d+)|(\S))")
_MOST_LEVELS = 32
_MOST_DIGITS = 18
"""An ``int`` of a template has 64 bits."""
_MEMBERS = ("location", "tags", "properties", "sku", "kind", "identity", "zones")
_READ = (*_MEMBERS, "type", "name", "apiVersion", "dependsOn", "comments", "metadata")
"""Members of a resource; any other, such as ``copy`` or ``scope``, would change what is made."""


@dataclass(frozen=True)
class TemplateResource:
    """A resource that a template asks for."""

    id: ResourceId
    body: JsonObject


@dataclass(frozen=True)
class Scope:
    """What expressions of a template refer to."""

    group: ResourceId
    location: str
    parameters: JsonObject
    variables: JsonObject


def resources_of(
    properties: JsonObject, group: ResourceId, location: str
) -> list[TemplateResource]:
    """Return the resources of a deployment, those that others depend on first.

    Raises:
        Refusal: The template is not valid, or holds what the simulator does not evaluate.

    """
    template = properties.get("template")
    if not isinstance(template, dict) or not isinstance(template.get("resources"), list):
        raise refusals.TEMPLATE_INVALID(problem="the template has no resources")
    scope = _scope(template, properties.get("parameters", {}), group, location)
    found = [_resource(item, scope) for item in template["resources"]]
    return sorted(found, key=lambda resource: resource.id.type.count("/"))


def _scope(template: JsonObject, given: JsonObject, group: ResourceId, location: str) -> Scope:
    parameters = {}
    outer = Scope(group, location, {}, {})
    declarations = _object(template, "parameters")
    for name, declared in declarations.items():
        value = given.get(name, {})
        if isinstance(value, dict) and "value" in value:
            parameters[name] = value["value"]
        elif isinstance(declared, dict) and "defaultValue" in declared:
            parameters[name] = evaluate(declared["defaultValue"], outer)
        else:
            raise refusals.TEMPLATE_INVALID(problem=f"the value of parameter '{name}' is missing")
    unknown = set(given) - set(declarations)
    if unknown:
        raise refusals.TEMPLATE_INVALID(problem=f"there is no parameter '{min(unknown)}'")
    first = Scope(group, location, parameters, {})
    variables = {
        name: evaluate(value, first) for name, value in _object(template, "variables").items()
    }
    return Scope(group, location, parameters, variables)


def _object(template: JsonObject, name: str) -> JsonObject:
    """Return a member of a template that is an object; empty where there is none."""
    value = template.get(name) or {}
    if not isinstance(value, dict):
        raise refusals.TEMPLATE_INVALID(problem=f"'{name}' is not an object")
    return value


def _resource(item: object, scope: Scope) -> TemplateResource:
    if not isinstance(item, dict):
        raise refusals.TEMPLATE_INVALID(problem="a resource is not an object")
    for name in item:
        if name not in _READ:
            raise refusals.TEMPLATE_EXPRESSION(expression=name)
    values = {name: evaluate(value, scope) for name, value in item.items()}
    type_name, own_name = values.get("type"), values.get("name")
    if not isinstance(type_name, str) or not isinstance(own_name, str):
        raise refusals.TEMPLATE_INVALID(problem="a resource has no type or no name")
    text = identity(scope.group.text, type_name, own_name.split("/"))
    return TemplateResource(
        ResourceId(text), {member: values[member] for member in _MEMBERS if member in values}
    )


def identity(scope: str, type_name: str, names: list[str]) -> str:
    """Return the id of a type and names.

    Raises:
        Refusal: There are not as many names as the type has parts.

    """
    namespace, *parts = type_name.split("/")
    if not parts or len(parts) != len(names) or "" in names:
        raise refusals.TEMPLATE_INVALID(problem=f"'{'/'.join(names)}' is not a name of {type_name}")
    path = "/".join(f"{part}/{name}" for part, name in zip(parts, names, strict=True))
    return f"{scope}/providers/{namespace}/{path}"


def evaluate(value: Any, scope: Scope, level: int = 0) -> Any:  # noqa: ANN401  JSON
    """Return a value with its expressions evaluated."""
    if level > _MOST_LEVELS:
        raise refusals.TEMPLATE_INVALID(problem="it is too deep")
    if isinstance(value, dict):
        return {name: evaluate(inner, scope, level + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [evaluate(inner, scope, level + 1) for inner in value]
    if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
        return value
    if value.startswith("[["):
        return value[1:]
    return _Expression(value[1:-1], scope).result()


class _Expression:
    """One expression, read from left to right."""

    def __init__(self, text: str, scope: Scope) -> None:
        self._text = text
        self._scope = scope
        self._tokens = list(_tokens(text))
        self._place = 0
        self._level = 0

    def result(self) -> Any:  # noqa: ANN401  JSON
        """Return the value; refuse what is left over."""
        value = self._value()
        if self._place < len(self._tokens):
            raise self._unknown()
        return value

    def _value(self) -> Any:  # noqa: ANN401  JSON
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise refusals.TEMPLATE_INVALID(problem="it is too deep")
        value = self._members(self._operand())
        self._level -= 1
        return value

    def _operand(self) -> Any:  # noqa: ANN401  JSON
        """Return a literal, or the result of a function."""
        kind, text = self._next()
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "number" and len(text.lstrip("-")) <= _MOST_DIGITS:
            return int(text)
        if kind == "name" and self._take("("):
            return self._call(text, self._arguments())
        raise self._unknown()

    def _members(self, value: Any) -> Any:  # noqa: ANN401  JSON
        """Return the member of a value that follows it, such as ``.location``."""
        while self._take("."):
            _, member = self._next()
            if not isinstance(value, dict) or member not in value:
                raise self._unknown()
            value = value[member]
        return value

    def _arguments(self) -> list[Any]:
        arguments: list[Any] = []
        if self._take(")"):
            return arguments
        while True:
            arguments.append(self._value())
            if self._take(")"):
                return arguments
            if not self._take(","):
                raise self._unknown()

    def _call(self, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401, PLR0911  JSON; a return for each function
        scope = self._scope
        if not all(isinstance(argument, str | int) for argument in arguments):
            raise self._unknown()  # concat joins arrays as well: that is not evaluated
        texts = [str(argument) for argument in arguments]
        match name.lower(), texts:
            case "parameters", [key] if key in scope.parameters:
                return scope.parameters[key]
            case "variables", [key] if key in scope.variables:
                return scope.variables[key]
            case "concat", [_, *_]:
                return "".join(texts)
            case "format", [pattern, *values]:
                return _formatted(pattern, values)
            case "resourceid", [type_name, *names] if "/" in type_name:
                return identity(scope.group.text, type_name, names)
            case "resourceid", [group, type_name, *names]:
                base = f"/subscriptions/{scope.group.subscription}/resourceGroups/{group}"
                return identity(base, type_name, names)
            case "resourcegroup", []:
                return {
                    "id": scope.group.text,
                    "name": scope.group.name,
                    "location": scope.location,
                }
            case "subscription", []:
                number = scope.group.subscription
                return {"id": f"/subscriptions/{number}", "subscriptionId": number}
        raise self._unknown()

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._tokens):
            raise self._unknown()
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, text: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place] == ("sign", text):
            self._place += 1
            return True
        return False

    def _unknown(self) -> Exception:
        return refusals.TEMPLATE_EXPRESSION(expression=self._text)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text.strip()):
        string, name, number, sign = match.groups()
        if string is not None:
            yield "string", string
        elif name is not None:
            yield "name", name
        elif number is not None:
            yield "number", number
        else:
            yield "sign", sign


def _formatted(pattern: str, values: list[str]) -> str:
    """Return a pattern with ``{0}`` and the like replaced."""

    def value(match: re.Match[str]) -> str:
        number = int(match[1])
        if number >= len(values):
            raise refusals.TEMPLATE_INVALID(problem=f"'{pattern}' has no value {number}")
        return values[number]

    return re.sub(r"\{(\d{1,3})\}", value, pattern)

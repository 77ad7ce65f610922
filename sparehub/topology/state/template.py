"""Templates as ``az group export`` writes them: parameters, expressions, children.

Only the functions that an exported template uses are known; other text in brackets stays as
it is and is reported. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import UnreadableError

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(.))")
_MOST_LEVELS = 50
"""Calls within each other."""
_MOST_DIGITS = 18
_LONGEST = 10_000
"""Characters that an expression may come to."""
_TYPE = re.compile(r"[^/]+\.[^/]+(/[^/]+)+")


class _UnknownError(Exception):
    """An expression that this reader does not understand."""


@dataclass
class Template:
    """A template, and where its resources are: it does not say so itself."""

    document: Mapping[str, Any]
    subscription: str
    resource_group: str
    unknown: list[str] = field(default_factory=list)
    """Expressions that were left as they are."""
    _known: dict[str, Any] = field(default_factory=dict)
    """Parameters and variables, each read once; None while it is being read."""

    def resources(self) -> Iterator[Mapping[str, Any]]:
        """Yield the resources in ARM's JSON, each with its id.

        Raises:
            UnreadableError: where one has no type or name.
        """
        items = self.document.get("resources")
        # With symbolic names (languageVersion 2.0) the resources are a mapping.
        yield from self._resources(
            items.values() if isinstance(items, Mapping) else items or (), None
        )

    def _resources(self, items: Any, parent: ResourceId | None) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - JSON
        for item in items:
            if not isinstance(item, Mapping) or not {"type", "name"} <= item.keys():
                message = f"a resource of the template has no type or no name: {str(item)[:80]}"
                raise UnreadableError(message)
            resource = self._value(
                {key: value for key, value in item.items() if key not in ("resources", "dependsOn")}
            )
            if parent:
                kind = str(resource["type"]).rsplit("/", maxsplit=1)[-1]
                identity = parent.child(kind, str(resource["name"]))
            else:
                names = str(resource["name"]).split("/")
                identity = _id(self._group, str(resource["type"]), names)
            yield {**resource, "id": str(identity), "name": identity.name}
            yield from self._resources(item.get("resources") or (), identity)

    @property
    def _group(self) -> ResourceId:
        return ResourceId(subscription=self.subscription, resource_group=self.resource_group)

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, Mapping):
            return {name: self._value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
            return value
        if value.startswith("[["):
            return value[1:]  # an escaped bracket
        try:
            return _Expression(value[1:-1], self).whole()
        except _UnknownError:
            self.unknown.append(value)
            return value

    def parameter(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return the default of a parameter; an export has no other values."""
        given = _by_name(self.document.get("parameters"), name)
        if not isinstance(given, Mapping) or "defaultValue" not in given:
            raise _UnknownError
        return self._once(f"parameter {name}", given["defaultValue"])

    def variable(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return a variable."""
        return self._once(f"variable {name}", _by_name(self.document.get("variables"), name))

    def _once(self, name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the value of a name; one that needs itself has none."""
        key = name.lower()
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._value(value)
        if self._known[key] is None:
            raise _UnknownError
        return self._known[key]

    def resource_id(self, arguments: list[Any]) -> str:
        """Return ``resourceId([subscription], [group], type, name, ...)``."""
        texts = [str(each) for each in arguments]
        at = next((n for n, text in enumerate(texts) if _TYPE.fullmatch(text)), None)
        if at is None or at > 2:  # noqa: PLR2004 - subscription and group
            raise _UnknownError
        subscription, group = [self.subscription, self.resource_group][: 2 - at] + texts[:at]
        scope = ResourceId(subscription=subscription, resource_group=group)
        return str(_id(scope, texts[at], texts[at + 1 :]))


def _id(group: ResourceId, kind: str, names: list[str]) -> ResourceId:
    """Return the id of a resource by its type, ``Microsoft.Network/virtualNetworks``."""
    provider, *types = kind.split("/")
    pairs = list(zip(types, names, strict=False))
    return replace(
        group,
        provider=provider,
        types=tuple(kind for kind, _ in pairs),
        names=tuple(name for _, name in pairs),
    )


def _by_name(values: object, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a member whose name is compared as ARM does: without regard to case."""
    for key, value in values.items() if isinstance(values, Mapping) else ():
        if str(key).lower() == name.lower():
            return value
    raise _UnknownError


class _Expression:
    """One expression: calls, texts, numbers, members."""

    def __init__(self, text: str, template: Template) -> None:
        self._tokens = [m.groups() for m in _TOKEN.finditer(text) if m[0].strip()]
        self._template = template
        self._at = 0
        self._level = 0

    def whole(self) -> Any:  # noqa: ANN401 - JSON
        value = self._term()
        if self._at != len(self._tokens):
            raise _UnknownError
        return value

    def _next(self) -> tuple[str | None, ...]:
        if self._at == len(self._tokens):
            raise _UnknownError
        self._at += 1
        return self._tokens[self._at - 1]

    def _sign(self, sign: str) -> bool:
        there = self._at < len(self._tokens) and self._tokens[self._at][3] == sign
        self._at += there
        return there

    def _term(self) -> Any:  # noqa: ANN401 - JSON
        text, word, number, _ = self._next()
        if text is not None:
            return text.replace("''", "'")
        if number is not None and len(number) <= _MOST_DIGITS:
            return int(number)
        self._level += 1
        if word is None or not self._sign("(") or self._level > _MOST_LEVELS:
            raise _UnknownError
        arguments = []
        while not self._sign(")"):
            arguments.append(self._term())
            self._sign(",")
        self._level -= 1
        value = self._call(word.lower(), arguments)
        while self._sign("."):
            value = _by_name(value, str(self._next()[1]))
        return value

    def _call(self, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401 - JSON
        template = self._template
        texts = [str(each) for each in arguments]
        functions: Mapping[str, Callable[[], Any]] = {
            "parameters": lambda: template.parameter(texts[0]),
            "variables": lambda: template.variable(texts[0]),
            "concat": lambda: "".join(texts),
            "format": lambda: re.sub(r"\{(\d+)\}", lambda m: texts[1 + int(m[1])], texts[0]),
            "resourceid": lambda: template.resource_id(arguments),
            "subscription": lambda: {"subscriptionId": template.subscription},
            "resourcegroup": lambda: {"name": template.resource_group},
        }
        if name not in functions:
            raise _UnknownError
        try:
            value = functions[name]()
        except (IndexError, ValueError):
            raise _UnknownError from None
        if isinstance(value, str) and len(value) > _LONGEST:
            raise _UnknownError
        return value

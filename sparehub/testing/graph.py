"""The resource graph that a Pulumi program registers, and how two graphs differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One registration; edges and parent are logical names."""

    type: str
    """Pulumi's type token, such as ``azure-native:network:Subnet``."""
    name: str
    """The logical name."""
    inputs: Mapping[str, Any]
    """What the program asked for; a secret is ``{"secret": value}``."""
    outputs: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the mocks answered, ``id`` included."""
    urn: str = field(default="", compare=False)
    parent: str = ""
    depends_on: tuple[str, ...] = ()
    """Every resource that is created before: by ``depends_on`` or because an input refers to it."""
    protect: bool = False
    secret_outputs: tuple[str, ...] = ()
    timeout: str = ""
    """Of the creation, such as ``2h``; empty for the provider's own."""

    def document(self) -> dict[str, Any]:
        """Return the registration as JSON: what the program asked for, defaults left out."""
        optional = {
            "protect": self.protect,
            "secret_outputs": list(self.secret_outputs),
            "timeout": self.timeout,
        }
        return {
            "type": self.type,
            "inputs": dict(self.inputs),
            "parent": self.parent,
            "depends_on": list(self.depends_on),
            **{key: value for key, value in optional.items() if value},
        }


class Graph(Mapping[str, Resource]):
    """The resources of a stack by logical name; it does not change."""

    def __init__(
        self, resources: Mapping[str, Resource], outputs: Mapping[str, Any] | None = None
    ) -> None:
        self._resources = MappingProxyType(dict(resources))
        self.outputs = MappingProxyType(dict(outputs or {}))
        """What the program exports."""

    def __getitem__(self, name: str) -> Resource:
        return self._resources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    def __repr__(self) -> str:
        return f"Graph({', '.join(self)})"

    def of_type(self, token: str) -> "Graph":
        """Return the resources of a type, such as ``azure-native:network:RouteTable``."""
        return Graph({name: each for name, each in self.items() if each.type == token})

    def before(self, name: str) -> frozenset[str]:
        """Return every resource that is created before one, over any number of edges."""
        reached: set[str] = set()
        waiting = {name}
        while waiting:
            resource = self.get(waiting.pop())
            direct = set(resource.depends_on) - reached if resource else set()
            reached |= direct
            waiting |= direct
        return frozenset(reached)

    def document(self) -> dict[str, dict[str, Any]]:
        """Return the graph as JSON, to keep it in a file."""
        return {name: resource.document() for name, resource in self.items()}

    def state(self) -> dict[str, dict[str, Any]]:
        """Return what Pulumi would record of the deployed stack: type and outputs by URN."""
        recorded: dict[str, dict[str, Any]] = {
            resource.urn: {"type": resource.type, "outputs": dict(resource.outputs)}
            for resource in self.values()
        }
        stack = {"type": "pulumi:pulumi:Stack", "outputs": dict(self.outputs)}
        return {**recorded, "urn:pulumi:stack": stack}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a deployment would write to turn one graph into another; logical names."""

    created: frozenset[str]
    updated: frozenset[str]
    deleted: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every resource that is written."""
        return self.created | self.updated | self.deleted


def changes(before: Graph, after: Graph) -> Changes:
    """Return what a deployment writes; a change of edges or of a parent alone writes nothing."""
    return Changes(
        created=frozenset(after.keys() - before.keys()),
        updated=frozenset(
            name
            for name in after.keys() & before.keys()
            if (before[name].type, before[name].inputs) != (after[name].type, after[name].inputs)
        ),
        deleted=frozenset(before.keys() - after.keys()),
    )

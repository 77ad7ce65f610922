"""One form for every resource: its id, and its properties as azure-native writes them, flat."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.config.resource_ids import RESOURCE_GROUP_TYPE, ResourceId
from sparehub.topology.errors import UnreadableError
from sparehub.topology.model.logical_names import DRILL

Resources = Mapping[str, Mapping[str, Any]]
"""Type and outputs of each resource of a stack, by its URN."""

RESOURCE_GROUP = RESOURCE_GROUP_TYPE
_NETWORK = "microsoft.network/"
VIRTUAL_NETWORK = f"{_NETWORK}virtualnetworks"
SUBNET = f"{VIRTUAL_NETWORK}/subnets"
PEERING = f"{VIRTUAL_NETWORK}/virtualnetworkpeerings"
ROUTE_TABLE = f"{_NETWORK}routetables"
ROUTE = f"{ROUTE_TABLE}/routes"
GATEWAY = f"{_NETWORK}virtualnetworkgateways"
CONNECTION = f"{_NETWORK}connections"
CIRCUIT = f"{_NETWORK}expressroutecircuits"
CIRCUIT_PEERING = f"{CIRCUIT}/peerings"

TAGGED = (RESOURCE_GROUP, VIRTUAL_NETWORK, ROUTE_TABLE, GATEWAY, CONNECTION, CIRCUIT)
"""Types whose resources have tags; children have none."""

# What ARM also shows inside its parent. https://learn.microsoft.com/rest/api/virtualnetwork
_CHILDREN = {
    VIRTUAL_NETWORK: ("subnets", "virtualNetworkPeerings"),
    ROUTE_TABLE: ("routes",),
    CIRCUIT: ("peerings", "authorizations"),
}


@dataclass(frozen=True, kw_only=True)
class ArmResource:
    """A resource that stands; ids are compared in lower case, since ARM ignores case."""

    id: str
    properties: Mapping[str, Any]
    """``properties.*`` lifted up by one level, in nested resources as well."""
    role: str = ""
    """In a Pulumi state what the logical name says behind the region: ``spoke/web/network``."""
    identity: ResourceId = field(init=False)
    key: str = field(init=False)
    """The id in lower case."""
    type: str = field(init=False)
    """ARM's type in lower case; empty where ``id`` is not an id."""

    def __post_init__(self) -> None:
        """Read the id once."""
        identity = ResourceId.of(self.id)
        object.__setattr__(self, "identity", identity)
        object.__setattr__(self, "key", identity.key)
        object.__setattr__(self, "type", identity.type if identity.is_id else "")

    @property
    def name(self) -> str:
        """The resource's own name, without that of its parent."""
        return self.identity.name

    @property
    def parent(self) -> str:
        """The key of the resource that this is a child of; of the group at the top."""
        return self.identity.parent.key

    @property
    def group(self) -> str:
        """The name of the resource group."""
        return self.identity.resource_group

    @property
    def subscription(self) -> str:
        """The id of the subscription."""
        return self.identity.subscription

    def reference(self, name: str) -> str:
        """Return the id that a property refers to (``{"id": ...}``), or nothing."""
        value = self.properties.get(name)
        return str(value.get("id") or "") if isinstance(value, Mapping) else ""

    def refers_to(self, name: str) -> ResourceId | None:
        """Return the id that a property refers to; None where it refers to nothing."""
        text = self.reference(name)
        return ResourceId.of(text) if text else None


def name_in(identity: str) -> str:
    """Return the name of the resource that an id is of; empty where it is not an id."""
    read = ResourceId.read(identity)
    return read.name if read else ""


def state_resources(resources: Resources) -> list[ArmResource]:
    """Return what a stack recorded of Azure.

    What ARM shows inside a parent is left out: it was recorded when the parent was written, and a
    stack records each child by itself. A resource whose creation failed has no id, and no place.
    """
    found: dict[str, ArmResource] = {}
    for urn, recorded in resources.items():
        outputs = recorded.get("outputs") or {}
        if not str(recorded.get("type", "")).startswith("azure-native:") or not outputs.get("id"):
            continue
        # `<component>/<role>`: the first word is the name that the program gave its region, or
        # that of the drill, whose test networks are no part of it.
        component, _, role = urn.rsplit("::", 1)[-1].partition("/")
        if component == DRILL.root:
            continue
        identity = ResourceId.read(outputs["id"])
        children = _CHILDREN.get(identity.type if identity else "", ())
        inline = {name for name in children if name != "routes"}
        properties = {name: value for name, value in outputs.items() if name not in inline}
        resource = ArmResource(id=outputs["id"], properties=_flat(properties), role=role)
        found[resource.key] = resource
    return list(found.values())


def arm_resources(items: Iterable[object]) -> list[ArmResource]:
    """Return resources of ARM's JSON, and those that ARM shows inside them, each once.

    Raises:
        UnreadableError: where one has no id.
    """
    found: dict[str, ArmResource] = {}
    inline: list[ArmResource] = []
    for item in items:
        identity = item.get("id") if isinstance(item, Mapping) else None
        if (
            not isinstance(item, Mapping)
            or not isinstance(identity, str)
            or not ResourceId.read(identity)
        ):
            message = f"not a resource in ARM's JSON, which has an id: {str(item)[:80]}"
            raise UnreadableError(message)
        resource = ArmResource(id=identity, properties=_flat(item))
        found[resource.key] = resource
        inline += _inside(resource)
    for child in inline:
        found.setdefault(child.key, child)
    return list(found.values())


def _inside(resource: ArmResource) -> Iterator[ArmResource]:
    for collection in _CHILDREN.get(resource.type, ()):
        for child in resource.properties.get(collection) or ():
            if isinstance(child, Mapping) and child.get("name"):
                identity = f"{resource.id}/{collection}/{child['name']}"
                yield ArmResource(id=identity, properties=child)


def _flat(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Lift ``properties`` up by one level, as azure-native does, at every depth."""
    if isinstance(value, list):
        return [_flat(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    inner = value.get("properties")
    if isinstance(inner, Mapping):
        value = {name: each for name, each in value.items() if name != "properties"}
        value |= inner
    return {name: _flat(each) for name, each in value.items()}


def is_subnet_peering(resource: ArmResource) -> bool:
    """Return whether a peering is one of subnets, not of whole networks (PE-22)."""
    return resource.type == PEERING and resource.properties.get("peerCompleteVnets") is False

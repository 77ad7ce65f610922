"""What a stack recorded, as ``pulumi stack export`` shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sparehub.topology.azure.resource_paths import RESOURCE_PATHS
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import owned_circuit_id
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Circuit, CircuitReference, Connection, Region
from sparehub.topology.planning.operations import CONNECTION, GATEWAY, ResourceOperation
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.generation import SwitchRecord
from sparehub.topology.state.pulumi_state import outputs_of, recorded_resources
from sparehub.topology.state.resources import Resources

_NETWORK = "azure-native:network:"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
_RECONCILED = (
    "ExpressRouteCircuit",
    "NetworkSecurityGroup",
    "RouteTable",
    "Subnet",
    "VirtualNetwork",
    "VirtualNetworkGateway",
    "VirtualNetworkGatewayConnection",
    "VirtualNetworkPeering",
)
"""The types of which a pending write can be looked up in Azure."""
_PATHS = {
    "azure-native:resources:ResourceGroup": _GROUP,
    **{
        f"{_NETWORK}{kind}": "/".join(
            [
                f"{_GROUP}/providers/Microsoft.Network",
                *(f"{part}/{{{name}}}" for part, name in RESOURCE_PATHS[kind]),
            ]
        )
        for kind in _RECONCILED
    },
}
"""The parts of Azure's id; the inputs hold the names."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A pending operation: a write that was begun, without a recorded end."""

    urn: str
    type: str
    parent: str
    operation: str
    inputs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.split("::")[-1]

    def identity(self, subscription: str) -> ResourceId | None:
        """Return the id that Azure gives to what was being made; None where none is known."""
        return _identity(self.type, subscription, self.inputs)


def identity_of(
    operation: ResourceOperation, region: Region, subscription: str
) -> ResourceId | None:
    """Return the id that Azure gives to a connection or gateway that an operation makes."""
    for connection in region.connections:
        if operation.name == REGION.connection(connection.key):
            return connection_id(connection, region, subscription)
    if region.gateway and operation.name == REGION.gateway:
        names = {
            "resourceGroupName": region.resource_group,
            "virtualNetworkGatewayName": region.gateway.name,
        }
        return _identity(GATEWAY, subscription, names)
    return None


def connection_id(connection: Connection, region: Region, subscription: str) -> ResourceId:
    """Return the id that Azure gives to a connection of a region, whether it exists or not."""
    names = {
        "resourceGroupName": region.resource_group,
        "virtualNetworkGatewayConnectionName": connection.name,
    }
    return ResourceId.of(_PATHS[CONNECTION].format(subscription=subscription, **names))


def whole_circuit_id(circuit: Circuit | CircuitReference, subscription: str) -> ResourceId:
    """Return a circuit's id, an owned one being in the subscription of its stack."""
    if isinstance(circuit, CircuitReference):
        return circuit.id
    return owned_circuit_id(circuit, subscription)


def _identity(kind: str, subscription: str, inputs: Mapping[str, Any]) -> ResourceId | None:
    """Return the id; None where the type has none here, or the inputs do not say its names."""
    try:
        return ResourceId.of(_PATHS[kind].format(subscription=subscription, **inputs))
    except KeyError:
        return None


@dataclass(frozen=True)
class Unreadable:
    """A stack whose state cannot be read; ``problem`` says why, and what to do."""

    problem: str


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One stack as it was last recorded; ``activation`` is empty where it was never deployed."""

    activation: str
    deployed: Deployed
    pending: tuple[Pending, ...]
    ids: Mapping[str, ResourceId]
    """Azure's id of each resource, by its logical name."""
    urns: Mapping[str, str]
    """Pulumi's address of each resource and component, by its logical name."""
    failed: tuple[str, ...]
    """Logical names of resources in state Failed."""
    resources: Resources
    """Type and outputs of every resource, by URN."""

    @classmethod
    def of(cls, deployment: Mapping[str, Any]) -> Self:
        """Read a deployment as ``pulumi stack export`` writes it."""
        resources = deployment.get("resources") or []
        recorded = recorded_resources(deployment)
        return cls(
            activation=str(outputs_of(recorded).get("activation", "")),
            deployed=Deployed.from_resources(recorded),
            pending=tuple(
                Pending(
                    urn=each["resource"]["urn"],
                    type=each["resource"]["type"],
                    parent=each["resource"].get("parent", ""),
                    operation=each["type"],
                    inputs=each["resource"].get("inputs") or {},
                )
                for each in deployment.get("pending_operations") or []
            ),
            ids={
                each["urn"].split("::")[-1]: ResourceId.of(str(each["id"]))
                for each in resources
                if each.get("custom") and each.get("id")
            },
            urns={each["urn"].split("::")[-1]: str(each["urn"]) for each in resources},
            failed=tuple(
                each["urn"].split("::")[-1] for each in resources if each.get("initErrors")
            ),
            resources=recorded,
        )

    @property
    def subscription(self) -> str:
        """The subscription of everything in the stack; empty where it holds nothing."""
        ids = (each for each in self.ids.values() if each.is_id)
        return next((each.subscription for each in ids if each.subscription), "")

    @property
    def switch(self) -> SwitchRecord:
        """The switch that the stack was last deployed with, also by a deployment that failed."""
        return SwitchRecord.of(self.resources)

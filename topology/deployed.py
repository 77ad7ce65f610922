"""What stands of a region, read from what its stack recorded: its outputs and its resources.

Both, because neither is enough. Outputs are registered when the program ends, before anything is
deleted: a stack whose connection could not be deleted says `standby` all the same. Resources are
recorded one by one: a stack that died half-way has them, and the outputs of the time before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, Self

from topology.circuits import circuit_id
from topology.model import Region

Resources = Mapping[str, Mapping[str, Any]]
"""Type and outputs of each resource of a stack, by its URN."""

_NETWORK = "azure-native:network:"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A region as it was last built; empty values where a thing does not stand."""

    location: str = ""
    hub: str = ""
    gateway_id: str = ""
    gateway_sku: str = ""
    connections: tuple[str, ...] = ()
    circuit_ids: tuple[str, ...] = ()
    advertised_prefixes: tuple[IPv4Network, ...] = ()
    spokes: Mapping[str, tuple[IPv4Network, ...]] = field(default_factory=dict)

    @classmethod
    def from_resources(cls, resources: Resources) -> Self:
        """Read what a stack recorded; nothing of one that was never deployed or is destroyed."""
        said = _first(resources, "pulumi:pulumi:Stack")
        gateway = _first(resources, f"{_NETWORK}VirtualNetworkGateway")
        hub_id = _network_of_gateway(gateway)
        connections = list(_of_type(resources, f"{_NETWORK}VirtualNetworkGatewayConnection"))
        networks = {
            str(network["id"]).lower(): network
            for network in _of_type(resources, f"{_NETWORK}VirtualNetwork")
        }
        shown = [hub_id, *_networks_behind_the_gateway(resources)] if connections else []
        stands = [p for key in shown for p in _prefixes(networks.get(key, {}))]
        advertised = [*stands, *map(IPv4Network, said.get("advertisedPrefixes") or ())]
        owned = _of_type(resources, f"{_NETWORK}ExpressRouteCircuit")
        circuits = [
            *(str(circuit["id"]) for circuit in owned),
            *(str((connection.get("peer") or {}).get("id", "")) for connection in connections),
            *(str(each) for each in (said.get("circuitIds") or {}).values()),
        ]
        return cls(
            location=str(said.get("location") or gateway.get("location") or ""),
            hub=str(networks.get(hub_id, {}).get("name", "")),
            gateway_id=str(gateway.get("id", "")),
            gateway_sku=str((gateway.get("sku") or {}).get("name", "")),
            connections=tuple(str(connection["name"]) for connection in connections),
            circuit_ids=tuple(dict.fromkeys(filter(None, circuits))),
            advertised_prefixes=tuple(sorted(set(advertised))),
            spokes=dict(_spokes(resources)),
        )

    @classmethod
    def from_region(cls, region: Region) -> Self:
        """Return what will stand of a region once it is built."""
        return cls(
            location=region.location,
            hub=region.hub.name,
            connections=tuple(connection.name for connection in region.connections),
            circuit_ids=tuple(circuit_id(circuit) for circuit in region.circuits),
            advertised_prefixes=region.advertised_prefixes,
            spokes={spoke.key: spoke.virtual_network.address_space for spoke in region.spokes},
        )


def _of_type(resources: Resources, token: str) -> Iterator[Mapping[str, Any]]:
    for resource in resources.values():
        # A resource whose creation failed is recorded without an id.
        if resource.get("type") == token and (resource.get("outputs") or {}):
            yield resource["outputs"]


def _first(resources: Resources, token: str) -> Mapping[str, Any]:
    return next(_of_type(resources, token), {})


def _prefixes(network: Mapping[str, Any]) -> list[IPv4Network]:
    listed = (network.get("addressSpace") or {}).get("addressPrefixes") or ()
    return [IPv4Network(prefix) for prefix in listed]


def _network_of_gateway(gateway: Mapping[str, Any]) -> str:
    for configuration in gateway.get("ipConfigurations") or ():
        subnet = str((configuration.get("subnet") or {}).get("id", ""))
        return subnet.lower().split("/subnets/")[0]
    return ""


def _networks_behind_the_gateway(resources: Resources) -> Iterator[str]:
    for peering in _of_type(resources, f"{_NETWORK}VirtualNetworkPeering"):
        if peering.get("useRemoteGateways"):
            yield str(peering["id"]).lower().split("/virtualnetworkpeerings/")[0]


def _spokes(resources: Resources) -> Iterator[tuple[str, tuple[IPv4Network, ...]]]:
    """Yield the prefixes of each spoke by its key, which its network's logical name holds."""
    for urn, resource in resources.items():
        *_, role, key, kind = ("", "", *urn.split("::")[-1].split("/"))
        if (role, kind) == ("spoke", "network"):
            yield key, tuple(_prefixes(resource.get("outputs") or {}))

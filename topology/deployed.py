"""What stands of a region, read from what its stack recorded: its outputs and its resources.

Both, because neither is enough. Outputs are registered when the program ends, before anything is
deleted: a stack whose connection could not be deleted says `standby` all the same. Resources are
recorded one by one: a stack that died half-way has them, and the outputs of the time before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import Self

from topology.circuits import circuit_id
from topology.model import Region
from topology.reading import Resources, read_state
from topology.reading.parts import location_of
from topology.reading.resources import CIRCUIT, CONNECTION, RESOURCE_GROUP


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A region as it was last built; empty values where a thing does not stand."""

    location: str = ""
    hub: str = ""
    gateway_id: str = ""
    gateway_sku: str = ""
    connections: tuple[str, ...] = ()
    circuit_ids: tuple[str, ...] = ()
    circuit_locations: Mapping[str, str] = field(default_factory=dict)
    """Where the circuits and their groups lie, by role: ``circuit/hong-kong/group``."""
    advertised_prefixes: tuple[IPv4Network, ...] = ()
    spokes: Mapping[str, tuple[IPv4Network, ...]] = field(default_factory=dict)
    attached_spokes: frozenset[str] = frozenset()
    """Those that use the gateway, whether it is connected or not."""

    @classmethod
    def from_resources(cls, resources: Resources) -> Self:
        """Read what a stack recorded; nothing of one that was never deployed or is destroyed."""
        reading = read_state(resources)
        region, roles, said = reading.region, reading.roles, reading.outputs
        gateway = roles["expressroute/gateway"]
        circuits = [
            *(each.id for each in roles.all if each.type == CIRCUIT),
            *(each.reference("peer") for each in roles.all if each.type == CONNECTION),
            *(str(each) for each in (said.get("circuitIds") or {}).values()),
        ]
        advertised = map(IPv4Network, said.get("advertisedPrefixes") or ())
        return replace(
            cls.from_region(region),
            gateway_id=gateway.id if gateway else "",
            gateway_sku=region.gateway.sku if region.gateway else "",
            circuit_ids=tuple(dict.fromkeys(filter(None, circuits))),
            circuit_locations={
                role: location_of(each)
                for role, each in roles.by_role.items()
                if role.startswith("circuit/") and each.type in (CIRCUIT, RESOURCE_GROUP)
            },
            advertised_prefixes=tuple(sorted({*region.advertised_prefixes, *advertised})),
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
            attached_spokes=frozenset(
                spoke.key for spoke in region.spokes if spoke.spoke_to_hub.use_remote_gateways
            ),
        )

"""What stands of a region, read from what its stack recorded: its outputs and its resources.

Both, because neither is enough. Outputs are registered when the program ends, before anything is
deleted: a stack whose connection could not be deleted says `standby` all the same. Resources are
recorded one by one: a stack that died half-way has them, and the outputs of the time before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import Self

from sparehub.topology.config.enums import Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.live_regions import Advertisement
from sparehub.topology.model.logical_names import REGION, ROLES
from sparehub.topology.model.resources import Region
from sparehub.topology.state.parts import location_of
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.region import read_state
from sparehub.topology.state.resources import CIRCUIT, CONNECTION, RESOURCE_GROUP, Resources


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A region as it was last built; empty values where a thing does not stand."""

    location: str = ""
    hub: str = ""
    gateway_id: ResourceId | None = None
    gateway_sku: str = ""
    connections: tuple[str, ...] = ()
    circuit_ids: tuple[ResourceId, ...] = ()
    connected_circuit_ids: tuple[ResourceId, ...] = ()
    """Those that a connection uses."""
    circuit_locations: Mapping[str, str] = field(default_factory=dict)
    """Where the circuits and their groups lie, by role: ``circuit/hong-kong/group``."""
    advertised_prefixes: tuple[IPv4Network, ...] = ()
    spokes: Mapping[str, tuple[IPv4Network, ...]] = field(default_factory=dict)
    attached_spokes: frozenset[str] = frozenset()
    """Those that use the gateway, whether it is connected or not."""
    prefers: Prefers = Prefers.NONE
    """What the stack said of on-premises' routers when its program last ended; none where it said
    nothing, or what another version wrote cannot be read."""

    @property
    def advertisement(self) -> Advertisement:
        """What the region advertises, as far as anybody knows."""
        return Advertisement(
            prefixes=self.advertised_prefixes,
            circuit_ids=self.connected_circuit_ids,
            prefers=self.prefers,
        )

    @classmethod
    def from_resources(cls, resources: Resources) -> Self:
        """Read what a stack recorded; nothing of one that was never deployed or is destroyed."""
        reading = read_state(resources)
        region, roles, said = reading.region, reading.roles, reading.outputs
        gateway = roles[ROLES.gateway]
        owned = [each.identity for each in roles.all if each.type == CIRCUIT]
        connected = [each.refers_to("peer") for each in roles.all if each.type == CONNECTION]
        named = [
            ResourceId.of(str(each)) for each in (said.get("circuitIds") or {}).values() if each
        ]
        advertised = set(map(IPv4Network, said.get("advertisedPrefixes") or ()))
        if advertised - {*region.advertised_prefixes} or not all(connected):
            # No recorded connection says by which circuit: any of them may be in use.
            connected += [*owned, *named]
        return replace(
            cls.from_region(region),
            gateway_id=gateway.identity if gateway else None,
            gateway_sku=region.gateway.sku if region.gateway else "",
            circuit_ids=_distinct([*owned, *connected, *named]),
            connected_circuit_ids=_distinct(connected),
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
        advertisement = Advertisement.of(region)
        return cls(
            location=region.location,
            hub=region.hub.name,
            connections=tuple(connection.name for connection in region.connections),
            circuit_ids=tuple(circuit_id(circuit) for circuit in region.circuits),
            connected_circuit_ids=advertisement.circuit_ids,
            advertised_prefixes=advertisement.prefixes,
            spokes={spoke.key: spoke.virtual_network.address_space for spoke in region.spokes},
            attached_spokes=frozenset(
                spoke.key for spoke in region.spokes if spoke.spoke_to_hub.use_remote_gateways
            ),
            prefers=advertisement.prefers,
        )


def with_peers_that_stand(region: Region, recorded: Resources, paired: Resources) -> Region:
    """Return a region without peerings of its hub that Azure would refuse for now.

    Azure refuses one to a network that does not exist, and of two stacks one is deployed first. A
    half that the stack has recorded stays: the other region may be lost.

    Args:
        region: the region as its file builds it.
        recorded: what its stack recorded.
        paired: what the other stack recorded; empty where it was never deployed.
    """
    names = {urn.rsplit("::", 1)[-1] for urn in recorded}
    if "hubVirtualNetworkId" in outputs_of(paired):
        return region
    kept = (p for p in region.hub_peerings if REGION.hub_peering(p.key) in names)
    return replace(region, hub_peerings=tuple(kept))


def _distinct(ids: Iterable[ResourceId | None]) -> tuple[ResourceId, ...]:
    return tuple(dict.fromkeys(filter(None, ids)))

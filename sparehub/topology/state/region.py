"""From resources with their roles to the model: what stands, right or wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from pydantic import ValidationError

from sparehub.topology.azure.limits import PREFIXES_AT_CONNECTION_CREATION
from sparehub.topology.config.enums import Activation, Depth, NvaKind, Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.schema import (
    NetworkConfig,
    SpokeConfig,
    StackConfig,
    SubnetConfig,
)
from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.logical_names import ROLES, NetworkNames
from sparehub.topology.model.resources import (
    Connection,
    Gateway,
    HubPeering,
    Nva,
    OnPremises,
    Region,
    RouteTable,
    Spoke,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.state.express_route import circuits_of, connection_of, gateway_of
from sparehub.topology.state.parts import (
    location_of,
    peering_of,
    route_of,
    tag_route_of,
    with_whole_numbers,
)
from sparehub.topology.state.pulumi_state import outputs_of
from sparehub.topology.state.resources import (
    SUBNET,
    ArmResource,
    Resources,
    name_in,
    state_resources,
)
from sparehub.topology.state.roles import Roles, routes_of
from sparehub.topology.state.values import (
    address_of,
    prefixes_beyond,
    prefixes_of_network,
    prefixes_of_subnet,
)

UNKNOWN_ADDRESS = IPv4Address(0)
"""Stands for the NVA's address where neither a route nor a configuration says it."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A region as it stands, and which resource is what in it."""

    region: Region
    roles: Roles
    outputs: Mapping[str, Any]
    """What the stack said of itself when its program last ended; empty for ARM's JSON."""


def read_region(
    resources: Iterable[ArmResource],
    given: StackConfig | None = None,
    outputs: Mapping[str, Any] | None = None,
) -> Reading:
    """Return the region that some resources make.

    ``given`` says what Azure does not know: on-premises, the NVA, the depth, the switch, what a
    referenced circuit is. Without it these are the defaults, the NVA is where most routes lead,
    and depth and switch are what the resources look like. What is missing is empty: a region
    without a hub has a hub without a name.
    """
    nva = given.region.hub.nva if given else None
    roles = Roles(resources, nva.ip_address if nva else None)
    reader = _Reader(roles, given, outputs or {})
    return Reading(region=reader.region(), roles=roles, outputs=outputs or {})


def read_state(resources: Resources, given: StackConfig | None = None) -> Reading:
    """Return the region that a stack recorded.

    The stack's own outputs say what Azure does not know, and ``given`` where they are missing: the
    outputs are of what was deployed, a file may have been edited since.
    """
    outputs = outputs_of(resources)
    return read_region(state_resources(resources), _said(outputs) or given, outputs)


def _said(outputs: Mapping[str, Any]) -> StackConfig | None:
    """Return the configuration that a stack's outputs hold; an older program's may not be one."""
    names = {
        "azure-native:location": "location",
        "sparehub:activation": "activation",
        "sparehub:region": "region",
    }
    values = {key: with_whole_numbers(outputs.get(name)) for key, name in names.items()}
    try:
        return StackConfig.model_validate(values)
    except ValidationError:
        return None


class _Reader:
    """One reading: the roles, and what is known beside them."""

    def __init__(self, roles: Roles, given: StackConfig | None, outputs: Mapping[str, Any]) -> None:
        self._roles = roles
        self._given = given
        self._outputs = outputs
        self._tables = {
            roles.by_role[ROLES.route_table(key)].key: key for key in roles.keys(ROLES.route_table)
        }

    def region(self) -> Region:
        given, roles = self._given, self._roles
        hub = self._network(ROLES.hub, given.region.hub if given else None)
        spokes = tuple(self._spoke(key) for key in roles.spokes)
        gateway = gateway_of(roles)
        connections = tuple(connection_of(roles, key) for key in roles.connections)
        # What there is of these, the one that every other thing follows first.
        main = [r for r in map(roles.__getitem__, (ROLES.hub.network, ROLES.gateway)) if r]
        tagged = roles[ROLES.group] or roles.hub
        located = [location_of(each) for each in main] + [str(self._outputs.get("location") or "")]
        location = next(filter(None, located), "")
        networks = (hub, *(spoke.virtual_network for spoke in spokes))
        return Region(
            name=(given.region.name if given else None) or location,
            location=location,
            activation=given.activation if given else _activation(spokes, connections),
            depth=given.region.standby.depth if given else _depth(gateway, connections),
            resource_group=main[0].group if main else "",
            tags=(tagged.properties.get("tags") or {}) if tagged else {},
            route_tables=self._route_tables(),
            hub=hub,
            nva=self._nva(),
            spokes=spokes,
            gateway=gateway,
            circuits=tuple(circuits_of(roles, given, self._outputs)),
            connections=connections,
            hub_peerings=tuple(filter(None, map(self._hub_peering, roles.hub_peerings))),
            on_premises=OnPremises(
                address_prefixes=given.region.on_premises.address_prefixes if given else (),
                prefers=given.region.on_premises.prefers if given else Prefers.NONE,
            ),
            spokes_wait_for_connections=(
                sum(len(network.address_space) for network in networks)
                > PREFIXES_AT_CONNECTION_CREATION
            ),
        )

    def _nva(self) -> Nva:
        if self._given:
            nva = self._given.region.hub.nva
            return Nva(
                ip_address=nva.ip_address,
                subnet=nva.subnet,
                stateful=nva.stateful,
                kind=nva.kind,
                id=ResourceId.parse(nva.id) if nva.id else None,
                standby=nva.standby,
            )
        subnet = self._roles.nva_subnet
        return Nva(
            ip_address=self._roles.nva or UNKNOWN_ADDRESS,
            subnet=subnet.name if subnet else "",
            stateful=True,
            kind=NvaKind.APPLIANCE,
        )

    def _route_tables(self) -> tuple[RouteTable, ...]:
        order = ("spokes", "gateway", "nva", "inspected")
        keys = self._tables.values()
        return tuple(
            self._route_table(key)
            for key in (*(k for k in order if k in keys), *sorted({*keys} - {*order}))
        )

    def _route_table(self, key: str) -> RouteTable:
        table = self._roles.by_role[ROLES.route_table(key)]
        found = tuple(routes_of(self._roles, table))
        return RouteTable(
            key=key,
            name=table.name,
            disable_bgp_route_propagation=bool(table.properties.get("disableBgpRoutePropagation")),
            routes=tuple(route for route in map(route_of, found) if route),
            tag_routes=tuple(route for route in map(tag_route_of, found) if route),
        )

    def _network(self, names: NetworkNames, said: NetworkConfig | None) -> VirtualNetwork:
        network = self._roles[names.network]
        servers = (network.properties.get("dhcpOptions") or {}).get("dnsServers") if network else ()
        known = said.subnets if said else {}
        subnets = (
            self._subnet(
                each,
                known.get(each.name),
                spoke=names != ROLES.hub and not (isinstance(said, SpokeConfig) and said.always_on),
            )
            for each in self._roles.children(network, SUBNET)
        )
        return VirtualNetwork(
            name=network.name if network else "",
            address_space=prefixes_of_network(network),
            subnets=tuple(sorted((s for s in subnets if s), key=lambda each: each.name)),
            dns_servers=tuple(a for a in map(address_of, servers or ()) if a),
        )

    def _subnet(
        self, subnet: ArmResource, said: SubnetConfig | None, *, spoke: bool
    ) -> Subnet | None:
        prefixes = prefixes_of_subnet(subnet)
        if not prefixes:
            return None
        table = subnet.reference("routeTable")
        services = subnet.properties.get("serviceEndpoints") or ()
        endpoints = tuple(str(each.get("service", "")) for each in services)
        return Subnet(
            name=subnet.name,
            address_prefix=prefixes[0],
            # A table of somebody else's, which no resource here describes, is known by its name.
            route_table=self._tables.get(table.lower(), name_in(table)) if table else None,
            service_endpoints=endpoints,
            network_security_group_id=subnet.reference("networkSecurityGroup") or None,
            nat_gateway_id=subnet.reference("natGateway") or None,
            default_outbound_access=subnet.properties.get("defaultOutboundAccess") is not False,
            # Azure does not know it; where nobody says it, replication's endpoint does.
            protected=(
                said.is_protected(subnet.name, spoke=spoke)
                if said
                else STORAGE_ENDPOINT in endpoints
            ),
        )

    def _spoke(self, key: str) -> Spoke:
        network = self._roles[ROLES.spoke_network(key)]
        halves = [self._roles[name] for name in (ROLES.hub_to_spoke(key), ROLES.spoke_to_hub(key))]
        remotes = [network, self._roles.hub]
        # PE-01. The state that a stack recorded is that of the minute in which the half was
        # written: the first of two says Initiated for ever.
        connected = all(
            half is not None
            and remote is not None
            and half.reference("remoteVirtualNetwork").lower() == remote.key
            and half.properties.get("peeringState") != "Disconnected"
            for half, remote in zip(halves, remotes, strict=True)
        )
        out, back = (
            peering_of(half, remote, connected=connected)
            for half, remote in zip(halves, remotes, strict=True)
        )
        said = self._given.region.spokes.get(key) if self._given else None
        return Spoke(
            key=key,
            virtual_network=self._network(ROLES.spoke(key), said),
            hub_to_spoke=out,
            spoke_to_hub=back,
            always_on=bool(said and said.always_on),
        )

    def _hub_peering(self, key: str) -> HubPeering | None:
        half = self._roles.by_role[ROLES.hub_peering(key)]
        remote = half.refers_to("remoteVirtualNetwork")
        if remote is None or not remote.is_id:
            return None
        return HubPeering(
            key=key,
            remote_id=remote,
            address_space=prefixes_beyond(half),
            half=peering_of(
                half, None, connected=half.properties.get("peeringState") != "Disconnected"
            ),
        )


def _activation(spokes: tuple[Spoke, ...], connections: tuple[Connection, ...]) -> Activation:
    shown = all(spoke.spoke_to_hub.use_remote_gateways for spoke in spokes)
    return Activation.ACTIVE if connections and shown else Activation.STANDBY


def _depth(gateway: Gateway | None, connections: tuple[Connection, ...]) -> Depth:
    if gateway is None:
        return Depth.NETWORK
    return Depth.CONNECTION if connections else Depth.GATEWAY

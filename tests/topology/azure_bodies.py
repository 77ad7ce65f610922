"""A region of the model as Azure's GETs would show it once it stands."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.resources import (
    Circuit,
    Connection,
    Gateway,
    HubPeering,
    Peering,
    Region,
    RouteTable,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.reachability.effective_routes.effective_route import EffectiveRoute
from tests.oracle.region import Given

Resource = dict[str, Any]
Row = tuple[str, str, str, str, str]
"""Source, state, prefix or tag, type of next hop, its address: of an effective route."""


def given(region: Region, *, nva_lost: bool = False) -> Given:
    """Return what the resources of a region do not say."""
    keys = {spoke.virtual_network.name: spoke.key for spoke in region.spokes}
    return Given(
        nva=region.nva.ip_address,
        stateful=region.nva.stateful,
        on_premises=region.on_premises.address_prefixes,
        prefers=region.on_premises.prefers.value,
        keys=keys | {region.hub.name: "hub"},
        nva_lost=nva_lost,
    )


def rendered(region: Region, subscription: str, beyond: str = "") -> list[Resource]:
    """Return the ARM resources of a region, in a subscription of its own.

    ``beyond`` is the subscription of the networks that the hub is peered with.
    """
    return _Rendering(region, f"/subscriptions/{subscription}", beyond).resources()


def row(route: EffectiveRoute) -> Row:
    """Return a route as Azure words it."""
    where = route.tag or str(route.address_prefix)
    return (
        route.source.value,
        route.state,
        where,
        route.hop_type.value,
        str(route.next_hop or ""),
    )


class _Rendering:
    def __init__(self, region: Region, subscription: str, beyond: str) -> None:
        self.region = region
        self.beyond = beyond
        self.subscription = subscription
        group = f"{subscription}/resourceGroups/{region.resource_group}"
        self.network = f"{group}/providers/Microsoft.Network"

    def resources(self) -> list[Resource]:
        """Everything but the resource groups."""
        region = self.region
        found = [self._table(table) for table in region.route_tables]
        halves = [(s.hub_to_spoke, s.virtual_network) for s in region.spokes]
        hub = self._virtual_network(region.hub, halves)
        hub["properties"]["virtualNetworkPeerings"] += [
            self._half_beyond(hub["id"], peering) for peering in region.hub_peerings
        ]
        found.append(hub)
        found += [
            self._virtual_network(spoke.virtual_network, [(spoke.spoke_to_hub, region.hub)])
            for spoke in region.spokes
        ]
        if region.gateway is not None:
            found.append(self._gateway(region.gateway))
        found += [self._circuit(each) for each in region.circuits if isinstance(each, Circuit)]
        return found + [self._connection(each) for each in region.connections]

    def _id(self, kind: str, name: str) -> str:
        return f"{self.network}/{kind}/{name}"

    def _resource(self, kind: str, name: str, **properties: Any) -> Resource:
        return {
            "name": name,
            "id": self._id(kind, name),
            "type": f"Microsoft.Network/{kind}",
            "location": self.region.location,
            "properties": {"provisioningState": "Succeeded", **properties},
        }

    def _table(self, table: RouteTable) -> Resource:
        routes = []
        for route in table.routes:
            properties = {
                "addressPrefix": str(route.address_prefix),
                "nextHopType": route.next_hop_type.value,
            }
            if route.next_hop_ip_address is not None:
                properties["nextHopIpAddress"] = str(route.next_hop_ip_address)
            routes.append({"name": route.name, "properties": properties})
        for tagged in table.tag_routes:
            hop = {"addressPrefix": tagged.service_tag, "nextHopType": tagged.next_hop_type.value}
            routes.append({"name": tagged.name, "properties": hop})
        off = table.disable_bgp_route_propagation
        return self._resource(
            "routeTables", table.name, disableBgpRoutePropagation=off, routes=routes
        )

    def _virtual_network(
        self, network: VirtualNetwork, halves: list[tuple[Peering, VirtualNetwork]]
    ) -> Resource:
        here = self._id("virtualNetworks", network.name)
        return self._resource(
            "virtualNetworks",
            network.name,
            addressSpace=_space(network.address_space),
            subnets=[self._subnet(here, subnet) for subnet in network.subnets],
            virtualNetworkPeerings=[self._half(here, *half) for half in halves],
        )

    def _subnet(self, network: str, subnet: Subnet) -> Resource:
        properties: Resource = {
            "addressPrefix": str(subnet.address_prefix),
            "serviceEndpoints": [{"service": each} for each in subnet.service_endpoints],
            "defaultOutboundAccess": subnet.default_outbound_access,
        }
        if subnet.nat_gateway_id:
            properties["natGateway"] = {"id": subnet.nat_gateway_id}
        for table in self.region.route_tables:
            if table.key == subnet.route_table:
                properties["routeTable"] = {"id": self._id("routeTables", table.name)}
        return {
            "name": subnet.name,
            "id": f"{network}/subnets/{subnet.name}",
            "properties": properties,
        }

    def _half_beyond(self, network: str, peering: HubPeering) -> Resource:
        group = f"/subscriptions/{self.beyond}/resourceGroups/{peering.remote_id.resource_group}"
        remote = f"{group}/providers/Microsoft.Network/virtualNetworks/{peering.remote_id.name}"
        return _half(network, peering.half, remote, peering.address_space)

    def _half(self, network: str, peering: Peering, other: VirtualNetwork) -> Resource:
        remote = self._id("virtualNetworks", other.name)
        return _half(network, peering, remote, other.address_space)

    def _gateway(self, gateway: Gateway) -> Resource:
        subnet = f"{self._id('virtualNetworks', self.region.hub.name)}/subnets/{GATEWAY_SUBNET}"
        return self._resource(
            "virtualNetworkGateways",
            gateway.name,
            gatewayType="ExpressRoute",
            allowRemoteVnetTraffic=gateway.allow_remote_vnet_traffic,
            ipConfigurations=[{"name": "default", "properties": {"subnet": {"id": subnet}}}],
        )

    def _circuit(self, circuit: Circuit) -> Resource:
        found = self._resource("expressRouteCircuits", circuit.name, peerings=[])
        found["id"] = here = f"{self.subscription}{circuit_id(circuit)}"
        if circuit.private_peering is not None:
            name = "AzurePrivatePeering"
            peering = {"id": f"{here}/peerings/{name}", "properties": {"state": "Enabled"}}
            found["properties"]["peerings"] = [{"name": name, **peering}]
        return found

    def _connection(self, connection: Connection) -> Resource:
        circuit = next(each for each in self.region.circuits if each.key == connection.key)
        owned = self.subscription if isinstance(circuit, Circuit) else ""
        gateway = self.region.gateway.name if self.region.gateway else "none"
        return self._resource(
            "connections",
            connection.name,
            connectionType="ExpressRoute",
            virtualNetworkGateway1={"id": self._id("virtualNetworkGateways", gateway)},
            peer={"id": f"{owned}{circuit_id(circuit)}"},
            routingWeight=connection.routing_weight,
            expressRouteGatewayBypass=connection.fast_path,
        )


def _space(prefixes: Iterable[IPv4Network]) -> dict[str, list[str]]:
    return {"addressPrefixes": [str(prefix) for prefix in prefixes]}


def _half(network: str, peering: Peering, remote: str, space: Iterable[IPv4Network]) -> Resource:
    return {
        "name": peering.name,
        "id": f"{network}/virtualNetworkPeerings/{peering.name}",
        "properties": {
            "peeringState": "Connected" if peering.connected else "Disconnected",
            "remoteVirtualNetwork": {"id": remote},
            "remoteVirtualNetworkAddressSpace": _space(space),
            "allowVirtualNetworkAccess": peering.allow_virtual_network_access,
            "allowForwardedTraffic": peering.allow_forwarded_traffic,
            "allowGatewayTransit": peering.allow_gateway_transit,
            "useRemoteGateways": peering.use_remote_gateways,
        },
    }

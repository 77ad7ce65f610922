"""What each resource is to the region: the hub's network, a spoke's subnet, the gateway's table.

A role is the logical name that the program gives the resource, without the region's own:
``hub/network``, ``hub/GatewaySubnet``, ``spoke/web/peering/spoke-to-hub``, ``routes/nva``,
``connection/hong-kong/connection``. In a Pulumi state the names say it; elsewhere it follows from
what refers to what, and keys follow from physical names.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import ROLES, key_in, keys_in
from sparehub.topology.model.names import PRIVATE_PEERING
from sparehub.topology.state.resources import (
    CIRCUIT,
    CIRCUIT_PEERING,
    CONNECTION,
    GATEWAY,
    PEERING,
    RESOURCE_GROUP,
    ROUTE,
    ROUTE_TABLE,
    SUBNET,
    VIRTUAL_NETWORK,
    ArmResource,
    name_in,
)
from sparehub.topology.state.values import address_of, prefixes_beyond, prefixes_of_subnet

_TABLES = ("spokes", "gateway", "nva", "inspected")


class Roles:
    """The resources of one region by role, and by what refers to them."""

    def __init__(self, resources: Iterable[ArmResource], nva: IPv4Address | None = None) -> None:
        """Find all roles; ``nva`` is the next hop where somebody knows it."""
        self.all = tuple(resources)
        self.by_id = {each.key: each for each in self.all}
        self.by_role = {each.role: each for each in self.all if each.role}
        self._role_of = {each.key: each.role for each in self.all if each.role}
        self._of_type: dict[str, list[ArmResource]] = {}
        self._children: dict[tuple[str, str], list[ArmResource]] = {}
        for each in self.all:
            self._of_type.setdefault(each.type, []).append(each)
            self._children.setdefault((each.parent, each.type), []).append(each)
        self._find_hub()
        self._find_spokes()
        for names in (ROLES.hub, *(ROLES.spoke(key) for key in self.spokes)):
            for subnet in self.children(self.by_role.get(names.network), SUBNET):
                self._give(names.subnet(subnet.name), subnet)
        self.nva = nva or self._next_hop()
        self.nva_subnet = self._nva_subnet()
        self._find_tables()
        self._find_hub_peerings()
        self._find_circuits()
        self._find_group()

    def __getitem__(self, role: str) -> ArmResource | None:
        """Return the resource of a role; nothing where it does not stand."""
        return self.by_role.get(role)

    def role_of(self, resource: ArmResource) -> str:
        """Return a resource's role, or nothing."""
        return self._role_of.get(resource.key, "")

    @property
    def hub(self) -> ArmResource | None:
        """The hub's virtual network."""
        return self[ROLES.hub.network]

    @property
    def spokes(self) -> tuple[str, ...]:
        """The keys of the spokes, sorted."""
        return self.keys(ROLES.spoke_network)

    @property
    def connections(self) -> tuple[str, ...]:
        """The keys of the connections, sorted."""
        return self.keys(ROLES.connection)

    @property
    def hub_peerings(self) -> tuple[str, ...]:
        """The keys of the hub's peerings with networks that are not spokes, sorted."""
        return self.keys(ROLES.hub_peering)

    def children(self, parent: ArmResource | None, kind: str) -> list[ArmResource]:
        """Return the children of one type."""
        return self._children.get((parent.key, kind), []) if parent else []

    def keys(self, name: Callable[[str], str]) -> tuple[str, ...]:
        """Return the keys of the resources of one kind, such as ``ROLES.circuit``, sorted."""
        return tuple(sorted(keys_in(name, self.by_role)))

    def _give(self, role: str, resource: ArmResource) -> None:
        if resource.key not in self._role_of and role not in self.by_role:
            self.by_role[role] = resource
            self._role_of[resource.key] = role

    def _free(self, kind: str) -> Iterator[ArmResource]:
        """Yield the resources of a type that have no role yet."""
        return (each for each in self._of_type.get(kind, ()) if each.key not in self._role_of)

    def _find_hub(self) -> None:
        """Find the network of the ExpressRoute gateway, or the one with room for a gateway."""
        gateways = [g for g in self._free(GATEWAY) if gateway_type(g) == "ExpressRoute"]
        if gateways:
            self._give(ROLES.gateway, gateways[0])
        gateway = self[ROLES.gateway]
        if gateway and (network := self.by_id.get(network_of_gateway(gateway))):
            self._give(ROLES.hub.network, network)
        with_room = [
            network
            for network in self._free(VIRTUAL_NETWORK)
            if any(s.name == GATEWAY_SUBNET for s in self.children(network, SUBNET))
        ]
        for network in sorted(with_room, key=lambda n: -len(self.children(n, PEERING))):
            self._give(ROLES.hub.network, network)

    def _find_spokes(self) -> None:
        """A network that has a peering with the hub, in either direction, is a spoke."""
        if self.hub is None:
            return
        peered = {
            each.reference("remoteVirtualNetwork").lower(): each for each in self._hub_halves()
        }
        location = str(self.hub.properties.get("location", "")).replace(" ", "").lower()
        taken = {each.lower() for each in (*self.spokes, "hub")}
        for network in list(self._free(VIRTUAL_NETWORK)):
            if self._has_gateway(network):
                continue  # PE-11: it could not use the hub's, so it is another hub
            if network.key in peered or self._half_to_hub(network):
                key = _key(network.name, "vnet", location)
                names = (key, network.name, f"{network.group}-{network.name}")
                name = next(each for each in names if each.lower() not in taken)
                taken.add(name.lower())
                self._give(ROLES.spoke_network(name), network)
        for key in self.spokes:
            network = self.by_role[ROLES.spoke_network(key)]
            if half := peered.get(network.key):
                self._give(ROLES.hub_to_spoke(key), half)
            if half := self._half_to_hub(network):
                self._give(ROLES.spoke_to_hub(key), half)

    def _has_gateway(self, network: ArmResource) -> bool:
        gateways = self._of_type.get(GATEWAY, ())
        return any(network_of_gateway(gateway) == network.key for gateway in gateways)

    def _find_hub_peerings(self) -> None:
        """A peering with a network that is not a spoke, and to which the NVA has a route.

        Any other one is somebody else's.
        """
        table = self[ROLES.route_table("nva")]
        routes = routes_of(self, table) if table else ()
        hops = [hop for route in routes if (hop := address_of(route.get("nextHopIpAddress")))]
        for half in self._hub_halves():
            routed = any(hop in prefix for hop in hops for prefix in prefixes_beyond(half))
            if routed and half.key not in self._role_of:
                self._give(ROLES.hub_peering(re.sub("^peer-hub-to-", "", half.name)), half)

    def _hub_halves(self) -> list[ArmResource]:
        return self.children(self.hub, PEERING)

    def _half_to_hub(self, network: ArmResource) -> ArmResource | None:
        hub = self.hub.key if self.hub else ""
        halves = self.children(network, PEERING)
        remotes = (each.reference("remoteVirtualNetwork").lower() for each in halves)
        return next((half for half, r in zip(halves, remotes, strict=True) if r == hub), None)

    def _subnets_of_spokes(self) -> Iterator[ArmResource]:
        for key in self.spokes:
            yield from self.children(self[ROLES.spoke_network(key)], SUBNET)

    def _next_hop(self) -> IPv4Address | None:
        """Return where most of the spokes' own default routes lead."""
        hops: Counter[IPv4Address] = Counter()
        for subnet in self._subnets_of_spokes():
            table = self.by_id.get(subnet.reference("routeTable").lower())
            for route in routes_of(self, table) if table else ():
                if (address := address_of(route.get("nextHopIpAddress"))) is not None:
                    hops[address] += 2 if route.get("addressPrefix") == str(DEFAULT_ROUTE) else 1
        return hops.most_common(1)[0][0] if hops else None

    def _nva_subnet(self) -> ArmResource | None:
        from_hub = self.children(self.hub, SUBNET)
        return next(
            (s for s in from_hub if self.nva and any(self.nva in p for p in prefixes_of_subnet(s))),
            None,
        )

    def _find_tables(self) -> None:
        """The table that most spoke subnets use, then GatewaySubnet's, then the NVA's."""
        used = Counter(
            table for s in self._subnets_of_spokes() if (table := s.reference("routeTable").lower())
        )
        hub = {"gateway": self[ROLES.hub.subnet(GATEWAY_SUBNET)], "nva": self.nva_subnet}
        wanted = {"spokes": used.most_common(1)[0][0]} if used else {}
        wanted |= {key: s.reference("routeTable").lower() for key, s in hub.items() if s}
        for key, identity in wanted.items():
            if identity in self.by_id:
                self._give(ROLES.route_table(key), self.by_id[identity])
        subnets = [*self._subnets_of_spokes(), *self.children(self.hub, SUBNET)]
        tables = {each.reference("routeTable").lower() for each in subnets}
        for other in list(self._free(ROUTE_TABLE)):
            if other.key in tables:
                name = f"{other.group}-{other.name}" if other.name in _TABLES else other.name
                self._give(ROLES.route_table(name), other)

    def _find_circuits(self) -> None:
        gateway = self[ROLES.gateway]
        location = str(gateway.properties.get("location", "")) if gateway else ""
        for connection in list(self._free(CONNECTION)):
            if gateway and connection.reference("virtualNetworkGateway1").lower() == gateway.key:
                peer = connection.reference("peer")
                key = _key(name_in(peer), "erc", location) or connection.name
                self._give(ROLES.connection(key), connection)
                if circuit := self.by_id.get(peer.lower()):
                    self._give(ROLES.circuit(key), circuit)
        for circuit in self._of_type.get(CIRCUIT, ()):
            self._give(ROLES.circuit(_key(circuit.name, "erc", location)), circuit)
            if owned := key_in(ROLES.circuit, self.role_of(circuit)):
                for peering in self.children(circuit, CIRCUIT_PEERING):
                    if peering.name == PRIVATE_PEERING:
                        self._give(ROLES.private_peering(owned), peering)

    def _find_group(self) -> None:
        for group in self._of_type.get(RESOURCE_GROUP, ()):
            if self.hub and group.key == self.hub.identity.group.key:
                self._give(ROLES.group, group)
        groups = {each.key: each for each in self._free(RESOURCE_GROUP)}
        for circuit in self._of_type.get(CIRCUIT, ()):
            circuit_key = key_in(ROLES.circuit, self.role_of(circuit))
            own = groups.get(circuit.identity.group.key)
            if circuit_key and own:
                self._give(ROLES.circuit_group(circuit_key), own)


def _key(name: str, kind: str, location: str) -> str:
    """Return the key that a physical name was derived from, where it was: config.md, names."""
    return re.sub(rf"^{kind}-(.+?)(-{re.escape(location)})?$", r"\1", name, flags=re.IGNORECASE)


def gateway_type(gateway: ArmResource) -> str:
    """Return ``ExpressRoute`` or ``Vpn``."""
    return str(gateway.properties.get("gatewayType", "ExpressRoute"))


def network_of_gateway(gateway: ArmResource) -> str:
    """Return the key of the virtual network that a gateway lives in."""
    for configuration in gateway.properties.get("ipConfigurations") or ():
        subnet = str((configuration.get("subnet") or {}).get("id", ""))
        return ResourceId.of(subnet).parent.key
    return ""


def routes_of(roles: Roles, table: ArmResource) -> list[Mapping[str, Any]]:
    """Return the routes of a table by name: those inside it, and those that are resources."""
    found = {str(route.get("name", "")): route for route in table.properties.get("routes") or ()}
    for route in roles.children(table, ROUTE):
        found[route.name] = route.properties
    return list(found.values())

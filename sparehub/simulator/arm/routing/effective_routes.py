"""The effective routes of a network interface, computed from what is in the store.

Rules: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview. The shape is
that of the recorded body (azure-xplat-cli, ``effectiveRouteTable``, 2017).
"""

from dataclasses import dataclass, replace
from ipaddress import ip_network

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.virtual_machine import is_running, machine_of
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.addresses import Network, contains
from sparehub.simulator.arm.types.network.ip_configurations import configurations
from sparehub.simulator.arm.types.network.peering import gateways
from sparehub.simulator.arm.types.network.route_table import ROUTE
from sparehub.simulator.arm.types.network.virtual_network import PEERING, address_space

_DEFAULT = "Default"
_USER = "User"
_GATEWAY = "VirtualNetworkGateway"
_INTERNET = ip_network("0.0.0.0/0")
_NOWHERE = tuple(
    ip_network(prefix)
    for prefix in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)
_SYSTEM_FIRST = ("VnetLocal", "VNetPeering", "VNetGlobalPeering")


@dataclass(frozen=True)
class _Route:
    source: str
    prefix: Network | None
    """None: a service tag."""
    hop_type: str
    hops: tuple[str, ...] = ()
    name: str | None = None
    text: str = ""
    active: bool = True

    def shown(self) -> JsonObject:
        """Return the route as Azure shows it."""
        document: JsonObject = {
            "source": self.source,
            "state": "Active" if self.active else "Invalid",
            "addressPrefix": [self.text or str(self.prefix)],
            "nextHopType": self.hop_type,
            "nextHopIpAddress": list(self.hops),
        }
        return document if self.name is None else {"name": self.name} | document


def effective_route_table(call: ActionContext) -> JsonObject:
    """Return the routes of an interface, which must be on a running machine (RT-21)."""
    machine = machine_of(call.transaction, call.resource)
    if machine is None or not is_running(machine, call.now):
        raise refusals.INTERFACE_NOT_RUNNING(id=call.resource.id.text)
    key = configurations(call.resource)[0]["properties"]["subnet"]["id"].lower()
    subnet = call.transaction.get(key)
    routes = effective(call.transaction, subnet, call.now) if subnet else []
    return {"value": [route.shown() for route in routes]}


def effective(transaction: Transaction, subnet: Resource, now: float) -> list[_Route]:
    """Return the candidate routes of a subnet (RT-01), each active or not (RT-04)."""
    network = transaction.get(subnet.id.parent.key) if subnet.id.parent else None
    if network is None:
        return []
    table = subnet.properties.get("routeTable", {}).get("id", "").lower()
    user = _user_routes(transaction, table)
    local = [_Route(_DEFAULT, prefix, "VnetLocal") for prefix in address_space(network)]
    system = local + _peered(transaction, network)
    if not _propagation_off(transaction, table):
        system += _from_gateway(transaction, network, now)
    system += _endpoints(subnet)
    # RT-03: beside a default route the private ranges are not routed to nowhere. Where a gateway or
    # Route Server brought it, the one to the Internet is absent, too, in the tables of
    # github.com/myers-dev/RouteServer-default-route (2021-11-06); beside a user's it is Invalid.
    if not any(route.prefix == _INTERNET for route in system):
        system.append(_Route(_DEFAULT, _INTERNET, "Internet"))
    if not any(route.prefix == _INTERNET for route in user + system if route.source != _DEFAULT):
        system += [
            _Route(_DEFAULT, prefix, "None")
            for prefix in _NOWHERE
            if not any(contains(route.prefix, prefix) for route in local if route.prefix)
        ]
    return _mark_active(system + user)


def _mark_active(routes: list[_Route]) -> list[_Route]:
    """Mark the routes that are overridden: User before BGP before System (RT-04, RT-05)."""
    return [
        replace(route, active=not any(_beats(other, route) for other in routes)) for route in routes
    ]


def _beats(winner: _Route, loser: _Route) -> bool:
    if winner.prefix is None or loser.prefix is None or winner is loser:
        return False
    if winner.source == _DEFAULT and loser.source == _GATEWAY:
        # RT-05: within a network or a peered one, a more specific BGP route does not count.
        return winner.hop_type in _SYSTEM_FIRST and contains(winner.prefix, loser.prefix)
    order = (_USER, _GATEWAY, _DEFAULT)
    if winner.source == _GATEWAY and loser.hop_type in _SYSTEM_FIRST:
        return False
    same = winner.prefix == loser.prefix
    return same and order.index(winner.source) < order.index(loser.source)


def _peered(transaction: Transaction, network: Resource) -> list[_Route]:
    """Return a route for each prefix of each connected peer (PE-01), as last synced (PE-18)."""
    routes = []
    for peering in transaction.children(network.key, PEERING):
        if peering.properties["peeringState"] != "Connected":
            continue
        remote = transaction.get(peering.properties["remoteVirtualNetwork"]["id"].lower())
        here = network.document["location"]
        there = remote.document["location"] if remote else here
        next_hop_type = "VNetPeering" if here == there else "VNetGlobalPeering"
        space = peering.properties["remoteVirtualNetworkAddressSpace"]["addressPrefixes"]
        routes += [
            _Route(_DEFAULT, addresses.network(prefix, peering.id), next_hop_type)
            for prefix in space
        ]
    return routes


def _from_gateway(transaction: Transaction, network: Resource, now: float) -> list[_Route]:
    """Return the routes learned by the network's gateways, or by the remote gateways it uses."""
    keys = [network.key]
    for peering in transaction.children(network.key, PEERING):
        properties = peering.properties
        if properties["useRemoteGateways"] and properties["peeringState"] == "Connected":
            keys.append(properties["remoteVirtualNetwork"]["id"].lower())
    own = address_space(network)
    effective = []
    learned = []
    hops: dict[str, str] = {}
    for gateway in (gateway for key in keys for gateway in gateways(transaction, key)):
        routes = bgp.learned(transaction, gateway, now)
        learned += routes
        hops |= {route.connection.key: bgp.local_address(transaction, gateway) for route in routes}
    for prefix, routes in bgp.best(learned).items():
        if prefix in own:
            continue
        addresses_ = tuple(dict.fromkeys(hops[route.connection.key] for route in routes))
        effective.append(_Route(_GATEWAY, prefix, _GATEWAY, addresses_))
    return effective


def _endpoints(subnet: Resource) -> list[_Route]:
    """Return the routes of service endpoints: which prefixes, only Azure knows; the tag stands."""
    return [
        _Route(
            _DEFAULT,
            None,
            "VirtualNetworkServiceEndpoint",
            text=endpoint["service"].removeprefix("Microsoft."),
        )
        for endpoint in subnet.properties.get("serviceEndpoints", [])
        if "service" in endpoint
    ]


def _user_routes(transaction: Transaction, table: str) -> list[_Route]:
    """Return the routes of a route table; a prefix may be a service tag (RT-16)."""
    routes = []
    for route in transaction.children(table, ROUTE) if table else []:
        properties = route.properties
        text = properties["addressPrefix"]
        prefix = None if text[:1].isalpha() else addresses.network(text, route.id)
        hop = properties.get("nextHopIpAddress")
        hops = (hop,) if hop else ()
        routes.append(_Route(_USER, prefix, properties["nextHopType"], hops, route.id.name, text))
    return routes


def _propagation_off(transaction: Transaction, table: str) -> bool:
    """Return whether a table keeps the gateway's routes out (RT-09)."""
    stored = transaction.get(table) if table else None
    return stored is not None and bool(stored.properties["disableBgpRoutePropagation"])


def effective_security_groups(call: ActionContext) -> JsonObject:
    """Return the security groups of an interface and of its subnet, with their rules."""
    machine = machine_of(call.transaction, call.resource)
    if machine is None or not is_running(machine, call.now):
        raise refusals.INTERFACE_NOT_RUNNING_GROUPS(id=call.resource.id.text)
    subnet = call.transaction.get(
        configurations(call.resource)[0]["properties"]["subnet"]["id"].lower()
    )
    groups = []
    for member, holder in (("networkInterface", call.resource), ("subnet", subnet)):
        group = holder.properties.get("networkSecurityGroup") if holder else None
        if group and holder:
            groups.append(
                {
                    "networkSecurityGroup": group,
                    "association": {member: {"id": holder.id.text}},
                    "effectiveSecurityRules": [],
                }
            )
    return {"value": groups}

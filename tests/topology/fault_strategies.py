"""Pairs of small regions with things gone wrong: what a person, or a failure, may leave behind.

Everything is chosen by a function from a sequence: hypothesis's draw, or a seeded generator's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from sparehub.topology.config.enums import NextHopType, Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import (
    Circuit,
    CircuitReference,
    HubPeering,
    Peering,
    Region,
    Route,
    RouteTable,
    Spoke,
    Subnet,
)
from tests.configurations import region_of, shipped
from tests.topology.peered_hubs import HUBS, NVAS, hub_id
from tests.topology.reachability.pairs import remapped

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]
STACKS = ("primary", "secondary")
CIRCUIT = (
    "/subscriptions/of-both/resourceGroups/rg/providers/Microsoft.Network/expressRouteCircuits/erc"
)

ON_PREMISES = [
    ["192.168.0.0/16"],
    ["10.0.0.0/8"],
    ["203.0.113.0/24"],
    ["0.0.0.0/0"],
    ["0.0.0.0/0", "192.168.0.0/16"],
    ["10.1.0.0/25", "172.16.0.0/12"],
    ["192.168.1.0/24", "192.168.1.128/25"],
]
PREFIXES = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/24",
    "10.1.0.128/25",
    "10.2.0.0/24",
    "10.10.10.0/24",
    "10.10.10.0/26",
    "10.20.10.0/24",
    "10.21.0.0/24",
    "10.20.0.0/16",
    "192.168.0.0/16",
    "192.168.1.0/24",
    "100.64.0.0/10",
    "8.8.8.0/24",
    "203.0.113.0/25",
]
ADDRESSES = ["10.10.10.10", "10.10.10.20", "10.1.0.20", "10.10.10.100", "172.30.0.1"]
"""The NVA of the first region, who else may be there, and where nobody is."""
SPACES = {  # of the second region: retained, remapped, or some of both
    "retained": ("10.10.10.0/24", "10.1.0.0/24", "10.2.0.0/24"),
    "remapped": ("10.20.10.0/24", "10.21.0.0/24", "10.22.0.0/24"),
    "hub": ("10.20.10.0/24", "10.1.0.0/24", "10.2.0.0/24"),
    "shifted": ("10.20.10.0/24", "10.2.0.0/24", "10.1.0.0/25"),
}


@dataclass(frozen=True)
class Scene:
    """The regions that stand, by stack, and those of them whose NVA does not."""

    regions: dict[str, Region]
    lost_nvas: frozenset[str] = frozenset()


def faulty_scene(choose: Choose) -> Scene:
    """Return two regions, each with up to four faults; now and then one, or one without NVA."""
    spaces = {"primary": "retained", "secondary": choose(sorted(SPACES))}
    lost, kind = choose(STACKS), choose(["none", "none", "none", "nva", "region"])
    prefers = choose(["none", "none", "primary", "secondary"])
    regions = {
        stack: _region(choose, stack, SPACES[spaces[stack]], prefers)
        for stack in STACKS
        if (stack, "region") != (lost, kind)
    }
    if spaces["secondary"] != "retained" and choose([True, False]):
        regions = {stack: _joined(choose, stack, region) for stack, region in regions.items()}
    option = choose(["none", "none", "fast path", "one circuit"])
    if option == "fast path":
        regions = {stack: fast(region) for stack, region in regions.items()}
    elif option == "one circuit":
        regions = {
            stack: on_one_circuit(region, mixes=choose([True, True, False]))
            for stack, region in regions.items()
        }
    return Scene(regions, frozenset({lost} if kind == "nva" else ()))


def _joined(choose: Choose, stack: str, region: Region) -> Region:
    """Give a hub its half of the peering with the other one, and its NVA routes over it."""
    flags = [True, True, True, False]
    other = next(each for each in HUBS if each != stack)
    half = Peering(
        name="peer-hubs",
        allow_virtual_network_access=choose(flags),
        allow_forwarded_traffic=choose(flags),
        allow_gateway_transit=False,
        use_remote_gateways=False,
        connected=choose(flags),
    )
    peering = HubPeering(
        key="other",
        remote_id=ResourceId.parse(hub_id(other)),
        address_space=(IPv4Network(HUBS[other]),),
        half=half,
    )
    region = replace(region, hub_peerings=(peering,))
    for _ in range(choose([0, 1, 1, 2])):
        prefix = choose(["10.1.0.0/24", "10.2.0.0/24", "10.21.0.0/24", "10.22.0.0/24"])
        hop = choose([NVAS[other], NVAS[other], NVAS[other], HUBS[other].replace("0/24", "77")])
        route = Route(
            name="over",
            address_prefix=IPv4Network(prefix),
            next_hop_type=NextHopType.VIRTUAL_APPLIANCE,
            next_hop_ip_address=IPv4Address(hop),
        )
        tables = tuple(
            replace(
                table,
                routes=(
                    *(r for r in table.routes if r.address_prefix != route.address_prefix),
                    route,
                ),
            )
            if table.key == choose(["nva", "nva", "nva", "gateway", "spokes"])
            else table
            for table in region.route_tables
        )
        region = replace(region, route_tables=tables)
    return region


def fast(region: Region) -> Region:
    """Switch FastPath on (ER-28)."""
    connections = (replace(each, fast_path=True) for each in region.connections)
    return replace(region, connections=tuple(connections))


def on_one_circuit(region: Region, *, mixes: bool) -> Region:
    """Let a region use the circuit that both do, and its gateway take other networks (ER-26)."""
    first, *others = region.circuits
    shared = CircuitReference(
        key=first.key,
        id=ResourceId.parse(CIRCUIT),
        peering_location="Hong Kong",
        bandwidth_in_mbps=50,
        tier="Local",
    )
    gateway = region.gateway and replace(region.gateway, allow_remote_vnet_traffic=mixes)
    return replace(region, circuits=(shared, *others), gateway=gateway)


def mixing(*prefixes: str, one_circuit: bool = True) -> Scene:
    """Return both regions live, whose gateways take other networks (ER-26).

    On-premises advertises ``prefixes``; the circuits are the same, or are not.
    """
    values = shipped("secondary")
    remapped(values["sparehub:region"])
    regions = {"primary": region_of(shipped("primary")), "secondary": region_of(values, "active")}
    for stack, region in regions.items():
        mixes = on_one_circuit(region, mixes=True)
        mixes = mixes if one_circuit else replace(mixes, circuits=region.circuits)
        site = replace(region.on_premises, address_prefixes=tuple(map(IPv4Network, prefixes)))
        regions[stack] = replace(mixes, on_premises=site)
    return Scene(regions)


def _region(choose: Choose, stack: str, spaces: Sequence[str], prefers: str) -> Region:
    values = shipped(stack)
    keys = values["sparehub:region"]
    hub, *spokes = map(IPv4Network, spaces)
    near, shared, gateway, _ = hub.subnets(prefixlen_diff=2)
    keys["hub"]["addressSpace"] = [str(hub)]
    keys["hub"]["subnets"]["nva"]["addressPrefix"] = str(near)
    keys["hub"]["subnets"]["GatewaySubnet"]["addressPrefix"] = str(gateway)
    if choose([False, True]):
        inspect = choose([False, True])
        keys["hub"]["subnets"]["shared"] = {"addressPrefix": str(shared), "inspect": inspect}
    keys["hub"]["nva"]["ipAddress"] = str(hub[10])
    for key, space in zip(("spoke1", "spoke2"), spokes, strict=True):
        low, high = IPv4Network(space).subnets()
        held = {"whole": {"app": space}, "half": {"app": low}, "both": {"app": low, "data": high}}
        keys["spokes"][key]["addressSpace"] = [space]
        keys["spokes"][key]["subnets"] = {
            name: {"addressPrefix": str(prefix)}
            for name, prefix in held[choose(["whole", "half", "both"])].items()
        }
    if choose([False, True]):
        del keys["spokes"]["spoke2"]
    connections = keys["expressRoute"]["connections"]
    if choose([False, True]):
        (one,) = connections.values()
        connections["other"] = one | {"routingWeight": choose([0, 10])}
    keys["onPremises"]["addressPrefixes"] = choose(ON_PREMISES)
    keys["onPremises"]["prefers"] = prefers
    keys["hub"]["nva"]["stateful"] = choose([True, True, False])
    depth = choose(["network", "gateway", "connection"])
    region = region_of(values, choose(["active", "active", "standby"]), depth)
    for _ in range(choose([0, 1, 2, 4, 6])):
        region = choose(FAULTS)(choose, region)
    return region


def _table(choose: Choose, region: Region, change: Callable[[RouteTable], RouteTable]) -> Region:
    wrong = choose([table.key for table in region.route_tables])
    tables = (change(t) if t.key == wrong else t for t in region.route_tables)
    return replace(region, route_tables=tuple(tables))


def propagation_turned(choose: Choose, region: Region) -> Region:
    """Turn the propagation of a table."""

    def turned(table: RouteTable) -> RouteTable:
        return replace(table, disable_bgp_route_propagation=not table.disable_bgp_route_propagation)

    return _table(choose, region, turned)


def route_forgotten(choose: Choose, region: Region) -> Region:
    """Drop the first or the last route of a table."""
    cut: slice = choose([slice(1, None), slice(None, -1)])
    return _table(choose, region, lambda table: replace(table, routes=tuple(table.routes[cut])))


def route_added(choose: Choose, region: Region) -> Region:
    """Add a route to wherever, or put it in place of the one of that prefix."""
    likely = (*region.on_premises.address_prefixes, *region.address_prefixes)
    prefix = choose([*map(IPv4Network, PREFIXES), *likely])
    kind = choose([*NextHopType, NextHopType.VIRTUAL_APPLIANCE, NextHopType.VIRTUAL_APPLIANCE])
    addresses = [*(map(IPv4Address, ADDRESSES)), region.nva.ip_address, region.nva.ip_address]
    address = choose(addresses) if kind is NextHopType.VIRTUAL_APPLIANCE else None
    route = Route(
        name="added", address_prefix=prefix, next_hop_type=kind, next_hop_ip_address=address
    )

    def longer(table: RouteTable) -> RouteTable:
        kept = (r for r in table.routes if r.address_prefix != prefix)  # RT-20
        return replace(table, routes=(*kept, route))

    return _table(choose, region, longer)


def _subnets(choose: Choose, region: Region, change: Callable[[Subnet], Subnet]) -> Region:
    keys = ["hub", *(spoke.key for spoke in region.spokes)]
    wrong = choose(keys)
    if wrong == "hub":
        which = choose([subnet.name for subnet in region.hub.subnets])
        subnets = tuple(change(s) if s.name == which else s for s in region.hub.subnets)
        return replace(region, hub=replace(region.hub, subnets=subnets))

    def changed(spoke: Spoke) -> Spoke:
        network = spoke.virtual_network
        subnets = tuple(change(each) for each in network.subnets)
        return replace(spoke, virtual_network=replace(network, subnets=subnets))

    return _spokes(region, wrong, changed)


def _spokes(region: Region, wrong: str, change: Callable[[Spoke], Spoke]) -> Region:
    spokes = tuple(change(s) if s.key == wrong else s for s in region.spokes)
    return replace(region, spokes=spokes)


def table_mixed_up(choose: Choose, region: Region) -> Region:
    """Give subnets another table, or none."""
    key = choose([None, "spokes", "gateway", "nva"])
    return _subnets(choose, region, lambda subnet: replace(subnet, route_table=key))


def endpoint_changed(choose: Choose, region: Region) -> Region:
    """Take a subnet's service endpoints away, or give it two."""
    wanted = choose([(), ("Microsoft.Storage", "Microsoft.Sql")])
    return _subnets(choose, region, lambda subnet: replace(subnet, service_endpoints=wanted))


def outbound_turned(choose: Choose, region: Region) -> Region:
    """Turn a subnet's default outbound access."""

    def turned(subnet: Subnet) -> Subnet:
        return replace(subnet, default_outbound_access=not subnet.default_outbound_access)

    return _subnets(choose, region, turned)


def flag_turned(choose: Choose, region: Region) -> Region:
    """Turn a flag of one half of a peering; a half that is not connected has a peer that is not."""
    flag = choose(
        [
            "allow_virtual_network_access",
            "allow_forwarded_traffic",
            "allow_gateway_transit",
            "use_remote_gateways",
            "connected",
        ]
    )
    half = choose(["hub_to_spoke", "spoke_to_hub"])

    def turned(spoke: Spoke) -> Spoke:
        peering: Peering = getattr(spoke, half)
        change: dict[str, Any] = {flag: not getattr(peering, flag)}
        changed: dict[str, Any] = {half: replace(peering, **change)}
        return replace(spoke, **changed)

    return _spokes(region, choose([spoke.key for spoke in region.spokes]), turned)


def express_route_broken(choose: Choose, region: Region) -> Region:
    """Take the gateway, a connection or a circuit's private peering away."""
    what = choose(["gateway", "connection", "peering"])
    if what == "gateway":
        return replace(region, gateway=None)
    if what == "connection":
        return replace(region, connections=region.connections[1:])
    broken, *others = region.circuits
    assert isinstance(broken, Circuit)
    return replace(region, circuits=(replace(broken, private_peering=None), *others))


def space_grown(choose: Choose, region: Region) -> Region:
    """Give a spoke another prefix, public or private, that no subnet holds."""
    more = IPv4Network(
        choose(["10.99.0.0/24", "198.51.100.0/24", "192.168.1.0/24", "172.0.0.0/11"])
    )

    def grown(spoke: Spoke) -> Spoke:
        network = spoke.virtual_network
        space = tuple(dict.fromkeys((*network.address_space, more)))
        return replace(spoke, virtual_network=replace(network, address_space=space))

    return _spokes(region, "spoke1", grown)


def preference_contradicted(choose: Choose, region: Region) -> Region:
    """Let one file prefer what the other may not."""
    prefers = choose(list(Prefers))
    return replace(region, on_premises=replace(region.on_premises, prefers=prefers))


FAULTS = (
    propagation_turned,
    route_forgotten,
    route_added,
    route_added,
    table_mixed_up,
    table_mixed_up,
    endpoint_changed,
    outbound_turned,
    flag_turned,
    flag_turned,
    express_route_broken,
    space_grown,
    preference_contradicted,
)

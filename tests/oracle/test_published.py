"""Effective route tables that others published, as the model and the oracle compute them.

Each is what ``az network nic show-effective-route-table`` printed: the facts re-typed, read on
2026-11-30, without the addresses that a gateway's routes lead to. All learned their default route
by BGP from Route Server or a VPN gateway; no table of an ExpressRoute gateway was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

import pytest

from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model import resources
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes
from tests.configurations import region_of, shipped
from tests.oracle.region import Region
from tests.oracle.trace import World
from tests.topology.azure_bodies import Row, given, rendered, row

ROUTE_SERVER = "https://github.com/myers-dev/RouteServer-default-route"  # 2021-11-06
ECMP = "https://github.com/myers-dev/RouteServer-ecmp"
FIREWALL = (
    "https://github.com/lrivallain/azure-labs-and-scripts/tree/main/"
    "hub-and-spoke-azfw-route-injection"
)
NVA = "https://github.com/lrivallain/azure-labs-and-scripts/tree/main/hub-and-spoke-linux-based-nva"
ANYWHERE = "0.0.0.0/0"


def system(prefix: str, hop: str) -> Row:
    """Return an active row of the system."""
    return "Default", "Active", prefix, hop, ""


def bgp(*prefixes: str) -> list[Row]:
    """Return the active rows of a gateway."""
    gateway = "VirtualNetworkGateway"
    return [(gateway, "Active", prefix, gateway, "") for prefix in prefixes]


@dataclass(frozen=True)
class Published:
    """A table, and what it was printed of: a network, beside its peer, where BGP brings routes."""

    source: str
    machine: str
    network: str
    rows: Sequence[Row]
    peer: str = ""
    learned: Sequence[str] = ()
    internet: str = ""  # what a user's route sends there


TABLES = [
    Published(
        ROUTE_SERVER,
        "spoke",
        "10.0.0.0/16",
        [
            system("10.0.0.0/16", "VnetLocal"),
            system("10.1.0.0/16", "VNetPeering"),
            *bgp("10.2.0.0/16", ANYWHERE),
        ],
        peer="10.1.0.0/16",
        learned=("10.2.0.0/16", ANYWHERE),
    ),
    Published(
        ROUTE_SERVER,
        "remote, behind a VPN gateway",
        "10.2.0.0/16",
        [
            system("10.2.0.0/16", "VnetLocal"),
            *bgp("10.0.0.0/16", "192.168.100.0/32", ANYWHERE, "10.1.0.0/16"),
        ],
        learned=("10.0.0.0/16", "192.168.100.0/32", ANYWHERE, "10.1.0.0/16"),
    ),
    Published(
        ECMP,
        "spoke",
        "10.0.0.0/16",
        [
            system("10.0.0.0/16", "VnetLocal"),
            system("10.1.0.0/16", "VNetPeering"),
            *bgp("10.2.0.0/16", ANYWHERE),
        ],
        peer="10.1.0.0/16",
        learned=("10.2.0.0/16", ANYWHERE),
    ),
    Published(
        FIREWALL,
        "spoke",
        "10.2.0.0/16",
        [
            system("10.2.0.0/16", "VnetLocal"),
            system("10.1.0.0/16", "VNetPeering"),
            *bgp(ANYWHERE),
            ("User", "Active", "1.1.1.1/32", "Internet", ""),
        ],
        peer="10.1.0.0/16",
        learned=(ANYWHERE,),
        internet="1.1.1.1/32",
    ),
    Published(
        NVA,
        "spoke",
        "10.2.0.0/16",
        [
            system("10.2.0.0/16", "VnetLocal"),
            system("10.1.0.0/16", "VNetPeering"),
            *bgp(ANYWHERE),
            ("User", "Active", "82.65.43.153/32", "Internet", ""),
        ],
        peer="10.1.0.0/16",
        learned=(ANYWHERE,),
        internet="82.65.43.153/32",
    ),
]
WITHOUT = Published(
    ROUTE_SERVER,
    "hub, which learns no default route",
    "10.1.0.0/16",
    [
        system("10.1.0.0/16", "VnetLocal"),
        system("10.0.0.0/16", "VNetPeering"),
        system(ANYWHERE, "Internet"),
        system("10.0.0.0/8", "None"),
        system("100.64.0.0/10", "None"),
        system("192.168.0.0/16", "None"),
    ],
    peer="10.0.0.0/16",
)
"""The same table has None for 14 public prefixes (25.48.0.0/12, 198.18.0.0/15, 40.109.0.0/16, ...)
and not for 172.16.0.0/12; Microsoft's page lists that one, and no public one."""


def region_with(table: Published) -> tuple[resources.Region, str, resources.Subnet]:
    """Return a region with a subnet as that of a table's machine: the network's key, the subnet.

    A network with a peer is the spoke of the hub that learns; one without is the hub.
    """
    region = region_of(shipped("primary"), "active")
    routes = [
        resources.Route(
            name="user", address_prefix=IPv4Network(each), next_hop_type=NextHopType.INTERNET
        )
        for each in [table.internet]
        if each
    ]
    tables = (
        resources.RouteTable(
            key="its", name="rt", disable_bgp_route_propagation=False, routes=(*routes,)
        ),
    )
    subnet = resources.Subnet(
        name="its", address_prefix=next(IPv4Network(table.network).subnets(8)), route_table="its"
    )
    own = resources.VirtualNetwork(
        name="own", address_space=(IPv4Network(table.network),), subnets=(subnet,)
    )
    learned = tuple(map(IPv4Network, table.learned))
    region = replace(
        region,
        route_tables=tables,
        on_premises=replace(region.on_premises, address_prefixes=learned),
        connections=region.connections if learned else (),
    )
    if not table.peer:
        return replace(region, hub=own, spokes=()), "hub", subnet
    hub = resources.VirtualNetwork(
        name="hub", address_space=(IPv4Network(table.peer),), subnets=region.hub.subnets[:0]
    )
    spoke = replace(region.spokes[0], key="spoke", virtual_network=own)
    return replace(region, hub=hub, spokes=(spoke,)), "spoke", subnet


def computed(table: Published) -> tuple[list[Row], list[Row]]:
    """Return the rows of the model and those of the oracle."""
    region, key, subnet = region_with(table)
    world = World(Region("r", rendered(region, "r"), given(region)))
    (place,) = (each for each in world.places() if each.subnet.name == "its")
    ours = [row(each) for each in RegionRoutes(region).of(key, subnet)]
    return sorted(ours), sorted(each.row for each in world.routes(place))


@pytest.mark.parametrize("table", TABLES, ids=lambda each: f"{each.source} {each.machine}")
def test_a_default_route_by_bgp_replaces_the_systems(table: Published) -> None:
    """RT-03: no None route and no route to the Internet is left, not even an Invalid one."""
    assert computed(table) == (sorted(table.rows), sorted(table.rows))


def test_without_it_the_systems_are_there() -> None:
    """The same lab's machine that learns no default route; 172.16.0.0/12 came later."""
    expected = sorted([*WITHOUT.rows, system("172.16.0.0/12", "None")])

    assert computed(WITHOUT) == (expected, expected)

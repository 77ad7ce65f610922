"""The source document's pair of regions as models, and faults put into them."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Peering, Region, Route, RouteTable, Spoke, Subnet
from sparehub.topology.reachability.states.states import PairState, Side, configured_side
from tests.configurations import region_of, shipped, stack_of

Pair = dict[str, Region]


def pair(primary: str = "active", secondary: str = "standby") -> Pair:
    """Return both regions at these activations."""
    return {
        "primary": region_of(shipped("primary"), primary),
        "secondary": region_of(shipped("secondary"), secondary),
    }


def normal(regions: Pair) -> PairState:
    """Return the regions as the state in which promises hold."""
    return PairState(name="normal", regions=regions)


def sides(depth: str = "gateway", **changes: Callable[[dict[str, Any]], object]) -> list[Side]:
    """Return both sides at a depth, the keys of a stack changed by a function of its name."""
    found = []
    for name in ("primary", "secondary"):
        values = shipped(name)
        if name in changes:
            changes[name](values["sparehub:region"])
        config = stack_of(values, depth=depth)
        found.append(configured_side(Stack(name=name, config=config, region=build(config))))
    return found


def remapped(region: dict[str, Any]) -> None:
    """Move the keys of a region to addresses of its own."""
    region["hub"] = {
        "addressSpace": ["10.20.10.0/24"],
        "subnets": {
            "nva": {"addressPrefix": "10.20.10.0/25"},
            "GatewaySubnet": {"addressPrefix": "10.20.10.128/25"},
        },
        "nva": {"ipAddress": "10.20.10.10"},
    }
    for number, spoke in enumerate(region["spokes"].values(), start=11):
        spoke["addressSpace"] = [f"10.{number}.0.0/24"]
        spoke["subnets"]["app"]["addressPrefix"] = f"10.{number}.0.0/24"


def with_table(region: Region, key: str, **changes: Any) -> Region:
    """Return a region with one route table changed."""
    tables = [replace(t, **changes) if t.key == key else t for t in region.route_tables]
    return replace(region, route_tables=tuple(tables))


def table(region: Region, key: str) -> RouteTable:
    """Return a route table of a region."""
    (found,) = (each for each in region.route_tables if each.key == key)
    return found


def with_route(region: Region, key: str, prefix: str, hop: str) -> Region:
    """Return a region with one more user route: to an address, or of a next hop type."""
    address = IPv4Address(hop) if hop[0].isdigit() else None
    route = Route(
        name=f"more-{prefix.replace('/', '-')}",
        address_prefix=IPv4Network(prefix),
        next_hop_type=NextHopType.VIRTUAL_APPLIANCE if address else NextHopType(hop),
        next_hop_ip_address=address,
    )
    return with_table(region, key, routes=(*table(region, key).routes, route))


def with_half(region: Region, spoke: str, half: str, **changes: Any) -> Region:
    """Return a region with one half of a peering changed: hub_to_spoke or spoke_to_hub."""

    def changed(each: Spoke) -> Spoke:
        peering: Peering = getattr(each, half)
        parts: dict[str, Any] = {half: replace(peering, **changes)}
        return replace(each, **parts) if each.key == spoke else each

    return replace(region, spokes=tuple(map(changed, region.spokes)))


def with_subnet(region: Region, spoke: str, **changes: Any) -> Region:
    """Return a region with every subnet of a spoke changed."""

    def changed(each: Spoke) -> Spoke:
        subnets: list[Subnet] = [replace(s, **changes) for s in each.virtual_network.subnets]
        network = replace(each.virtual_network, subnets=tuple(subnets))
        return replace(each, virtual_network=network) if each.key == spoke else each

    return replace(region, spokes=tuple(map(changed, region.spokes)))

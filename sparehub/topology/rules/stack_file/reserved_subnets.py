"""The subnets of one file whose names Azure knows, in the hub and in spokes."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.azure.reserved_subnets import (
    GATEWAY_SUBNET,
    Groups,
    ReservedSubnet,
    reserved,
)
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.hub import nva_subnet
from sparehub.topology.rules.stack_file.raw import RawRegion, as_mapping, mapping


@rule("VN-11", why="Azure refuses a network security group on GatewaySubnet.")
def gateway_subnet_has_no_security_group(region: RawRegion) -> Iterator[RuleFault]:
    """Not even an empty one."""
    for path, place, subnet in _reserved(region):
        if place.name == GATEWAY_SUBNET and "networkSecurityGroupId" in subnet:
            message = "Azure refuses a network security group on GatewaySubnet: leave it out"
            yield RuleFault(f"{path}.networkSecurityGroupId", message)


@rule("VN-09", why="Nothing but gateways may live in GatewaySubnet.")
def nothing_in_gateway_subnet_is_protected(region: RawRegion) -> Iterator[RuleFault]:
    """No machine, so nothing to replicate."""
    for path, place, subnet in _reserved(region):
        if place.name == GATEWAY_SUBNET and subnet.get("protected") is True:
            message = "nothing but the gateway may live here, so nothing here can be replicated"
            yield RuleFault(f"{path}.protected", message)


@rule("VN-16", why="Azure refuses a firewall, Bastion or Route Server in a smaller subnet.")
def subnets_of_services_are_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """Of GatewaySubnet VN-10 speaks."""
    for subnets in region.subnets.values():
        for name, given in subnets.items():
            place = reserved(name)
            if place is None or place.name == GATEWAY_SUBNET:
                continue
            if given.prefix.prefixlen > place.longest_prefix:
                message = (
                    f"{given.prefix} is too small for {name}: /{place.longest_prefix} at least"
                )
                yield RuleFault(given.path, message)


@rule("VN-16", why="Azure takes no network security group on subnets of Firewall and Route Server.")
def subnets_of_services_have_no_security_group(region: RawRegion) -> Iterator[RuleFault]:
    """Azure guards them itself; Bastion's may have one with its rules."""
    for path, place, subnet in _services(region):
        if place.security_groups is Groups.NONE and "networkSecurityGroupId" in subnet:
            message = "Azure takes no network security group here: leave it out"
            yield RuleFault(f"{path}.networkSecurityGroupId", message)


@rule(
    "VN-26",
    why="Azure refuses a route table on the subnets of Bastion and Route Server, and any of "
    "Sparehub's would cut a firewall's management off.",
)
def subnets_of_services_have_no_route_table(region: RawRegion) -> Iterator[RuleFault]:
    """Neither the spokes' nor the one of inspected subnets."""
    for path, place, subnet in _services(region):
        if place.takes_route_table:
            continue
        message = f"{place.name} cannot have a route table: leave it out"
        if subnet.get("routeTable") == "shared":
            yield RuleFault(f"{path}.routeTable", message)
        if subnet.get("inspect") is True:
            yield RuleFault(f"{path}.inspect", message)


@rule("VN-16", why="Nothing but its service may live in a subnet that Azure keeps for one.")
def subnets_of_services_hold_no_machines(region: RawRegion) -> Iterator[RuleFault]:
    """Nothing to replicate, and no NVA but Azure Firewall."""
    for path, place, subnet in _services(region):
        if subnet.get("protected") is True:
            message = f"no machine lives in {place.name}, so nothing here can be replicated"
            yield RuleFault(f"{path}.protected", message)
    place_of_nva = reserved(nva_subnet(region))
    if place_of_nva is not None and not place_of_nva.takes_route_table:
        message = f"the NVA cannot live in {place_of_nva.name}: Azure keeps it for its own service"
        yield RuleFault("region.hub.nva.subnet", message)


def _reserved(region: RawRegion) -> Iterator[tuple[str, ReservedSubnet, Mapping[str, Any]]]:
    """Yield the path, the kind and the values of each subnet whose name Azure knows."""
    for path, network in region.networks.items():
        for name, subnet in mapping(network, "subnets").items():
            if place := reserved(str(name)):
                yield f"{path}.subnets.{name}", place, as_mapping(subnet)


def _services(region: RawRegion) -> Iterator[tuple[str, ReservedSubnet, Mapping[str, Any]]]:
    return (each for each in _reserved(region) if each[1].name != GATEWAY_SUBNET)


RESERVED = (
    gateway_subnet_has_no_security_group,
    nothing_in_gateway_subnet_is_protected,
    subnets_of_services_are_large_enough,
    subnets_of_services_have_no_security_group,
    subnets_of_services_have_no_route_table,
    subnets_of_services_hold_no_machines,
)

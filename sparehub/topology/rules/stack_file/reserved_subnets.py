"""Subnets that Azure reserves by their names, in the hub and in spokes."""

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
    """An empty one is refused, too."""
    for path, reservation, subnet in _reserved(region):
        if reservation.name == GATEWAY_SUBNET and "networkSecurityGroupId" in subnet:
            message = "Azure refuses a network security group on GatewaySubnet: remove it"
            yield RuleFault(f"{path}.networkSecurityGroupId", message)


@rule("VN-30", why="Azure refuses a NAT gateway on GatewaySubnet.")
def gateway_subnet_has_no_nat_gateway(region: RawRegion) -> Iterator[RuleFault]:
    """An empty one is refused, too."""
    for path, reservation, subnet in _reserved(region):
        if reservation.name == GATEWAY_SUBNET and "natGatewayId" in subnet:
            message = "Azure refuses a NAT gateway on GatewaySubnet: remove it"
            yield RuleFault(f"{path}.natGatewayId", message)


@rule("VN-09", why="Only gateways may be in GatewaySubnet.")
def nothing_in_gateway_subnet_is_protected(region: RawRegion) -> Iterator[RuleFault]:
    """It has no machines, so nothing to replicate."""
    for path, reservation, subnet in _reserved(region):
        if reservation.name == GATEWAY_SUBNET and subnet.get("protected") is True:
            message = "only the gateway may be in this subnet, so nothing in it can be replicated"
            yield RuleFault(f"{path}.protected", message)


@rule("VN-16", why="Azure refuses a firewall, Bastion or Route Server in a smaller subnet.")
def service_subnets_are_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """VN-10 covers GatewaySubnet."""
    for subnets in region.subnets.values():
        for name, subnet in subnets.items():
            reservation = reserved(name)
            if reservation is None or reservation.name == GATEWAY_SUBNET:
                continue
            if subnet.prefix.prefixlen > reservation.longest_prefix:
                length = reservation.longest_prefix
                message = f"{subnet.prefix} is too small for {name}: at least /{length}"
                yield RuleFault(subnet.path, message)


@rule(
    "VN-16", why="Azure refuses a network security group on subnets of Firewall and Route Server."
)
def service_subnets_have_no_security_group(region: RawRegion) -> Iterator[RuleFault]:
    """Azure protects them itself; the subnet of Bastion may have one with Bastion's rules."""
    for path, reservation, subnet in _services(region):
        if reservation.security_groups is Groups.NONE and "networkSecurityGroupId" in subnet:
            message = "Azure refuses a network security group on this subnet: remove it"
            yield RuleFault(f"{path}.networkSecurityGroupId", message)


@rule(
    "VN-26",
    why="Azure refuses a route table on subnets of Bastion and Route Server, and a firewall with "
    "Sparehub's route table could not be managed.",
)
def service_subnets_have_no_route_table(region: RawRegion) -> Iterator[RuleFault]:
    """Neither the table of the spokes nor that of inspected subnets."""
    for path, reservation, subnet in _services(region):
        if reservation.takes_route_table:
            continue
        message = f"{reservation.name} cannot have a route table: remove it"
        if subnet.get("routeTable") == "shared":
            yield RuleFault(f"{path}.routeTable", message)
        if subnet.get("inspect") is True:
            yield RuleFault(f"{path}.inspect", message)


@rule("VN-16", why="A subnet that Azure reserves for a service may hold only that service.")
def service_subnets_have_no_machines(region: RawRegion) -> Iterator[RuleFault]:
    """So there is nothing to replicate, and no NVA but Azure Firewall."""
    for path, reservation, subnet in _services(region):
        if subnet.get("protected") is True:
            message = f"{reservation.name} has no machines, so nothing in it can be replicated"
            yield RuleFault(f"{path}.protected", message)
    of_nva = reserved(nva_subnet(region))
    if of_nva is not None and not of_nva.takes_route_table:
        message = f"the NVA cannot be in {of_nva.name}: Azure reserves it for its own service"
        yield RuleFault("region.hub.nva.subnet", message)


def _reserved(region: RawRegion) -> Iterator[tuple[str, ReservedSubnet, Mapping[str, Any]]]:
    """Yield the path, the reservation and the values of each reserved subnet."""
    for path, network in region.networks.items():
        for name, subnet in mapping(network, "subnets").items():
            if reservation := reserved(str(name)):
                yield f"{path}.subnets.{name}", reservation, as_mapping(subnet)


def _services(region: RawRegion) -> Iterator[tuple[str, ReservedSubnet, Mapping[str, Any]]]:
    return (subnet for subnet in _reserved(region) if subnet[1].name != GATEWAY_SUBNET)


RESERVED = (
    gateway_subnet_has_no_security_group,
    gateway_subnet_has_no_nat_gateway,
    nothing_in_gateway_subnet_is_protected,
    service_subnets_are_large_enough,
    service_subnets_have_no_security_group,
    service_subnets_have_no_route_table,
    service_subnets_have_no_machines,
)

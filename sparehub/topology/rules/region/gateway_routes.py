"""The route table of GatewaySubnet: what stops the gateway (VN-12) and what may disturb it (VN-13).

``gateway_route_problems`` is the only place that decides it: the two rules below call it for a
stack file, ``reachability.invariants`` for a deployed region.
https://github.com/MicrosoftDocs/azure-docs/blob/main/includes/vpn-gateway-gwudr-warning.md
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Route, RouteTable, Subnet
from sparehub.topology.rules.region.networks import gateway_subnet_of, networks_of
from sparehub.topology.rules.region.routes import path_of, tables_of
from sparehub.topology.rules.rule import RuleFault, rule


@dataclass(frozen=True, kw_only=True)
class GatewayRouteProblem:
    """What is wrong with the route table of GatewaySubnet."""

    message: str
    route: Route | None
    """The route; None where the table itself is wrong."""
    stops_gateway: bool
    """VN-12: Azure makes no gateway with it, or the gateway does not work. Else VN-13."""


def gateway_route_problems(subnet: Subnet, table: RouteTable) -> Iterator[GatewayRouteProblem]:
    """Yield what is wrong with a table on GatewaySubnet, by VN-12 and VN-13."""
    if table.disable_bgp_route_propagation:
        yield GatewayRouteProblem(
            message=f"{table.name} must propagate BGP routes to {GATEWAY_SUBNET}, or the gateway "
            "does not work: set disableBgpRoutePropagation to false",
            route=None,
            stops_gateway=True,
        )
    for route in table.routes:
        prefix = route.address_prefix
        message, stops_gateway = "", True
        if prefix == DEFAULT_ROUTE:
            message = f"{table.name} has a default route: Azure creates no gateway with one"
        elif route.next_hop_type is NextHopType.NONE and subnet.address_prefix.subnet_of(prefix):
            message = f"{prefix} to None in {table.name} drops traffic to {GATEWAY_SUBNET}"
        elif prefix.overlaps(subnet.address_prefix):
            message = (
                f"{prefix} in {table.name} overlaps {GATEWAY_SUBNET} {subnet.address_prefix}, "
                "which can keep Azure from managing the gateway"
            )
            stops_gateway = False
        if message:
            yield GatewayRouteProblem(
                message=f"{message}: remove the route", route=route, stops_gateway=stops_gateway
            )


@rule("VN-12", why="A gateway does not work without its own routes.")
def gateway_subnet_has_the_routes_that_a_gateway_needs(stack: Stack) -> Iterator[RuleFault]:
    """No default route, no route that drops its range, and BGP propagation on."""
    for path, problem, table in _problems(stack):
        if problem.stops_gateway:
            subnet = f"{path}.subnets.{GATEWAY_SUBNET}.routeTable"
            yield RuleFault(path_of(table) if problem.route else subnet, problem.message)


@rule(
    "VN-13",
    severity="warning",
    why="Azure manages a gateway through GatewaySubnet's own range.",
)
def gateway_subnet_has_no_route_for_its_own_range(stack: Stack) -> Iterator[RuleFault]:
    """In the table of the hub's GatewaySubnet."""
    for path, problem, table in _problems(stack):
        if path == "region.hub" and not problem.stops_gateway:
            yield RuleFault(path_of(table), problem.message)


def _problems(stack: Stack) -> Iterator[tuple[str, GatewayRouteProblem, RouteTable]]:
    """Yield problems of every GatewaySubnet with the path of its network and with its table."""
    tables = tables_of(stack.region)
    for path, network in networks_of(stack):
        subnet = gateway_subnet_of(network)
        table = tables.get(subnet.route_table or "") if subnet else None
        if subnet and table:
            for problem in gateway_route_problems(subnet, table):
                yield path, problem, table


GATEWAY_ROUTES = (
    gateway_subnet_has_the_routes_that_a_gateway_needs,
    gateway_subnet_has_no_route_for_its_own_range,
)

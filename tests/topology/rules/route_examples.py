"""Examples of the rules of route tables."""

from dataclasses import replace

from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import RouteTable
from sparehub.topology.rules.region import gateway_routes, routes
from sparehub.topology.rules.rule import Rule
from tests.topology.rules.rule_inputs import (
    Example,
    first_spoke,
    hub,
    model,
    nothing,
    primary,
    route,
    spokes,
    table,
)

GATEWAY = "region.routes.gateway"
SPOKES = "region.routes.spokes"


def many_routes(count: int) -> Example:
    """Return the first table that holds more routes than ``count``, and the last that does not."""

    def filled(number: int, into: RouteTable) -> RouteTable:
        return replace(into, routes=into.routes[:1] * number)

    return Example(
        model(table("spokes", lambda t: filled(count + 1, t))),
        "region.spokes",
        f"{count + 1} routes in rt-spokes-eastasia",
        model(table("spokes", lambda t: filled(count, t))),
    )


EXAMPLES: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        routes.no_route_has_the_gateway_as_next_hop,
        Example(
            primary(route("spokes", "192.168.0.0/16", "VirtualNetworkGateway")),
            SPOKES,
            "192.168.0.0/16 to VirtualNetworkGateway",
            primary(route("spokes", "192.168.0.0/16", "None")),
        ),
    ),
    (
        routes.only_virtual_appliances_have_a_next_hop_address,
        Example(
            primary(route("spokes", "192.168.0.0/16", "VirtualAppliance")),
            SPOKES,
            "needs nextHopIpAddress",
            primary(route("spokes", "192.168.0.0/16", "VirtualAppliance", "10.10.10.10")),
        ),
    ),
    (
        routes.next_hops_are_reachable_directly,
        Example(
            primary(route("spokes", "192.168.0.0/16", "VirtualAppliance", "10.2.0.4")),
            SPOKES,
            "10.2.0.4, which region.spokes.spoke1 does not reach",
            primary(route("gateway", "192.168.0.0/16", "VirtualAppliance", "10.2.0.4")),
        ),
    ),
    (
        routes.nva_is_not_its_own_next_hop,
        Example(
            primary(
                lambda r: (
                    hub(r)["nva"].update(internetEgress="onPremises"),
                    route("nva", "0.0.0.0/0", "VirtualAppliance", "10.10.10.10")(r),
                )
            ),
            "region.routes.nva",
            "nva of region.hub sends its own default route to 10.10.10.10",
            primary(
                lambda r: (
                    hub(r)["nva"].update(internetEgress="onPremises"),
                    route("nva", "0.0.0.0/0", "VirtualAppliance", "10.2.0.4")(r),
                )
            ),
        ),
    ),
    (routes.routes_per_table_stay_within_the_limit, many_routes(1000)),
    (routes.routes_per_table_stay_within_the_old_limit, many_routes(400)),
    (
        routes.subnets_use_existing_route_tables,
        Example(
            model(
                first_spoke(
                    lambda s: replace(
                        s,
                        virtual_network=replace(
                            s.virtual_network,
                            subnets=(replace(s.virtual_network.subnets[0], route_table="gone"),),
                        ),
                    )
                )
            ),
            "region.spokes.spoke1.subnets.app.routeTable",
            "there is no route table 'gone'",
            primary(nothing),
        ),
    ),
    (
        routes.prefixes_of_a_route_table_are_unique,
        Example(
            primary(route("gateway", "10.1.0.0/24", "VirtualAppliance", "10.10.10.20")),
            GATEWAY,
            "rt-gateway-eastasia already has a route for 10.1.0.0/24",
            primary(route("gateway", "10.1.0.0/25", "VirtualAppliance", "10.10.10.20")),
        ),
    ),
    (
        gateway_routes.gateway_subnet_has_the_routes_that_a_gateway_needs,
        Example(
            primary(route("gateway", "0.0.0.0/0", "VirtualAppliance", "10.10.10.10")),
            GATEWAY,
            "rt-gateway-eastasia has a default route",
            primary(route("gateway", "10.3.0.0/16", "None")),
        ),
    ),
    (
        gateway_routes.gateway_subnet_has_the_routes_that_a_gateway_needs,
        Example(
            primary(route("gateway", "10.10.0.0/16", "None")),
            GATEWAY,
            "10.10.0.0/16 to None in rt-gateway-eastasia drops traffic to GatewaySubnet",
            primary(spokes(3)),
        ),
    ),
    (
        gateway_routes.gateway_subnet_has_the_routes_that_a_gateway_needs,
        Example(
            model(table("gateway", lambda t: replace(t, disable_bgp_route_propagation=True))),
            "region.hub.subnets.GatewaySubnet.routeTable",
            "must propagate BGP routes",
            primary(nothing),
        ),
    ),
    (
        gateway_routes.gateway_subnet_has_no_route_for_its_own_range,
        Example(
            primary(route("gateway", "10.10.10.128/26", "VirtualAppliance", "10.10.10.10")),
            GATEWAY,
            "10.10.10.128/26 in rt-gateway-eastasia overlaps GatewaySubnet 10.10.10.128/25",
            primary(route("gateway", "10.10.10.0/25", "VirtualAppliance", "10.10.10.10")),
        ),
    ),
    (
        gateway_routes.gateway_subnet_has_no_route_for_its_own_range,
        Example(
            primary(route("gateway", "10.10.10.192/26", "None")),
            GATEWAY,
            "10.10.10.192/26 in rt-gateway-eastasia overlaps GatewaySubnet 10.10.10.128/25",
            primary(route("gateway", "10.10.10.0/25", "None")),
        ),
    ),
    (
        routes.no_route_is_for_site_recovery_addresses,
        Example(
            primary(route("spokes", "52.187.58.0/24", "Internet")),
            SPOKES,
            "52.187.58.0/24 to Internet bypasses the NVA",
            primary(route("spokes", "52.187.58.0/24", "None")),
        ),
    ),
)

"""The table of actions: a new action is a function and a row here."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from sparehub.simulator.arm.actions.address_check import check_address
from sparehub.simulator.arm.actions.failover_tests import (
    all_tests,
    single_test,
    start_link_test,
    start_site_test,
    stop_link_test,
    stop_site_test,
)
from sparehub.simulator.arm.actions.gateway_connections import connections
from sparehub.simulator.arm.actions.resiliency import resiliency_information, routes_information
from sparehub.simulator.arm.data.service_providers import SERVICE_PROVIDERS, listed
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.routing.circuit_tables import (
    arp_table,
    route_table,
    route_table_summary,
    stats,
)
from sparehub.simulator.arm.routing.effective_routes import (
    effective_route_table,
    effective_security_groups,
)
from sparehub.simulator.arm.routing.gateway_routes import (
    advertised_routes,
    bgp_peers,
    learned_routes,
)
from sparehub.simulator.arm.types.attached.load_balancer import LOAD_BALANCER
from sparehub.simulator.arm.types.attached.load_balancer_health import rule_health
from sparehub.simulator.arm.types.attached.network_interface import (
    NETWORK_INTERFACE,
    VIRTUAL_MACHINE,
)
from sparehub.simulator.arm.types.attached.virtual_machine import instance_view, set_power
from sparehub.simulator.arm.types.base import Action
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT
from sparehub.simulator.arm.types.express_route.circuit_peering import CIRCUIT_PEERING
from sparehub.simulator.arm.types.express_route.gateway import GATEWAY
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK

_MINUTE = 60.0
_SOON = 9.0
"""Recorded in azure-xplat-cli: how long the effective routes of an interface took."""

_ACTIONS = {
    f"{CIRCUIT}/getCircuitLinkFailoverAllTestsDetails": Action(all_tests),
    f"{CIRCUIT}/getCircuitLinkFailoverSingleTestDetails": Action(single_test),
    f"{CIRCUIT}/startCircuitLinkFailoverTest": Action(
        start_link_test, seconds=_MINUTE, writes=True
    ),
    f"{CIRCUIT}/stopCircuitLinkFailoverTest": Action(stop_link_test, seconds=_MINUTE, writes=True),
    f"{CIRCUIT_PEERING}/arpTables": Action(arp_table, seconds=_SOON),
    f"{CIRCUIT_PEERING}/routeTables": Action(route_table, seconds=_SOON),
    f"{CIRCUIT_PEERING}/routeTablesSummary": Action(route_table_summary, seconds=_SOON),
    f"{CIRCUIT_PEERING}/stats": Action(stats, method="GET"),
    f"{GATEWAY}/connections": Action(connections, method="GET"),
    f"{GATEWAY}/getAdvertisedRoutes": Action(advertised_routes, seconds=_SOON),
    f"{GATEWAY}/getBgpPeerStatus": Action(bgp_peers, seconds=_SOON),
    f"{GATEWAY}/getFailoverAllTestsDetails": Action(all_tests),
    f"{GATEWAY}/getFailoverSingleTestDetails": Action(single_test),
    f"{GATEWAY}/getLearnedRoutes": Action(learned_routes, seconds=_SOON),
    f"{GATEWAY}/getResiliencyInformation": Action(resiliency_information, seconds=_SOON),
    f"{GATEWAY}/getRoutesInformation": Action(routes_information, seconds=_SOON),
    f"{GATEWAY}/startSiteFailoverTest": Action(start_site_test, seconds=_MINUTE, writes=True),
    f"{GATEWAY}/stopSiteFailoverTest": Action(stop_site_test, seconds=_MINUTE, writes=True),
    f"{LOAD_BALANCER}/loadBalancingRules/health": Action(rule_health, seconds=_SOON, on_part=True),
    f"{NETWORK_INTERFACE}/effectiveNetworkSecurityGroups": Action(
        effective_security_groups, seconds=_SOON
    ),
    f"{NETWORK_INTERFACE}/effectiveRouteTable": Action(effective_route_table, seconds=_SOON),
    f"{VIRTUAL_NETWORK}/CheckIPAddressAvailability": Action(check_address, method="GET"),
    f"{VIRTUAL_MACHINE}/start": Action(partial(set_power, power="running"), writes=True),
    f"{VIRTUAL_MACHINE}/powerOff": Action(partial(set_power, power="stopped"), writes=True),
    f"{VIRTUAL_MACHINE}/deallocate": Action(partial(set_power, power="deallocated"), writes=True),
    f"{VIRTUAL_MACHINE}/instanceView": Action(instance_view, method="GET"),
}

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {f"{action.method} {name.lower()}": action for name, action in _ACTIONS.items()}
)
"""The actions of resources, by method and path of types in lower case."""

LISTS: Mapping[str, Callable[[], list[JsonObject]]] = MappingProxyType(
    {SERVICE_PROVIDERS.lower(): listed}
)
"""Lists of a subscription whose items are not resources, by type in lower case."""

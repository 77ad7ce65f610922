"""The table of actions: a new action is a function and a row here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
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
from sparehub.simulator.arm.actions.run_command import RUN_COMMAND, run_command
from sparehub.simulator.arm.data.service_providers import SERVICE_PROVIDERS, listed
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.replication import (
    bodies,
    failover,
    other_actions,
    reprotect,
    trial_failover,
)
from sparehub.simulator.arm.replication.other_actions import export_jobs, refresh_health
from sparehub.simulator.arm.replication.plans import runs
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
from sparehub.simulator.arm.types.automation import job as automation_jobs
from sparehub.simulator.arm.types.automation.account import linked_workspace
from sparehub.simulator.arm.types.automation.account import list_keys as list_automation_keys
from sparehub.simulator.arm.types.automation.automation_type import ACCOUNT
from sparehub.simulator.arm.types.automation.runbook import RUNBOOK, content, publish, put_draft
from sparehub.simulator.arm.types.base import Action, ActionContext, StartedOperation
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT
from sparehub.simulator.arm.types.express_route.circuit_peering import CIRCUIT_PEERING
from sparehub.simulator.arm.types.express_route.gateway import GATEWAY
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK
from sparehub.simulator.arm.types.recovery.containers import ContainerMapping
from sparehub.simulator.arm.types.recovery.fabric import Fabric
from sparehub.simulator.arm.types.recovery.recovery_plan import PLAN
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.jobs import JOB
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    CONTAINER_MAPPING,
    FABRIC,
    VAULT,
)
from sparehub.simulator.arm.types.storage.storage_account import STORAGE_ACCOUNT
from sparehub.simulator.arm.types.storage.storage_account import list_keys as list_account_keys

_MINUTE = 60.0
_SOON = 9.0
"""Recorded in azure-xplat-cli: how long the effective routes of an interface took."""


def _operation(run: Callable[[ActionContext], StartedOperation]) -> Action:
    """Return an action of Site Recovery on an item, which goes on after its answer."""
    return Action(run, writes=True, operates=True, body=bodies.OF_ITEM)


def _plan_operation(run: Callable[[ActionContext], StartedOperation]) -> Action:
    """Return the same of a recovery plan."""
    return Action(run, writes=True, operates=True, body=bodies.OF_PLAN)


def _table(run: Callable[[ActionContext], JsonObject]) -> Action:
    """Return an action that reads a table of a circuit; who may read it may post it.

    https://learn.microsoft.com/azure/role-based-access-control/permissions/networking
    """
    return Action(run, seconds=_SOON, permitted_as="read")


_SITE_RECOVERY = {
    f"{ITEM}/unplannedFailover": _operation(failover.unplanned_failover),
    f"{ITEM}/failoverCommit": _operation(failover.commit),
    f"{ITEM}/testFailover": _operation(trial_failover.test_failover),
    f"{ITEM}/testFailoverCleanup": _operation(trial_failover.clean_up),
    f"{ITEM}/remove": _operation(reprotect.remove_item),
    f"{ITEM}/applyRecoveryPoint": _operation(other_actions.apply_recovery_point),
    f"{ITEM}/plannedFailover": _operation(runs.not_for_azure),
    f"{ITEM}/reProtect": _operation(other_actions.reprotect_unmanaged),
    f"{CONTAINER}/switchprotection": _operation(reprotect.switch_protection),
    f"{CONTAINER}/remove": _operation(other_actions.remove_container),
    f"{CONTAINER_MAPPING}/remove": _operation(partial(other_actions.remove, kind=ContainerMapping)),
    f"{FABRIC}/remove": _operation(partial(other_actions.remove, kind=Fabric)),
    f"{PLAN}/unplannedFailover": _plan_operation(runs.unplanned_failover),
    f"{PLAN}/plannedFailover": _plan_operation(runs.not_for_azure),
    f"{PLAN}/testFailover": _plan_operation(runs.test_failover),
    f"{PLAN}/testFailoverCleanup": _plan_operation(runs.clean_up),
    f"{PLAN}/failoverCommit": _plan_operation(runs.commit),
    f"{JOB}/resume": _operation(runs.resume),
    f"{JOB}/cancel": _operation(runs.cancel),
    JOB: _operation(export_jobs),
    f"{VAULT}/replicationVaultHealth/refresh": replace(_operation(refresh_health), on_part=True),
    f"{STORAGE_ACCOUNT}/listKeys": Action(list_account_keys, at_once=True),
    f"{ACCOUNT}/listKeys": Action(list_automation_keys, at_once=True),
    f"{ACCOUNT}/linkedWorkspace": Action(linked_workspace, method="GET"),
    f"{RUNBOOK}/draft": Action(
        put_draft,
        method="PUT",
        writes=True,
        accepted=True,
        text=True,
        permitted_as="content/write",
    ),
    f"{RUNBOOK}/content": Action(content, method="GET"),
    f"{automation_jobs.JOB}/output": Action(automation_jobs.output, method="GET"),
    f"{automation_jobs.JOB}/stop": Action(automation_jobs.stop, writes=True, at_once=True),
    f"{automation_jobs.JOB}/streams": Action(automation_jobs.streams, method="GET"),
    f"{RUNBOOK}/publish": Action(publish, writes=True, accepted=True),
}
_ACTIONS = _SITE_RECOVERY | {
    f"{CIRCUIT}/getCircuitLinkFailoverAllTestsDetails": Action(all_tests),
    f"{CIRCUIT}/getCircuitLinkFailoverSingleTestDetails": Action(single_test),
    f"{CIRCUIT}/startCircuitLinkFailoverTest": Action(
        start_link_test, seconds=_MINUTE, writes=True
    ),
    f"{CIRCUIT}/stopCircuitLinkFailoverTest": Action(stop_link_test, seconds=_MINUTE, writes=True),
    f"{CIRCUIT_PEERING}/arpTables": _table(arp_table),
    f"{CIRCUIT_PEERING}/routeTables": _table(route_table),
    f"{CIRCUIT_PEERING}/routeTablesSummary": _table(route_table_summary),
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
    f"{VIRTUAL_MACHINE}/runCommand": Action(
        run_command, seconds=_MINUTE, writes=True, body=RUN_COMMAND
    ),
}

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {f"{action.method} {name.lower()}": action for name, action in _ACTIONS.items()}
)
"""The actions of resources, by method and path of types in lower case."""

LISTS: Mapping[str, Callable[[], list[JsonObject]]] = MappingProxyType(
    {SERVICE_PROVIDERS.lower(): listed}
)
"""Lists of a subscription whose items are not resources, by type in lower case."""

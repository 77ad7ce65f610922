"""The file for ``pulumi import -f``: what stands, under the names that the program gives it.

Components are imported empty, as parents; the program registers them again. Its form:
https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from sparehub.topology.adoption.configuration import owned
from sparehub.topology.adoption.recovery_vault import (
    CONTAINER_MAPPING,
    FABRIC,
    NETWORK_MAPPING,
    VAULT,
)
from sparehub.topology.config.resource_ids import ResourceId, id_problem
from sparehub.topology.model.logical_names import REGION, ROLES, key_in
from sparehub.topology.model.recovery.lasting_parts import FAILBACK, FAILOVER, NAMES
from sparehub.topology.model.resources import Region
from sparehub.topology.state import resources as arm
from sparehub.topology.state.region import Reading

_TOKENS = {
    arm.RESOURCE_GROUP: "resources:ResourceGroup",
    arm.VIRTUAL_NETWORK: "network:VirtualNetwork",
    arm.SUBNET: "network:Subnet",
    arm.PEERING: "network:VirtualNetworkPeering",
    arm.ROUTE_TABLE: "network:RouteTable",
    arm.GATEWAY: "network:VirtualNetworkGateway",
    arm.CONNECTION: "network:VirtualNetworkGatewayConnection",
    arm.CIRCUIT: "network:ExpressRouteCircuit",
    arm.CIRCUIT_PEERING: "network:ExpressRouteCircuitPeering",
}
_RECOVERY_TOKENS = {
    f"{VAULT}/replicationpolicies": "recoveryservices:ReplicationPolicy",
    FABRIC: "recoveryservices:ReplicationFabric",
    CONTAINER_MAPPING: "recoveryservices:ReplicationProtectionContainerMapping",
    NETWORK_MAPPING: "recoveryservices:ReplicationNetworkMapping",
}
_KEY = "[^/]+"
_SITE_RECOVERY = ROLES.site_recovery_component
# The component that each role's resource belongs to; what fits none is the region's own.
_RECOVERY = "recovery:RegionRecovery"
_COMPONENTS = {
    rf"({ROLES.hub.component})/": "network:Hub",
    rf"({ROLES.peering_component(_KEY)})/": "network:HubSpokePeering",
    rf"({ROLES.spoke(_KEY).component})/": "network:Spoke",
    rf"({ROLES.route_tables_component})/": "network:RouteTables",
    rf"({ROLES.gateway_component})/": "network:ExpressRouteGateway",
    rf"({ROLES.circuit_component(_KEY)})/(?!group)": "network:ExpressRouteCircuit",
    rf"({ROLES.connection_component(_KEY)})/": "network:ExpressRouteConnection",
    rf"({_SITE_RECOVERY}/fabric/{_KEY})/": "recovery:ReplicationFabric",
    rf"({_SITE_RECOVERY}/(?:{FAILOVER}|{FAILBACK}))/": "recovery:ReplicationMappings",
    rf"({_SITE_RECOVERY})/": _RECOVERY,
}


def import_file(
    reading: Reading, built: Region, recovery: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Return the import file of what the configuration describes and Azure holds.

    ``recovery`` has the ids of what the program owns of Site Recovery, by role.

    An id that Azure cannot have given is left out: Pulumi would put it into a URL.
    """
    components: dict[str, str] = {REGION.root: "network:RegionNetwork"}
    resources = []
    tokens = _TOKENS | _RECOVERY_TOKENS
    roles = [*roles_of(reading, built), *(recovery or {}).items()]
    for role, identity in sorted(roles):
        if id_problem(identity):
            continue
        parent, component = _parent(role)
        if parent.startswith(f"{NAMES.root}/"):
            components.setdefault(NAMES.root, _RECOVERY)
        components.setdefault(parent, component)
        entry = {
            "type": f"azure-native:{tokens[ResourceId.parse(identity).type]}",
            "name": f"{REGION.root}/{role}",
            "id": identity,
            "parent": parent,
        }
        resources.append(entry)
    parents = [
        {
            "type": f"sparehub:{component}",
            "name": name,
            "component": True,
            **_inside(name),
        }
        for name, component in components.items()
    ]
    return {"resources": [*parents, *resources]}


def entries_in_region(
    resources: Iterable[tuple[str, str, str]], known: Container[str]
) -> list[dict[str, Any]]:
    """Return the entries of resources of a region that is deployed, and of new components.

    Args:
        resources: type token, logical name and id of each.
        known: the logical names that the state holds.
    """
    entries: list[dict[str, Any]] = []
    made: set[str] = set()
    for token, name, identity in resources:
        parent, component = _parent(name.removeprefix(f"{REGION.root}/"))
        if parent not in known and parent not in made:
            made.add(parent)
            kind = f"sparehub:{component}"
            entries.append({"type": kind, "name": parent, "component": True, **_inside(parent)})
        entries.append({"type": token, "name": name, "id": identity, "parent": parent})
    return entries


def roles_of(reading: Reading, built: Region) -> Iterator[tuple[str, str]]:
    """Yield role and id of what is imported: what the program registers, too."""
    tables = {ROLES.route_table(table.key) for table in built.route_tables}
    for role, resource in reading.roles.by_role.items():
        circuit = re.match(f"{ROLES.circuit_component('([^/]+)')}/", role)
        if circuit and owned(reading, circuit[1]) is None:
            continue
        if key_in(ROLES.route_table, role) and role not in tables:
            continue
        yield role, resource.id
        key = key_in(ROLES.circuit, role)
        if key and reading.roles[ROLES.circuit_group(key)] is None:
            yield ROLES.circuit_group(key), str(resource.identity.group)
    hub = reading.roles.hub
    if hub and reading.roles[ROLES.group] is None:
        yield ROLES.group, str(hub.identity.group)


def _parent(role: str) -> tuple[str, str]:
    """Return name and type of the component that a role's resource belongs to."""
    for pattern, component in _COMPONENTS.items():
        if match := re.match(pattern, role):
            return f"{REGION.root}/{match[1]}", component
    return REGION.root, "network:RegionNetwork"


def _inside(component: str) -> dict[str, str]:
    """Return the parent of a component, as a key of its entry; the region has none."""
    if component == REGION.root:
        return {}
    of_recovery = component.startswith(f"{NAMES.root}/")
    return {"parent": NAMES.root if of_recovery else REGION.root}

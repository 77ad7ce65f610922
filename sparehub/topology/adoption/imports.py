"""The file for ``pulumi import -f``: what stands, under the names that the program gives it.

Components are imported empty, as parents; the program registers them again. Its form:
https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.adoption.configuration import owned
from sparehub.topology.config.resource_ids import ResourceId, id_problem
from sparehub.topology.model.logical_names import REGION, ROLES, key_in
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
_KEY = "[^/]+"
# The component that each role's resource belongs to; what fits none is the region's own.
_COMPONENTS = {
    rf"({ROLES.hub.component})/": "Hub",
    rf"({ROLES.peering_component(_KEY)})/": "HubSpokePeering",
    rf"({ROLES.spoke(_KEY).component})/": "Spoke",
    rf"({ROLES.route_tables_component})/": "RouteTables",
    rf"({ROLES.gateway_component})/": "ExpressRouteGateway",
    rf"({ROLES.circuit_component(_KEY)})/(?!group)": "ExpressRouteCircuit",
    rf"({ROLES.connection_component(_KEY)})/": "ExpressRouteConnection",
}


def import_file(reading: Reading, built: Region) -> Mapping[str, Any]:
    """Return the import file of what the configuration describes and Azure holds.

    An id that Azure cannot have given is left out: Pulumi would put it into a URL.
    """
    components: dict[str, str] = {REGION.root: "RegionNetwork"}
    resources = []
    for role, identity in sorted(roles_of(reading, built)):
        if id_problem(identity):
            continue
        parent, component = _parent(role)
        components.setdefault(parent, component)
        entry = {
            "type": f"azure-native:{_TOKENS[ResourceId.parse(identity).type]}",
            "name": f"{REGION.root}/{role}",
            "id": identity,
            "parent": parent,
        }
        resources.append(entry)
    parents = [
        {
            "type": f"sparehub:network:{component}",
            "name": name,
            "component": True,
            **({"parent": REGION.root} if name != REGION.root else {}),
        }
        for name, component in components.items()
    ]
    return {"resources": [*parents, *resources]}


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
    return REGION.root, "RegionNetwork"

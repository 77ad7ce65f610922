"""The file for ``pulumi import -f``: what stands, under the names that the program gives it.

Components are imported empty, as parents; the program registers them again. Its form:
https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.adoption.configuration import owned
from sparehub.topology.config.resource_ids import id_problem
from sparehub.topology.model.resources import Region
from sparehub.topology.state import resources as arm
from sparehub.topology.state.region import Reading

REGION = "region"
"""The name that the program gives its region."""
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
# The component that each role's resource belongs to; what fits none is the region's own.
_COMPONENTS = {
    r"(hub)/": "Hub",
    r"(spoke/[^/]+/peering)/": "HubSpokePeering",
    r"(spoke/[^/]+)/": "Spoke",
    r"(routes)/": "RouteTables",
    r"(expressroute)/": "ExpressRouteGateway",
    r"(circuit/[^/]+)/(?!group)": "ExpressRouteCircuit",
    r"(connection/[^/]+)/": "ExpressRouteConnection",
}


def import_file(reading: Reading, built: Region) -> Mapping[str, Any]:
    """Return the import file of what the configuration describes and Azure holds.

    An id that Azure cannot have given is left out: Pulumi would put it into a URL.
    """
    components: dict[str, str] = {REGION: "RegionNetwork"}
    resources = []
    for role, identity in sorted(roles_of(reading, built)):
        if id_problem(identity):
            continue
        parent, component = _parent(role)
        components.setdefault(parent, component)
        entry = {
            "type": f"azure-native:{_TOKENS[arm.type_of(identity)]}",
            "name": f"{REGION}/{role}",
            "id": identity,
            "parent": parent,
        }
        resources.append(entry)
    parents = [
        {
            "type": f"sparehub:network:{component}",
            "name": name,
            "component": True,
            **({"parent": REGION} if name != REGION else {}),
        }
        for name, component in components.items()
    ]
    return {"resources": [*parents, *resources]}


def roles_of(reading: Reading, built: Region) -> Iterator[tuple[str, str]]:
    """Yield role and id of what is imported: what the program registers, too."""
    tables = {f"routes/{table.key}" for table in built.route_tables}
    for role, resource in reading.roles.by_role.items():
        first, key, *_ = (*role.split("/"), "")
        if first == "circuit" and owned(reading, key) is None:
            continue
        if first == "routes" and role not in tables:
            continue
        yield role, resource.id
        group = f"circuit/{key}/group"
        if role == f"circuit/{key}/circuit" and reading.roles[group] is None:
            yield group, _group(resource.id)
    hub = reading.roles.hub
    if hub and reading.roles["group"] is None:
        yield "group", _group(hub.id)


def _group(identity: str) -> str:
    return "/".join(identity.split("/")[:5])


def _parent(role: str) -> tuple[str, str]:
    """Return name and type of the component that a role's resource belongs to."""
    for pattern, component in _COMPONENTS.items():
        if found := re.match(pattern, role):
            return f"{REGION}/{found[1]}", component
    return REGION, "RegionNetwork"

"""Physical names: the pattern of each, how long Azure lets them be, and that they are unique.

A pattern ends in the region's name, which is its location where the stack file gives no other.
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from sparehub.topology.azure.limits import (
    NAME_LENGTH,
    RESOURCE_GROUP_NAME_LENGTH,
    VIRTUAL_NETWORK_NAME_LENGTH,
    VIRTUAL_NETWORK_NAME_MIN_LENGTH,
)
from sparehub.topology.errors import Problem
from sparehub.topology.model.resources import Circuit, Region

PRIVATE_PEERING = "AzurePrivatePeering"
"""The name that Azure demands of the private peering of a circuit."""


def resource_group_name(region: str) -> str:
    """Return the name of a region's resource group."""
    return f"rg-sparehub-{region}"


def hub_name(region: str) -> str:
    """Return the name of a hub's virtual network."""
    return f"vnet-hub-{region}"


def spoke_name(key: str, region: str) -> str:
    """Return the name of a spoke's virtual network."""
    return f"vnet-{key}-{region}"


def hub_to_spoke_name(key: str) -> str:
    """Return the name of the hub's half of a peering."""
    return f"peer-hub-to-{key}"


def spoke_to_hub_name(key: str) -> str:
    """Return the name of the spoke's half of a peering."""
    return f"peer-{key}-to-hub"


def hub_peering_name(key: str) -> str:
    """Return the name of the hub's half of a peering with a network that is not a spoke."""
    return f"peer-hub-to-{key}"


def route_table_name(key: str, region: str) -> str:
    """Return the name of a route table."""
    return f"rt-{key}-{region}"


def route_name(key: str, prefix: IPv4Network) -> str:
    """Return the name of a route to a spoke or to an inspected subnet of the hub."""
    return f"to-{key}-{_dashed(prefix)}"


def user_route_name(prefix: IPv4Network) -> str:
    """Return the name of a route that the stack file adds."""
    return f"user-{_dashed(prefix)}"


def agent_route_name(tag: str) -> str:
    """Return the name of the route by which agents reach the services of a tag."""
    return f"agents-{tag}"


def gateway_name(region: str) -> str:
    """Return the name of the ExpressRoute gateway."""
    return f"ergw-{region}"


def circuit_name(key: str) -> str:
    """Return the name of a circuit."""
    return f"erc-{key}"


def circuit_group_name(key: str) -> str:
    """Return the name of the resource group of a circuit."""
    return f"rg-sparehub-erc-{key}"


def connection_name(key: str, region: str) -> str:
    """Return the name of a connection."""
    return f"con-{region}-{key}"


def drill_group_name(region: str) -> str:
    """Return the name of the resource group of a drill."""
    return f"rg-sparehub-drill-{region}"


def drill_network_name(key: str, region: str) -> str:
    """Return the name of a test network of a drill."""
    return f"vnet-drill-{key}-{region}"


def drill_security_group_name(key: str, region: str) -> str:
    """Return the name of the network security group of a test network."""
    return f"nsg-drill-{key}-{region}"


def drill_peering_name(key: str, other: str) -> str:
    """Return the name of one half of a peering of two spokes' test networks."""
    return f"peer-{key}-to-{other}"


def drill_bastion_name(region: str) -> str:
    """Return the name of Bastion's network in a drill; no test network of a spoke has it."""
    return f"vnet-bastion-drill-{region}"


def drill_bastion_security_group_name(region: str) -> str:
    """Return the name of the network security group of Bastion's subnet in a drill."""
    return f"nsg-bastion-drill-{region}"


def drill_bastion_peering_name(key: str) -> str:
    """Return the name of both halves of the peering of a test network with that of Bastion."""
    return f"peer-bastion-{key}"


def vault_name(region: str) -> str:
    """Return the name of the Recovery Services vault."""
    return f"rsv-sparehub-{region}"


def vault_group_name(region: str) -> str:
    """Return the name of the resource group of the vault."""
    return f"rg-sparehub-asr-{region}"


def recovered_group_name(region: str) -> str:
    """Return the name of the resource group where recovered machines arrive."""
    return f"rg-sparehub-recovered-{region}"


def automation_account_name(region: str) -> str:
    """Return the name of the Automation account whose runbooks switch the network."""
    return f"aa-sparehub-{region}"


def automation_group_name(region: str) -> str:
    """Return the name of the resource group of the Automation account."""
    return f"rg-sparehub-automation-{region}"


def _dashed(prefix: IPv4Network) -> str:
    return str(prefix).replace("/", "-")


class _Named(NamedTuple):
    """A name, where to change it, what else it must differ from, and how long it may be."""

    path: str
    name: str
    scope: str
    longest: int = NAME_LENGTH
    shortest: int = 1


def name_problems(region: Region) -> Iterator[Problem]:
    """Yield every physical name that Azure would refuse."""
    seen: dict[tuple[str, str], str] = {}
    for path, name, scope, longest, shortest in _names(region):
        if not shortest <= len(name) <= longest:
            bounds = f"{shortest} to {longest}"
            message = f"the name {name!r} has {len(name)} characters; Azure allows {bounds}"
            yield Problem(path, message)
        first = seen.setdefault((scope, name.lower()), path)
        if first != path:
            yield Problem(path, f"the name {name!r} is also that of {first}")


def _names(region: Region) -> Iterator[_Named]:
    yield _Named(
        "region.resourceGroup", region.resource_group, "resource groups", RESOURCE_GROUP_NAME_LENGTH
    )
    yield _Named(
        "region.hub.name",
        region.hub.name,
        "virtual networks",
        VIRTUAL_NETWORK_NAME_LENGTH,
        VIRTUAL_NETWORK_NAME_MIN_LENGTH,
    )
    for table in region.route_tables:
        yield _Named(f"region.routeTables.{table.key}.name", table.name, "route tables")
    for spoke in region.spokes:
        path = f"region.spokes.{spoke.key}"
        yield _Named(
            f"{path}.name",
            spoke.virtual_network.name,
            "virtual networks",
            VIRTUAL_NETWORK_NAME_LENGTH,
            VIRTUAL_NETWORK_NAME_MIN_LENGTH,
        )
        yield _Named(f"{path}.hubToSpoke.name", spoke.hub_to_spoke.name, "peerings of the hub")
        yield _Named(f"{path}.spokeToHub.name", spoke.spoke_to_hub.name, f"peerings of {spoke.key}")
    for peering in region.hub_peerings:
        path = f"region.hub.peerings.{peering.key}.name"
        yield _Named(path, peering.half.name, "peerings of the hub")
    if region.gateway:
        yield _Named("region.expressRoute.gateway.name", region.gateway.name, "gateways")
    path = "region.expressRoute.connections"
    for connection in region.connections:
        yield _Named(f"{path}.{connection.key}.name", connection.name, "connections")
    for circuit in region.circuits:
        if isinstance(circuit, Circuit):
            scope = f"circuits of {circuit.resource_group.lower()}"
            yield _Named(f"{path}.{circuit.key}.circuit.name", circuit.name, scope)
            group = _Named(
                f"{path}.{circuit.key}.circuit.resourceGroup",
                circuit.resource_group,
                "resource groups",
                RESOURCE_GROUP_NAME_LENGTH,
            )
            yield group
    yield from _names_of_recovery(region)
    yield from _names_of_drill(region)


def _names_of_drill(region: Region) -> Iterator[_Named]:
    if (drill := region.drill) is None:
        return
    group = drill.resource_group
    yield _Named("region.drill", group, "resource groups", RESOURCE_GROUP_NAME_LENGTH)
    scope = "virtual networks of the drill"
    for network in drill.networks:
        path = f"region.spokes.{network.key}"
        name = network.virtual_network.name
        yield _Named(path, name, scope, VIRTUAL_NETWORK_NAME_LENGTH)
    if drill.bastion:
        name = drill.bastion.virtual_network.name
        yield _Named("region.drill.bastion", name, scope, VIRTUAL_NETWORK_NAME_LENGTH)
    for peering in drill.peerings:
        path = f"region.spokes.{peering.first}"
        name = peering.first_to_second.name
        yield _Named(path, name, f"peerings of the drill of {peering.first}")


def _names_of_recovery(region: Region) -> Iterator[_Named]:
    if recovery := region.site_recovery:
        path = "region.siteRecovery"
        groups = {f"{path}.resourceGroup": recovery.resource_group}
        if not recovery.vault.id:  # one that is owned elsewhere may be where machines arrive
            groups[f"{path}.vault.resourceGroup"] = recovery.vault.resource_group
        if recovery.automation:
            groups[f"{path}.automation.resourceGroup"] = recovery.automation.resource_group
        for where, group in groups.items():
            yield _Named(where, group, "resource groups", RESOURCE_GROUP_NAME_LENGTH)

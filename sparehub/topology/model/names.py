"""Physical names: how long Azure lets them be, and that no two things have one name.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from collections.abc import Iterator
from typing import NamedTuple

from sparehub.topology.azure.limits import (
    NAME_LENGTH,
    RESOURCE_GROUP_NAME_LENGTH,
    VIRTUAL_NETWORK_NAME_LENGTH,
    VIRTUAL_NETWORK_NAME_MIN_LENGTH,
)
from sparehub.topology.errors import Problem
from sparehub.topology.model.resources import Circuit, Region


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
    if region.drill:
        yield _Named(
            "region.drill",
            region.drill.resource_group,
            "resource groups",
            RESOURCE_GROUP_NAME_LENGTH,
        )
        for network in region.drill.networks:
            path = f"region.spokes.{network.key}"
            name = network.virtual_network.name
            yield _Named(path, name, "virtual networks of the drill", VIRTUAL_NETWORK_NAME_LENGTH)

"""Reads private DNS zones' links and private endpoints: those of every subscription seen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Azure, properties_of
from sparehub.azure.reading import glance
from sparehub.failover.queries.resource_index import indexed
from sparehub.topology.comparison.private_names import PrivateEndpoint, ZoneLink
from sparehub.topology.config.resource_ids import ResourceId

_LINKS = "microsoft.network/privatednszones/virtualnetworklinks"
_ENDPOINTS = "microsoft.network/privateendpoints"
_CONNECTIONS = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


@dataclass(frozen=True, kw_only=True)
class PrivateNamesRead:
    """What was read; ``unread`` says what could not be, so that there may be more."""

    links: tuple[ZoneLink, ...]
    endpoints: tuple[PrivateEndpoint, ...]
    unread: tuple[str, ...] = ()


def read_private_names(
    azure: Azure, networks: Collection[ResourceId], lost: Collection[ResourceId] = ()
) -> PrivateNamesRead:
    """Return the links and private endpoints of some networks.

    https://learn.microsoft.com/rest/api/dns/privatedns/virtual-network-links,
    https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints

    Args:
        azure: where they are read.
        networks: the ids of the networks.
        lost: those whose region may be lost: the zones of their endpoints are not read.
    """
    links, endpoints = indexed(azure, _LINKS), indexed(azure, _ENDPOINTS)
    unread = [
        f"{what}: {each.problem}"
        for what, each in (("links of private DNS zones", links), ("private endpoints", endpoints))
        if each.problem
    ]
    found = []
    for endpoint in (each for row in endpoints.items for each in _endpoints(row)):
        if endpoint.network not in networks:
            continue
        if endpoint.network in lost:
            found.append(endpoint)
            continue
        zones = glance(azure, f"{endpoint.id}/privateDnsZoneGroups")
        if not zones.accepted:
            unread.append(f"zones of {endpoint.id.name}: {zones.problem}")
        found.append(
            PrivateEndpoint(
                id=endpoint.id,
                network=endpoint.network,
                service=endpoint.service,
                groups=endpoint.groups,
                zones=tuple(_zones(zones.body)) if zones.accepted else (),
            )
        )
    return PrivateNamesRead(
        links=tuple(each for row in links.items for each in _links(row, networks)),
        endpoints=tuple(found),
        unread=tuple(unread),
    )


def _links(row: Mapping[str, Any], networks: Collection[ResourceId]) -> Iterator[ZoneLink]:
    identity, properties = ResourceId.of(str(row.get("id") or "")), properties_of(row)
    network = ResourceId.of(str((properties.get("virtualNetwork") or {}).get("id") or ""))
    if identity.type == _LINKS and network in networks:
        registers = properties.get("registrationEnabled") is True
        yield ZoneLink(zone=identity.parent, network=network, registers=registers)


def _endpoints(row: Mapping[str, Any]) -> Iterator[PrivateEndpoint]:
    identity, properties = ResourceId.of(str(row.get("id") or "")), properties_of(row)
    subnet = ResourceId.of(str((properties.get("subnet") or {}).get("id") or ""))
    if identity.type != _ENDPOINTS or not subnet.is_id or not subnet.names:
        return
    for each in (each for name in _CONNECTIONS for each in properties.get(name) or ()):
        said = properties_of(each)
        yield PrivateEndpoint(
            id=identity,
            network=subnet.parent,
            service=ResourceId.of(str(said.get("privateLinkServiceId") or "")),
            groups=frozenset(str(group).lower() for group in said.get("groupIds") or ()),
        )


def _zones(body: Mapping[str, Any]) -> Iterator[ResourceId]:
    for group in body.get("value") or ():
        for config in properties_of(group).get("privateDnsZoneConfigs") or ():
            yield ResourceId.of(str(properties_of(config).get("privateDnsZoneId") or ""))

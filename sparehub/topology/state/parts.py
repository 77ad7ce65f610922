"""Single parts of the model from the properties of single resources."""

from collections.abc import Mapping
from typing import Any

from sparehub.topology.config.enums import NextHopType
from sparehub.topology.config.fields import plain_location
from sparehub.topology.model.resources import Peering, PrivatePeering, Route, TagRoute
from sparehub.topology.state.resources import ArmResource
from sparehub.topology.state.values import (
    address_of,
    prefix_of,
    prefixes_of,
    prefixes_of_network,
    space_of,
)


def peering_of(half: ArmResource | None, remote: ArmResource | None, *, connected: bool) -> Peering:
    """Return one half of a peering; one that is missing has all of its flags off."""
    if half is None:
        return Peering(
            name="",
            allow_virtual_network_access=False,
            allow_forwarded_traffic=False,
            allow_gateway_transit=False,
            use_remote_gateways=False,
            connected=False,
            stands=False,
        )
    properties = half.properties
    known = space_of(properties, "remoteAddressSpace")
    return Peering(
        name=half.name,
        # The one flag that is on where it was not said.
        # https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
        allow_virtual_network_access=properties.get("allowVirtualNetworkAccess") is not False,
        allow_forwarded_traffic=bool(properties.get("allowForwardedTraffic")),
        allow_gateway_transit=bool(properties.get("allowGatewayTransit")),
        use_remote_gateways=bool(properties.get("useRemoteGateways")),
        connected=connected,
        in_sync=not known
        or remote is None
        or set(prefixes_of(known)) == set(prefixes_of_network(remote)),
    )


def private_peering_of(peering: ArmResource | None) -> PrivatePeering | None:
    """Return the private peering of a circuit."""
    if peering is None:
        return None
    links = [
        prefix_of(peering.properties.get(f"{link}PeerAddressPrefix"))
        for link in ("primary", "secondary")
    ]
    if links[0] is None or links[1] is None:
        return None
    return PrivatePeering(
        peer_asn=whole(peering.properties.get("peerASN")) or 0,
        vlan_id=whole(peering.properties.get("vlanId")) or 0,
        primary_peer_address_prefix=links[0],
        secondary_peer_address_prefix=links[1],
        enabled=peering.properties.get("state") != "Disabled",
    )


def route_of(route: Mapping[str, Any]) -> Route | None:
    """Return a route; nothing for a service tag, whose routes are of another kind (RT-16)."""
    prefix = prefix_of(route.get("addressPrefix"))
    hop = str(route.get("nextHopType", ""))
    if prefix is None or hop not in list(NextHopType):
        return None
    return Route(
        name=str(route.get("name", "")),
        address_prefix=prefix,
        next_hop_type=NextHopType(hop),
        next_hop_ip_address=address_of(route.get("nextHopIpAddress")),
    )


def tag_route_of(route: Mapping[str, Any]) -> TagRoute | None:
    """Return the route of a service tag; nothing for any other route (RT-16)."""
    tag = str(route.get("addressPrefix") or "")
    hop = str(route.get("nextHopType", ""))
    if not tag[:1].isalpha() or hop not in list(NextHopType):
        return None
    return TagRoute(
        name=str(route.get("name", "")),
        service_tag=tag,
        next_hop_type=NextHopType(hop),
        next_hop_ip_address=address_of(route.get("nextHopIpAddress")),
    )


def whole(value: object) -> int | None:
    """Return a number; a Pulumi state holds them as they came, with or without a fraction."""
    return int(value) if isinstance(value, int | float) else None


def with_whole_numbers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value whose numbers are whole again: Pulumi hands every number back as a float."""
    if isinstance(value, Mapping):
        return {key: with_whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_whole_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def state_of(resource: ArmResource) -> str:
    """Return the provisioning state of a resource."""
    return str(resource.properties.get("provisioningState") or "Succeeded")


def location_of(resource: ArmResource) -> str:
    """Return the location of a resource as the configuration writes it."""
    return plain_location(resource.properties.get("location") or "")

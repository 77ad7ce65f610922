"""ARM resources as the oracle sees them.

Both shapes of a resource are read: Azure's own, with ``properties``, and the flat one that Pulumi
records (``pulumi stack export``: the ``outputs`` of a resource, whose ``type`` is Azure's).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

Json = Mapping[str, Any]
NETWORK = "microsoft.network/"


@dataclass(frozen=True)
class UserRoute:
    """One route of a route table; a service tag is not a prefix (RT-16)."""

    prefix: IPv4Network
    hop: str
    address: IPv4Address | None


@dataclass(frozen=True)
class Subnet:
    """A subnet with the routes of its table; ``propagates`` is Azure's flag turned round."""

    name: str
    prefix: IPv4Network
    propagates: bool
    routes: tuple[UserRoute, ...]
    endpoints: tuple[str, ...]
    outbound: bool


@dataclass(frozen=True)
class Half:
    """One half of a peering; ``space`` is the peer's as last synced (PE-18)."""

    remote: str
    connected: bool
    access: bool
    forwarded: bool
    transit: bool
    uses: bool
    space: tuple[IPv4Network, ...]


@dataclass(frozen=True)
class Network:
    """A virtual network, by its id in lower case."""

    id: str
    name: str
    location: str
    space: tuple[IPv4Network, ...]
    subnets: tuple[Subnet, ...]
    halves: tuple[Half, ...]


@dataclass(frozen=True)
class Link:
    """A connection that stands, of a gateway that stands, to a circuit that can carry routes.

    ``bypass`` is FastPath (ER-28); ``mixes``: its gateway takes routes of other networks (ER-26).
    """

    name: str
    network: str
    weight: int
    circuit: str
    bypass: bool
    mixes: bool


def networks(resources: Iterable[Json]) -> dict[str, Network]:
    """Return the virtual networks by id."""
    known = list(resources)
    found = {}
    for each in _typed(known, "virtualnetworks"):
        here = _id(each)
        tables = {_id(table): _properties(table) for table in _typed(known, "routetables")}
        peerings = _children(known, each, "virtualNetworks", "virtualNetworkPeerings")
        subnets = _children(known, each, "virtualNetworks", "subnets")
        space = _prefixes(_properties(each).get("addressSpace"))
        found[here] = Network(
            id=here,
            name=str(each["name"]),
            location=str(each.get("location", "")),
            space=space,
            subnets=tuple(_subnet(subnet, tables) for subnet in subnets),
            halves=tuple(_half(peering) for peering in peerings),
        )
    return found


def links(resources: Iterable[Json]) -> tuple[Link, ...]:
    """Return the connections that can carry routes (ER-34), ER-21 left to who knows the spokes."""
    known = list(resources)
    gateways = {_id(each): each for each in _typed(known, "virtualnetworkgateways")}
    found = []
    for each in _typed(known, "connections"):
        properties = _properties(each)
        gateway = gateways.get(str(properties["virtualNetworkGateway1"]["id"]).lower())
        circuit = str(properties["peer"]["id"]).lower()
        if gateway is not None and _carries(known, circuit):
            link = Link(
                name=str(each["name"]),
                network=_gateway_network(gateway),
                weight=int(properties.get("routingWeight") or 0),
                circuit=circuit,
                bypass=bool(properties.get("expressRouteGatewayBypass")),
                mixes=bool(_properties(gateway).get("allowRemoteVnetTraffic")),
            )
            found.append(link)
    return tuple(found)


def _carries(resources: list[Json], circuit: str) -> bool:
    """Whether a circuit has an enabled private peering (ER-38); assumed of one owned elsewhere."""
    for each in _typed(resources, "expressroutecircuits"):
        if _id(each) == circuit:
            peerings = _children(resources, each, "expressRouteCircuits", "peerings")
            return any(
                peering["name"] == "AzurePrivatePeering"
                and _properties(peering).get("state") != "Disabled"
                for peering in peerings
            )
    return True


def _gateway_network(gateway: Json) -> str:
    subnet = _properties(_properties(gateway)["ipConfigurations"][0])["subnet"]["id"]
    return str(subnet).lower().partition("/subnets/")[0]


def _subnet(subnet: Json, tables: Mapping[str, Json]) -> Subnet:
    properties = _properties(subnet)
    table = tables.get(str((properties.get("routeTable") or {}).get("id", "")).lower(), {})
    return Subnet(
        name=str(subnet["name"]),
        prefix=IPv4Network(properties["addressPrefix"]),
        propagates=not table.get("disableBgpRoutePropagation", False),
        routes=tuple(_routes(table)),
        endpoints=tuple(e["service"] for e in properties.get("serviceEndpoints") or ()),
        outbound=properties.get("defaultOutboundAccess") is not False,
    )


def _routes(table: Json) -> Iterator[UserRoute]:
    for route in map(_properties, table.get("routes") or ()):
        if not route["addressPrefix"][:1].isalpha():
            address = route.get("nextHopIpAddress")
            hop = IPv4Address(address) if address else None
            yield UserRoute(IPv4Network(route["addressPrefix"]), route["nextHopType"], hop)


def _half(peering: Json) -> Half:
    properties = _properties(peering)
    return Half(
        remote=str(properties["remoteVirtualNetwork"]["id"]).lower(),
        connected=properties["peeringState"] == "Connected",
        access=bool(properties.get("allowVirtualNetworkAccess")),
        forwarded=bool(properties.get("allowForwardedTraffic")),
        transit=bool(properties.get("allowGatewayTransit")),
        uses=bool(properties.get("useRemoteGateways")),
        space=_prefixes(properties.get("remoteVirtualNetworkAddressSpace")),
    )


def _properties(resource: Json) -> Json:
    nested = resource.get("properties")
    return nested if isinstance(nested, Mapping) else resource


def _id(resource: Json) -> str:
    return str(resource["id"]).lower()


def _prefixes(space: Json | None) -> tuple[IPv4Network, ...]:
    return tuple(map(IPv4Network, (space or {}).get("addressPrefixes") or ()))


def _typed(resources: Iterable[Json], ending: str) -> Iterator[Json]:
    for each in resources:
        if str(each["type"]).lower() == NETWORK + ending:
            yield each


def _children(resources: list[Json], parent: Json, kind: str, inline: str) -> list[Json]:
    """Return the children of a resource by id, nested in its body or separate."""
    beside = [
        each
        for each in _typed(resources, f"{kind}/{inline}".lower())
        if _id(each).startswith(f"{_id(parent)}/")
    ]
    inside = [*(_properties(parent).get(inline) or ()), *beside]
    return list({_id(each): each for each in inside}.values())

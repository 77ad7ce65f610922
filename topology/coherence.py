"""What no single key of a region can answer: what must lie in what, and what needs what.

Read from the file's own mapping and not from the parsed model, so that one wrong value hides no
other problem: whatever cannot be read is passed over here and reported by the shape check.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from topology.errors import Problem
from topology.fields import read_prefix
from topology.model import GATEWAY_SUBNET

_FORBIDDEN = [
    IPv4Network(prefix)
    for prefix in ("224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16")
] + [IPv4Network("168.63.129.16/32")]


@dataclass(frozen=True)
class _Place:
    """A prefix and where it stands."""

    path: str
    prefix: IPv4Network

    def __str__(self) -> str:
        return f"{self.prefix} of {self.path}"


def incoherences(region: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield every contradiction between the values of ``sparehub:region`` that can be read."""
    hub = _mapping(region, "hub")
    networks = {"region.hub": hub}
    for key, spoke in _mapping(region, "spokes").items():
        networks[f"region.spokes.{key}"] = _as_mapping(spoke)
    for path, network in networks.items():
        yield from _network(path, network)
    yield from _same_names(region, networks)
    yield from _hub_subnets(hub)
    for key, spoke in _mapping(region, "spokes").items():
        for name, subnet in _mapping(_as_mapping(spoke), "subnets").items():
            if _as_mapping(subnet).get("inspect") is True:
                message = "only subnets of the hub: the spokes' table sends everything to the NVA"
                yield Problem(f"region.spokes.{key}.subnets.{name}.inspect", message)
    yield from _nva(hub)
    yield from _peered_networks(networks)
    yield from _gateway(_mapping(region, "expressRoute", "gateway"))
    for key, connection in _mapping(region, "expressRoute", "connections").items():
        circuit = _mapping(_as_mapping(connection), "circuit")
        yield from _circuit(f"region.expressRoute.connections.{key}.circuit", circuit)
    yield from _standby(region)


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mapping(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = _as_mapping(value.get(key))
    return value


def _prefixes(path: str, values: object) -> list[_Place]:
    listed = values if isinstance(values, list | tuple) else [values]
    places = []
    for value in listed:
        prefix = read_prefix(value)
        if isinstance(prefix, IPv4Network):
            places.append(_Place(path, prefix))
    return places


def _subnets(path: str, network: Mapping[str, Any]) -> dict[str, _Place]:
    found = {}
    for name, subnet in _mapping(network, "subnets").items():
        place = f"{path}.subnets.{name}.addressPrefix"
        for each in _prefixes(place, _as_mapping(subnet).get("addressPrefix")):
            found[str(name)] = each
    return found


def _overlaps(places: list[_Place]) -> Iterator[tuple[_Place, _Place]]:
    """Yield each place that lies in one before it, with that one: sorted, not pair by pair.

    Prefixes nest or are apart, so the last that lies in no other is the only one to compare with.
    """
    outer: _Place | None = None
    for place in sorted(places, key=lambda place: (place.prefix, place.path)):
        if outer is not None and outer.prefix.overlaps(place.prefix):
            yield outer, place
        else:
            outer = place


def _network(path: str, network: Mapping[str, Any]) -> Iterator[Problem]:
    space = _prefixes(f"{path}.addressSpace", network.get("addressSpace"))
    subnets = _subnets(path, network)
    for place in space:
        for forbidden in _FORBIDDEN:
            if place.prefix.overlaps(forbidden):
                message = f"{place.prefix} overlaps {forbidden}, which no virtual network may hold"
                yield Problem(place.path, message, "VN-03")
    for first, second in _overlaps(space):
        yield Problem(second.path, f"{second.prefix} overlaps {first.prefix} beside it", "VN-07")
    for name, place in subnets.items():
        if place.prefix.prefixlen > 29:  # noqa: PLR2004 - the rule below is the number's name
            yield Problem(place.path, f"{place.prefix} is smaller than /29", "VN-02")
        if space and not any(place.prefix.subnet_of(each.prefix) for each in space):
            held = ", ".join(str(each.prefix) for each in space)
            message = f"{place.prefix} of {name} is outside the address space {held}"
            yield Problem(place.path, message, "VN-06")
    for first, second in _overlaps(list(subnets.values())):
        yield Problem(second.path, f"{second.prefix} overlaps {first}", "VN-07")


def _same_names(
    region: Mapping[str, Any], networks: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    """Azure's names ignore case: two keys that differ in it alone become one resource."""
    groups = {"region.spokes": _mapping(region, "spokes")}
    groups["region.expressRoute.connections"] = _mapping(region, "expressRoute", "connections")
    for path, network in networks.items():
        groups[f"{path}.subnets"] = _mapping(network, "subnets")
    for path, group in groups.items():
        seen: dict[str, str] = {}
        for key in map(str, group):
            first = seen.setdefault(key.lower(), key)
            if first != key:
                message = f"{key!r} and {first!r} are one name to Azure, which ignores case"
                yield Problem(f"{path}.{key}", message)
    if any(str(key).lower() == "hub" for key in groups["region.spokes"]):
        message = "a spoke cannot be called hub: its virtual network would have the hub's name"
        yield Problem("region.spokes.hub", message)


def _hub_subnets(hub: Mapping[str, Any]) -> Iterator[Problem]:
    subnets = _mapping(hub, "subnets")
    path = f"region.hub.subnets.{GATEWAY_SUBNET}"
    if subnets and GATEWAY_SUBNET not in subnets:
        yield Problem(path, "missing; Azure puts a gateway only in a subnet of this name", "VN-09")
    for place in _prefixes(path, _mapping(subnets, GATEWAY_SUBNET).get("addressPrefix")):
        if place.prefix.prefixlen > 29:  # noqa: PLR2004 - as above
            message = f"{place.prefix} is too small for a gateway: /29 at least, /27 recommended"
            yield Problem(path, message, "VN-10")
    if "networkSecurityGroupId" in _mapping(subnets, GATEWAY_SUBNET):
        message = "Azure refuses a gateway whose subnet has a network security group"
        yield Problem(f"{path}.networkSecurityGroupId", message, "VN-11")
    if _mapping(subnets, GATEWAY_SUBNET).get("protected") is True:
        message = "nothing but the gateway may live here, so nothing here can be replicated"
        yield Problem(f"{path}.protected", message, "VN-09")
    nva = str(_mapping(hub, "nva").get("subnet", "nva"))
    for name in (GATEWAY_SUBNET, nva):
        if _mapping(subnets, name).get("inspect") is True:
            message = "the NVA itself and the gateway cannot be inspected: only other subnets can"
            yield Problem(f"region.hub.subnets.{name}.inspect", message, "RT-14")
    for name, subnet in subnets.items():
        if _as_mapping(subnet).get("routeTable") == "shared":
            message = "the spokes' table would send the hub's own traffic in a loop: leave it out"
            yield Problem(f"region.hub.subnets.{name}.routeTable", message, "RT-14")


def _nva(hub: Mapping[str, Any]) -> Iterator[Problem]:
    nva = _mapping(hub, "nva")
    name = str(nva.get("subnet", "nva"))
    subnets = _mapping(hub, "subnets")
    if name == GATEWAY_SUBNET:
        message = "the NVA cannot live in GatewaySubnet: only the gateway may"
        yield Problem("region.hub.nva.subnet", message, "VN-09")
    elif subnets and name not in subnets:
        message = f"the hub has no subnet {name!r}; it has {', '.join(map(str, subnets))}"
        yield Problem("region.hub.nva.subnet", message)
    try:
        address = IPv4Address(nva.get("ipAddress", ""))
    except ValueError:
        return
    path = "region.hub.nva.ipAddress"
    places = _subnets("region.hub", hub)
    gateway = places.get(GATEWAY_SUBNET)
    if gateway is not None and address in gateway.prefix:
        message = f"{address} lies in GatewaySubnet {gateway.prefix}: only the gateway may"
        yield Problem(path, message, "VN-09")
    elif name in places and address not in places[name].prefix:
        message = f"{address} is outside the NVA's subnet {name} {places[name].prefix}"
        yield Problem(path, message, "RT-12")
    elif name in places and _reserved(address, places[name].prefix):
        message = f"{address} is one of the five that Azure keeps of {places[name].prefix}"
        yield Problem(path, message, "VN-01")


def _reserved(address: IPv4Address, prefix: IPv4Network) -> bool:
    offset = int(address) - int(prefix.network_address)
    return offset < 4 or address == prefix.broadcast_address  # noqa: PLR2004 - VN-01: the first four and the last


def _peered_networks(networks: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """PE-03 and PE-04: neither a hub and its spoke nor two spokes of a hub share an address."""
    places = [
        place
        for path, network in networks.items()
        for place in _prefixes(f"{path}.addressSpace", network.get("addressSpace"))
    ]
    for first, second in _overlaps(places):
        if first.path != second.path:
            blamed, other = (second, first)
            if blamed.path.startswith("region.hub"):
                blamed, other = other, blamed
            rule = "PE-03" if other.path.startswith("region.hub") else "PE-04"
            yield Problem(blamed.path, f"{blamed.prefix} overlaps {other}", rule)


def _gateway(gateway: Mapping[str, Any]) -> Iterator[Problem]:
    path = "region.expressRoute.gateway"
    scaled = [key for key in ("minScaleUnits", "maxScaleUnits") if key in gateway]
    if gateway.get("sku") == "ErGwScale":
        if len(scaled) != 2:  # noqa: PLR2004 - both of the two
            yield Problem(path, "ErGwScale needs minScaleUnits and maxScaleUnits", "GWY-01")
        low, high = gateway.get("minScaleUnits"), gateway.get("maxScaleUnits")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            message = f"minScaleUnits {low} is more than maxScaleUnits {high}"
            yield Problem(f"{path}.minScaleUnits", message, "GWY-01")
        return
    for key in scaled:
        yield Problem(f"{path}.{key}", "only an ErGwScale gateway has scale units", "GWY-01")


def _circuit(path: str, circuit: Mapping[str, Any]) -> Iterator[Problem]:
    if "id" in circuit:
        return
    peering = _mapping(circuit, "privatePeering")
    if circuit.get("provisioned") is True and not peering:
        message = "missing; a provisioned circuit needs its private peering before a connection"
        yield Problem(f"{path}.privatePeering", message, "ER-09")
    links = {
        key: _prefixes(f"{path}.privatePeering.{key}", peering.get(key))
        for key in ("primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")
    }
    places = [place for found in links.values() for place in found]
    for place in places:
        if place.prefix.prefixlen != 30:  # noqa: PLR2004 - ER-10: one /30 a link
            yield Problem(place.path, f"{place.prefix} must be a /30", "ER-10")
    for first, second in _overlaps(places):
        yield Problem(second.path, f"{second.prefix} overlaps {first}", "ER-10")
    asn = peering.get("peerASN")
    if isinstance(asn, int) and (asn == 12076 or 65515 <= asn <= 65520):  # noqa: PLR2004 - ER-11
        message = f"{asn} is kept by Microsoft (12076, 65515 to 65520)"
        yield Problem(f"{path}.privatePeering.peerASN", message, "ER-11")


def _standby(region: Mapping[str, Any]) -> Iterator[Problem]:
    depth = _mapping(region, "standby").get("depth", "gateway")
    for key, spoke in _mapping(region, "spokes").items():
        if _as_mapping(spoke).get("standby") == "connected" and depth != "connection":
            message = (
                f"a spoke stays connected only at standby depth 'connection'; it is {depth!r}, "
                "where the region has no connection"
            )
            yield Problem(f"region.spokes.{key}.standby", message)

"""Gateway and owned circuits of one file."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.azure.gateway_skus import AUTO_SCALE_UNITS_MIN, SCALABLE
from sparehub.topology.azure.limits import LINK_PREFIX_LENGTH, MICROSOFT_ASN, RESERVED_ASNS
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, RawRegion, mapping, overlaps, prefixes

_GATEWAY_PATH = "region.expressRoute.gateway"
_SCALE_UNITS = ("minScaleUnits", "maxScaleUnits")
_LINKS = ("primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")


@rule("GWY-01", why="Scale units are ErGwScale's, which needs a lower and an upper bound.")
def scale_units_fit_the_gateway(region: RawRegion) -> Iterator[RuleFault]:
    """Both or none."""
    gateway = region.part("expressRoute", "gateway")
    scaled = [key for key in _SCALE_UNITS if key in gateway]
    if gateway.get("sku") != SCALABLE:
        for key in scaled:
            yield RuleFault(f"{_GATEWAY_PATH}.{key}", "only an ErGwScale gateway has scale units")
        return
    if len(scaled) != len(_SCALE_UNITS):
        yield RuleFault(_GATEWAY_PATH, "ErGwScale needs minScaleUnits and maxScaleUnits")
    low, high = gateway.get("minScaleUnits"), gateway.get("maxScaleUnits")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        message = f"minScaleUnits {low} is more than maxScaleUnits {high}"
        yield RuleFault(f"{_GATEWAY_PATH}.minScaleUnits", message)


@rule("GWY-17", why="A gateway that scales by itself has two units at least; one is a fixed size.")
def scaling_begins_at_two_units(region: RawRegion) -> Iterator[RuleFault]:
    """Azure accepts other bounds and says that they are wrong only once the gateway has failed."""
    gateway = region.part("expressRoute", "gateway")
    low, high = gateway.get("minScaleUnits"), gateway.get("maxScaleUnits")
    if gateway.get("sku") != SCALABLE or not isinstance(low, int) or not isinstance(high, int):
        return
    if low < AUTO_SCALE_UNITS_MIN and low < high:
        message = (
            f"{low} to {high}: to scale it needs {AUTO_SCALE_UNITS_MIN} units at least; for a "
            "fixed size give both the same number"
        )
        yield RuleFault(f"{_GATEWAY_PATH}.minScaleUnits", message)


@rule("ER-09", why="A connection is made only on a circuit whose private peering stands.")
def provisioned_circuits_have_a_private_peering(region: RawRegion) -> Iterator[RuleFault]:
    """Owned ones; of the others their owner takes care."""
    for path, circuit in region.owned_circuits.items():
        if circuit.get("provisioned") is True and not mapping(circuit, "privatePeering"):
            message = "missing; a provisioned circuit needs its private peering before a connection"
            yield RuleFault(f"{path}.privatePeering", message)


@rule("ER-10", why="A private peering has two links, each a /30.")
def links_have_four_addresses(region: RawRegion) -> Iterator[RuleFault]:
    """The customer's router is the first host, Microsoft's the second."""
    for path, circuit in region.owned_circuits.items():
        for place in _links(path, circuit):
            if place.prefix.prefixlen != LINK_PREFIX_LENGTH:
                yield RuleFault(place.path, f"{place.prefix} must be a /30")


@rule("ER-10", why="The two links of a private peering have addresses of their own.")
def links_are_apart(region: RawRegion) -> Iterator[RuleFault]:
    """Of one circuit."""
    for path, circuit in region.owned_circuits.items():
        for first, second in overlaps(_links(path, circuit)):
            yield RuleFault(second.path, f"{second.prefix} overlaps {first}")


@rule("ER-11", why="Microsoft speaks as 12076 and keeps 65515 to 65520.")
def peer_asn_is_not_of_microsoft(region: RawRegion) -> Iterator[RuleFault]:
    """Of an owned circuit's private peering."""
    for path, circuit in region.owned_circuits.items():
        asn = mapping(circuit, "privatePeering").get("peerASN")
        if isinstance(asn, int) and (asn == MICROSOFT_ASN or asn in RESERVED_ASNS):
            message = f"{asn} is kept by Microsoft (12076, 65515 to 65520)"
            yield RuleFault(f"{path}.privatePeering.peerASN", message)


def _links(path: str, circuit: Mapping[str, Any]) -> list[RawPrefix]:
    peering = mapping(circuit, "privatePeering")
    return [
        place
        for key in _LINKS
        for place in prefixes(f"{path}.privatePeering.{key}", peering.get(key))
    ]


EXPRESS_ROUTE = (
    scale_units_fit_the_gateway,
    scaling_begins_at_two_units,
    provisioned_circuits_have_a_private_peering,
    links_have_four_addresses,
    links_are_apart,
    peer_asn_is_not_of_microsoft,
)

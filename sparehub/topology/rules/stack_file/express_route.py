"""The gateway and the owned circuits of one file."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.azure.gateway_skus import AUTO_SCALE_UNITS_MIN, SCALABLE
from sparehub.topology.azure.limits import LINK_PREFIX_LENGTH, MICROSOFT_ASN, RESERVED_ASNS
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, RawRegion, mapping, overlaps, prefixes

_GATEWAY_PATH = "region.expressRoute.gateway"
_SCALE_UNITS = ("minScaleUnits", "maxScaleUnits")
_LINKS = ("primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")


@rule(
    "GWY-01",
    why="Only an ErGwScale gateway has scale units, and it needs a lower and an upper bound.",
)
def scale_units_fit_the_gateway(region: RawRegion) -> Iterator[RuleFault]:
    """Both bounds or none."""
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


@rule("GWY-17", why="A gateway that scales has at least two units; one unit is a fixed size.")
def scaling_begins_at_two_units(region: RawRegion) -> Iterator[RuleFault]:
    """Azure accepts other bounds at first, and the gateway fails later."""
    gateway = region.part("expressRoute", "gateway")
    low, high = gateway.get("minScaleUnits"), gateway.get("maxScaleUnits")
    if gateway.get("sku") != SCALABLE or not isinstance(low, int) or not isinstance(high, int):
        return
    if low < AUTO_SCALE_UNITS_MIN and low < high:
        message = (
            f"{low} to {high}: scaling needs at least {AUTO_SCALE_UNITS_MIN} units; for a fixed "
            "size give both bounds the same number"
        )
        yield RuleFault(f"{_GATEWAY_PATH}.minScaleUnits", message)


@rule("ER-09", why="Azure creates a connection only on a circuit with a private peering.")
def provisioned_circuits_have_a_private_peering(region: RawRegion) -> Iterator[RuleFault]:
    """Checked for owned circuits; the owner of another circuit is responsible for it."""
    for path, circuit in region.owned_circuits.items():
        if circuit.get("provisioned") is True and not mapping(circuit, "privatePeering"):
            message = "missing; a provisioned circuit needs its private peering before a connection"
            yield RuleFault(f"{path}.privatePeering", message)


@rule("ER-10", why="A private peering has two links, each a /30.")
def links_have_prefix_length_30(region: RawRegion) -> Iterator[RuleFault]:
    """The customer's router is the first host, Microsoft's the second."""
    for path, circuit in region.owned_circuits.items():
        for raw in _links(path, circuit):
            if raw.prefix.prefixlen != LINK_PREFIX_LENGTH:
                yield RuleFault(raw.path, f"{raw.prefix} must be a /30")


@rule("ER-10", why="The two links of a private peering have different addresses.")
def links_of_a_peering_do_not_overlap(region: RawRegion) -> Iterator[RuleFault]:
    """Within one circuit."""
    for path, circuit in region.owned_circuits.items():
        for first, second in overlaps(_links(path, circuit)):
            yield RuleFault(second.path, f"{second.prefix} overlaps {first}")


@rule("ER-11", why="Microsoft uses the ASN 12076 and reserves 65515 to 65520.")
def peer_asn_is_not_reserved_by_microsoft(region: RawRegion) -> Iterator[RuleFault]:
    """Of an owned circuit's private peering."""
    for path, circuit in region.owned_circuits.items():
        asn = mapping(circuit, "privatePeering").get("peerASN")
        if isinstance(asn, int) and (asn == MICROSOFT_ASN or asn in RESERVED_ASNS):
            message = f"{asn} is reserved by Microsoft (12076, 65515 to 65520)"
            yield RuleFault(f"{path}.privatePeering.peerASN", message)


def _links(path: str, circuit: Mapping[str, Any]) -> list[RawPrefix]:
    peering = mapping(circuit, "privatePeering")
    return [
        raw for key in _LINKS for raw in prefixes(f"{path}.privatePeering.{key}", peering.get(key))
    ]


EXPRESS_ROUTE = (
    scale_units_fit_the_gateway,
    scaling_begins_at_two_units,
    provisioned_circuits_have_a_private_peering,
    links_have_prefix_length_30,
    links_of_a_peering_do_not_overlap,
    peer_asn_is_not_reserved_by_microsoft,
)

"""Peerings of the hub, and spokes that are in use while the region is on standby."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import (
    RawPrefix,
    RawRegion,
    as_mapping,
    mapping,
    prefixes,
)


def _peerings(region: RawRegion) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, peering in region.part("hub", "peerings").items():
        yield f"region.hub.peerings.{key}", as_mapping(peering)


def _spaces(region: RawRegion) -> Iterator[RawPrefix]:
    for path, peering in _peerings(region):
        yield from prefixes(f"{path}.addressSpace", peering.get("addressSpace"))


@rule("PE-03", why="Azure refuses to peer two virtual networks that share an address.")
def peered_networks_do_not_overlap_the_hub(region: RawRegion) -> Iterator[RuleFault]:
    """Two hubs with retained addresses are such networks."""
    for raw in _spaces(region):
        for own in region.spaces["region.hub"]:
            if raw.prefix.overlaps(own.prefix):
                message = (
                    f"{raw.prefix} overlaps {own}: Azure refuses this peering. Give the second "
                    "region's hub a range of its own (`sparehub derive --remap OLD=NEW`)"
                )
                yield RuleFault(raw.path, message)


@rule("PE-04", why="Azure refuses two peers of one virtual network that share an address.")
def peered_networks_do_not_overlap_a_spoke(region: RawRegion) -> Iterator[RuleFault]:
    """Nor each other."""
    spokes = [raw for path, space in region.spaces.items() for raw in space if path != "region.hub"]
    peered = list(_spaces(region))
    for number, raw in enumerate(peered):
        for other in (*spokes, *peered[:number]):
            if raw.path != other.path and raw.prefix.overlaps(other.prefix):
                yield RuleFault(raw.path, f"{raw.prefix} overlaps {other}")


@rule("RT-12", why="A next hop must be in the network that the peering leads to.")
def routes_over_a_peering_have_a_next_hop_in_it(region: RawRegion) -> Iterator[RuleFault]:
    """``addressPrefixes`` and ``nextHopIpAddress`` are given together, or neither."""
    for path, peering in _peerings(region):
        address, routed = peering.get("nextHopIpAddress"), peering.get("addressPrefixes")
        if bool(address) != bool(routed):
            message = (
                "nothing is routed to it: name what lies behind it in addressPrefixes, or remove it"
                if address
                else "addressPrefixes need the address of an appliance in that network"
            )
            yield RuleFault(f"{path}.nextHopIpAddress", message)
        space = prefixes(f"{path}.addressSpace", peering.get("addressSpace"))
        hop = _address(address)
        if hop is not None and space and not any(hop in raw.prefix for raw in space):
            held = ", ".join(str(raw.prefix) for raw in space)
            yield RuleFault(f"{path}.nextHopIpAddress", f"{hop} is outside {held}")


@rule("RT-04", why="A user route wins over the route of a peering with the same prefix.")
def routes_over_a_peering_leave_the_own_networks_alone(region: RawRegion) -> Iterator[RuleFault]:
    """``addressPrefixes`` overlap no network of this region, as retained addresses would."""
    own = [raw for space in region.spaces.values() for raw in space]
    for path, peering in _peerings(region):
        for raw in prefixes(f"{path}.addressPrefixes", peering.get("addressPrefixes")):
            for other in (*own, *prefixes(f"{path}.addressSpace", peering.get("addressSpace"))):
                if raw.prefix.overlaps(other.prefix):
                    message = (
                        f"{raw.prefix} overlaps {other}: the NVA would send its packets to the "
                        "other region. Retained addresses have no path between the regions"
                    )
                    yield RuleFault(raw.path, message)


@rule("CONFIG", why="An alwaysOn spoke is connected in every state, so standby has nothing to say.")
def always_on_spokes_do_not_set_standby(region: RawRegion) -> Iterator[RuleFault]:
    """``withheld`` contradicts it, ``connected`` says it twice."""
    for key, spoke in region.part("spokes").items():
        if as_mapping(spoke).get("alwaysOn") is True and "standby" in spoke:
            message = f"{spoke['standby']!r} beside alwaysOn: remove one of the two"
            yield RuleFault(f"region.spokes.{key}.standby", message)


@rule("CONFIG", why="Machines are replicated into the network of the same key; this one has none.")
def always_on_spokes_protect_no_subnet(region: RawRegion) -> Iterator[RuleFault]:
    """``protected`` is false in them where nothing is said."""
    for key, spoke in region.part("spokes").items():
        if as_mapping(spoke).get("alwaysOn") is not True:
            continue
        for name, subnet in mapping(spoke, "subnets").items():
            if as_mapping(subnet).get("protected") is True:
                message = (
                    "must be false: the machines of an alwaysOn spoke run in both regions, and "
                    "none is replicated"
                )
                yield RuleFault(f"region.spokes.{key}.subnets.{name}.protected", message)


def _address(value: object) -> IPv4Address | None:
    try:
        return IPv4Address(str(value)) if value else None
    except ValueError:
        return None


HUB_PEERINGS = (
    peered_networks_do_not_overlap_the_hub,
    peered_networks_do_not_overlap_a_spoke,
    routes_over_a_peering_have_a_next_hop_in_it,
    routes_over_a_peering_leave_the_own_networks_alone,
    always_on_spokes_do_not_set_standby,
    always_on_spokes_protect_no_subnet,
)

"""Address spaces and subnets of one file: containment and overlaps."""

from collections.abc import Iterator

from sparehub.topology.azure.address_ranges import FORBIDDEN_RANGES
from sparehub.topology.azure.limits import SMALLEST_SUBNET
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawRegion, mapping, overlaps


@rule("VN-03", why="Azure reserves these ranges and refuses them in an address space.")
def address_space_avoids_reserved_ranges(region: RawRegion) -> Iterator[RuleFault]:
    """Multicast, broadcast, loopback, link-local, and Azure's own address."""
    for space in region.spaces.values():
        for raw in space:
            for forbidden in FORBIDDEN_RANGES:
                if raw.prefix.overlaps(forbidden):
                    held = f"{raw.prefix} overlaps {forbidden}"
                    yield RuleFault(raw.path, f"{held}, which no virtual network may use")


@rule("VN-07", why="Azure refuses overlapping prefixes in an address space.")
def prefixes_of_a_network_do_not_overlap(region: RawRegion) -> Iterator[RuleFault]:
    """Within one address space."""
    for space in region.spaces.values():
        for first, second in overlaps(space):
            yield RuleFault(
                second.path, f"{second.prefix} overlaps {first.prefix} of the same network"
            )


@rule("VN-07", why="Azure refuses a subnet that overlaps another.")
def subnets_do_not_overlap(region: RawRegion) -> Iterator[RuleFault]:
    """Within one virtual network."""
    for subnets in region.subnets.values():
        for first, second in overlaps(subnets.values()):
            yield RuleFault(second.path, f"{second.prefix} overlaps {first}")


@rule("VN-02", why="Azure reserves five addresses of each subnet, so the smallest is a /29.")
def subnets_are_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """A /29 at least."""
    for subnets in region.subnets.values():
        for raw in subnets.values():
            if raw.prefix.prefixlen > SMALLEST_SUBNET:
                yield RuleFault(raw.path, f"{raw.prefix} is smaller than /29")


@rule("VN-06", why="Azure refuses a subnet outside its virtual network's address space.")
def subnets_are_within_their_address_space(region: RawRegion) -> Iterator[RuleFault]:
    """In one prefix of the address space."""
    for path, subnets in region.subnets.items():
        space = [raw.prefix for raw in region.spaces[path]]
        for name, raw in subnets.items():
            if space and not any(raw.prefix.subnet_of(prefix) for prefix in space):
                held = ", ".join(map(str, space))
                message = f"{raw.prefix} of {name} is outside the address space {held}"
                yield RuleFault(raw.path, message)


@rule("PE-03", why="Azure refuses to peer two virtual networks that share an address.")
def spokes_do_not_overlap_the_hub(region: RawRegion) -> Iterator[RuleFault]:
    """Reported at the spoke."""
    for path, message, of_hub in _peered_overlaps(region):
        if of_hub:
            yield RuleFault(path, message)


@rule("PE-04", why="Azure refuses two peers of one virtual network that share an address.")
def spokes_do_not_overlap_each_other(region: RawRegion) -> Iterator[RuleFault]:
    """Reported at the spoke with the longer or later prefix."""
    for path, message, of_hub in _peered_overlaps(region):
        if not of_hub:
            yield RuleFault(path, message)


def _peered_overlaps(region: RawRegion) -> Iterator[tuple[str, str, bool]]:
    everything = [raw for space in region.spaces.values() for raw in space]
    for first, second in overlaps(everything):
        if first.path != second.path:
            reported, other = (second, first)
            if reported.path.startswith("region.hub"):
                reported, other = other, reported
            of_hub = other.path.startswith("region.hub")
            yield reported.path, f"{reported.prefix} overlaps {other}", of_hub


@rule(
    "CONFIG", why="Names in Azure ignore case, so keys that differ in case alone are one resource."
)
def keys_differ_in_more_than_case(region: RawRegion) -> Iterator[RuleFault]:
    """Of spokes, connections, subnets and peerings of the hub."""
    groups = {
        "region.spokes": region.part("spokes"),
        "region.hub.peerings": region.part("hub", "peerings"),
        "region.expressRoute.connections": region.part("expressRoute", "connections"),
        **{
            f"{path}.subnets": mapping(network, "subnets")
            for path, network in region.networks.items()
        },
    }
    for path, group in groups.items():
        seen: dict[str, str] = {}
        for key in map(str, group):
            first = seen.setdefault(key.lower(), key)
            if first != key:
                message = f"{key!r} and {first!r} are one name in Azure, which ignores case"
                yield RuleFault(f"{path}.{key}", message)


@rule("CONFIG", why="A spoke's virtual network is named after its key, the hub's after the hub.")
def no_spoke_is_named_hub(region: RawRegion) -> Iterator[RuleFault]:
    """In lower and upper case."""
    if any(str(key).lower() == "hub" for key in region.part("spokes")):
        message = "a spoke cannot be named hub: its virtual network would have the hub's name"
        yield RuleFault("region.spokes.hub", message)


@rule("CONFIG", why="A spoke can stay connected only where the region keeps its connection.")
def connected_spokes_have_a_connection(region: RawRegion) -> Iterator[RuleFault]:
    """A spoke's ``standby: connected``."""
    depth = region.part("standby").get("depth", "gateway")
    for key in region.part("spokes"):
        if region.part("spokes", key).get("standby") == "connected" and depth != "connection":
            message = (
                f"a spoke stays connected only at standby depth 'connection'; it is {depth!r}, "
                "where the region has no connection"
            )
            yield RuleFault(f"region.spokes.{key}.standby", message)


ADDRESSES = (
    address_space_avoids_reserved_ranges,
    prefixes_of_a_network_do_not_overlap,
    subnets_do_not_overlap,
    subnets_are_large_enough,
    subnets_are_within_their_address_space,
    spokes_do_not_overlap_the_hub,
    spokes_do_not_overlap_each_other,
    keys_differ_in_more_than_case,
    no_spoke_is_named_hub,
    connected_spokes_have_a_connection,
)

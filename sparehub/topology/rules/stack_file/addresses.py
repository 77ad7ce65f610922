"""What must lie in what, and beside what: the addresses of one file."""

from collections.abc import Iterator

from sparehub.topology.azure.address_ranges import FORBIDDEN_RANGES
from sparehub.topology.azure.limits import SMALLEST_SUBNET
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawRegion, mapping, overlaps


@rule("VN-03", why="Azure keeps these ranges to itself and takes none of them in an address space.")
def address_space_is_free_for_use(region: RawRegion) -> Iterator[RuleFault]:
    """Multicast, broadcast, loopback, link-local, Azure's own address."""
    for places in region.spaces.values():
        for place in places:
            for forbidden in FORBIDDEN_RANGES:
                if place.prefix.overlaps(forbidden):
                    held = f"{place.prefix} overlaps {forbidden}"
                    yield RuleFault(place.path, f"{held}, which no virtual network may hold")


@rule("VN-07", why="A virtual network says each of its addresses once.")
def prefixes_of_a_network_are_apart(region: RawRegion) -> Iterator[RuleFault]:
    """Within one address space."""
    for places in region.spaces.values():
        for first, second in overlaps(places):
            yield RuleFault(second.path, f"{second.prefix} overlaps {first.prefix} beside it")


@rule("VN-07", why="Azure refuses a subnet on addresses of another.")
def subnets_are_apart(region: RawRegion) -> Iterator[RuleFault]:
    """Within one virtual network."""
    for subnets in region.subnets.values():
        for first, second in overlaps(subnets.values()):
            yield RuleFault(second.path, f"{second.prefix} overlaps {first}")


@rule(
    "VN-02", why="Azure keeps five addresses of each subnet, so that nothing below /29 is of use."
)
def subnets_are_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """A /29 at least."""
    for subnets in region.subnets.values():
        for place in subnets.values():
            if place.prefix.prefixlen > SMALLEST_SUBNET:
                yield RuleFault(place.path, f"{place.prefix} is smaller than /29")


@rule("VN-06", why="Azure refuses a subnet outside its virtual network's address space.")
def subnets_lie_in_their_network(region: RawRegion) -> Iterator[RuleFault]:
    """In one prefix of the address space."""
    for path, subnets in region.subnets.items():
        space = [each.prefix for each in region.spaces[path]]
        for name, place in subnets.items():
            if space and not any(place.prefix.subnet_of(each) for each in space):
                held = ", ".join(map(str, space))
                message = f"{place.prefix} of {name} is outside the address space {held}"
                yield RuleFault(place.path, message)


@rule("PE-03", why="Azure refuses to peer two virtual networks that share an address.")
def spokes_are_apart_from_the_hub(region: RawRegion) -> Iterator[RuleFault]:
    """The spoke is blamed."""
    for path, message, of_hub in _peered_overlaps(region):
        if of_hub:
            yield RuleFault(path, message)


@rule("PE-04", why="Azure refuses two peers of one virtual network that share an address.")
def spokes_are_apart_from_each_other(region: RawRegion) -> Iterator[RuleFault]:
    """The one with the longer or later prefix is blamed."""
    for path, message, of_hub in _peered_overlaps(region):
        if not of_hub:
            yield RuleFault(path, message)


def _peered_overlaps(region: RawRegion) -> Iterator[tuple[str, str, bool]]:
    places = [place for space in region.spaces.values() for place in space]
    for first, second in overlaps(places):
        if first.path != second.path:
            blamed, other = (second, first)
            if blamed.path.startswith("region.hub"):
                blamed, other = other, blamed
            of_hub = other.path.startswith("region.hub")
            yield blamed.path, f"{blamed.prefix} overlaps {other}", of_hub


@rule("CONFIG", why="Azure's names ignore case: keys that differ in it alone are one resource.")
def keys_differ_in_more_than_case(region: RawRegion) -> Iterator[RuleFault]:
    """Of spokes, connections and subnets."""
    groups = {
        "region.spokes": region.part("spokes"),
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
                message = f"{key!r} and {first!r} are one name to Azure, which ignores case"
                yield RuleFault(f"{path}.{key}", message)


@rule("CONFIG", why="A spoke's virtual network is named after its key, the hub's after the hub.")
def no_spoke_is_called_hub(region: RawRegion) -> Iterator[RuleFault]:
    """In whatever case."""
    if any(str(key).lower() == "hub" for key in region.part("spokes")):
        message = "a spoke cannot be called hub: its virtual network would have the hub's name"
        yield RuleFault("region.spokes.hub", message)


@rule("CONFIG", why="Only at depth connection is there a connection that a spoke could use.")
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
    address_space_is_free_for_use,
    prefixes_of_a_network_are_apart,
    subnets_are_apart,
    subnets_are_large_enough,
    subnets_lie_in_their_network,
    spokes_are_apart_from_the_hub,
    spokes_are_apart_from_each_other,
    keys_differ_in_more_than_case,
    no_spoke_is_called_hub,
    connected_spokes_have_a_connection,
)

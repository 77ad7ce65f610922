"""What a file says of the test networks of a drill."""

from collections.abc import Iterator

from sparehub.topology.model.allocation import allocate
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, RawRegion, overlaps, prefixes

_SPOKES = "region.drill.spokes"
_RANGE = "region.drill.addressSpace"


@rule("CONFIG", why="A drill makes a test network for each spoke that it names.")
def drilled_spokes_are_there(region: RawRegion) -> Iterator[RuleFault]:
    """Each once."""
    named = region.part("drill").get("spokes")
    listed = [str(key) for key in named] if isinstance(named, list | tuple) else []
    there = [str(key) for key in region.part("spokes")]
    for key in dict.fromkeys(listed):
        if key not in there:
            known = ", ".join(sorted(there)) or "none"
            yield RuleFault(_SPOKES, f"there is no spoke {key!r}; there are {known}")
        elif listed.count(key) > 1:
            yield RuleFault(_SPOKES, f"{key!r} is named twice")


@rule(
    "SR-27",
    why="Other addresses are for a drill that is to be connected, so nobody else may have them.",
)
def drill_addresses_are_free(region: RawRegion) -> Iterator[RuleFault]:
    """Neither of a network of the region nor of on-premises."""
    listed = region.part("onPremises").get("addressPrefixes")
    used = [
        *prefixes("region.onPremises.addressPrefixes", listed),
        *(place for places in region.spaces.values() for place in places),
    ]
    for place in _range(region):
        for other in used:
            if place.prefix.overlaps(other.prefix):
                message = f"{place.prefix} overlaps {other}; leave it out to keep the spokes' own"
                yield RuleFault(_RANGE, message)


@rule("VN-07", why="Test networks may be connected with each other, so none has addresses twice.")
def drill_ranges_are_apart(region: RawRegion) -> Iterator[RuleFault]:
    """Within the range of the drill."""
    for first, second in overlaps(_range(region)):
        yield RuleFault(_RANGE, f"{second.prefix} overlaps {first.prefix} beside it")


@rule("VN-06", why="A test network is as large as the spoke that it stands in for.")
def drill_range_has_room(region: RawRegion) -> Iterator[RuleFault]:
    """For every prefix of every spoke of the drill."""
    ranges = [place.prefix for place in _range(region)]
    named = region.part("drill").get("spokes")
    wanted = [
        place.prefix
        for path, places in region.spaces.items()
        for place in places
        if path != "region.hub" and (not named or path.removeprefix("region.spokes.") in named)
    ]
    if ranges and allocate(wanted, ranges) is None:
        held, needed = (", ".join(map(str, each)) for each in (ranges, wanted))
        yield RuleFault(_RANGE, f"{held} is too small for the spokes' {needed}")


def _range(region: RawRegion) -> list[RawPrefix]:
    return prefixes(_RANGE, region.part("drill").get("addressSpace"))


DRILL = (
    drilled_spokes_are_there,
    drill_addresses_are_free,
    drill_ranges_are_apart,
    drill_range_has_room,
)

"""The test networks of a drill."""

from collections.abc import Iterator

from sparehub.topology.model.prefixes import allocate
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, RawRegion, overlaps, prefixes

_SPOKES = "region.drill.spokes"
_RANGE = "region.drill.addressSpace"


@rule("CONFIG", why="A drill creates a test network for each spoke that it names.")
def drill_spokes_exist(region: RawRegion) -> Iterator[RuleFault]:
    """Each spoke exists and is named once."""
    named = region.part("drill").get("spokes")
    listed = [str(key) for key in named] if isinstance(named, list | tuple) else []
    spokes = [str(key) for key in region.part("spokes")]
    for key in dict.fromkeys(listed):
        if key not in spokes:
            known = ", ".join(sorted(spokes)) or "none"
            yield RuleFault(_SPOKES, f"there is no spoke {key!r}; there are {known}")
        elif listed.count(key) > 1:
            yield RuleFault(_SPOKES, f"{key!r} is named twice")


@rule(
    "SR-27",
    why="The addresses of a drill may be connected, so no other network may have them.",
)
def drill_addresses_are_unused(region: RawRegion) -> Iterator[RuleFault]:
    """They overlap neither a network of the region nor on-premises."""
    listed = region.part("onPremises").get("addressPrefixes")
    used = [
        *prefixes("region.onPremises.addressPrefixes", listed),
        *(raw for space in region.spaces.values() for raw in space),
    ]
    for raw in _range(region):
        for other in used:
            if raw.prefix.overlaps(other.prefix):
                message = f"{raw.prefix} overlaps {other}; remove it to use the spokes' addresses"
                yield RuleFault(_RANGE, message)


@rule("VN-07", why="Test networks may be connected with each other, so their addresses are unique.")
def drill_ranges_do_not_overlap(region: RawRegion) -> Iterator[RuleFault]:
    """Within the range of the drill."""
    for first, second in overlaps(_range(region)):
        yield RuleFault(_RANGE, f"{second.prefix} overlaps {first.prefix} of the same drill")


@rule("VN-06", why="A test network is as large as its spoke.")
def drill_range_fits_all_spokes(region: RawRegion) -> Iterator[RuleFault]:
    """For every prefix of every spoke of the drill."""
    ranges = [raw.prefix for raw in _range(region)]
    named = region.part("drill").get("spokes")
    needed = [
        raw.prefix
        for path, space in region.spaces.items()
        for raw in space
        if path != "region.hub" and (not named or path.removeprefix("region.spokes.") in named)
    ]
    if ranges and allocate(needed, ranges) is None:
        available, required = (", ".join(map(str, prefixes)) for prefixes in (ranges, needed))
        yield RuleFault(_RANGE, f"{available} is too small for the spokes' {required}")


def _range(region: RawRegion) -> list[RawPrefix]:
    return prefixes(_RANGE, region.part("drill").get("addressSpace"))


DRILL = (
    drill_spokes_exist,
    drill_addresses_are_unused,
    drill_ranges_do_not_overlap,
    drill_range_fits_all_spokes,
)

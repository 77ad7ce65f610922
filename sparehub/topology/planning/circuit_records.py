"""Where the records of circuits lie, as a plan says it.

Azure is assumed to write a circuit, and connections to it, through the region of its record; why,
and what Microsoft says, is in :mod:`sparehub.topology.rules.pair.records`.
"""

from sparehub.topology.model.resources import Region


def record_locations(region: Region) -> str:
    """Return, in words, where the records of the circuits lie that a region is connected to."""
    places = (
        circuit.location or f"the region of {circuit.key}'s record"
        for circuit in region.connected_circuits
    )
    return " and ".join(dict.fromkeys(places)) or "no region"


def record_assumption(left: Region, taken: Region, *, fenced: bool) -> str:
    """Return what an unplanned operation assumes of the regions that hold circuits' records."""
    writes = {"the fence at the circuit": left} if fenced else {}
    writes["the new connection"] = taken
    through = {what: record_locations(region) for what, region in writes.items()}
    said = ", ".join(f"{what} through {places}" for what, places in through.items())
    lost = [what for what, places in through.items() if left.location in places.split()]
    none = f"; with {left.location} down, not {' and not '.join(lost)}" if lost else ""
    return f"Azure writes a circuit through the region of its record: {said}{none}"

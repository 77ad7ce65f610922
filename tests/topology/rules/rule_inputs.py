"""What a rule is asked of, made by a small edit of the shipped files."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region, RouteTable, Spoke
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.stack_file.raw import RawRegion
from tests.configurations import shipped, stack_of, with_spokes

Change = Callable[[dict[str, Any]], object]


class Example(NamedTuple):
    """What a rule refuses, where and with which words; and a twin that it accepts."""

    refused: Any
    path: str
    says: str
    accepted: Any


def nothing(_values: dict[str, Any]) -> None:
    """Change nothing: the shipped files are in order."""


def hub(region: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region["hub"]
    return found


def gateway(region: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region["expressRoute"]["gateway"]
    return found


def connections(region: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region["expressRoute"]["connections"]
    return found


def circuit(region: dict[str, Any]) -> dict[str, Any]:
    """Return the first circuit of a region."""
    found: dict[str, Any] = next(iter(connections(region).values()))["circuit"]
    return found


def more_circuits(count: int, *places: str) -> Change:
    """Give a region some circuits more, at peering locations in turn."""

    def change(region: dict[str, Any]) -> None:
        first = connections(region)["hong-kong"]
        for number in range(count):
            another = deepcopy(first)
            place = places[number % len(places)]
            peering = another["circuit"]["privatePeering"]
            peering["primaryPeerAddressPrefix"] = f"172.17.{number}.0/30"
            peering["secondaryPeerAddressPrefix"] = f"172.17.{number}.4/30"
            another["circuit"]["peeringLocation"] = place
            connections(region)[f"more{number}"] = another

    return change


def lent(key: str, identity: str, **more: object) -> Change:
    """Give a region a circuit that is owned elsewhere, beside or in place of its own."""

    def change(region: dict[str, Any]) -> None:
        connections(region)[key] = {
            "circuit": {
                "id": identity,
                "peeringLocation": "Hong Kong",
                "sku": {"tier": "Standard"},
                "bandwidthInMbps": 1000,
                **more,
            }
        }

    return change


def both(*changes: Change) -> Change:
    """Make several changes one."""

    def change(values: dict[str, Any]) -> None:
        for each in changes:
            each(values)

    return change


def route(table: str, prefix: str, kind: str, address: str | None = None) -> Change:
    """Add a user route to a table."""
    entry = {"addressPrefix": prefix, "nextHopType": kind}
    if address:
        entry["nextHopIpAddress"] = address

    def change(region: dict[str, Any]) -> None:
        region.setdefault("routes", {}).setdefault(table, []).append(entry)

    return change


def spokes(count: int, prefixes: int = 1) -> Change:
    """Give a region this many spokes, of this many prefixes each."""

    def change(region: dict[str, Any]) -> None:
        with_spokes({"sparehub:region": region}, count)
        for number, spoke in enumerate(region["spokes"].values()):
            spoke["addressSpace"] += [
                f"10.{150 + number // 250 + 2 * extra}.{number % 250}.0/24"
                for extra in range(prefixes - 1)
            ]

    return change


def raw(change: Change) -> RawRegion:
    """Return the primary's region as its file says it, with a change."""
    values = shipped("primary")["sparehub:region"]
    change(values)
    return RawRegion(values)


def stack(values: dict[str, Any], name: str = "primary") -> Stack:
    config = stack_of(values)
    return Stack(name=name, config=config, region=build(config))


def primary(change: Change) -> Callable[[], Stack]:
    """Return a maker of the primary's stack, with a change to its region."""
    return whole(in_region(change))


def whole(change: Change) -> Callable[[], Stack]:
    """Return a maker of the primary's stack, with a change to its keys."""

    def make() -> Stack:
        values = shipped("primary")
        change(values)
        return stack(values)

    return make


def model(
    change: Callable[[Region], Region], start: Callable[[], Stack] | None = None
) -> Callable[[], Stack]:
    """Return a maker of the primary's stack, with a change to what it will build."""

    def make() -> Stack:
        before = start() if start else primary(nothing)()
        return replace(before, region=change(before.region))

    return make


def first_spoke(change: Callable[[Spoke], Spoke]) -> Callable[[Region], Region]:
    """Return a change of the first spoke."""
    return lambda region: replace(region, spokes=(change(region.spokes[0]), *region.spokes[1:]))


def table(key: str, change: Callable[[RouteTable], RouteTable]) -> Callable[[Region], Region]:
    """Return a change of one route table."""

    def changed(region: Region) -> Iterator[RouteTable]:
        for each in region.route_tables:
            yield change(each) if each.key == key else each

    return lambda region: replace(region, route_tables=tuple(changed(region)))


def pair(first: Change = nothing, second: Change = nothing) -> Callable[[], Pair]:
    """Return a maker of both stacks, with a change to the keys of each."""

    def make() -> Pair:
        ours, theirs = shipped("primary"), shipped("secondary")
        first(ours)
        second(theirs)
        return Pair(stack(ours, "primary"), stack(theirs, "secondary"))

    return make


def in_region(change: Change) -> Change:
    """Return a change of a region as a change of a stack file's keys."""
    return lambda values: change(values["sparehub:region"])

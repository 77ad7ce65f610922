"""A scene as each of the two judges sees it, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import ModuleType

from sparehub.topology.model import resources
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes
from tests.oracle.region import Region
from tests.oracle.trace import World
from tests.oracle.verdicts import judge
from tests.topology.azure_bodies import Row, given, rendered, row
from tests.topology.fault_strategies import Scene

Line = tuple[Row, tuple[str, ...]]
"""An effective route, and the names of the connections that it leaves by."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """What a judge says of a scene."""

    routes: dict[str, list[Line]]
    pairs: dict[Pair, tuple[str, bool, bool, bool]]
    """Verdict, asymmetric or not, loops or not, inspected or not."""


def world_of(scene: Scene) -> World:
    """Render the regions as ARM resources, as the oracle reads them."""
    other = {"primary": "secondary", "secondary": "primary"}
    return World(
        *(
            Region(
                stack,
                rendered(each, stack, other.get(stack, "")),
                given(each, nva_lost=stack in scene.lost_nvas),
            )
            for stack, each in scene.regions.items()
        )
    )


def by_oracle(scene: Scene) -> Said:
    """Let the oracle judge the regions."""
    return said_of(world_of(scene))


def said_of(world: World) -> Said:
    """Let the oracle judge what it has read, from wherever."""
    routes = {
        place.name: sorted((route.row, tuple(sorted(route.connections))) for route in table)
        for place in world.places()
        for table in [world.routes(place)]
    }
    pairs = {
        pair: (each.verdict.value, each.asymmetric, each.loops, each.inspected)
        for pair, each in judge(world).items()
    }
    return Said(routes, pairs)


def by_verifier(scene: Scene, routes: ModuleType, verify: ModuleType) -> Said:
    """Let the verifier, the real one or one with a fault in it, judge the regions."""
    found = verify.verify(scene.regions, scene.lost_nvas)
    tables = {
        f"{stack}/{name}": sorted(lines)
        for stack, region in scene.regions.items()
        for name, lines in _lines(region, found.network.routes[stack], routes).items()
    }
    flags = (found.asymmetric, found.loops, found.inspected)
    pairs = {}
    for source, destination in product(found.contexts, repeat=2):
        verdict = found.verdict(source, destination)
        if verdict is not None:
            pair = found.index(source), found.index(destination)
            asymmetric, loops, inspected = (bool(flag[pair]) for flag in flags)
            pairs[source, destination] = (verdict.name, asymmetric, loops, inspected)
    return Said(tables, pairs)


def _lines(
    region: resources.Region, computed: RegionRoutes, routes: ModuleType
) -> Mapping[str, list[Line]]:
    names = {connection.key: connection.name for connection in region.connections}
    return {
        name: [
            (row(route), tuple(sorted(names[key] for key in route.connections)))
            for route in computed.of(name.partition("/")[0], subnet)
        ]
        for name, subnet in routes.subnets(region)
    }

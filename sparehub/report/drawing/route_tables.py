"""The effective routes that a report shows, each table once however many moments share it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sparehub.report.drawing.frames import DrawnRegion, Frame
from sparehub.report.drawing.shapes import Picture
from sparehub.topology.reachability.effective_routes.effective_route import EffectiveRoute
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes, find_subnet

_MOST = 60
"""Routes of a table that are shown; the GatewaySubnet of a large hub has thousands."""

_Row = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class RouteTables:
    """Tables of source, state, prefix and next hop; per frame the number of each context's."""

    tables: Sequence[Sequence[_Row]] = ()
    frames: Sequence[Mapping[str, int]] = ()

    @property
    def document(self) -> Mapping[str, object]:
        """The same as the page's script reads it."""
        return {"tables": self.tables, "frames": self.frames}


def route_tables(frames: Sequence[Frame], pictures: Sequence[Picture]) -> RouteTables:
    """Return the routes of every context that the picture of each frame names."""
    numbers: dict[tuple[_Row, ...], int] = {}
    found: list[dict[str, int]] = []
    for frame, picture in zip(frames, pictures, strict=True):
        contexts = [context for box in picture.boxes for context in box.contexts]
        here: dict[str, int] = {}
        for placed in frame.pair:
            for context, rows in _of_region(placed, contexts):
                here[context] = numbers.setdefault(rows, len(numbers))
        found.append(here)
    return RouteTables(tables=list(numbers), frames=found)


def _of_region(
    placed: DrawnRegion, contexts: Sequence[str]
) -> Sequence[tuple[str, tuple[_Row, ...]]]:
    routes = RegionRoutes(placed.region)
    prefix = f"{placed.stack}/"
    tables = []
    for context in contexts:
        if context.startswith(prefix):
            network, subnet = find_subnet(placed.region, context.removeprefix(prefix))
            tables.append((context, _rows(routes.of(network, subnet))))
    return tables


def _rows(routes: Sequence[EffectiveRoute]) -> tuple[_Row, ...]:
    rows = [_row(route) for route in routes[:_MOST]]
    if len(routes) > _MOST:
        rows.append(("", "", f"and {len(routes) - _MOST} more", "`sparehub routes` lists them"))
    return tuple(rows)


def _row(route: EffectiveRoute) -> _Row:
    hop = f"{route.hop_type} {route.next_hop}" if route.next_hop else str(route.hop_type)
    winner = route.overridden_by
    lost = f", overridden by {winner.name or winner.source}" if winner else ""
    return (str(route.source), route.state, route.tag or str(route.address_prefix), hop + lost)

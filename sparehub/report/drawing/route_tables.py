"""The effective routes in a report; equal tables of several frames are stored once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sparehub.report.drawing.frames import DrawnRegion, Frame
from sparehub.report.drawing.shapes import Picture
from sparehub.topology.reachability.effective_routes.effective_route import EffectiveRoute
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes, find_subnet

_MOST = 60
"""The most routes of a table in the report; the GatewaySubnet of a large hub has thousands."""

_Row = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class RouteTables:
    """Tables of source, state, prefix and next hop; for each frame, table index by context."""

    tables: Sequence[Sequence[_Row]] = ()
    frames: Sequence[Mapping[str, int]] = ()

    @property
    def document(self) -> Mapping[str, object]:
        """The JSON for the page's script."""
        return {"tables": self.tables, "frames": self.frames}


def route_tables(frames: Sequence[Frame], pictures: Sequence[Picture]) -> RouteTables:
    """Return the routes of every context in the pictures of some frames."""
    numbers: dict[tuple[_Row, ...], int] = {}
    indexes: list[dict[str, int]] = []
    for frame, picture in zip(frames, pictures, strict=True):
        contexts = [context for box in picture.boxes for context in box.contexts]
        by_context: dict[str, int] = {}
        for drawn in frame.pair:
            for context, rows in _of_region(drawn, contexts):
                by_context[context] = numbers.setdefault(rows, len(numbers))
        indexes.append(by_context)
    return RouteTables(tables=list(numbers), frames=indexes)


def _of_region(
    drawn: DrawnRegion, contexts: Sequence[str]
) -> Sequence[tuple[str, tuple[_Row, ...]]]:
    routes = RegionRoutes(drawn.region)
    prefix = f"{drawn.stack}/"
    tables = []
    for context in contexts:
        if context.startswith(prefix):
            network, subnet = find_subnet(drawn.region, context.removeprefix(prefix))
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

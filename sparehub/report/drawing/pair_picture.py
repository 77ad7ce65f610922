"""Draws a pair: coordinates are computed from the model, without measuring text.

On-premises is at the top, circuits below it, then two regions side by side: a hub with its gateway
above its NVA, and the spokes in two columns under it. Units are CSS pixels of the SVG's own view
box; the width of a text is estimated from its characters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sparehub.report.drawing.frames import DrawnRegion, Frame, FrameChange, LinkState, link_state
from sparehub.report.drawing.region_picture import GATEWAY_TOP, TOP, WIDTH, Marks, draw_region
from sparehub.report.drawing.shapes import Box, Line, Picture, fitting, named
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.resources import Circuit, CircuitReference

_MARGIN, _GAP = 10.0, 16.0
_CIRCUIT_WIDTH, _CIRCUIT_HEIGHT = 140.0, 42.0
_ON_PREMISES_HEIGHT = 42.0
_CIRCUITS_TOP = 96.0


def draw(frame: Frame, start: Frame, changes: Sequence[FrameChange] = ()) -> Picture:
    """Return the picture of a frame; ``start`` has what was live, ``changes`` what to mark."""
    pairs = list(zip(frame.pair, start.pair, strict=True))
    circuits = _circuits(frame.pair)
    regions = len(frame.pair) * (WIDTH + _GAP) - _GAP
    width = 2 * _MARGIN + max(regions, len(circuits) * (_CIRCUIT_WIDTH + _GAP) - _GAP)
    boxes: list[Box] = [_on_premises(frame.pair, width)]
    lines: list[Line] = []
    left = (width - regions) / 2
    lefts = [left + number * (WIDTH + _GAP) for number in range(len(pairs))]
    tops = _circuit_lefts(circuits, pairs, lefts, width)
    marks = {(change.stack, change.key): change.mark for change in changes}
    for (identity, circuit), x in zip(circuits, tops, strict=True):
        middle = x + _CIRCUIT_WIDTH / 2
        links = list(_links(identity, pairs, marks))
        box = _circuit(circuit, x, _strongest([state for *_, state, _ in links]))
        boxes.append(box)
        foot = (width / 2 + (middle - width / 2) * 0.35, _MARGIN + _ON_PREMISES_HEIGHT)
        lines.append(
            Line(
                points=(foot, (middle, box.y)),
                state=LinkState(box.state),
                title=f"on-premises to {box.title}: {box.state}",
            )
        )
        for number, name, state, mark in links:
            entry = lefts[number] + WIDTH / 2
            lines.append(
                Line(
                    points=((middle, box.y + box.height), (entry, TOP), (entry, GATEWAY_TOP)),
                    state=state,
                    title=f"connection {name}: {state}",
                    label=state,
                    mark=mark,
                )
            )
    bottom = 0.0
    for (now, _), x in zip(pairs, lefts, strict=True):
        drawn, trunks, lowest = draw_region(now, x, marks)
        boxes += drawn
        lines += trunks
        bottom = max(bottom, lowest)
    regions_of_one_height = [
        replace(box, height=bottom - box.y) if box.kind == "region" else box for box in boxes
    ]
    return Picture(
        title=frame.title,
        summary=tuple(now.summary for now, _ in pairs),
        width=width,
        height=bottom + _MARGIN,
        boxes=tuple(regions_of_one_height),
        lines=tuple(lines),
    )


def _circuits(pair: Sequence[DrawnRegion]) -> list[tuple[ResourceId, Circuit | CircuitReference]]:
    """Return each circuit once, the primary's first."""
    circuits: list[tuple[ResourceId, Circuit | CircuitReference]] = []
    for drawn in pair:
        for circuit in drawn.region.circuits:
            identity = circuit_id(circuit)
            if not any(identity.is_same(other) for other, _ in circuits):
                circuits.append((identity, circuit))
    return circuits


def _circuit_lefts(
    circuits: Sequence[tuple[ResourceId, object]],
    pairs: Sequence[tuple[DrawnRegion, DrawnRegion]],
    lefts: Sequence[float],
    width: float,
) -> list[float]:
    """Return the left edges: above its region where each has one circuit, else spread evenly."""
    if len(circuits) == len(pairs) and all(len(now.region.circuits) == 1 for now, _ in pairs):
        return [left + (WIDTH - _CIRCUIT_WIDTH) / 2 for left in lefts]
    total = len(circuits) * (_CIRCUIT_WIDTH + _GAP) - _GAP
    first = (width - total) / 2
    return [first + number * (_CIRCUIT_WIDTH + _GAP) for number in range(len(circuits))]


def _links(
    identity: ResourceId, pairs: Sequence[tuple[DrawnRegion, DrawnRegion]], marks: Marks
) -> Iterator[tuple[int, str, LinkState, str]]:
    """Yield the links of a circuit to regions: region index, connection, state, mark."""
    for number, (now, before) in enumerate(pairs):
        for circuit in now.region.circuits:
            if circuit_id(circuit).is_same(identity):
                state = link_state(now, before, circuit.key)
                name = f"{now.stack}/{circuit.key}"
                yield number, name, state, marks.get((now.stack, circuit.key), "")


def _strongest(states: Sequence[LinkState]) -> LinkState:
    order = (LinkState.LIVE, LinkState.UNFENCED, LinkState.SILENT, LinkState.FENCED)
    return next((state for state in order if state in states), LinkState.STANDBY)


def _on_premises(pair: Sequence[DrawnRegion], width: float) -> Box:
    prefixes = dict.fromkeys(p for drawn in pair for p in drawn.region.on_premises.address_prefixes)
    wide = 200.0
    return Box(
        kind="on-premises",
        x=(width - wide) / 2,
        y=_MARGIN,
        width=wide,
        height=_ON_PREMISES_HEIGHT,
        lines=("on-premises", fitting(named(list(prefixes)), wide)),
        title=f"on-premises: {', '.join(map(str, prefixes))}",
    )


def _circuit(circuit: Circuit | CircuitReference, x: float, state: LinkState) -> Box:
    name = circuit.name if isinstance(circuit, Circuit) else circuit.id.name
    speed = f"{circuit.bandwidth_in_mbps} Mbps"
    return Box(
        kind="circuit",
        x=x,
        y=_CIRCUITS_TOP,
        width=_CIRCUIT_WIDTH,
        height=_CIRCUIT_HEIGHT,
        lines=(
            fitting(name, _CIRCUIT_WIDTH),
            fitting(f"{circuit.peering_location}, {speed}", _CIRCUIT_WIDTH),
        ),
        title=f"circuit {name} at {circuit.peering_location}, {speed}, {circuit.tier}",
        state=state,
    )

"""Draws one region: the hub with the gateway above the NVA, and the spokes below it."""

from sparehub.report.drawing.frames import DrawnRegion, LinkState
from sparehub.report.drawing.shapes import Box, Line, fitting, named
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.resources import Spoke

COLLAPSE_ABOVE = 20
"""The most spokes of a region that are drawn one by one; more are one stacked box."""
WIDTH = 236.0
TOP = 206.0
GATEWAY_TOP = TOP + 70

_MARGIN, _GAP = 8.0, 10.0
_INNER_WIDTH = 156.0  # of gateway and NVA
_BOX_HEIGHT = 36.0
_HUB_TOP = TOP + 44
_NVA_TOP = _HUB_TOP + 80
_SPOKES_TOP = _HUB_TOP + 142
_SPOKE_PITCH = 46.0
_STATES = {Activation.ACTIVE: LinkState.LIVE, Activation.STANDBY: LinkState.STANDBY}

Marks = dict[tuple[str, str], str]
"""The mark of a change by stack and key (:class:`~sparehub.report.drawing.frames.Change`)."""


def draw_region(
    drawn: DrawnRegion, left: float, marks: Marks
) -> tuple[list[Box], list[Line], float]:
    """Return the boxes and links of one region, and its lower edge."""
    region, stack = drawn.region, drawn.stack
    state = drawn.inside
    centre = left + WIDTH / 2
    inner = WIDTH - 2 * _MARGIN
    heading = f"{region.location}: {drawn.status}"
    boxes = [
        Box(
            kind="region",
            x=left,
            y=TOP,
            width=WIDTH,
            height=0,
            lines=(
                fitting(heading, inner, bold=True),
                fitting(f"{stack}, {drawn.advertising}", inner),
            ),
            title=drawn.summary,
            state=drawn.lost or _STATES[region.activation],
            mark=marks.get((stack, "region"), ""),
        ),
        Box(
            kind="hub",
            x=left + _MARGIN,
            y=_HUB_TOP,
            width=inner,
            height=124,
            lines=(fitting(f"hub {named(region.hub.address_space)}", inner, bold=True),),
            title=f"{region.hub.name}: {', '.join(map(str, region.hub.address_space))}",
        ),
    ]
    gateway = region.gateway
    gateway_box = Box(
        kind="gateway" if gateway else "absent",
        x=centre - _INNER_WIDTH / 2,
        y=GATEWAY_TOP,
        width=_INNER_WIDTH,
        height=_BOX_HEIGHT,
        lines=(
            (fitting(gateway.name, _INNER_WIDTH, bold=True), f"gateway, {gateway.sku}")
            if gateway
            else ("no gateway", "created at activation")
        ),
        title=f"gateway {gateway.name}, {gateway.sku}" if gateway else "no gateway",
        mark=marks.get((stack, "gateway"), ""),
        contexts=(f"{stack}/hub/{GATEWAY_SUBNET}",),
    )
    nva = Box(
        kind="nva",
        x=centre - _INNER_WIDTH / 2,
        y=_NVA_TOP,
        width=_INNER_WIDTH,
        height=_BOX_HEIGHT,
        lines=("NVA", str(region.nva.ip_address)),
        title=f"NVA {region.nva.ip_address}, {region.nva.kind}, next hop of every spoke",
        contexts=(f"{stack}/hub/{region.nva.subnet}",),
    )
    link = Line(
        points=((centre, gateway_box.y + _BOX_HEIGHT), (centre, nva.y)),
        state=state,
        title=f"gateway to NVA: {state}",
    )
    spokes, trunks, bottom = _spokes(drawn, left, state, marks.get((stack, "spokes"), ""))
    return [*boxes, gateway_box, nva, *spokes], [link, *trunks], bottom


def _spokes(
    drawn: DrawnRegion, left: float, state: LinkState, mark: str
) -> tuple[list[Box], list[Line], float]:
    """Return the spokes in two columns along one trunk, or one stacked box for all."""
    spokes, stack = drawn.region.spokes, drawn.stack
    centre = left + WIDTH / 2
    start = (centre, _NVA_TOP + _BOX_HEIGHT)
    if not spokes:
        return [], [], _SPOKES_TOP
    if len(spokes) > COLLAPSE_ABOVE:
        box = Box(
            kind="stacked",
            x=left + _MARGIN + 6,
            y=_SPOKES_TOP,
            width=WIDTH - 2 * _MARGIN - 12,
            height=_BOX_HEIGHT + 8,
            lines=(
                f"{len(spokes)} spokes",
                fitting(f"{spokes[0].key} to {spokes[-1].key}", WIDTH - 40),
            ),
            title=f"{len(spokes)} spokes; routes are those of {spokes[0].key}",
            state=_spoke_state(spokes[0], state),
            mark=mark,
            contexts=_contexts(stack, spokes[0]),
        )
        trunk = Line(points=(start, (centre, box.y)), state=state, title=f"NVA to spokes: {state}")
        return [box], [trunk], box.y + box.height + 2 * _MARGIN
    wide = (WIDTH - 2 * _MARGIN - 2 * _GAP) / 2
    boxes: list[Box] = []
    lines: list[Line] = []
    for number, spoke in enumerate(spokes):
        row, right = divmod(number, 2)
        y = _SPOKES_TOP + row * _SPOKE_PITCH
        box = Box(
            kind="spoke",
            x=centre + _GAP if right else left + _MARGIN,
            y=y,
            width=wide,
            height=_BOX_HEIGHT,
            lines=(
                fitting(spoke.key, wide, bold=True),
                fitting(named(spoke.virtual_network.address_space), wide),
            ),
            title=(
                f"{spoke.virtual_network.name}: "
                f"{', '.join(map(str, spoke.virtual_network.address_space))}"
            ),
            state=_spoke_state(spoke, state),
            contexts=_contexts(stack, spoke),
        )
        height = y + _BOX_HEIGHT / 2
        end = box.x if right else box.x + wide
        title = f"NVA to {spoke.key}: {box.state}"
        lines.append(
            Line(
                points=(start, (centre, height), (end, height)),
                state=LinkState(box.state),
                title=title,
                mark="" if lines else mark,
            )
        )
        boxes.append(box)
    return boxes, lines, boxes[-1].y + _BOX_HEIGHT + _MARGIN


def _spoke_state(spoke: Spoke, state: LinkState) -> LinkState:
    return state if spoke.spoke_to_hub.use_remote_gateways else LinkState.STANDBY


def _contexts(stack: str, spoke: Spoke) -> tuple[str, ...]:
    return tuple(f"{stack}/{spoke.key}/{subnet.name}" for subnet in spoke.virtual_network.subnets)

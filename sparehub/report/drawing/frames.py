"""The states in the pictures of a report: the pair at one moment, and differences of two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sparehub.topology.config.enums import Activation
from sparehub.topology.model.resources import Connection, Region


class LinkState(StrEnum):
    """The state of a link; the value is the word in the picture."""

    LIVE = "live"  # solid
    STANDBY = "standby"  # dashed: exists or will be created, without traffic
    FENCED = "fenced"  # crossed: was live at the start, and is disconnected
    SILENT = "silent"  # amber: its region does not answer, and may be live
    UNFENCED = "UNFENCED"  # thick and red: may be live at the same time as the other region


@dataclass(frozen=True, kw_only=True)
class DrawnRegion:
    """A region with the name of its stack; ``lost`` is the state of its links if it is lost."""

    stack: str
    region: Region
    lost: LinkState | None = None

    @property
    def live(self) -> bool:
        """Whether on-premises reaches the region's spokes, if it is not lost."""
        return self.region.activation is Activation.ACTIVE and bool(self.region.connections)

    @property
    def inside(self) -> LinkState:
        """The state of the links within the region."""
        if self.lost in {LinkState.SILENT, LinkState.UNFENCED}:
            return LinkState.SILENT
        return LinkState.LIVE if self.live else LinkState.STANDBY

    @property
    def status(self) -> str:
        """Its activation, or the state in which it is lost."""
        return str(self.lost or self.region.activation)

    @property
    def advertising(self) -> str:
        """What the region advertises to on-premises, or may advertise."""
        if self.lost is LinkState.FENCED:
            return "advertises nothing"
        return f"{'may advertise' if self.lost else 'advertises'} {counted(self.region)}"

    @property
    def summary(self) -> str:
        """One sentence about the region."""
        where = f"{self.stack} ({self.region.location})"
        lost: dict[LinkState | None, str] = {
            LinkState.FENCED: "fenced externally",
            LinkState.SILENT: "does not answer",
        }
        status = lost.get(self.lost, self.status)
        return f"{where}: {status}, {self.advertising}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The pair at one moment of a failover; ``note`` and ``command`` where it follows no step."""

    title: str
    pair: tuple[DrawnRegion, ...]
    note: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class FrameChange:
    """One difference between two frames."""

    mark: str  # + created, - deleted, ~ changed
    stack: str
    key: str  # connection key, "gateway" or "spokes": position of the mark in the picture
    text: str


def link_state(now: DrawnRegion, before: DrawnRegion, connection: str) -> LinkState:
    """Return the state of a connection."""
    if now.lost and _connection(before.region, connection):
        return now.lost
    if now.live and _connection(now.region, connection):
        return LinkState.LIVE
    if before.live and _connection(before.region, connection):
        return LinkState.FENCED
    return LinkState.STANDBY


def _connection(region: Region, key: str) -> Connection | None:
    return next((item for item in region.connections if item.key == key), None)


def changes(before: Sequence[DrawnRegion], after: Sequence[DrawnRegion]) -> tuple[FrameChange, ...]:
    """Return what is created, deleted and changed in the same stacks."""
    return tuple(
        change for one, other in zip(before, after, strict=True) for change in _changes(one, other)
    )


def _changes(before: DrawnRegion, after: DrawnRegion) -> Iterator[FrameChange]:
    stack = before.stack
    one, other = before.region, after.region
    if one.gateway != other.gateway:
        if other.gateway is not None:
            yield FrameChange(
                mark="+", stack=stack, key="gateway", text=f"{other.gateway.name} created"
            )
        elif one.gateway is not None:
            yield FrameChange(
                mark="-", stack=stack, key="gateway", text=f"{one.gateway.name} deleted"
            )
    had = {connection.key: connection.name for connection in one.connections}
    has = {connection.key: connection.name for connection in other.connections}
    for key in sorted(had.keys() | has.keys()):
        if key not in has:
            yield FrameChange(mark="-", stack=stack, key=key, text=f"{had[key]} deleted")
        elif key not in had:
            yield FrameChange(mark="+", stack=stack, key=key, text=f"{has[key]} created")
    for word, moved in (("start", True), ("stop", False)):
        peerings = [
            now.spoke_to_hub.name
            for was, now in zip(one.spokes, other.spokes, strict=True)
            if was.spoke_to_hub != now.spoke_to_hub
            and now.spoke_to_hub.use_remote_gateways is moved
        ]
        if peerings:
            named = peerings[0] if len(peerings) == 1 else f"{len(peerings)} peerings of spokes"
            text = f"{named} {word}{'s' if len(peerings) == 1 else ''} using the gateway"
            yield FrameChange(mark="~", stack=stack, key="spokes", text=text)
    if len(one.advertised_prefixes) != len(other.advertised_prefixes):
        text = f"advertises {counted(other)}, before {counted(one)}"
        yield FrameChange(mark="~", stack=stack, key="region", text=text)


def counted(region: Region) -> str:
    """Return the number of prefixes that a region advertises, in words."""
    count = len(region.advertised_prefixes)
    return {0: "nothing", 1: "1 prefix"}.get(count, f"{count} prefixes")

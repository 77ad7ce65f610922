"""What the pictures of a report show: the pair at one moment, and how it differs from another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sparehub.topology.config.enums import Activation
from sparehub.topology.model.resources import Connection, Region


class LinkState(StrEnum):
    """What a link carries, and so how it is drawn; the value is the word in the picture."""

    LIVE = "live"  # solid
    STANDBY = "standby"  # dashed: there, or to be made, and carrying nothing
    FENCED = "fenced"  # crossed: was live at the start, and must not be any more
    SILENT = "silent"  # amber: its region does not answer, so that it may be live
    UNFENCED = "UNFENCED"  # thick and red: nothing keeps it from being live beside the other


@dataclass(frozen=True, kw_only=True)
class DrawnRegion:
    """A region under the name of its stack; ``lost`` says how its links are where it is lost."""

    stack: str
    region: Region
    lost: LinkState | None = None

    @property
    def live(self) -> bool:
        """Whether on-premises reaches the region's spokes, unless it is lost."""
        return self.region.activation is Activation.ACTIVE and bool(self.region.connections)

    @property
    def inside(self) -> LinkState:
        """How links within the region are drawn."""
        if self.lost in {LinkState.SILENT, LinkState.UNFENCED}:
            return LinkState.SILENT
        return LinkState.LIVE if self.live else LinkState.STANDBY

    @property
    def standing(self) -> str:
        """The region in a word: its activation, or how it is lost."""
        return str(self.lost or self.region.activation)

    @property
    def advertising(self) -> str:
        """What on-premises learns of the region, or may."""
        if self.lost is LinkState.FENCED:
            return "advertises nothing"
        return f"{'may advertise' if self.lost else 'advertises'} {counted(self.region)}"

    @property
    def said(self) -> str:
        """The region in a sentence."""
        where = f"{self.stack} ({self.region.location})"
        how: dict[LinkState | None, str] = {
            LinkState.FENCED: "fenced from outside",
            LinkState.SILENT: "does not answer",
        }
        standing = how.get(self.lost, self.standing)
        return f"{where}: {standing}, {self.advertising}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The pair at one moment of a failover; ``note`` and ``command`` where no step says them."""

    title: str
    pair: tuple[DrawnRegion, ...]
    note: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class FrameChange:
    """One thing that differs between two frames."""

    mark: str  # + created, - deleted, ~ changed
    stack: str
    key: str  # connection key, "gateway" or "spokes": where the picture shows the mark
    text: str


def link_state(now: DrawnRegion, before: DrawnRegion, connection: str) -> LinkState:
    """Return how the connection of a key is to be drawn."""
    if now.lost and _connection(before.region, connection):
        return now.lost
    if now.live and _connection(now.region, connection):
        return LinkState.LIVE
    if before.live and _connection(before.region, connection):
        return LinkState.FENCED
    return LinkState.STANDBY


def _connection(region: Region, key: str) -> Connection | None:
    return next((each for each in region.connections if each.key == key), None)


def changes(before: Sequence[DrawnRegion], after: Sequence[DrawnRegion]) -> tuple[FrameChange, ...]:
    """Return what the same two stacks have, have no longer, and have otherwise."""
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
    had = {each.key: each.name for each in one.connections}
    has = {each.key: each.name for each in other.connections}
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
    """Return how many prefixes a region advertises, in words."""
    count = len(region.advertised_prefixes)
    return {0: "nothing", 1: "1 prefix"}.get(count, f"{count} prefixes")

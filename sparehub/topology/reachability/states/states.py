"""The states of a pair of regions: normal, every step of a failover, and what may be lost.

The order of the steps is that of a failover: where both regions would advertise the same addresses
the old connection is deleted before the new one is created (ER-18, ER-19), else afterwards.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.live_regions import Advertisement, conflict
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.states.names import FAILED_OVER, NORMAL
from sparehub.topology.reachability.states.transitions import (
    Transition,
    connect_steps,
    disconnect_steps,
    with_gateway_use,
)


@dataclass(frozen=True, kw_only=True)
class PairState:
    """Both regions at one time.

    Attributes:
        regions: by stack; a lost region is absent.
        before: the name of the state that this one is compared with.
        lost_nvas: the stacks whose NVA is lost.
        lasts: None where the state lasts until somebody acts.
    """

    name: str
    regions: Mapping[str, Region]
    before: str = ""
    lost_nvas: frozenset[str] = frozenset()
    lasts: Duration | None = None


RegionForm = Callable[[Activation, Depth | None], Region]
"""Returns a region at an activation, and at a depth of standby or at its configured one."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two regions: its configuration, and the region at each activation and depth."""

    name: str
    config: StackConfig
    form: RegionForm


def configured_side(stack: Stack) -> Side:
    """Return a side whose region is built from its stack file."""
    built: dict[tuple[Activation, Depth | None], Region] = {}

    def form(activation: Activation, depth: Depth | None) -> Region:
        key = activation, depth
        if key not in built:
            built[key] = switched(stack, activation, depth).region
        return built[key]

    return Side(name=stack.name, config=stack.config, form=form)


def deployed_side(stack: Stack, region: Region) -> Side:
    """Return a side whose region is as it is deployed, and changes as its stack file says.

    An activation changes only what the switch changes: drift remains in every form.
    """
    planned = configured_side(stack)
    configured = planned.form(region.activation, region.depth)

    def form(activation: Activation, depth: Depth | None) -> Region:
        goal = planned.form(activation, depth)
        changed = {
            part: getattr(goal, part)
            for part in ("activation", "depth", "gateway", "connections")
            if getattr(goal, part) != getattr(configured, part)
        }
        before = {spoke.key: spoke.spoke_to_hub.use_remote_gateways for spoke in configured.spokes}
        uses = {
            spoke.key: spoke.spoke_to_hub.use_remote_gateways
            for spoke in goal.spokes
            if spoke.spoke_to_hub.use_remote_gateways != before[spoke.key]
        }
        return replace(region, **changed, spokes=with_gateway_use(region, uses))

    return Side(name=stack.name, config=stack.config, form=form)


def all_states(primary: Side, secondary: Side) -> Iterator[PairState]:
    """Yield every state of a pair, each after the one that it is compared with."""
    names = {primary.name: primary, secondary.name: secondary}
    active = {name: side.form(Activation.ACTIVE, None) for name, side in names.items()}
    standby = {name: side.form(Activation.STANDBY, None) for name, side in names.items()}
    first, second = primary.name, secondary.name
    normal = {first: active[first], second: standby[second]}
    yield PairState(name=NORMAL, regions=normal)
    for depth in Depth:
        regions = normal | {second: secondary.form(Activation.STANDBY, depth)}
        yield PairState(name=f"secondary-standby-{depth.value}", regions=regions, before=NORMAL)
    failed_over = {first: standby[first], second: active[second]}
    failover = list(_planned("failover", primary, secondary, before=NORMAL))
    yield from failover
    before = failover[-1].name if failover else NORMAL
    yield PairState(name=FAILED_OVER, regions=failed_over, before=before)
    yield from _planned("failback", secondary, primary, before=FAILED_OVER)
    yield from _losses(normal, first)
    yield from _unplanned("failover-unplanned", secondary, "lost-region", NORMAL)
    yield PairState(name="primary-returns", regions=active, before="failover-unplanned-done")
    lost = "failback-unplanned-region-lost"
    yield from _unplanned("failback-unplanned", primary, lost, FAILED_OVER)


def _planned(switch: str, source: Side, target: Side, before: str) -> Iterator[PairState]:
    """Yield the states between two switches of both regions, in the order of a failover."""
    live = source.form(Activation.ACTIVE, None)
    # A gateway that the standby does not keep is deleted last, after the states yielded here.
    depth = source.config.region.standby.depth
    fenced = source.form(Activation.STANDBY, Depth.GATEWAY if depth is Depth.NETWORK else depth)
    disconnecting = [(source.name, step) for step in disconnect_steps(live, fenced)]
    standby = target.form(Activation.STANDBY, None)
    goal = target.form(Activation.ACTIVE, None)
    connecting = [(target.name, step) for step in connect_steps(standby, goal)]
    both_live = conflict(Advertisement.of(goal), Advertisement.of(live)) is None
    steps = [*connecting, *disconnecting] if both_live else [*disconnecting, *connecting]
    regions = {source.name: live, target.name: standby}
    regions = dict(sorted(regions.items()))
    for number, (name, step) in enumerate(steps[:-1]):
        regions = regions | {name: step.region}
        following = steps[number + 1][1]
        state = f"{switch}-{step.name}"
        yield PairState(name=state, regions=regions, before=before, lasts=_lasts(step, following))
        before = state


def _unplanned(switch: str, target: Side, lost: str, before: str) -> Iterator[PairState]:
    """Yield the states from the loss of a region until the other is active in its place."""
    standby = target.form(Activation.STANDBY, None)
    steps = list(connect_steps(standby, target.form(Activation.ACTIVE, None)))
    first = steps[0].takes if steps else None
    yield PairState(name=lost, regions={target.name: standby}, before=before, lasts=first)
    before = lost
    for number, step in enumerate(steps[:-1]):
        name = f"{switch}-{step.name}"
        lasts = _lasts(step, steps[number + 1])
        yield PairState(name=name, regions={target.name: step.region}, before=before, lasts=lasts)
        before = name
    done = {target.name: target.form(Activation.ACTIVE, None)}
    yield PairState(name=f"{switch}-done", regions=done, before=before)


def _lasts(step: Transition, following: Transition) -> Duration:
    """Return how long the state between two steps lasts.

    A disconnection takes effect when its step starts, a connection when its step ends.
    """
    lasts = step.takes if step.disconnects else NO_TIME
    return lasts if following.disconnects else lasts + following.takes


def _losses(normal: Mapping[str, Region], stack: str) -> Iterator[PairState]:
    """Yield normal without a circuit, a peering location, the NVA or the gateway of the primary."""
    region = normal[stack]
    for connection in region.connections:
        identity = next(circuit_id(c) for c in region.circuits if c.key == connection.key)
        regions = {
            name: _without(
                before, {c.key for c in before.circuits if circuit_id(c).is_same(identity)}
            )
            for name, before in normal.items()
        }
        yield PairState(name=f"lost-circuit-{connection.key}", regions=regions, before=NORMAL)
    live = {connection.key for connection in region.connections}
    for location in sorted({c.peering_location.lower() for c in region.circuits if c.key in live}):
        regions = {
            name: _without(
                before, {c.key for c in before.circuits if c.peering_location.lower() == location}
            )
            for name, before in normal.items()
        }
        name = f"lost-peering-location-{location.replace(' ', '-')}"
        yield PairState(name=name, regions=regions, before=NORMAL)
    yield PairState(name="lost-nva", regions=normal, before=NORMAL, lost_nvas=frozenset({stack}))
    without = {**normal, stack: replace(region, gateway=None)}
    yield PairState(name="lost-gateway", regions=without, before=NORMAL)


def _without(region: Region, keys: set[str]) -> Region:
    connections = tuple(item for item in region.connections if item.key not in keys)
    return replace(region, connections=connections)

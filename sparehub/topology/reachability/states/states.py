"""The states that two regions pass: normal, every step of a failover, and what may be lost.

A state is the two regions as they stand at one time; the order of the steps is that of the
topology: with addresses that both regions would advertise the old connection goes before the new
one comes (ER-18, ER-19), with addresses apart the new one comes first.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.live_regions import Advertisement, conflict
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.states.transitions import Transition, down, up, using

NORMAL, FAILED_OVER = "normal", "failed-over"
_STEPS = {
    "peerings-withdrawn": "the spokes that are left no longer use the gateway",
    "disconnected": "the connection that is left is gone",
    "gateway-created": "the gateway that takes over stands, without a connection",
    "peerings-updated": "the spokes that take over use the gateway, which has no connection",
    "connected": "the connection that takes over stands",
}
_SWITCHES = {
    "failover": "failover",
    "failover-unplanned": "failover, the primary being lost",
    "failback": "failback",
    "failback-unplanned": "failback, the secondary being lost",
}
STATES: Mapping[str, str] = {
    NORMAL: "the primary is active, the secondary stands by",
    **{
        f"secondary-standby-{depth.value}": f"the same, the secondary at depth {depth.value}"
        for depth in Depth
    },
    **{
        f"{switch}-{step}": f"{when}: {what}"
        for switch, when in _SWITCHES.items()
        for step, what in _STEPS.items()
    },
    FAILED_OVER: "the secondary is active, the primary stands by",
    "failover-unplanned-done": "the secondary is active, the primary is lost",
    "failback-unplanned-region-lost": "the secondary is lost after a failover",
    "failback-unplanned-done": "the primary is active, the secondary is lost",
    "primary-returns": "the primary comes back active after it was given up: both are",
    "lost-circuit-CONNECTION": "normal without a circuit of the primary",
    "lost-peering-location-LOCATION": "normal without the circuits of a peering location",
    "lost-nva": "normal without the NVA of the primary",
    "lost-gateway": "normal without the gateway of the primary",
    "lost-region": "normal without the primary",
}
"""Every name that a state may have; which of them occur follows from the two configurations."""


def meaning(name: str) -> str | None:
    """Return what a state is, whatever its circuit or peering location is called; None of none."""
    for known, text in STATES.items():
        pattern = known.replace("CONNECTION", "*").replace("LOCATION", "*")
        if fnmatchcase(name, pattern):
            return text
    return None


@dataclass(frozen=True, kw_only=True)
class PairState:
    """Both regions at one time; a region that is lost is absent."""

    name: str
    regions: Mapping[str, Region]
    before: str = ""  # the state that this one is compared with
    lost_nvas: frozenset[str] = frozenset()
    lasts: Duration | None = None  # None: until somebody acts


Form = Callable[[Activation, Depth | None], Region]
"""A region at an activation, at a depth of standby or at its own."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two regions: what its file says, and how it stands in each form."""

    name: str
    config: StackConfig
    form: Form


def configured(stack: Stack) -> Side:
    """Return a side that stands as its stack file says."""
    known: dict[tuple[Activation, Depth | None], Region] = {}

    def form(activation: Activation, depth: Depth | None) -> Region:
        key = activation, depth
        if key not in known:
            known[key] = switched(stack, activation, depth).region
        return known[key]

    return Side(name=stack.name, config=stack.config, form=form)


def deployed(stack: Stack, region: Region) -> Side:
    """Return a side that stands as it was read, faults and all, and changes as its file says.

    Only what the switch changes is changed: what somebody did by hand stays in every form.
    """
    planned = configured(stack)
    stood = planned.form(region.activation, region.depth)

    def form(activation: Activation, depth: Depth | None) -> Region:
        goal = planned.form(activation, depth)
        changed = {
            part: getattr(goal, part)
            for part in ("activation", "depth", "gateway", "connections")
            if getattr(goal, part) != getattr(stood, part)
        }
        before = {spoke.key: spoke.spoke_to_hub.use_remote_gateways for spoke in stood.spokes}
        uses = {
            spoke.key: spoke.spoke_to_hub.use_remote_gateways
            for spoke in goal.spokes
            if spoke.spoke_to_hub.use_remote_gateways != before[spoke.key]
        }
        return replace(region, **changed, spokes=using(region, uses))

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
    """Yield the states in between, in the order of the topology."""
    live = source.form(Activation.ACTIVE, None)
    # A gateway that goes would stand between the two: it goes last, when nobody waits for it.
    kept = source.config.region.standby.depth
    fenced = source.form(Activation.STANDBY, Depth.GATEWAY if kept is Depth.NETWORK else kept)
    leaving = [(source.name, step) for step in down(live, fenced)]
    waiting = target.form(Activation.STANDBY, None)
    goal = target.form(Activation.ACTIVE, None)
    taking = [(target.name, step) for step in up(waiting, goal)]
    apart = conflict(Advertisement.of(goal), Advertisement.of(live)) is None
    steps = [*taking, *leaving] if apart else [*leaving, *taking]
    regions = {source.name: live, target.name: waiting}
    regions = dict(sorted(regions.items()))
    for number, (name, step) in enumerate(steps[:-1]):
        regions = regions | {name: step.region}
        following = steps[number + 1][1]
        state = f"{switch}-{step.name}"
        yield PairState(name=state, regions=regions, before=before, lasts=_lasts(step, following))
        before = state


def _unplanned(switch: str, target: Side, lost: str, before: str) -> Iterator[PairState]:
    """Yield the states from the loss of a region to the other being active in its place."""
    waiting = target.form(Activation.STANDBY, None)
    steps = list(up(waiting, target.form(Activation.ACTIVE, None)))
    first = steps[0].takes if steps else None
    yield PairState(name=lost, regions={target.name: waiting}, before=before, lasts=first)
    before = lost
    for number, step in enumerate(steps[:-1]):
        name = f"{switch}-{step.name}"
        lasts = _lasts(step, steps[number + 1])
        yield PairState(name=name, regions={target.name: step.region}, before=before, lasts=lasts)
        before = name
    done = {target.name: target.form(Activation.ACTIVE, None)}
    yield PairState(name=f"{switch}-done", regions=done, before=before)


def _lasts(step: Transition, following: Transition) -> Duration:
    """What is taken away is gone from the start of the step; what is given is there at its end."""
    lasting = step.takes if step.down else NO_TIME
    return lasting if following.down else lasting + following.takes


def _losses(normal: Mapping[str, Region], stack: str) -> Iterator[PairState]:
    """Yield normal without a circuit, a peering location, the NVA, the gateway of the primary."""
    region = normal[stack]
    for connection in region.connections:
        identity = next(circuit_id(c) for c in region.circuits if c.key == connection.key)
        regions = {
            name: _without(
                each, {c.key for c in each.circuits if same_circuit(circuit_id(c), identity)}
            )
            for name, each in normal.items()
        }
        yield PairState(name=f"lost-circuit-{connection.key}", regions=regions, before=NORMAL)
    live = {connection.key for connection in region.connections}
    for place in sorted({c.peering_location.lower() for c in region.circuits if c.key in live}):
        regions = {
            name: _without(
                each, {c.key for c in each.circuits if c.peering_location.lower() == place}
            )
            for name, each in normal.items()
        }
        name = f"lost-peering-location-{place.replace(' ', '-')}"
        yield PairState(name=name, regions=regions, before=NORMAL)
    yield PairState(name="lost-nva", regions=normal, before=NORMAL, lost_nvas=frozenset({stack}))
    without = {**normal, stack: replace(region, gateway=None)}
    yield PairState(name="lost-gateway", regions=without, before=NORMAL)


def _without(region: Region, keys: set[str]) -> Region:
    connections = tuple(each for each in region.connections if each.key not in keys)
    return replace(region, connections=connections)

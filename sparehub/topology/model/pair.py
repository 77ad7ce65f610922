"""Two stacks beside each other: what follows from both files without being declared in either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.schema import StackConfig, StandbyConfig
from sparehub.topology.model.build import build
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.live_regions import Advertisement, conflict
from sparehub.topology.model.resources import Circuit, CircuitReference, Region


@dataclass(frozen=True, kw_only=True)
class PairSummary:
    """What follows from one or two configurations; None where it takes two."""

    circuits: int
    peering_locations: int
    bow_tie: bool  # a region has more than one connection
    addresses: str | None  # retained, remapped or mixed
    connected_at_once: bool | None  # whether both regions may be, with every circuit provisioned
    order: str | None  # how connections change: disconnect then connect, or either


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack's name, what its file says, and the region that comes of it."""

    name: str
    config: StackConfig
    region: Region


def in_order(stacks: Sequence[Stack]) -> list[Stack]:
    """Return the stacks with ``primary`` first."""
    return sorted(stacks, key=lambda stack: (stack.name != "primary", stack.name))


def switched(
    stack: Stack,
    activation: Activation,
    depth: Depth | None = None,
    *,
    disconnected: bool = False,
) -> Stack:
    """Return a stack as it would be with the switch turned, at another depth if one is given.

    ``disconnected`` is a region on standby that keeps everything but its connections.
    """
    region = stack.config.region
    if depth is not None:
        region = region.model_copy(update={"standby": StandbyConfig(depth=depth)})
    config = stack.config.model_copy(
        update={"activation": activation, "region": region, "disconnected": disconnected}
    )
    return replace(stack, config=config, region=build(config))


def summarize_pair(stacks: list[Stack]) -> PairSummary:
    """Count circuits and peering locations over one or two regions; compare their addresses."""
    circuits = [circuit for stack in stacks for circuit in stack.region.circuits]
    alone = len(stacks) < 2  # noqa: PLR2004 - a pair
    at_once = None if alone else _may_be_connected_at_once(stacks[0].region, stacks[1].region)
    order = "either" if at_once else "disconnect then connect"
    return PairSummary(
        circuits=len(distinct_circuits(circuits)),
        peering_locations=len({circuit.peering_location.lower() for circuit in circuits}),
        bow_tie=any(len(stack.region.circuits) > 1 for stack in stacks),
        addresses=None if alone else _addresses(stacks[0].region, stacks[1].region),
        connected_at_once=at_once,
        order=None if alone else order,
    )


def distinct_circuits(
    circuits: Sequence[Circuit | CircuitReference],
) -> list[list[Circuit | CircuitReference]]:
    """Return the circuits in groups, each of one circuit however often it is named."""
    groups: list[list[Circuit | CircuitReference]] = []
    for circuit in circuits:
        for group in groups:
            if circuit_id(group[0]).is_same(circuit_id(circuit)):
                group.append(circuit)
                break
        else:
            groups.append([circuit])
    return groups


def _may_be_connected_at_once(one: Region, other: Region) -> bool:
    return conflict(Advertisement.complete(one), Advertisement.complete(other)) is None


def _addresses(first: Region, second: Region) -> str:
    ours, theirs = _spaces(first), _spaces(second)
    common = ours.keys() & theirs.keys()
    same = sum(ours[key] == theirs[key] for key in common)
    if same == len(ours) == len(theirs):
        return "retained"
    return "mixed" if same else "remapped"


def _spaces(region: Region) -> Mapping[str, tuple[IPv4Network, ...]]:
    spokes = {f"spoke {spoke.key}": spoke.virtual_network.address_space for spoke in region.spokes}
    return {"hub": region.hub.address_space, **spokes}

"""The two regions side by side: what topology they make, and what that forbids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from topology.build import build
from topology.circuits import circuit_id, same_circuit
from topology.config import StackConfig
from topology.deployed import Deployed
from topology.errors import InterlockError, Problem
from topology.findings import Finding
from topology.interlock import refuse_two_live_regions, warn_of_shared_circuit
from topology.model import Region
from topology.words import Activation, Depth


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What follows from two configurations without being declared in either."""

    circuits: int
    peering_locations: int
    addresses: str | None  # retained, remapped or mixed; None for one region alone


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack's name, what its file says, and the region that comes of it."""

    name: str
    config: StackConfig
    region: Region


def find_topology(stacks: list[Stack]) -> Topology:
    """Count circuits and peering locations over one or two regions; compare their addresses."""
    circuits = [circuit for stack in stacks for circuit in stack.region.circuits]
    distinct: list[str] = []
    for identity in map(circuit_id, circuits):
        if not any(same_circuit(identity, known) for known in distinct):
            distinct.append(identity)
    return Topology(
        circuits=len(distinct),
        peering_locations=len({circuit.peering_location.lower() for circuit in circuits}),
        addresses=None if len(stacks) < 2 else _addresses(stacks[0].region, stacks[1].region),  # noqa: PLR2004 - a pair
    )


def pair_findings(stacks: list[Stack]) -> Iterator[Finding]:
    """Yield what is wrong, or unwise, with two regions that are each in order by themselves."""
    for stack in stacks:
        for other in stacks:
            if stack is not other:
                yield from _beside(stack, other)
    if len(stacks) == 2:  # noqa: PLR2004 - a pair
        first, second = stacks
        live = all(each.config.activation is Activation.ACTIVE for each in stacks)
        if live and (conflict := _conflict(second, Deployed.from_region(first.region))):
            message = (
                f"both {first.name} and {second.name} are switched to active and would advertise "
                f"{conflict}; put one on standby"
            )
            yield Finding.of(Problem("activation", message, "ER-18"), second.name)


def _beside(stack: Stack, other: Stack) -> Iterator[Finding]:
    """Yield what is wrong with a stack because of the other one."""
    paired = stack.config.paired_stack
    if paired != other.name:
        said = f"is {paired!r}" if paired else "is not set"
        message = f"{said}, so the interlock does not look at {other.name!r}"
        yield Finding.of(Problem("pairedStack", message), stack.name, severity="warning")
    if warning := warn_of_shared_circuit(stack.region, Deployed.from_region(other.region)):
        problem = Problem("region.expressRoute.connections", warning, "ER-14")
        yield Finding.of(problem, stack.name, severity="warning")
    if stack.region.depth is Depth.CONNECTION:
        waiting = replace(stack, region=_switched(stack, Activation.STANDBY))
        live = Deployed.from_region(_switched(other, Activation.ACTIVE))
        if conflict := _conflict(waiting, live):
            message = (
                f"on standby at this depth the hub is advertised beside {other.name}, which "
                f"advertises {conflict}, too: choose depth gateway, hubs that do not overlap, or "
                "two circuits and onPremises.prefers"
            )
            yield Finding.of(Problem("region.standby.depth", message, "ER-18"), stack.name)


def _conflict(stack: Stack, paired: Deployed) -> str:
    """Return the prefixes that a stack must not advertise beside a pair, or nothing."""
    try:
        refuse_two_live_regions(stack.config, stack.region, paired)
    except InterlockError as error:
        return ", ".join(str(prefix) for prefix in error.prefixes)
    return ""


def _switched(stack: Stack, activation: Activation) -> Region:
    return build(stack.config.model_copy(update={"activation": activation}))


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

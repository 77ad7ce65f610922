"""The peering of the two hubs: each file has one half, and says what lies behind the other hub.

A fault is reported in the file that has to be changed, so that each region can be deployed alone:
first the one whose networks change, then the one whose peering names them.
"""

from collections.abc import Iterator

from sparehub.topology.config.hub_peerings import HubPeeringConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.rule import RuleFault, rule


def _sides(pair: Pair) -> tuple[tuple[Stack, Stack], tuple[Stack, Stack]]:
    return (pair.primary, pair.secondary), (pair.secondary, pair.primary)


def _is_hub_of(identity: str, stack: Stack) -> bool:
    """Return whether an id is that of a stack's hub, also by its subscription where it is known."""
    network = ResourceId.parse(identity)
    here = stack.config.subscription
    return stack.region.has_hub(network) and here in ("", network.subscription)


def peering_path(key: str) -> str:
    """Return the key of a peering in a stack file."""
    return f"region.hub.peerings.{key}"


def _halves(stack: Stack, other: Stack) -> Iterator[tuple[str, HubPeeringConfig]]:
    """Yield the path of each peering of a hub with that of the other stack."""
    for key, peering in sorted(stack.config.region.hub.peerings.items()):
        if _is_hub_of(peering.id, other):
            yield peering_path(key), peering


@rule("CONFIG", why="What another network sends and routes is unknown to the files of the pair.")
def hub_peerings_lead_to_the_other_hub(pair: Pair) -> Iterator[RuleFault]:
    """By resource group and name, and by the subscription where the other file names it."""
    for stack, other in _sides(pair):
        for key, peering in sorted(stack.config.region.hub.peerings.items()):
            if not _is_hub_of(peering.id, other):
                hub, group = other.region.hub.name, other.region.resource_group
                message = (
                    f"is not {hub} in {group}, the hub of {other.name}: only the two hubs of a "
                    "pair are peered"
                )
                yield RuleFault(f"{peering_path(key)}.id", message, stack.name)


@rule(
    "PE-01",
    severity="warning",
    why="No packet crosses a peering of which one half is missing.",
)
def both_hubs_have_their_half_of_a_peering(pair: Pair) -> Iterator[RuleFault]:
    """Reported in the file that lacks it."""
    for stack, other in _sides(pair):
        if any(_halves(stack, other)) and not any(_halves(other, stack)):
            message = f"has no peering with {stack.region.hub.name}, to which {stack.name} has one"
            yield RuleFault("region.hub.peerings", message, other.name)


@rule("PE-18", why="A peering routes the address space of the other network that it knows.")
def hub_peerings_know_the_address_space_of_the_other_hub(pair: Pair) -> Iterator[RuleFault]:
    """All of it, and nothing else."""
    for stack, other in _sides(pair):
        space = other.region.hub.address_space
        for path, peering in _halves(stack, other):
            if set(peering.address_space) != set(space):
                given, real = (", ".join(map(str, each)) for each in (peering.address_space, space))
                message = f"{given}, where the hub of {other.name} has {real}"
                yield RuleFault(f"{path}.addressSpace", message, stack.name)


@rule("RT-12", why="What lies behind the other hub is reached through its NVA.")
def hub_peerings_name_the_nva_of_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """``nextHopIpAddress``, where it is given."""
    for stack, other in _sides(pair):
        nva = other.region.nva.ip_address
        for path, peering in _halves(stack, other):
            address = peering.next_hop_ip_address
            if address is not None and address != nva:
                message = f"{address}, where the NVA of {other.name} has {nva}"
                yield RuleFault(f"{path}.nextHopIpAddress", message, stack.name)


@rule("PE-02", why="A route to addresses that are not behind the other hub drops their packets.")
def routes_over_a_hub_peering_lead_to_spokes(pair: Pair) -> Iterator[RuleFault]:
    """Each of ``addressPrefixes`` is a prefix of a spoke of the other region."""
    for stack, other in _sides(pair):
        spokes = {p for spoke in other.region.spokes for p in spoke.virtual_network.address_space}
        for path, peering in _halves(stack, other):
            for prefix in peering.address_prefixes:
                if prefix not in spokes:
                    message = f"{prefix} is not a prefix of a spoke of {other.name}"
                    yield RuleFault(f"{path}.addressPrefixes", message, stack.name)


@rule(
    "PE-02",
    severity="warning",
    why="Peerings are not transitive: without a route no packet reaches a spoke of the other hub.",
)
def always_on_spokes_are_routed_over_the_hub_peering(pair: Pair) -> Iterator[RuleFault]:
    """Those of the other region are among ``addressPrefixes``."""
    for stack, other in _sides(pair):
        for path, peering in _halves(stack, other):
            for spoke in other.region.spokes:
                space = spoke.virtual_network.address_space
                missing = set(space) - set(peering.address_prefixes)
                if (
                    spoke.always_on
                    and missing
                    and not overlapping(stack.region.address_prefixes, missing)
                ):
                    listed = ", ".join(map(str, sorted(missing)))
                    message = (
                        f"{listed} of the alwaysOn spoke {spoke.key} of {other.name} is missing"
                    )
                    yield RuleFault(f"{path}.addressPrefixes", message, stack.name)


PAIR_HUB_PEERINGS = (
    hub_peerings_lead_to_the_other_hub,
    both_hubs_have_their_half_of_a_peering,
    hub_peerings_know_the_address_space_of_the_other_hub,
    hub_peerings_name_the_nva_of_the_other_region,
    routes_over_a_hub_peering_lead_to_spokes,
    always_on_spokes_are_routed_over_the_hub_peering,
)

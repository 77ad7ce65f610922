"""Spokes that are in use in both regions at once."""

from collections.abc import Iterator

from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.model.prefixes import Prefixes
from sparehub.topology.model.route_tables import nva_forwards_on_standby
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.networks import networks_of
from sparehub.topology.rules.rule import RuleFault, rule


@rule("ER-18", why="Two networks that are in use at the same time cannot have the same addresses.")
def always_on_spokes_have_addresses_of_their_own(pair: Pair) -> Iterator[RuleFault]:
    """No network of the other region overlaps an ``alwaysOn`` spoke."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        held = Prefixes(p for _, network in networks_of(other) for p in network.address_space)
        for spoke in stack.region.spokes:
            if not spoke.always_on:
                continue
            for prefix in spoke.virtual_network.address_space:
                for taken in held.overlapping(prefix):
                    message = (
                        f"{prefix} overlaps {taken} of {other.name}: an alwaysOn spoke is in use "
                        "in both regions, so give it addresses that the other one has not"
                    )
                    yield RuleFault(f"region.spokes.{spoke.key}.addressSpace", message, stack.name)


@rule(
    "CONFIG", why="A spoke of the same key takes over; an alwaysOn spoke has nothing to take over."
)
def spokes_of_a_key_are_always_on_in_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """Or in none. Reported in the file that does not say it."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        always_on = {spoke.key for spoke in other.region.spokes if spoke.always_on}
        for spoke in stack.region.spokes:
            if spoke.key in always_on and not spoke.always_on:
                message = f"must be true, as in {other.name}: or give this spoke another key"
                yield RuleFault(f"region.spokes.{spoke.key}.alwaysOn", message, stack.name)


@rule("RT-13", why="Azure delivers nothing to the next hop of an NVA that is switched off.")
def the_nva_between_regions_runs_on_standby(pair: Pair) -> Iterator[RuleFault]:
    """Where the region has an ``alwaysOn`` spoke, or a file routes over the peering of the hubs.

    In either file: after a failover the other region is on standby.
    """
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        off = stack.region.nva.standby is NvaStandby.START_AT_FAILOVER
        if off and nva_forwards_on_standby(stack.region, other.region):
            message = (
                "startAtFailover switches the NVA off on standby, and alwaysOn spokes and "
                "hub.peerings reach the other region through it: write running, or remove alwaysOn "
                "here and addressPrefixes in both files"
            )
            yield RuleFault("region.hub.nva.standby", message, stack.name)


PAIR_ALWAYS_ON = (
    always_on_spokes_have_addresses_of_their_own,
    spokes_of_a_key_are_always_on_in_both_regions,
    the_nva_between_regions_runs_on_standby,
)

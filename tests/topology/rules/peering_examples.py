"""Examples of the rules of peered hubs, and of spokes that are always on."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.rules.pair.networks import always_on, hub_peerings
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region import peerings
from sparehub.topology.rules.rule import Rule
from sparehub.topology.rules.stack_file import hub_peerings as of_file
from tests.configurations import OURS
from tests.topology.peered_hubs import add_always_on, hub_id, peered, peering_to
from tests.topology.rules.rule_inputs import Change, Example, nothing, primary, stack

PEERING = "region.hub.peerings.secondary"
SPOKE = "region.spokes.dc"


def file(**more: object) -> Change:
    """Return a change that gives the primary's file a peering, some of it changed."""

    def change(region: dict[str, Any]) -> None:
        region["hub"]["peerings"] = {"secondary": peering_to("secondary") | more}

    return change


def spoke(**more: object) -> Change:
    """Return a change that gives the primary's file a spoke that is always on."""

    def change(region: dict[str, Any]) -> None:
        add_always_on(region, "primary")
        region["spokes"]["dc"].update(more)

    return change


def protected(*, value: bool) -> Change:
    subnet = {"addressPrefix": "10.66.0.0/24", "protected": value}
    return spoke(subnets={"app": subnet})


def pair(first: Change = nothing, second: Change = nothing) -> Callable[[], Pair]:
    """Return a maker of both stacks with peered hubs, the region of each changed."""

    def make() -> Pair:
        values = {name: peered(name) for name in ("primary", "secondary")}
        for change, keys in zip((first, second), values.values(), strict=True):
            change(keys["sparehub:region"])
        return Pair(*(stack(keys, name) for name, keys in values.items()))

    return make


def twice(region: dict[str, Any]) -> None:
    file()(region)
    region["hub"]["peerings"]["again"] = {
        "id": hub_id("secondary"),
        "addressSpace": ["10.9.0.0/24"],
    }


def to_another_network(region: dict[str, Any]) -> None:
    file()(region)
    other = f"{hub_id('secondary')}-2"
    region["hub"]["peerings"]["again"] = {"id": other, "addressSpace": ["10.9.0.0/24"]}


def space_of(key: str, prefix: str) -> Change:
    """Return a change that moves a spoke."""

    def change(region: dict[str, Any]) -> None:
        region["spokes"][key].update(
            addressSpace=[prefix], subnets={"app": {"addressPrefix": prefix}}
        )

    return change


def started_at_failover(region: dict[str, Any]) -> None:
    machine = f"{OURS}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/nva"
    region["hub"]["nva"].update(standby="startAtFailover", id=machine)


def only_routed_to(region: dict[str, Any]) -> None:
    """Leave the region nothing of its own to forward; the other file still routes to it."""
    started_at_failover(region)
    del region["hub"]["peerings"]
    region["spokes"]["dc"]["alwaysOn"] = False


def alone(region: dict[str, Any]) -> None:
    """Leave the region no spoke that is always on, and no peering."""
    del region["hub"]["peerings"], region["spokes"]["dc"]


def started_alone(region: dict[str, Any]) -> None:
    alone(region)
    started_at_failover(region)


def renamed(region: dict[str, Any]) -> None:
    region["spokes"]["dc2"] = region["spokes"].pop("dc") | {"alwaysOn": False}


IN_FILE: tuple[tuple[Rule[Any], Example], ...] = (
    (
        of_file.peered_networks_do_not_overlap_the_hub,
        Example(
            file(addressSpace=["10.10.10.0/24"], addressPrefixes=[], nextHopIpAddress=None),
            f"{PEERING}.addressSpace",
            "Azure refuses this peering. Give the second region's hub a range of its own",
            file(),
        ),
    ),
    (
        of_file.peered_networks_do_not_overlap_a_spoke,
        Example(
            file(addressSpace=["10.1.0.0/16"], nextHopIpAddress="10.1.0.10"),
            f"{PEERING}.addressSpace",
            "10.1.0.0/16 overlaps 10.1.0.0/24 of region.spokes.spoke1.addressSpace",
            file(),
        ),
    ),
    (
        of_file.routes_over_a_peering_have_a_next_hop_in_it,
        Example(
            file(nextHopIpAddress="10.21.10.10"),
            f"{PEERING}.nextHopIpAddress",
            "10.21.10.10 is outside 10.20.10.0/24",
            file(),
        ),
    ),
    (
        of_file.routes_over_a_peering_leave_the_own_networks_alone,
        Example(
            file(addressPrefixes=["10.1.0.0/24"]),
            f"{PEERING}.addressPrefixes",
            "Retained addresses have no path between the regions",
            file(addressPrefixes=["10.11.0.0/24"]),
        ),
    ),
    (
        of_file.always_on_spokes_do_not_set_standby,
        Example(
            spoke(standby="withheld"),
            f"{SPOKE}.standby",
            "'withheld' beside alwaysOn: remove one of the two",
            spoke(),
        ),
    ),
    (
        of_file.always_on_spokes_protect_no_subnet,
        Example(
            protected(value=True),
            f"{SPOKE}.subnets.app.protected",
            "none is replicated",
            protected(value=False),
        ),
    ),
)

EXAMPLES: tuple[tuple[Rule[Any], Example], ...] = (
    (
        peerings.hub_peerings_lead_to_different_networks,
        Example(
            primary(twice),
            f"{PEERING}.id",
            "is peered by again already",
            primary(to_another_network),
        ),
    ),
    (
        peerings.hub_peerings_allow_forwarded_traffic,
        Example(
            primary(file(allowForwardedTraffic=False)),
            f"{PEERING}.allowForwardedTraffic",
            "should be true",
            primary(file()),
        ),
    ),
    (
        hub_peerings.hub_peerings_lead_to_the_other_hub,
        Example(
            pair(to_another_network),
            "region.hub.peerings.again.id",
            "is not vnet-hub-southeastasia in rg-sparehub-southeastasia, the hub of secondary",
            pair(),
        ),
    ),
    (
        hub_peerings.both_hubs_have_their_half_of_a_peering,
        Example(
            pair(second=lambda r: r["hub"].pop("peerings")),
            "region.hub.peerings",
            "has no peering with vnet-hub-eastasia, to which primary has one",
            pair(),
        ),
    ),
    (
        hub_peerings.hub_peerings_know_the_address_space_of_the_other_hub,
        Example(
            pair(file(addressSpace=["10.20.0.0/16"])),
            f"{PEERING}.addressSpace",
            "10.20.0.0/16, where the hub of secondary has 10.20.10.0/24",
            pair(),
        ),
    ),
    (
        hub_peerings.hub_peerings_name_the_nva_of_the_other_region,
        Example(
            pair(file(nextHopIpAddress="10.20.10.11")),
            f"{PEERING}.nextHopIpAddress",
            "10.20.10.11, where the NVA of secondary has 10.20.10.10",
            pair(),
        ),
    ),
    (
        hub_peerings.routes_over_a_hub_peering_lead_to_spokes,
        Example(
            pair(file(addressPrefixes=["10.67.0.0/24", "10.68.0.0/24"])),
            f"{PEERING}.addressPrefixes",
            "10.68.0.0/24 is not a prefix of a spoke of secondary",
            pair(),
        ),
    ),
    (
        hub_peerings.always_on_spokes_are_routed_over_the_hub_peering,
        Example(
            pair(file(addressPrefixes=[], nextHopIpAddress=None)),
            f"{PEERING}.addressPrefixes",
            "10.67.0.0/24 of the alwaysOn spoke dc of secondary is missing",
            pair(),
        ),
    ),
    (
        always_on.always_on_spokes_have_addresses_of_their_own,
        Example(
            pair(second=lambda r: (space_of("dc", "10.66.0.0/25")(r), r["hub"].pop("peerings"))),
            f"{SPOKE}.addressSpace",
            "10.66.0.0/24 overlaps 10.66.0.0/25 of secondary",
            pair(),
        ),
    ),
    (
        always_on.spokes_of_a_key_are_always_on_in_both_regions,
        Example(
            pair(second=lambda r: r["spokes"]["dc"].pop("alwaysOn")),
            f"{SPOKE}.alwaysOn",
            "must be true, as in primary",
            pair(second=renamed),
        ),
    ),
    (
        always_on.the_nva_between_regions_runs_on_standby,
        Example(
            pair(second=started_at_failover),
            "region.hub.nva.standby",
            "startAtFailover switches the NVA off on standby",
            pair(),
        ),
    ),
    (
        always_on.the_nva_between_regions_runs_on_standby,
        Example(
            pair(second=only_routed_to),
            "region.hub.nva.standby",
            "remove alwaysOn here and addressPrefixes in both files",
            pair(alone, started_alone),
        ),
    ),
)

"""Examples of the rules of two regions beside each other, and of what stands already."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.rules import deployed_rules
from sparehub.topology.rules.deployed_rules import DeployedStack
from sparehub.topology.rules.pair import circuits, fences, hooks, records
from sparehub.topology.rules.pair.networks import regions
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.rule import Rule
from tests.configurations import OURS
from tests.topology.rules.rule_inputs import (
    Change,
    Example,
    both,
    circuit,
    connections,
    gateway,
    hub,
    in_region,
    lent,
    nothing,
    pair,
    primary,
)

CONNECTIONS = "region.expressRoute.connections"
HONG_KONG = f"{CONNECTIONS}.hong-kong.circuit"
SINGAPORE = f"{CONNECTIONS}.singapore.circuit"
PRIMARYS = OURS + "/resourceGroups/{}/providers/Microsoft.Network/{}"
OF_PRIMARY = PRIMARYS.format("rg-sparehub-erc-hong-kong", "expressRouteCircuits/erc-hong-kong")
ACTIVE: Change = lambda values: values.update({"sparehub:activation": "active"})  # noqa: E731
SPOKE1 = "region.spokes.spoke1"


def located(location: str) -> Change:
    return lambda values: values.update({"azure-native:location": location})


def region(change: Change) -> Callable[[], Pair]:
    """Return a pair with a change to the secondary's region."""
    return pair(second=in_region(change))


def on_the_primarys_circuit(values: dict[str, Any]) -> None:
    connections(values["sparehub:region"]).clear()
    in_region(lent("hong-kong", OF_PRIMARY))(values)


def on_one_circuit(values: dict[str, Any]) -> None:
    connections(values["sparehub:region"]).clear()
    elsewhere = PRIMARYS.format("rg-lent", "expressRouteCircuits/erc-lent")
    in_region(lent("x", elsewhere, authorizationKey="[secret]"))(values)


def on_one_circuit_at_once(values: dict[str, Any]) -> None:
    on_one_circuit(values)
    values["sparehub:region"]["standby"] = {"depth": "connection"}


def prefer(region_of_routers: str) -> Change:
    return in_region(lambda r: r["onPremises"].update(prefers=region_of_routers))


def depth(word: str) -> Change:
    return in_region(lambda r: r.update(standby={"depth": word}))


def subnets(**changes: Any) -> Change:
    return lambda r: r["spokes"]["spoke1"]["subnets"]["app"].update(changes)


def called(name: str) -> Change:
    """Rename the subnet of the first spoke."""
    return lambda r: r["spokes"]["spoke1"].update(
        subnets={name: r["spokes"]["spoke1"]["subnets"]["app"]}
    )


def other_hub(r: dict[str, Any]) -> None:
    r["hub"] = {
        "addressSpace": ["10.20.10.0/24"],
        "subnets": {
            "nva": {"addressPrefix": "10.20.10.0/25"},
            "GatewaySubnet": {"addressPrefix": "10.20.10.128/25"},
        },
        "nva": {"ipAddress": "10.20.10.10"},
    }


def standing_with(endpoints: list[dict[str, str]]) -> Callable[[], DeployedStack]:
    """Return the primary beside a subnet of its that stands with these endpoints."""
    subnet = {
        "type": "azure-native:network:Subnet",
        "outputs": {"name": "app", "serviceEndpoints": endpoints},
    }
    return lambda: DeployedStack(primary(nothing)(), {"urn::region/spoke/spoke1/app": subnet})


def with_hook(name: str) -> Change:
    """Give a region a hook of this name."""
    hook = {"name": name, "after": "activate-secondary", "command": ["./x"], "timeoutInSeconds": 9}
    return lambda region: region.update(hooks=[hook])


EXAMPLES: tuple[tuple[Rule[Pair] | Rule[DeployedStack], Example], ...] = (
    (
        circuits.both_regions_have_the_same_bandwidth,
        Example(
            pair(),
            CONNECTIONS,
            "200 Mbps where primary has 1000",
            region(lambda r: circuit(r).update(bandwidthInMbps=1000)),
        ),
    ),
    (
        circuits.links_do_not_overlap_networks_of_the_other_region,
        Example(
            pair(
                in_region(
                    lambda r: r["spokes"].update(
                        spoke3={
                            "addressSpace": ["172.16.1.0/24"],
                            "subnets": {"app": {"addressPrefix": "172.16.1.0/24"}},
                        }
                    )
                )
            ),
            f"{SINGAPORE}.privatePeering.primaryPeerAddressPrefix",
            "172.16.1.0/30 overlaps 172.16.1.0/24 of a network in primary",
            pair(),
        ),
    ),
    (
        circuits.a_shared_circuit_has_one_description,
        Example(
            region(lent("a", OF_PRIMARY, bandwidthInMbps=500)),
            f"{CONNECTIONS}.a.circuit.bandwidthInMbps",
            "500 where primary has 1000 for the same circuit",
            region(lent("a", OF_PRIMARY)),
        ),
    ),
    (
        records.circuit_records_are_outside_both_regions,
        Example(
            region(lambda r: circuit(r).pop("location")),
            f"{SINGAPORE}.location",
            "the record of this circuit is in southeastasia: while that region is down, fencing "
            "secondary at the circuit may fail (ER-38). Name a third region",
            region(lambda r: circuit(r).update(location="koreacentral")),
        ),
    ),
    (
        records.circuit_records_are_outside_both_regions,
        Example(
            pair(first=in_region(lambda r: circuit(r).update(location="southeastasia"))),
            f"{HONG_KONG}.location",
            "is in southeastasia: while that region is down, connecting primary to it may fail",
            pair(first=in_region(lent("hong-kong", OF_PRIMARY))),  # nothing said: nothing known
        ),
    ),
    (
        fences.simultaneous_connections_to_a_circuit_use_different_subscriptions,
        Example(
            pair(on_one_circuit, on_one_circuit_at_once),
            f"{CONNECTIONS}.x",
            "revoking an authorization would delete both",
            pair(on_one_circuit, on_one_circuit),
        ),
    ),
    (
        records.a_referenced_circuit_has_one_record_location,
        Example(
            region(lent("a", OF_PRIMARY, location="koreacentral")),
            f"{CONNECTIONS}.a.circuit.location",
            "koreacentral where primary has japaneast for the same circuit",
            region(lent("a", OF_PRIMARY)),
        ),
    ),
    (
        circuits.shared_circuits_are_owned_by_neither_stack,
        Example(
            pair(second=on_the_primarys_circuit),
            CONNECTIONS,
            "both regions use the circuit erc-hong-kong",
            pair(),
        ),
    ),
    (
        circuits.links_per_circuit_stay_within_the_limit,
        Example(
            region(both(*(lent(f"c{n}", OF_PRIMARY) for n in range(10)))),
            f"{CONNECTIONS}.c9.circuit",
            "11 connections to one circuit, which takes 10 links",
            region(both(*(lent(f"c{n}", OF_PRIMARY) for n in range(9)))),
        ),
    ),
    (
        circuits.regions_use_different_peering_locations,
        Example(
            region(lambda r: circuit(r).update(peeringLocation="Hong Kong")),
            CONNECTIONS,
            "every circuit of both regions is at Hong Kong",
            pair(second=on_the_primarys_circuit),
        ),
    ),
    (
        circuits.only_one_region_is_live_where_addresses_overlap,
        Example(
            pair(second=ACTIVE),
            "activation",
            "would advertise 10.1.0.0/24, 10.2.0.0/24, 10.10.10.0/24",
            pair(prefer("primary"), both(ACTIVE, prefer("primary"))),
        ),
    ),
    (
        circuits.standby_hub_shares_no_circuit_with_overlapping_addresses,
        Example(
            pair(second=both(on_the_primarys_circuit, depth("connection"), prefer("primary"))),
            "region.standby.depth",
            "advertised while primary advertises 10.10.10.0/24",
            pair(second=both(on_the_primarys_circuit, depth("connection"), in_region(other_hub))),
        ),
    ),
    (
        circuits.standby_hub_does_not_advertise_overlapping_addresses,
        Example(
            pair(second=depth("connection")),
            "region.standby.depth",
            "advertised while primary advertises 10.10.10.0/24",
            pair(prefer("primary"), both(depth("connection"), prefer("primary"))),
        ),
    ),
    (
        circuits.both_files_name_the_same_preferred_region,
        Example(
            pair(second=prefer("primary")),
            "region.onPremises.prefers",
            "is primary, and none in primary: write the same value in both files",
            pair(prefer("primary"), prefer("primary")),
        ),
    ),
    (
        circuits.both_gateways_have_the_same_capacity,
        Example(
            pair(in_region(lambda r: gateway(r).update(sku="ErGw2AZ"))),
            "region.expressRoute.gateway.sku",
            "carries 1000 Mbps where primary's carries 2000",
            region(lambda r: gateway(r).update(sku="Standard")),
        ),
    ),
    (
        regions.no_resource_group_is_shared,
        Example(
            region(lambda r: r.update(resourceGroup="RG-sparehub-eastasia")),
            "region.resourceGroup",
            "rg-sparehub-eastasia is a resource group of primary",
            region(lambda r: r.update(resourceGroup="rg-sparehub")),
        ),
    ),
    (
        regions.no_referenced_circuit_is_in_the_primary_resource_group,
        Example(
            region(
                lent("x", PRIMARYS.format("rg-sparehub-eastasia", "expressRouteCircuits/erc-x"))
            ),
            f"{CONNECTIONS}.x.circuit.id",
            "is in the resource group of primary",
            region(lent("x", OF_PRIMARY)),
        ),
    ),
    (
        regions.no_security_group_is_in_the_other_region,
        Example(
            region(
                subnets(
                    networkSecurityGroupId=PRIMARYS.format(
                        "rg-sparehub-eastasia", "networkSecurityGroups/nsg"
                    )
                )
            ),
            f"{SPOKE1}.subnets.app.networkSecurityGroupId",
            "is in the resource group of primary",
            region(
                subnets(
                    networkSecurityGroupId=PRIMARYS.format(
                        "rg-sparehub-southeastasia", "networkSecurityGroups/nsg"
                    )
                )
            ),
        ),
    ),
    (
        regions.the_two_regions_differ,
        Example(
            pair(second=located("East Asia")),
            "location",
            "eastasia is the region of primary",
            pair(),
        ),
    ),
    (
        regions.site_recovery_replicates_to_the_secondary,
        Example(
            pair(located("westeurope"), located("germanynorth")),
            "location",
            "germanynorth receives machines from germanywestcentral only",
            pair(located("germanywestcentral"), located("germanynorth")),
        ),
    ),
    (
        regions.site_recovery_replicates_to_the_secondary,
        Example(
            pair(located("brazilsouth"), located("westeurope")),
            "location",
            "brazilsouth replicates to brazilsoutheast, ",
            pair(located("brazilsouth"), located("eastus2")),
        ),
    ),
    (
        regions.both_regions_are_in_the_same_cloud,
        Example(
            pair(second=located("usgovvirginia")),
            "location",
            "is in the cloud US Government, not Public",
            pair(located("usdodeast"), located("usgovvirginia")),
        ),
    ),
    (
        regions.the_regions_are_an_azure_pair,
        Example(
            pair(second=located("japaneast")),
            "location",
            "japaneast is not the Azure pair of eastasia, which is southeastasia",
            pair(located("qatarcentral"), located("japaneast")),
        ),
    ),
    (
        regions.no_virtual_network_belongs_to_both_regions,
        Example(
            region(
                lambda r: (
                    r.update(resourceGroup="rg-sparehub-eastasia"),
                    hub(r).update(name="vnet-HUB-eastasia"),
                )
            ),
            "region.hub.name",
            "is a virtual network of primary",
            region(lambda r: r.update(resourceGroup="rg-sparehub-eastasia")),
        ),
    ),
    (
        regions.every_protected_spoke_exists_in_both_regions,
        Example(
            region(lambda r: r["spokes"].pop("spoke2")),
            "region.spokes.spoke2",
            "missing; primary has protected subnets in this spoke",
            pair(in_region(lambda r: r["spokes"].pop("spoke2"))),
        ),
    ),
    (
        regions.every_protected_subnet_exists_in_both_regions,
        Example(
            region(called("application")),
            f"{SPOKE1}.subnets.app",
            "missing; primary has a protected subnet of this name",
            region(called("APP")),
        ),
    ),
    (
        regions.retained_addresses_are_identical_in_both_regions,
        Example(
            region(subnets(addressPrefix="10.1.0.0/25")),
            f"{SPOKE1}.subnets.app.addressPrefix",
            "10.1.0.0/25, where primary has 10.1.0.0/24",
            region(
                lambda r: r["spokes"].update(
                    spoke1={
                        "addressSpace": ["10.101.0.0/24"],
                        "subnets": {"app": {"addressPrefix": "10.101.0.0/25"}},
                    }
                )
            ),
        ),
    ),
    (
        regions.retained_addresses_are_identical_in_both_regions,
        Example(
            region(lambda r: r["spokes"]["spoke1"].update(addressSpace=["10.1.0.0/23"])),
            f"{SPOKE1}.addressSpace",
            "10.1.0.0/23 overlaps the addresses of primary",
            pair(),
        ),
    ),
    (
        regions.protected_subnets_are_protected_in_both_regions,
        Example(
            region(subnets(protected=False)),
            f"{SPOKE1}.subnets.app.protected",
            "must be true: primary protects it",
            pair(in_region(subnets(protected=False)), in_region(subnets(protected=False))),
        ),
    ),
    (
        regions.stacks_name_each_other,
        Example(
            pair(second=lambda v: v.pop("sparehub:pairedStack")),
            "pairedStack",
            "is not set, so the interlock does not read 'primary'",
            pair(),
        ),
    ),
    (
        hooks.hooks_have_different_names,
        Example(
            pair(in_region(with_hook("move-dns")), in_region(with_hook("move-dns"))),
            "region.hooks",
            "'move-dns' is also a hook of primary",
            pair(in_region(with_hook("move-dns")), in_region(with_hook("warm-caches"))),
        ),
    ),
    (
        deployed_rules.storage_endpoints_exist_already,
        Example(
            standing_with([]),
            f"{SPOKE1}.subnets.app",
            "gets the Microsoft.Storage endpoint",
            standing_with([{"service": "Microsoft.Storage"}]),
        ),
    ),
)

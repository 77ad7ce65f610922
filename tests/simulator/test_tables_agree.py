"""The simulator's own tables of Azure's facts agree with those of ``sparehub/topology/azure``.

The simulator shares no code with the rules that it checks, so each has tables of its own. Where
both know a fact, it is the same fact. Where one knows more, the test says which and why.
"""

import re

import pytest

from sparehub.simulator.arm.data.geography import (
    is_peering_location,
    is_region,
    local_to,
    peering_locations,
    same_geopolitical_region,
)
from sparehub.simulator.arm.data.service_providers import BANDWIDTHS_IN_MBPS
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.express_route import connection_limits, gateway
from sparehub.simulator.arm.types.express_route.circuit_peering import MICROSOFT_ASN
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.topology.azure import (
    circuit_limits,
    durations,
    gateway_skus,
    geography,
    limits,
)
from sparehub.topology.azure.durations import Duration
from sparehub.topology.azure.reserved_subnets import RESERVED_SUBNETS, ReservedSubnet
from tests.simulator.arm.arm_client import Arm, refusal_in
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    route_table,
    security_group,
    security_rule,
    subnet,
)

SKUS = [sku for family in gateway.SKU_FAMILIES for sku in family]
LISTED_REGIONS = sorted(
    region for area in geography.GEOPOLITICAL_REGIONS for region in area.regions
)
LISTED_LOCATIONS = sorted(
    location for area in geography.GEOPOLITICAL_REGIONS for location in area.peering_locations
)
METROS = sorted(location for location in peering_locations() if location.endswith(" Metro"))
EARLY_ACCESS = {"centraluseuap", "eastus2euap"}
"""Regions for Microsoft's own early updates; a recording has one, no stack file needs one."""
OLDER_SPELLINGS = {"Newport", "Queretaro"}
"""Peering locations that the service listed in 2021 without the country in brackets."""


# -- regions and peering locations -------------------------------------------------------------


def test_both_know_the_same_regions() -> None:
    """Every region of the rules, and of their region pairs, is one of the simulator's."""
    pairs = {*geography.REGION_PAIRS, *geography.REGION_PAIRS.values()}
    local = {region for regions in geography.LOCAL_REGIONS.values() for region in regions}

    assert {
        region for region in {*LISTED_REGIONS, *pairs, *local} if not is_region(region)
    } == set()
    assert all(is_region(region) for region in EARLY_ACCESS)
    assert not any(geography.is_known_region(region) for region in EARLY_ACCESS)


def test_both_know_the_same_peering_locations() -> None:
    """The simulator has two older spellings as well."""
    simulated = {*peering_locations()} - {*METROS}
    metros = {location for location in geography.LOCAL_REGIONS if location.endswith(" metro")}

    assert simulated == {*LISTED_LOCATIONS, *OLDER_SPELLINGS}
    assert {location.lower() for location in METROS} == metros
    assert all(is_peering_location(location) for location in LISTED_LOCATIONS)


@pytest.mark.parametrize("location", [*LISTED_LOCATIONS, *METROS])
def test_a_standard_circuit_reaches_the_same_regions(location: str) -> None:
    """Those of the peering location's geopolitical region (ER-04)."""
    name = geography.geopolitical_region_of_peering_location(location)
    (area,) = (area for area in geography.GEOPOLITICAL_REGIONS if area.name == name)

    reached = {region for region in LISTED_REGIONS if same_geopolitical_region(location, region)}

    assert reached == area.regions


@pytest.mark.parametrize("location", [*LISTED_LOCATIONS, *geography.LOCAL_REGIONS])
def test_a_local_circuit_reaches_the_same_regions(location: str) -> None:
    """Those near the peering location (ER-05)."""
    near = {*geography.LOCAL_REGIONS.get(location.lower(), ())}

    assert {region for region in {*LISTED_REGIONS, *near} if local_to(location, region)} == near


# -- circuits and gateways ---------------------------------------------------------------------


@pytest.mark.parametrize("tier", ["Local", "Standard", "Premium"])
@pytest.mark.parametrize("bandwidth", BANDWIDTHS_IN_MBPS)
def test_a_circuit_takes_as_many_links(tier: str, bandwidth: int) -> None:
    """By tier and bandwidth (ER-15)."""
    simulated = connection_limits.links_per_circuit(tier, bandwidth)

    assert simulated == circuit_limits.links_per_circuit(tier, bandwidth)


@pytest.mark.parametrize("tier", ["Local", "Standard", "Premium"])
def test_a_circuit_learns_as_many_prefixes(tier: str) -> None:
    """From on-premises (ER-21)."""
    assert bgp.most_learned(tier) == circuit_limits.prefixes_from_on_premises(tier)


def test_prefixes_connections_and_equal_routes_have_the_same_limits() -> None:
    """ER-16, ER-21, ER-22 and ER-36."""
    assert bgp.MOST_ADVERTISED[4] == limits.ADVERTISED_PREFIXES
    assert connection_limits.PREFIXES_AT_CREATION == limits.PREFIXES_AT_CONNECTION_CREATION
    assert bgp.MOST_EQUAL_ROUTES == limits.EQUAL_CONNECTIONS
    location_limit = connection_limits.CIRCUITS_FROM_ONE_LOCATION
    assert location_limit == limits.CIRCUITS_PER_PEERING_LOCATION


def test_autonomous_systems_are_the_same() -> None:
    """Microsoft's edge routers, and the gateways' own (ER-11)."""
    assert limits.MICROSOFT_ASN == MICROSOFT_ASN == bgp.MICROSOFT_ASN
    assert bgp.AZURE_ASN in limits.RESERVED_ASNS


@pytest.mark.parametrize("before", SKUS)
@pytest.mark.parametrize("after", SKUS)
def test_a_gateway_changes_its_sku_alike(before: str, after: str) -> None:
    """Upwards within its family, in place (GWY-02)."""
    (family,) = (family for family in gateway.SKU_FAMILIES if before in family)
    possible = after in family and family.index(after) >= family.index(before)

    assert gateway_skus.can_become(before, after) == possible


@pytest.mark.parametrize("units", [None, 1, 2, 9, 10, 40])
@pytest.mark.parametrize("sku", SKUS)
def test_a_gateway_takes_as_many_circuits(sku: str, units: int | None) -> None:
    """By SKU and scale units (ER-16)."""
    bounds = {} if units is None else {"min": units, "max": gateway_skus.SCALE_UNITS_MAX}
    properties = {"sku": {"name": sku}, "autoScaleConfiguration": {"bounds": bounds}}
    stored = Resource(ResourceId(f"{NETWORK}/g"), {"properties": properties}, "")

    simulated = connection_limits.circuits_per_gateway(stored)

    assert simulated == gateway_skus.circuits_per_gateway(sku, units)
    assert gateway.MOST_SCALE_UNITS == gateway_skus.SCALE_UNITS_MAX


# -- subnets, rules and names ------------------------------------------------------------------


@pytest.mark.parametrize("reserved", RESERVED_SUBNETS.values(), ids=lambda each: each.name)
def test_a_reserved_subnet_takes_the_same_attachments(arm: Arm, reserved: ReservedSubnet) -> None:
    """A security group without rules, and a route table (VN-11, VN-16, VN-26, VN-27).

    Of a table on AzureFirewallManagementSubnet, which may have one default route to the internet
    alone, Azure's refusal was not found: the rules refuse it, the simulator does not.
    """
    arm.networks(hub="10.0.0.0/24")
    nsg, nsg_body = security_group("nsg")
    table, table_body = route_table("table")
    arm.put(nsg, nsg_body)
    arm.put(table, table_body)
    prefix = f"10.0.0.0/{reserved.longest_prefix}"

    group = arm.send("PUT", *subnet("hub", reserved.name, prefix, networkSecurityGroup={"id": nsg}))
    routed = arm.send("PUT", *subnet("hub", reserved.name, prefix, routeTable={"id": table}))

    assert group.status == 400
    if reserved.name != "AzureFirewallManagementSubnet":
        assert (routed.status < 400) is reserved.takes_route_table


def test_the_smallest_subnet_is_the_same(arm: Arm) -> None:
    """VN-02."""
    arm.networks(hub="10.0.0.0/24")

    arm.put(*subnet("hub", "a", f"10.0.0.0/{limits.SMALLEST_SUBNET}"))
    smaller = subnet("hub", "b", f"10.0.0.16/{limits.SMALLEST_SUBNET + 1}")
    assert arm.refusal(*smaller) == "SUBNET_SIZE"


@pytest.mark.parametrize(
    ("priority", "accepted"),
    [
        (limits.FIRST_RULE_PRIORITY, True),
        (limits.LAST_RULE_PRIORITY, True),
        (limits.FIRST_RULE_PRIORITY - 1, False),
        (limits.LAST_RULE_PRIORITY + 1, False),
    ],
)
def test_security_rules_have_the_same_priorities(
    arm: Arm, priority: int, *, accepted: bool
) -> None:
    """From 100 to 4096."""
    nsg, nsg_body = security_group("nsg")
    arm.networks()
    arm.put(nsg, nsg_body)

    response = arm.send("PUT", f"{nsg}/securityRules/r", security_rule("r", priority))

    assert (response.status < 400) is accepted
    assert accepted or refusal_in(response) == "RULE_PRIORITY"


@pytest.mark.parametrize(
    ("type_name", "shortest", "longest"),
    [
        (
            "Microsoft.Network/virtualNetworks",
            limits.VIRTUAL_NETWORK_NAME_MIN_LENGTH,
            limits.VIRTUAL_NETWORK_NAME_LENGTH,
        ),
        ("Microsoft.Network/routeTables", 1, limits.NAME_LENGTH),
        ("Microsoft.Network/virtualNetworkGateways", 1, limits.NAME_LENGTH),
    ],
)
def test_names_have_the_same_lengths(type_name: str, shortest: int, longest: int) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules."""
    pattern = REGISTRY[type_name.lower()].name_pattern
    lengths = {length for length in range(longest + 2) if re.fullmatch(pattern, "a" * length)}

    assert lengths == {*range(shortest, longest + 1)}


def test_names_of_resource_groups_have_the_same_length(arm: Arm) -> None:
    """At most 90 characters."""
    scope = GROUP.rpartition("/")[0]
    longest = "g" * limits.RESOURCE_GROUP_NAME_LENGTH

    arm.put(f"{scope}/{longest}", {"location": "eastasia"})
    assert arm.refusal(f"{scope}/{longest}g", {"location": "eastasia"}) == "GROUP_NAME_INVALID"


# -- durations ---------------------------------------------------------------------------------

_NETWORK = "Microsoft.Network"
WRITES = {
    ("virtualNetworks/subnets", "update"): durations.SUBNET_UPDATE,
    ("virtualNetworks/virtualNetworkPeerings", "create"): durations.PEERING_UPDATE,
    ("virtualNetworks/virtualNetworkPeerings", "update"): durations.PEERING_UPDATE,
    ("virtualNetworks/virtualNetworkPeerings", "delete"): durations.PEERING_UPDATE,
    ("routeTables", "update"): durations.ROUTE_TABLE_UPDATE,
    ("expressRouteCircuits", "update"): durations.CIRCUIT_UPDATE,
    ("expressRouteCircuits/peerings", "create"): durations.PRIVATE_PEERING_UPDATE,
    ("expressRouteCircuits/authorizations", "create"): durations.AUTHORIZATION_WRITE,
    ("expressRouteCircuits/authorizations", "delete"): durations.AUTHORIZATION_WRITE,
    ("connections", "create"): durations.CONNECTION_CREATE,
    ("connections", "delete"): durations.CONNECTION_DELETE,
    ("virtualNetworkGateways", "create"): durations.GATEWAY_CREATE,
}


@pytest.mark.parametrize(("write", "duration"), WRITES.items(), ids=str)
def test_a_write_takes_as_long_as_a_plan_expects(
    write: tuple[str, str], duration: Duration
) -> None:
    """The simulator takes the typical time, in seconds."""
    type_name, verb = write
    seconds = REGISTRY[f"{_NETWORK}/{type_name}".lower()].seconds

    assert getattr(seconds, verb) == duration.typical


def test_a_machine_starts_within_the_time_of_its_creation() -> None:
    """No start was recorded, so both tables have the creation."""
    machine = REGISTRY["microsoft.compute/virtualmachines"]

    assert machine.seconds.create == durations.MACHINE_START.typical


def test_two_writes_of_few_records_are_within_what_a_plan_allows_for() -> None:
    """The tables use different records of the same sessions.

    Of gateways two deletions were recorded, 382 and 1,066 s: a plan expects the first and allows
    for the second, the simulator takes their middle. Of a circuit's peering one update was
    recorded, 21 s: a plan expects the time of the creation, the simulator takes the update's.
    """
    deletion = REGISTRY[f"{_NETWORK}/virtualNetworkGateways".lower()].seconds.delete
    peering = REGISTRY[f"{_NETWORK}/expressRouteCircuits/peerings".lower()].seconds.update

    assert durations.GATEWAY_DELETE.typical < deletion < durations.GATEWAY_DELETE.worst
    assert deletion == (durations.GATEWAY_DELETE.typical + durations.GATEWAY_DELETE.worst) / 2
    assert peering < durations.PRIVATE_PEERING_UPDATE.typical


def test_a_gateway_is_upgraded_in_the_same_time() -> None:
    """To ErGwScale, up to two hours."""
    assert durations.GATEWAY_UPGRADE.typical == gateway.UPGRADE_SECONDS
